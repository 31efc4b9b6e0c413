"""What time brings about among posts."""

from __future__ import annotations

from datetime import timedelta
from typing import Final

from sqlalchemy import delete

from community.core.schedule import Job
from community.core.unit import unit
from community.posts.models import Submission

KEPT: Final = timedelta(days=30)
"""How long a form or API call that was sent leads to what it made: longer than a browser keeps a page open, or a client retries."""


def forget_submissions() -> None:
    """Delete what is remembered of forms sent 30 days ago or earlier."""
    with unit() as u:
        u.session.execute(delete(Submission).where(Submission.at < u.now - KEPT))


JOBS = [Job("posts.forget_submissions", timedelta(days=1), forget_submissions)]
