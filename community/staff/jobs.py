"""What time brings about among the staff."""

from __future__ import annotations

from datetime import timedelta

from community.core.schedule import Job
from community.staff.actions import announce_roles

JOBS = [Job("staff.announce_roles", timedelta(seconds=30), announce_roles)]
