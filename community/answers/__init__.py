"""Answers: what is said of them. "Solved it for me", "Official answer", "This did not solve it", and whether they still are true.

Nouns: Acceptance, OfficialMark, Rejection, Check, OutdatedMark, Nudge. Events: see events.py. `jobs.py` is what time brings
about: solved questions close, askers are asked again, answers age.
"""
