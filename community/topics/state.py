"""The state of a question, computed from what happened (product.md 2, rulings 19)."""

from __future__ import annotations

from datetime import datetime, timedelta

from sqlalchemy import func, select

from community.core.unit import Unit
from community.topics.models import Closure, Duplicate, InfoRequest, Topic

SILENCE = timedelta(days=7)
"""How long nobody has written before an official answer counts as enough, and staff may accept (product.md 2)."""


def is_silent(topic: Topic, moment: datetime) -> bool:
    """Whether nobody has written, and the asker has said nothing, for seven days."""
    return topic.last_word_at + SILENCE <= moment


def recompute(u: Unit, topic: Topic) -> None:
    """Set the state of a topic after a change in this unit. Its counters must be right by then."""
    u.session.flush()
    topic.state = state_of(
        topic,
        duplicate=live_duplicate(u, topic.id) is not None,
        info_asked=live_info_request(u, topic.id) is not None,
        moment=u.now,
    )


def state_of(topic: Topic, *, duplicate: bool, info_asked: bool, moment: datetime) -> str | None:
    """The state that the columns of a topic and its live marks amount to; None for other kinds than questions."""
    if topic.kind != "question":
        return None
    if duplicate:
        return "duplicate"
    if topic.accepted_count:
        return "solved"
    if info_asked:
        return "needs_info"
    if topic.is_unsolved:
        return "waiting" if topic.others_count else "new"
    if topic.standing_count and is_silent(topic, moment):
        return "answered_unconfirmed"
    if not topic.others_count:
        return "new"
    return "waiting" if topic.last_by_id == topic.author_id else "answered"


def live_duplicate(u: Unit, topic_id: int) -> Duplicate | None:
    """The row by which a question is a duplicate now."""
    return u.session.scalars(select(Duplicate).where(Duplicate.topic_id == topic_id, Duplicate.undone_at.is_(None))).one_or_none()


def live_info_request(u: Unit, topic_id: int) -> InfoRequest | None:
    """The newest request for information that nobody has answered."""
    rows = (
        select(InfoRequest)
        .where(InfoRequest.topic_id == topic_id, InfoRequest.cleared_at.is_(None))
        .order_by(InfoRequest.id.desc())
    )
    return u.session.scalars(rows.limit(1)).one_or_none()


def reopened_at(u: Unit, topic: Topic) -> datetime | None:
    """When its asker last opened again a question that had closed itself."""
    opened = select(func.max(Closure.undone_at)).where(Closure.topic_id == topic.id, Closure.automatic)
    return u.session.execute(opened.where(Closure.undone_by_id == topic.author_id)).scalar_one()
