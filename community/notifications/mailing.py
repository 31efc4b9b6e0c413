"""From what nobody has read in time to mails: one for each person and topic, whatever happened in it meanwhile."""

from __future__ import annotations

from sqlalchemy import bindparam, func, insert, select, update

from community.core import clock
from community.core.follow import Cursor, leased
from community.core.unit import unit
from community.extensions import db
from community.mail.models import OutgoingMail
from community.notifications.models import Notification

AT_ONCE = 200
"""Notifications that one unit puts into mails: about 15 ms (bench/fan_out.py)."""


def mail_due(follower: str) -> int:
    """Put mails for what is due into the outbox, for whoever holds this follower's lease; returns how many."""
    due = (Notification.mail_at.is_not(None), Notification.mail_at <= clock.now(), Notification.read_at.is_(None))
    waiting = db.session.execute(select(Notification.id).where(*due).limit(1)).first() is not None
    db.session.rollback()
    if not waiting:
        return 0
    with unit() as u:
        cursor = u.session.get(Cursor, follower)
        if cursor is None or not leased(cursor, u.now):
            return 0
        first = (
            select(Notification.account_id, Notification.topic_id, Notification.position)
            .where(*due)
            .order_by(Notification.mail_at)
            .limit(AT_ONCE)
            .subquery()
        )
        groups = select(first.c.account_id, first.c.topic_id, func.max(first.c.position).label("position"))
        mails = [
            {
                "position": group.position,
                "account_id": group.account_id,
                "kind": "notifications",
                "about_id": group.topic_id,
                "created_at": u.now,
                "next_try_at": u.now,
            }
            for group in u.session.execute(groups.group_by(first.c.account_id, first.c.topic_id))
        ]
        if not mails:
            return 0
        made = insert(OutgoingMail).returning(OutgoingMail.id, OutgoingMail.account_id, OutgoingMail.about_id)
        put = [{"mail": row.id, "whose": row.account_id, "where": row.about_id} for row in u.session.execute(made, mails)]
        table = Notification.__table__
        pending = (table.c.account_id == bindparam("whose"), table.c.topic_id == bindparam("where"))
        told = update(table).where(*pending, table.c.read_at.is_(None), table.c.mail_at.is_not(None))  # type: ignore[arg-type]
        u.session.connection().execute(told.values(mail_id=bindparam("mail"), mail_at=None), put)
        return len(mails)
