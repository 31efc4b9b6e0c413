"""What was told of a post and is not true any more."""

from __future__ import annotations

from typing import Any

from sqlalchemy import delete, select, update

from community.core.follow import Reading
from community.core.log import Recorded
from community.core.unit import Unit
from community.notifications import events as own
from community.notifications.models import Notification, Telling


def taken_back(*kinds: str) -> Reading:
    """A reading for an event after which what was told of a post is not true any more: nobody needs to read or mail it."""

    def settle(u: Unit, _recorded: Recorded, event: Any) -> None:
        unread = (Notification.post_id == event.post_id, Notification.kind.in_(kinds), Notification.read_at.is_(None))
        u.session.execute(delete(Telling).where(Telling.post_id == event.post_id, Telling.kind.in_(kinds)))
        for position in u.session.scalars(select(Notification.position).where(*unread).distinct()).all():
            u.record(own.NotificationsMade(told=position))
        u.session.execute(
            update(Notification).where(*unread).values(read_at=u.now, mail_at=None).execution_options(synchronize_session=False)
        )

    return settle
