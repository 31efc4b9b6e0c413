"""Reading topics, always for somebody."""

from __future__ import annotations

from collections.abc import Sequence
from datetime import timedelta
from statistics import median

from sqlalchemy import ColumnElement, and_, func, or_, select
from sqlalchemy.orm import contains_eager, joinedload

from community.categories.models import Category
from community.categories.queries import may_read
from community.core import clock
from community.core.errors import NotFound
from community.extensions import db
from community.staff.viewer import Viewer
from community.topics.models import Closure, Topic

_RECENT = timedelta(days=90)
_ENOUGH = 5  # fewer answers say nothing about the next one


def topics_visible_to(viewer: Viewer) -> ColumnElement[bool]:
    """The condition on Topic joined with Category for lists, counts and search: neither held nor removed."""
    return and_(may_read(viewer), Topic.held_at.is_(None), Topic.removed_at.is_(None))


def topics_readable_by(viewer: Viewer) -> ColumnElement[bool]:
    """The condition for one topic by its address: one's own while it is held, and the tombstone of a removed one."""
    return and_(may_read(viewer), or_(Topic.held_at.is_(None), Topic.author_id == viewer.id))


def topic_for(viewer: Viewer, topic_id: int) -> Topic:
    """The topic with its category and author. Raises NotFound where the viewer may not know of it."""
    query = (
        select(Topic)
        .join(Topic.category)
        .options(contains_eager(Topic.category), joinedload(Topic.author))
        .where(Topic.id == topic_id, topics_readable_by(viewer))
    )
    topic = db.session.scalars(query).one_or_none()
    if topic is None:
        raise NotFound
    return topic


def live_closure(topic_id: int) -> Closure | None:
    """The row by which a topic that was already loaded for a viewer is closed."""
    return db.session.scalars(
        select(Closure).where(Closure.topic_id == topic_id, Closure.undone_at.is_(None)).limit(1)
    ).one_or_none()


def count_visible(viewer: Viewer, *conditions: ColumnElement[bool]) -> int:
    """How many listed topics fulfil the conditions."""
    query = select(func.count()).select_from(Topic).join(Category, Category.id == Topic.category_id)
    return db.session.execute(query.where(topics_visible_to(viewer), *conditions)).scalar_one()


def usual_first_answer() -> timedelta | None:
    """The median time to the first answer by the team, of what was asked in the last 90 days; None below five answers.

    Counts the newest 500 public questions that were answered; imports have no clock (rulings 25).
    """
    query = (
        select(Topic.created_at, Topic.first_staff_answer_at)
        .join(Category, Category.id == Topic.category_id)
        .where(topics_visible_to(Viewer()), Topic.first_staff_answer_at.is_not(None), Topic.imported.is_(False))
        .where(Topic.kind == "question", Topic.created_at > clock.now() - _RECENT)
        .order_by(Topic.created_at.desc())
        .limit(500)
    )
    waits = [row.first_staff_answer_at - row.created_at for row in db.session.execute(query)]
    return median(waits) if len(waits) >= _ENOUGH else None


def public_topics_unchecked(ids: Sequence[int]) -> set[int]:
    """Which of these topics everybody may read: what a stored text may point to."""
    query = select(Topic.id).join(Category, Category.id == Topic.category_id)
    return set(db.session.scalars(query.where(Topic.id.in_(ids), topics_visible_to(Viewer()))))
