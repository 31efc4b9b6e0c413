"""What leads to a topic, and so keeps it where it can be read: questions that are its duplicates."""

from __future__ import annotations

from flask_babel import gettext as _
from sqlalchemy import select
from sqlalchemy.orm import aliased

from community.categories.models import Category
from community.categories.policy import BREADTH
from community.core.errors import ALLOWED, Conflict, Decision, refused
from community.extensions import db
from community.topics.models import Duplicate, Topic

_Other = aliased(Topic)


def may_be_removed(topic: Topic) -> Decision:
    """Whether nothing leads to this topic (product.md 2: the original cannot go while it is referenced)."""
    if topic.is_question and _duplicates_of(topic):
        return refused(_("Another question is a duplicate of this one, so it has to stay. Undo that first."), Conflict)
    return ALLOWED


def may_stand_in(topic: Topic, category: Category) -> Decision:
    """Whether a topic may go into a category: everybody who reads a duplicate must be able to read its original."""
    there = BREADTH[category.visibility]
    if any(BREADTH[visibility] < there for visibility in _duplicates_of(topic)):
        return refused(
            _("Another question is a duplicate of this one, and not everybody who reads it could read this one there."), Conflict
        )
    if any(BREADTH[visibility] > there for visibility in _original_of(topic)):
        return refused(_("More people would read this there than may read the question that it repeats."), Conflict)
    return ALLOWED


def _duplicates_of(topic: Topic) -> list[str]:
    """The visibilities of the questions that repeat this one."""
    query = select(Category.visibility).join(_Other, _Other.category_id == Category.id)
    repeating = query.join(Duplicate, Duplicate.topic_id == _Other.id)
    return list(db.session.scalars(repeating.where(Duplicate.original_id == topic.id, Duplicate.undone_at.is_(None)).distinct()))


def _original_of(topic: Topic) -> list[str]:
    query = select(Category.visibility).join(_Other, _Other.category_id == Category.id)
    repeated = query.join(Duplicate, Duplicate.original_id == _Other.id)
    return list(db.session.scalars(repeated.where(Duplicate.topic_id == topic.id, Duplicate.undone_at.is_(None))))
