"""Administration: people and roles, settings, the outbox, and how the site is.

Nouns: none of its own; it sits above every other folder and calls their actions. Events: theirs.
"""
