"""Objecting, once, to a removal or a suspension: another moderator decides, and how often that was reversed is public.

Nouns: Appeal. Events: appeal.made, appeal.decided.
"""
