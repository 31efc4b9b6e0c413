"""What time alone changes in notifications."""

from __future__ import annotations

from datetime import timedelta

from community.core.schedule import Job
from community.notifications.actions import forget_old

JOBS = [Job("forget old notifications", timedelta(hours=6), forget_old)]
