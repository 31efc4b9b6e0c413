"""I have this problem too, of members."""

from __future__ import annotations

from sqlalchemy import select

from community.core.errors import require
from community.core.unit import Unit, unit
from community.follows.actions.follow import NOTHING, follow_of
from community.follows.counting import recount_me_toos
from community.follows.events import MeTooAdded, MeTooUndone
from community.follows.models import Follow, MeToo
from community.follows.policy import may_have_too
from community.staff.viewer import Viewer, refreshed
from community.topics.queries import topic_for


def add_me_too(*, by: Viewer, topic_id: int) -> None:
    """Say that one has the problem of a question too, and follow its answers from now on; twice is once."""
    with unit() as u:
        by = refreshed(by)
        topic = topic_for(by, topic_id)
        require(may_have_too(by, topic))
        if me_too_of(u, by.id or 0, topic.id) is not None:
            return
        u.add(MeToo(topic_id=topic.id, account_id=by.id, at=u.now))
        raise_level(u, by.id or 0, topic.id)
        recount_me_toos(u, [topic.id])
        u.record(MeTooAdded(by_id=by.id, topic_id=topic.id, category_id=topic.category_id))


def undo_me_too(*, by: Viewer, topic_id: int) -> None:
    """Take that back, and the follow that came with it unless it was changed since."""
    with unit() as u:
        by = refreshed(by)
        topic = topic_for(by, topic_id)
        known = me_too_of(u, by.id or 0, topic.id)
        if known is None:
            return
        follow = follow_of(u, by.id or 0, "topic", topic.id)
        if follow is not None and follow.level == "answers" and follow.at == known.at:
            u.session.delete(follow)
        u.session.delete(known)
        recount_me_toos(u, [topic.id])
        u.record(MeTooUndone(by_id=by.id, topic_id=topic.id, category_id=topic.category_id))


def me_too_of(u: Unit, account_id: int, topic_id: int) -> MeToo | None:
    """Inside a unit: the row by which somebody has the problem too."""
    return u.session.scalars(select(MeToo).where(MeToo.account_id == account_id, MeToo.topic_id == topic_id)).one_or_none()


def raise_level(u: Unit, account_id: int, topic_id: int) -> None:
    """Inside a unit: who has the problem hears of its answers, at least."""
    known = follow_of(u, account_id, "topic", topic_id)
    if known is None:
        u.add(Follow(account_id=account_id, kind="topic", target_id=topic_id, level="answers", chosen=True, at=u.now))
    elif known.level in {NOTHING, "muted"}:
        known.level, known.chosen, known.at = "answers", True, u.now
