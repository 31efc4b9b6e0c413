"""What time alone does to updates."""

from __future__ import annotations

from datetime import timedelta

from community.core.schedule import Job
from community.updates.actions import publish_due

JOBS = [Job("publish updates", timedelta(seconds=15), publish_due)]
