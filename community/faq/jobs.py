"""What time alone brings about in the FAQ."""

from __future__ import annotations

from datetime import timedelta

from community.core.schedule import Job
from community.faq.actions import enter_wanted

JOBS = [Job("let answers enter the FAQ", timedelta(minutes=5), enter_wanted)]
