"""People: the team, everybody's page, and what only one viewer sees of a shared page.

Nouns: Person. Events: none of its own; it shows accounts, staff, topics and posts.
"""
