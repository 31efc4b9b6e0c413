"""Reading notifications: always one's own, and only of what one may still read."""

from __future__ import annotations

from collections.abc import Collection, Iterable
from dataclasses import dataclass
from datetime import datetime
from typing import Any

from sqlalchemy import ColumnElement, Select, and_, case, func, or_, select

from community.accounts.models import Account
from community.categories.models import Category
from community.core.errors import NotFound
from community.core.log import EventHead
from community.core.markup import excerpt
from community.core.paging import MAX_PAGES, PAGE_SIZE, Page, page_count
from community.core.position import Position
from community.extensions import db
from community.notifications.kinds import KINDS
from community.notifications.models import MailChoice, Notification
from community.posts.models import Post
from community.posts.views import post_url
from community.staff.viewer import Viewer, photo_url
from community.talks.queries import door_columns, door_of
from community.talks.views import Door
from community.topics.models import Topic
from community.topics.queries import topics_visible_to
from community.topics.titles import topic_url

MOST = 100
"""Unread notifications are counted up to this many; then it says 99+."""

SHOWN = 5
"""Of each topic the newest so many."""

EXCERPT = 200
"""Characters of a post in the list."""


@dataclass(frozen=True)
class Actor:
    """Who did something."""

    name: str
    url: str
    hue: int
    photo_url: str | None


@dataclass(frozen=True)
class Told:
    """One notification. `actor` is None where time or many did it; `badge` is that of the post's author."""

    id: int
    position: int
    kind: str
    at: datetime
    read: bool
    topic_id: int
    title: str
    url: str
    post_id: int | None
    actor: Actor | None
    beginning: str
    text: str
    badge: str | None


@dataclass(frozen=True)
class Group:
    """What happened in a topic, newest first; `more` counts what is not shown."""

    topic_id: int
    title: str
    url: str
    state: str | None
    closed: bool
    unread: int
    told: tuple[Told, ...]
    more: int


@dataclass(frozen=True)
class Inbox:
    """A page of topics with what happened in them, those with something unread first."""

    groups: tuple[Group, ...]
    page: Page
    unread: int


@dataclass(frozen=True)
class Bell:
    """What the frame of every page shows: how many are unread (at most 100), where the log stands, and the door to the desk."""

    unread: int
    position: Position
    door: Door = Door()


def bell(viewer: Viewer) -> Bell:
    """How many notifications the viewer has not read, by one query with the log's position and the door to the desk."""
    unread = _visible(select(Notification.id), viewer).where(Notification.read_at.is_(None)).limit(MOST).subquery()
    count = select(func.count()).select_from(unread).scalar_subquery()
    columns = (EventHead.epoch, EventHead.position, count.label("unread"), *door_columns(viewer))
    row = db.session.execute(select(*columns)).one()
    return Bell(row.unread, Position(row.epoch, row.position), door_of(viewer, row))


def unread_in(viewer: Viewer, topic_id: int) -> int:
    """How many of a topic the viewer has not read."""
    query = _visible(select(Notification.id), viewer).where(Notification.read_at.is_(None), Notification.topic_id == topic_id)
    return db.session.execute(select(func.count()).select_from(query.limit(MOST).subquery())).scalar_one()


def inbox(viewer: Viewer, number: int) -> Inbox:
    """A page of what the viewer was told, by topic. Raises NotFound beyond the last."""
    unread = func.count(case((Notification.read_at.is_(None), 1)))
    grouped = _visible(
        select(Notification.topic_id, unread.label("unread"), func.count().label("all"), func.max(Notification.id).label("newest")),
        viewer,
    ).group_by(Notification.topic_id)
    total = db.session.execute(select(func.count()).select_from(grouped.limit(MAX_PAGES * PAGE_SIZE).subquery())).scalar_one()
    page = Page(number, page_count(total), "/inbox")
    if number > page.count:
        raise NotFound
    order = (case((unread > 0, 0), else_=1), func.max(Notification.id).desc())
    rows = db.session.execute(grouped.order_by(*order).offset((number - 1) * PAGE_SIZE).limit(PAGE_SIZE)).all()
    told = _newest(viewer, [row.topic_id for row in rows])
    states = _states([row.topic_id for row in rows])
    groups = []
    for row in rows:
        these = tuple(told.get(row.topic_id, ()))
        state = states[row.topic_id]
        url = topic_url(row.topic_id, state.slug)
        more = max(0, row.all - len(these))
        groups.append(Group(row.topic_id, state.title, url, state.state, state.closed, row.unread, these, more))
    return Inbox(tuple(groups), page, bell(viewer).unread)


