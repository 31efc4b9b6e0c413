"""Desk talk: one customer and the desk, in private and live, and what both agree to make public.

Nouns: Duty, Talk, TalkMessage, Publication. Events: duty.begun, duty.ended, talk.opened, talk.spoken, talk.changed, talk.read,
talk.published.
"""
