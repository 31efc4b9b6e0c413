"""The desk: what needs a human next, for employees.

Nouns: Queue, Entry. It stores nothing and records no events: queues are computed, so nothing is settled because somebody looked.
"""
