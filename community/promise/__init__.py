"""The promise: an employee answers a question within so many desk hours, and everybody can see whether that was kept.

Nouns: Desk (its clock), Terms (what was promised when), Promise (to one question).
Events: promise.changed, promise.missed.
"""
