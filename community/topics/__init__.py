"""Topics: questions and discussions, their state, closure and duplicates.

Nouns: Topic, Closure, Duplicate, InfoRequest. Events: see events.py.
"""
