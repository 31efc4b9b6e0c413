"""What waits on the desk, in three statements whatever its length.

Each topic stands in the first queue that fits. The order is that of need: an asker who was let down once already, then who
waits for a first or a next answer, by when the promise falls due, else the longest first; then answers that may mislead
readers; last what waits for somebody else.
"""

from __future__ import annotations

from collections.abc import Collection, Iterable
from dataclasses import dataclass, field
from datetime import datetime
from functools import cache
from typing import Any

from sqlalchemy import BindParameter, Row, Select, Subquery, and_, bindparam, case, exists, func, literal, or_, select, union
from sqlalchemy.orm import aliased

from community.accounts.models import Account
from community.categories.models import Category
from community.categories.queries import categories_visible_to
from community.core.errors import NotFound
from community.core.paging import PAGE_SIZE, Page, page_count
from community.extensions import db
from community.posts.models import Post
from community.posts.queries.page import category_columns, category_view
from community.posts.views import CategoryView
from community.staff.viewer import Viewer
from community.topics.models import Topic
from community.topics.queries import topics_visible_to
from community.topics.titles import topic_url

QUEUES = ("rejected", "new", "waiting", "doubted", "aged", "unconfirmed", "needs_info")
"""Every queue, in the order of the page. New questions and waiting ones are one row, by age."""

_RANK = {queue: rank for rank, queue in enumerate(QUEUES)} | {"waiting": 1}
_STATES = ("new", "waiting", "needs_info", "answered_unconfirmed")


@dataclass(frozen=True)
class Entry:
    """A topic on the desk. `since` is from when it waits; `post_id` the answer to look at, where it is about one of several."""

    id: int
    url: str
    title: str
    queue: str
    since: datetime
    category: CategoryView
    asked_by: str
    reply_count: int
    product: str
    post_id: int | None
    outdated: int
    outdated_visitors: int
    promise: str | None
    due_at: datetime | None
    first_staff_answer_at: datetime | None


@dataclass(frozen=True)
class Desk:
    """A page of the desk. `counts` are of all queues in all places, whatever is chosen; `places` all that the viewer may read."""

    entries: tuple[Entry, ...]
    counts: dict[str, int]
    places: tuple[CategoryView, ...]
    page: Page
    total: int
    queue: str | None = None
    category: CategoryView | None = None
    queues: tuple[str, ...] = field(default=QUEUES)

    @property
    def all(self) -> int:
        """Everything that waits."""
        return sum(self.counts.values())


def desk_for(viewer: Viewer, *, queue: str | None = None, category: str | None = None, number: int = 1) -> Desk:
    """What waits, in all or of one queue and place, as this employee may read it.

    Raises NotFound for who is none, for a queue or place that is not there, and beyond the last page.
    """
    if not viewer.is_staff or queue not in {None, *QUEUES}:
        raise NotFound
    counted = _counted(viewer)
    places = {place.id: place for place in _places(viewer)}
    chosen = next((place for place in places.values() if place.slug == category), None)
    if category is not None and chosen is None:
        raise NotFound
    total = sum(
        count for (each, place_id), count in counted.items() if queue in {None, each} and (not chosen or place_id == chosen.id)
    )
    kept = [(name, value) for name, value in (("queue", queue), ("category", category)) if value]
    page = Page(number, page_count(total), "/desk", tuple(kept))
    if number > page.count:
        raise NotFound
    rows = _rows(False).where(topics_visible_to(viewer)).offset((number - 1) * PAGE_SIZE).limit(PAGE_SIZE)
    if queue is not None:
        rows = rows.where(_standing(False).c.queue == queue)
    if chosen is not None:
        rows = rows.where(Topic.category_id == chosen.id)
    return Desk(
        entries=_entries(db.session.execute(rows)) if total else (),
        counts=counts_of(counted),
        places=tuple(places.values()),
        page=page,
        total=total,
        queue=queue,
        category=chosen,
    )


def desk_counts(viewer: Viewer) -> dict[str, int]:
    """How much waits in each queue."""
    return counts_of(_counted(viewer))


def entries_of(viewer: Viewer, topic_ids: Collection[int]) -> dict[int, Entry]:
    """Those of these topics that are on the desk, by id."""
    rows = _rows(True).where(topics_visible_to(viewer), Topic.id.in_(bindparam("few", expanding=True)))
    found = db.session.execute(rows, {"few": sorted(topic_ids)})
    return {entry.id: entry for entry in _entries(found)}


def counts_of(counted: dict[tuple[str, int], int]) -> dict[str, int]:
    """How much waits in each queue, whatever the place."""
    counts = dict.fromkeys(QUEUES, 0)
    for (queue, _place), count in counted.items():
        counts[queue] += count
    return counts


def _counted(viewer: Viewer) -> dict[tuple[str, int], int]:
    standing = _standing(False)
    query = (
        select(standing.c.queue, Topic.category_id, func.count().label("topics"))
        .select_from(standing)
        .join(Topic, Topic.id == standing.c.topic_id)
        .join(Category, Category.id == Topic.category_id)
        .where(standing.c.queue.is_not(None), topics_visible_to(viewer))
        .group_by(standing.c.queue, Topic.category_id)
    )
    return {(row.queue, row.category_id): row.topics for row in db.session.execute(query)}


def _places(viewer: Viewer) -> Iterable[CategoryView]:
    for each in categories_visible_to(viewer):
        yield CategoryView(each.id, each.slug, each.name, f"/c/{each.slug}", each.hue, each.visibility)


