"""What time alone brings about in insights."""

from __future__ import annotations

from datetime import timedelta

from community.core.schedule import Job
from community.insights.actions import forget_old_gaps

JOBS = [Job("forget old search gaps", timedelta(hours=12), forget_old_gaps)]
