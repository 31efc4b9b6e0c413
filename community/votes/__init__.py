"""Votes: whether an answer helped, said by members and visitors.

Nouns: HelpfulMark, VisitorsMark. Events: answer.rated, rating.undone, answer.rated_by_visitors.
"""
