"""How the site does: /healthz, /readyz and /metrics for machines, and the checks behind them for admins and `doctor`.

Nouns: a check, a lag (how far a follower is behind the log).
"""
