"""How many have the problem of a question: members, and visitors whose address was confirmed."""

from __future__ import annotations

from collections.abc import Sequence

from sqlalchemy import ColumnElement, func, select, update

from community.core.unit import Unit
from community.follows.models import MeToo, VisitorMeToo
from community.topics.models import Topic


def counted() -> ColumnElement[int]:
    """The number as a column beside Topic: what `Topic.me_too_count` repeats."""
    members = select(func.count()).where(MeToo.topic_id == Topic.id).correlate(Topic).scalar_subquery()
    visitors = (
        select(func.count())
        .where(VisitorMeToo.topic_id == Topic.id, VisitorMeToo.confirmed_at.is_not(None))
        .correlate(Topic)
        .scalar_subquery()
    )
    return members + visitors


def recount_me_toos(u: Unit, topic_ids: Sequence[int]) -> None:
    """Inside a unit: count these topics anew, by one statement."""
    u.session.flush()
    u.session.execute(
        update(Topic).where(Topic.id.in_(topic_ids)).values(me_too_count=counted()).execution_options(synchronize_session=False)
    )
    for topic_id in topic_ids:
        known = u.session.identity_map.get(u.session.identity_key(Topic, topic_id))
        if known is not None:
            u.session.expire(known, ["me_too_count"])
