"""Which answers the FAQ may show, and how many people looked for them."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass
from typing import Any, Final

from sqlalchemy import ColumnElement, and_, case, exists, or_, select

from community.categories.models import Category
from community.core.unit import Unit
from community.extensions import db
from community.faq.models import FaqEntry
from community.insights.models import TopicOutcome
from community.insights.queries import Looked, looked_for_unchecked
from community.posts.models import Post
from community.staff.viewer import VISITOR
from community.topics.models import Topic
from community.topics.queries import topics_visible_to
from community.votes.queries import worth

FOUND_A_PERSON: Final = 10
"""So many openings from search results count as one visitor who looked for it: a glance says less than a word."""

_BATCH: Final = 400


def is_source() -> ColumnElement[bool]:
    """The condition on Post joined with Topic and Category: a public question's answer that solved it or is official."""
    return and_(
        topics_visible_to(VISITOR),
        Topic.kind == "question",
        Topic.state != "duplicate",
        or_(Post.accepted, Post.official),
        Post.rejected_at.is_(None),
        Post.held_at.is_(None),
        Post.removed_at.is_(None),
    )


def best_first() -> tuple[Any, ...]:
    """The order of a topic's marked answers, as in its cards (rulings 21)."""
    both = case((and_(Post.accepted, Post.official), 0), (Post.accepted, 1), else_=2)
    return (both, Post.accepted_at, Post.number)


def source_of(u: Unit, topic_id: int) -> tuple[Post | None, str]:
    """Inside a unit: the answer of a topic that the FAQ may show, or why there is none: gone, not_public, duplicate or unmarked."""
    query = (
        select(Post)
        .join(Topic, Topic.id == Post.topic_id)
        .join(Category, Category.id == Topic.category_id)
        .where(Topic.id == topic_id, is_source())
        .order_by(*best_first())
    )
    post = u.session.scalars(query.limit(1)).one_or_none()
    if post is not None:
        return post, ""
    topic = u.fetch(Topic, topic_id)
    if topic.removed_at is not None or topic.held_at is not None:
        return None, "gone"
    if topic.category.visibility != "public":
        return None, "not_public"
    return None, "duplicate" if topic.state == "duplicate" else "unmarked"


@dataclass(frozen=True, slots=True)
class Sought:
    """How many people looked for a topic's answer, as it counts for the FAQ, and how many it helped."""

    topic_id: int
    looked_for: int
    helped: int


def sought_unchecked() -> Iterator[Sought]:
    """Every topic whose answer could be in the FAQ and for which there is any sign, or is in it; batches of 400."""
    after = 0
    while rows := db.session.execute(_signs().where(Topic.id.in_(_ids_after(after))).order_by(Topic.id, *best_first())).all():
        best: dict[int, Any] = {}
        for row in rows:
            best.setdefault(row.id, row)
        looked = looked_for_unchecked(list(best))
        yield from (sought(row, looked.get(topic_id, Looked())) for topic_id, row in best.items())
        after = max(best)


def sought(row: Any, looked: Looked) -> Sought:
    """What the signs of one answer amount to.

    Members are those who have the problem too, to whom the answer was helpful, and who ended a question of their own
    with it; visitors what is left of the same, and a tenth of the openings from search. Visitors count at most as much
    as members (rulings 7). An answer helped its asker and those who said so by the one way that more people took.
    """
    marks = max(0, worth(row.helpful_count, row.unhelpful_count, 0, 0))
    members = row.me_too_count + marks + looked.members
    visitors = (
        looked.successful - looked.members + max(0, row.visitors_helpful - row.visitors_unhelpful) + looked.found // FOUND_A_PERSON
    )
    helped = max(looked.successful, row.helpful_count + row.visitors_helpful)
    return Sought(row.id, members + max(0, min(members, visitors)), helped + int(row.accepted_by_asker))


def _ids_after(after: int) -> Any:
    sign = or_(
        *(Post.helpful_count > 0, Post.visitors_helpful > 0, Topic.me_too_count > 0),
        exists().where(TopicOutcome.topic_id == Topic.id),
        exists().where(FaqEntry.topic_id == Topic.id),
    )
    return (
        select(Topic.id)
        .join(Post, Post.topic_id == Topic.id)
        .join(Category, Category.id == Topic.category_id)
        .where(Topic.id > after, is_source(), sign)
        .distinct()
        .order_by(Topic.id)
        .limit(_BATCH)
        .scalar_subquery()
    )


def _signs() -> Any:
    return (
        select(Topic.id, Topic.me_too_count, Post.accepted_by_asker)
        .add_columns(Post.helpful_count, Post.unhelpful_count, Post.visitors_helpful, Post.visitors_unhelpful)
        .join(Post, Post.topic_id == Topic.id)
        .join(Category, Category.id == Topic.category_id)
        .where(is_source())
    )
