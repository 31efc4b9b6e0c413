"""What time alone does to talks."""

from __future__ import annotations

from datetime import timedelta

from community.core.schedule import Job
from community.talks.actions import end_forgotten, publish_agreed

JOBS = [
    Job("end forgotten duty", timedelta(minutes=1), end_forgotten),
    Job("publish agreed talks", timedelta(minutes=1), publish_agreed),
]
