"""Reading the outbox, for admins."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import datetime

from sqlalchemy import func, select

from community.accounts.models import Account
from community.core.paging import PAGE_SIZE
from community.extensions import db
from community.mail.models import OutgoingMail
from community.staff.viewer import Viewer


@dataclass(frozen=True)
class OutboxRow:
    """A mail as admins see it: no address, and (outside development) no token. `state` is waiting, sent, kept or given_up.

    `handle` is empty for who has no account.
    """

    id: int
    account_id: int | None
    handle: str
    confirmed: bool
    kind: str
    state: str
    subject: str
    text: str
    error: str
    tries: int
    created_at: datetime
    next_try_at: datetime | None


def outbox(viewer: Viewer, page: int) -> list[OutboxRow]:
    """The mails of one page, newest first; none for who is no admin."""
    if not viewer.is_admin:
        return []
    query = (
        select(OutgoingMail, Account.handle, Account.confirmed_at)
        .outerjoin(Account, Account.id == OutgoingMail.account_id)
        .order_by(OutgoingMail.id.desc())
        .offset((page - 1) * PAGE_SIZE)
        .limit(PAGE_SIZE)
    )
    return [_row(mail, handle, confirmed_at) for mail, handle, confirmed_at in db.session.execute(query)]


def outbox_size(viewer: Viewer) -> int:
    """How many mails there are or were."""
    return db.session.execute(select(func.count()).select_from(OutgoingMail)).scalar_one() if viewer.is_admin else 0


def _row(mail: OutgoingMail, handle: str | None, confirmed_at: datetime | None) -> OutboxRow:
    return OutboxRow(
        id=mail.id,
        account_id=mail.account_id,
        handle=handle or "",
        confirmed=confirmed_at is not None,
        kind=mail.kind,
        state=mail.state,
        subject=mail.subject,
        text=mail.shown_text,
        error=mail.error,
        tries=mail.tries,
        created_at=mail.created_at,
        next_try_at=mail.next_try_at,
    )
