"""Which answers the FAQ may show, and how many people looked for them."""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from typing import Any, Final

from sqlalchemy import ColumnElement, and_, case, exists, func, or_, select, union

from community.categories.models import Category
from community.core.unit import Unit
from community.extensions import db
from community.faq.models import FaqEntry
from community.follows.models import MeToo
from community.insights.models import TopicOutcome
from community.insights.queries import Looked, looked_for_unchecked
from community.posts.models import Post
from community.staff.viewer import VISITOR
from community.topics.models import Topic
from community.topics.queries import topics_visible_to
from community.votes.models import HelpfulMark

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
        looked, named = looked_for_unchecked(list(best)), _named(best)
        yield from (sought(row, looked.get(topic_id, Looked()), named.get(topic_id, 0)) for topic_id, row in best.items())
        after = max(best)


def sought(row: Any, looked: Looked, named: int) -> Sought:
    """What the signs of one answer amount to; nobody counts twice for saying the same in two ways.

    Members are those who have the problem too or to whom the answer was helpful (`named`, each account once, without as
    many as it was not helpful to), or those who ended a question of their own with it, whichever are more: these are
    not known by name. Visitors are counted alike, and a tenth of the openings from search. They count at most as much
    as members (rulings 7). An answer helped its asker and those who said so by the one way that more people took.
    """
    members = max(0, named - row.unhelpful_count, looked.members)
    said = max(looked.successful - looked.members, row.visitors_helpful - row.visitors_unhelpful)
    visitors = said + looked.found // FOUND_A_PERSON
    helped = max(looked.successful, row.helpful_count + row.visitors_helpful)
    return Sought(row.id, members + max(0, min(members, visitors)), helped + int(row.accepted_by_asker))


def _named(best: Mapping[int, Any]) -> dict[int, int]:
    """How many accounts and confirmed addresses have the problem of these topics too, or were helped by their answers."""
    too = select(MeToo.topic_id, MeToo.account_id).where(MeToo.topic_id.in_(best))
    helped = (
        select(Post.topic_id, HelpfulMark.account_id)
        .join(Post, Post.id == HelpfulMark.post_id)
        .where(HelpfulMark.post_id.in_([row.post_id for row in best.values()]))
        .where(HelpfulMark.helpful, HelpfulMark.undone_at.is_(None))
    )
    accounts = union(too, helped).subquery()
    counted = db.session.execute(select(accounts.c.topic_id, func.count()).group_by(accounts.c.topic_id))
    found = {row[0]: row[1] for row in counted}
    members = select(MeToo.topic_id, func.count()).where(MeToo.topic_id.in_(best)).group_by(MeToo.topic_id)
    with_account = {row[0]: row[1] for row in db.session.execute(members)}
    return {
        topic_id: found.get(topic_id, 0) + max(0, row.me_too_count - with_account.get(topic_id, 0))
        for topic_id, row in best.items()
    }


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
        select(Topic.id, Topic.me_too_count, Post.id.label("post_id"), Post.accepted_by_asker)
        .add_columns(Post.helpful_count, Post.unhelpful_count, Post.visitors_helpful, Post.visitors_unhelpful)
        .join(Post, Post.topic_id == Topic.id)
        .join(Category, Category.id == Topic.category_id)
        .where(is_source())
    )
