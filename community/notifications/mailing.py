"""From what nobody has read in time to mails: one for each person and topic, whatever happened in it meanwhile."""

from __future__ import annotations

from sqlalchemy import func, select, update

from community.core import clock
from community.core.follow import Cursor, leased
from community.core.unit import unit
from community.extensions import db
from community.mail.models import OutgoingMail
from community.notifications.models import Notification

AT_ONCE = 200
"""Mails put into the outbox by one unit: about 20 ms."""


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
        groups = u.session.execute(
            select(Notification.account_id, Notification.topic_id, func.max(Notification.position).label("position"))
            .where(*due)
            .group_by(Notification.account_id, Notification.topic_id)
            .limit(AT_ONCE)
        ).all()
        mails = [
            OutgoingMail(
                position=group.position,
                account_id=group.account_id,
                kind="notifications",
                about_id=group.topic_id,
                created_at=u.now,
                next_try_at=u.now,
            )
            for group in groups
        ]
        u.session.add_all(mails)
        u.session.flush()
        for mail in mails:
            u.session.execute(
                update(Notification)
                .where(Notification.account_id == mail.account_id, Notification.topic_id == mail.about_id)
                .where(Notification.read_at.is_(None), Notification.mail_at.is_not(None))
                .values(mail_id=mail.id, mail_at=None)
                .execution_options(synchronize_session=False)
            )
        return len(mails)
