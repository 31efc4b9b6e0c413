"""Insights: what asking and searching led to, counted without who. Nouns: OutcomeDay, TopicOutcome, SearchGap, GapReading.

They are counters of single acts, not in the log: nothing else depends on the order in which they were raised.
"""
