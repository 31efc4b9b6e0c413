"""What time brings about among accounts: what has ended is not kept for ever."""

from __future__ import annotations

from datetime import timedelta
from typing import Final

from sqlalchemy import delete, or_

from community.accounts.models import MailedLink, SignIn
from community.core.schedule import Job
from community.core.unit import unit

KEPT: Final = timedelta(days=30)
"""How long ended sessions and used links are kept, for whoever asks what happened."""


def forget_ended() -> None:
    """Delete sessions and mailed links that ended 30 days ago or earlier."""
    with unit() as u:
        before = u.now - KEPT
        u.session.execute(delete(SignIn).where(or_(SignIn.ended_at < before, SignIn.expires_at < before)))
        u.session.execute(delete(MailedLink).where(or_(MailedLink.used_at < before, MailedLink.expires_at < before)))


JOBS = [Job("accounts.forget_ended", timedelta(days=1), forget_ended)]