def told_page(viewer: Viewer, *, before: int | None, limit: int, unread: bool) -> list[Told]:
    """Notifications, newest first, before an id; for the API."""
    query = _rows(viewer)
    if before is not None:
        query = query.where(Notification.id < before)
    if unread:
        query = query.where(Notification.read_at.is_(None))
    return [_told(row) for row in db.session.execute(query.order_by(Notification.id.desc()).limit(limit))]


def told_by_mail(viewer: Viewer, mail_id: int, topic_id: int) -> list[Told]:
    """What a mail is to tell its reader: what they have not read meanwhile and may still read, oldest first."""
    query = _rows(viewer).where(Notification.topic_id == topic_id, Notification.mail_id == mail_id, Notification.read_at.is_(None))
    return [_told(row) for row in db.session.execute(query.order_by(Notification.id))]


def told_of(position: int, account_ids: Collection[int]) -> set[int]:
    """Which of these accounts were told of the event at a position: for the bells that are open now."""
    query = select(Notification.account_id).where(Notification.position == position, Notification.account_id.in_(account_ids))
    return set(db.session.scalars(query))


def mail_choices(viewer: Viewer) -> dict[str, bool]:
    """Of which kinds the viewer gets mail, by kind, those without a switch left out."""
    chosen = dict(db.session.execute(select(MailChoice.kind, MailChoice.wanted).where(MailChoice.account_id == viewer.id)).all())
    return {name: chosen.get(name, kind.mailed) for name, kind in KINDS.items() if kind.mailed is not None}


def _visible(query: Select[*tuple[Any, ...]], viewer: Viewer) -> Select[*tuple[Any, ...]]:
    """The query over Notification, kept to what the viewer was told and may read at this moment, and what still is true."""
    return (
        query.select_from(Notification)
        .join(Topic, Topic.id == Notification.topic_id)
        .join(Category, Category.id == Topic.category_id)
        .outerjoin(Post, Post.id == Notification.post_id)
        .where(Notification.account_id == viewer.id, topics_visible_to(viewer), _still_true())
    )


def _still_true() -> ColumnElement[bool]:
    shown = and_(Post.held_at.is_(None), Post.removed_at.is_(None))
    return and_(
        or_(Notification.post_id.is_(None), shown),
        or_(Notification.kind.not_in(("accepted", "solved")), Post.accepted),
        or_(Notification.kind != "official", Post.official),
    )


def _rows(viewer: Viewer) -> Select[*tuple[Any, ...]]:
    columns = (
        *(Notification.id, Notification.position, Notification.kind, Notification.at, Notification.read_at),
        *(Notification.topic_id, Notification.post_id, Topic.title, Topic.slug, Post.number, Post.badge, Post.text),
        *(Account.name, Account.handle, Account.hue, Account.photo, Account.erased_at),
    )
    return _visible(select(*columns), viewer).outerjoin(Account, Account.id == Notification.actor_id)


def _newest(viewer: Viewer, topic_ids: Collection[int]) -> dict[int, list[Told]]:
    """The newest notifications of each of these topics, by one statement."""
    if not topic_ids:
        return {}
    place = func.row_number().over(
        partition_by=Notification.topic_id, order_by=(case((Notification.read_at.is_(None), 0), else_=1), Notification.id.desc())
    )
    ranked = _visible(select(Notification.id, place.label("place")), viewer).where(Notification.topic_id.in_(topic_ids)).subquery()
    wanted = select(ranked.c.id).where(ranked.c.place <= SHOWN)
    found: dict[int, list[Told]] = {}
    for row in db.session.execute(_rows(viewer).where(Notification.id.in_(wanted)).order_by(Notification.id.desc())):
        found.setdefault(row.topic_id, []).append(_told(row))
    return found


def _states(topic_ids: Iterable[int]) -> dict[int, Any]:
    query = select(Topic.id, Topic.title, Topic.slug, Topic.state, Topic.closed).where(Topic.id.in_(list(topic_ids)))
    return {row.id: row for row in db.session.execute(query)}


def _told(row: Any) -> Told:
    url = topic_url(row.topic_id, row.slug)
    actor = None
    if row.handle is not None and row.erased_at is None:
        actor = Actor(row.name, f"/u/{row.handle}", row.hue, photo_url(row.photo))
    return Told(
        id=row.id,
        position=row.position,
        kind=row.kind,
        at=row.at,
        read=row.read_at is not None,
        topic_id=row.topic_id,
        title=row.title,
        url=post_url(url, row.number, row.post_id) if row.post_id is not None else url,
        post_id=row.post_id,
        actor=actor,
        beginning=excerpt(row.text, EXCERPT) if row.text else "",
        text=row.text or "",
        badge=row.badge,
    )
