"""What time alone changes in follows."""

from __future__ import annotations

from datetime import timedelta

from community.core.schedule import Job
from community.follows.actions.visitors import forget_pointless, forget_unconfirmed

JOBS = [
    Job("forget unconfirmed addresses", timedelta(minutes=30), forget_unconfirmed),
    Job("forget pointless addresses", timedelta(hours=6), forget_pointless),
]