@cache
def _standing(few: bool) -> Subquery:
    """Topics that may be on the desk, with the queue each stands in (or none) and the answers in it to look at.

    Imported questions have no clock (rulings 25), so only what is said of their answers here brings them to the desk.
    `few`: only the topics of that parameter are looked at; else what two indexes find.
    """
    flagged = _flagged(few)
    asked = and_(Topic.closed.is_(False), Topic.imported.is_(False))
    # Let down is who rejected an answer or opened their question again, until somebody else writes.
    reply = aliased(Post)
    answered = (
        exists()
        .where(reply.topic_id == Topic.id, reply.author_id != Topic.author_id, reply.created_at > Topic.unsolved_at)
        .where(reply.removed_at.is_(None), reply.held_at.is_(None))
    )
    let_down = and_(Topic.closed.is_(False), Topic.state == "waiting", Topic.unsolved_at.is_not(None), ~answered)
    queue = case(
        (and_(Topic.state.is_not(None), Topic.state == "duplicate"), None),
        (let_down, literal("rejected")),
        (and_(asked, Topic.state == "new"), literal("new")),
        (and_(asked, Topic.state == "waiting"), literal("waiting")),
        (flagged.c.doubted_at.is_not(None), literal("doubted")),
        (flagged.c.aged_at.is_not(None), literal("aged")),
        (and_(asked, Topic.state == "answered_unconfirmed"), literal("unconfirmed")),
        (and_(asked, Topic.state == "needs_info"), literal("needs_info")),
    )
    about = [column for column in flagged.c if column.name != "topic_id"]
    query = select(Topic.id.label("topic_id"), queue.label("queue"), *about).outerjoin(flagged, flagged.c.topic_id == Topic.id)
    return query.where(Topic.id.in_(_FEW if few else _candidates())).subquery("standing")


_FEW: BindParameter[Any] = bindparam("few", expanding=True)


def _flagged(few: bool) -> Subquery:
    """The answers to look at, by topic."""
    questioned = [or_(Post.doubted_at.is_not(None), Post.aged_at.is_not(None)), Post.removed_at.is_(None), Post.held_at.is_(None)]
    query = select(
        Post.topic_id,
        func.min(Post.doubted_at).label("doubted_at"),
        func.min(Post.aged_at).label("aged_at"),
        func.min(case((Post.doubted_at.is_not(None), Post.id))).label("doubted_id"),
        func.min(case((Post.aged_at.is_not(None), Post.id))).label("aged_id"),
        func.sum(Post.outdated_count).label("outdated"),
        func.sum(Post.outdated_visitor_count).label("outdated_visitors"),
    )
    if few:
        questioned.append(Post.topic_id.in_(_FEW))
    return query.where(*questioned).group_by(Post.topic_id).subquery("flagged")


def _candidates() -> Select[int]:
    flagged = select(Post.topic_id).where(or_(Post.doubted_at.is_not(None), Post.aged_at.is_not(None)))
    both = union(select(Topic.id).where(Topic.state.in_(_STATES), Topic.closed.is_(False)), flagged).subquery()
    return select(both.c[0])


@cache
def _rows(few: bool) -> Select[*tuple[Any, ...]]:
    standing = _standing(few)
    queue = standing.c.queue
    rank = case(_RANK, value=queue)
    since = case(
        (queue == "rejected", Topic.unsolved_at),
        (queue == "new", Topic.created_at),
        (queue == "doubted", standing.c.doubted_at),
        (queue == "aged", standing.c.aged_at),
        else_=Topic.last_post_at,
    )
    # Who has no answer yet stands where the promise falls due; all others since when they wait.
    due = case((and_(queue.in_(("new", "waiting")), Topic.first_staff_answer_at.is_(None)), Topic.due_at))
    return (
        select(
            *(Topic.id, Topic.slug, Topic.title, Topic.post_count, Topic.product, Topic.product_version, Account.name),
            *(queue, since.label("since"), standing.c.doubted_id, standing.c.aged_id),
            *(standing.c.outdated, standing.c.outdated_visitors),
            *(Topic.promise, Topic.due_at, Topic.first_staff_answer_at),
            *category_columns(Category, "category"),
        )
        .select_from(standing)
        .join(Topic, Topic.id == standing.c.topic_id)
        .join(Category, Category.id == Topic.category_id)
        .join(Account, Account.id == Topic.author_id)
        .where(queue.is_not(None))
        .order_by(rank, func.coalesce(due, since), Topic.id)
    )


def _entries(rows: Iterable[Row[Any]]) -> tuple[Entry, ...]:
    return tuple(_entry(row) for row in rows)


def _entry(row: Row[Any]) -> Entry:
    post_id = {"doubted": row.doubted_id, "aged": row.aged_id}.get(row.queue)
    return Entry(
        id=row.id,
        url=f"/p/{post_id}" if post_id else topic_url(row.id, row.slug),
        title=row.title,
        queue=row.queue,
        since=row.since,
        category=category_view(row, "category"),
        asked_by=row.name,
        reply_count=max(0, row.post_count - 1),
        product=" ".join(part for part in (row.product, row.product_version) if part),
        post_id=post_id,
        outdated=row.outdated or 0 if row.queue == "doubted" else 0,
        outdated_visitors=row.outdated_visitors or 0 if row.queue == "doubted" else 0,
        promise=row.promise,
        due_at=row.due_at,
        first_staff_answer_at=row.first_staff_answer_at,
    )
