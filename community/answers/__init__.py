"""Answers: the two marks, "Solved it for me" and "Official answer".

Nouns: Acceptance, OfficialMark. Events: answer.accepted, acceptance.undone, answer.made_official, official_mark.undone.
"""
