"""Follows: what somebody wants to hear of, and "I have this problem too" of members and of visitors.

Nouns: Follow, MeToo, VisitorMeToo, Move. Events: follow.changed, me_too.added, me_too.undone, me_too.visitor_asked,
me_too.visitor_confirmed, me_too.recounted.
"""
