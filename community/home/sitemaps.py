"""What everybody may read, for sitemaps: in files of at most 10,000 addresses, read in small portions.

A file covers a range of ids, so it is the same file for ever and only what changed in it changes. No portion is read while
another is sent: a slow reader holds neither a transaction nor memory. Each portion is one statement.
"""

from __future__ import annotations

from collections.abc import Callable, Iterator
from dataclasses import dataclass
from datetime import datetime
from typing import Any

from sqlalchemy import ColumnElement, Select, Subquery, and_, case, func, null, or_, select

from community.accounts.models import Account
from community.categories.models import Category
from community.categories.queries import may_read
from community.extensions import db
from community.posts.models import Post
from community.posts.queries.page import ANSWER, MARKED
from community.staff.viewer import VISITOR
from community.tags.models import Tag, TopicTag
from community.topics.models import Topic
from community.topics.queries import topics_visible_to
from community.topics.titles import topic_url

LARGEST = 10_000
"""Addresses a file; the protocol allows 50,000, and smaller files are read again sooner when something in them changed."""

PORTION = 1_000
"""Ids that one statement covers."""


@dataclass(frozen=True, slots=True)
class Place:
    """An address, as a path, and when what it shows last changed."""

    address: str
    changed: datetime | None = None


@dataclass(frozen=True)
class Section:
    """One kind of things: `rows` gives a statement with the columns `id`, `changed` and what `address` needs.

    `dated`: what has no date of change has nothing to show.
    """

    newest: Callable[[], Select[*tuple[Any, ...]]]
    rows: Callable[[], Select[*tuple[Any, ...]]]
    id: Any
    address: Callable[[Any], str]
    dated: bool = False

    def within(self, low: int, high: int) -> Subquery:
        """Those of a range of ids that belong into a sitemap."""
        rows = self.rows().where(self.id.between(low, high)).subquery()
        return select(rows).where(rows.c.changed.is_not(None)).subquery() if self.dated else rows


def files() -> Iterator[tuple[str, int, datetime | None]]:
    """Every file that has something in it: its section, its number from 1, and when something in it last changed."""
    for name, section in SECTIONS.items():
        last = db.session.execute(section.newest()).scalar_one() or 0
        db.session.rollback()
        for number in range(1, -(-last // LARGEST) + 1):
            found = section.within(*_range(number))
            count, changed = db.session.execute(select(func.count(), func.max(found.c.changed))).one()
            db.session.rollback()
            if count:
                yield name, number, changed


def places(name: str, number: int) -> Iterator[list[Place]]:
    """What a file holds, in portions; nothing at all for a file that is not there."""
    section = SECTIONS.get(name)
    if section is None:
        return
    low, high = _range(number)
    for start in range(low, high + 1, PORTION):
        found = section.within(start, min(start + PORTION - 1, high))
        rows = db.session.execute(select(found).order_by(found.c.id)).all()
        db.session.rollback()
        if rows:
            yield [Place(section.address(row), row.changed) for row in rows]


def _range(number: int) -> tuple[int, int]:
    return (number - 1) * LARGEST + 1, number * LARGEST


def _for_engines() -> ColumnElement[bool]:
    """Topics that everybody may read, without questions that have waited in vain (posts/jobs.py); as `TopicView.is_for_engines`."""
    answered = select(Post.id).where(Post.topic_id == Topic.id, ANSWER).correlate(Topic).exists()
    return and_(topics_visible_to(VISITOR), or_(Topic.unindexed_at.is_(None), answered))


def _topics() -> Select[*tuple[Any, ...]]:
    """A topic changes with its newest post, with an edit and with an acceptance; each is a look into an index."""
    edited = select(func.max(Post.edited_at)).where(Post.topic_id == Topic.id, Post.edited_at.is_not(None))
    accepted = select(func.max(Post.accepted_at)).where(Post.topic_id == Topic.id, MARKED)
    return (
        select(
            *(Topic.id, Topic.slug),
            _later(Topic.active_at, edited.correlate(Topic).scalar_subquery(), accepted.correlate(Topic).scalar_subquery()).label(
                "changed"
            ),
        )
        .join(Category, Category.id == Topic.category_id)
        .where(_for_engines())
    )


def _later(first: Any, *others: Any) -> Any:
    """The latest of several moments, of which all but the first may be missing; said alike on both databases."""
    latest = first
    for other in others:
        latest = case((other > latest, other), else_=latest)
    return latest


def _categories() -> Select[*tuple[Any, ...]]:
    newest = select(Topic.active_at).where(Topic.category_id == Category.id, topics_visible_to(VISITOR))
    changed = newest.order_by(Topic.active_at.desc()).limit(1).correlate(Category).scalar_subquery()
    return select(Category.id, Category.slug, changed.label("changed")).where(may_read(VISITOR))


def _tags() -> Select[*tuple[Any, ...]]:
    """Tags that a topic for everybody carries. When one of all those topics changed last would take reading them all."""
    carried = (
        select(TopicTag.topic_id)
        .join(Topic, Topic.id == TopicTag.topic_id)
        .join(Category, Category.id == Topic.category_id)
        .where(TopicTag.tag_id == Tag.id, topics_visible_to(VISITOR))
    )
    return select(Tag.id, Tag.name, null().label("changed")).where(carried.correlate(Tag).exists())


def _people() -> Select[*tuple[Any, ...]]:
    """People with an answer that everybody may read; their newest is found first, so no other is read."""
    newest = (
        select(Post.created_at)
        .join(Topic, Topic.id == Post.topic_id)
        .join(Category, Category.id == Topic.category_id)
        .where(Post.author_id == Account.id, ANSWER, topics_visible_to(VISITOR))
        .order_by(Post.created_at.desc())
        .limit(1)
        .correlate(Account)
        .scalar_subquery()
    )
    return select(Account.id, Account.handle, newest.label("changed")).where(Account.erased_at.is_(None))


SECTIONS: dict[str, Section] = {
    "topics": Section(lambda: select(func.max(Topic.id)), _topics, Topic.id, lambda row: topic_url(row.id, row.slug)),
    "categories": Section(lambda: select(func.max(Category.id)), _categories, Category.id, lambda row: f"/c/{row.slug}"),
    "tags": Section(lambda: select(func.max(Tag.id)), _tags, Tag.id, lambda row: f"/tags/{row.name}"),
    "people": Section(lambda: select(func.max(Account.id)), _people, Account.id, lambda row: f"/u/{row.handle}", dated=True),
}
