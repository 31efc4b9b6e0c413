"""What time alone does to commitments."""

from __future__ import annotations

from datetime import timedelta

from community.commitments.actions import find_late
from community.core.schedule import Job

JOBS = [Job("find late commitments", timedelta(minutes=5), find_late)]
