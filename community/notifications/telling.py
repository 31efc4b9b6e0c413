"""Telling people of an event: who hears of it is decided in SQL, and each account gets at most one row for it.

Few are told in the unit that passes the event. Many are told in portions, each a unit of its own, so that no other writer
waits long; how far they are stands in the row of `Telling`, in the same transaction, so nobody is told twice or left out.
"""

from __future__ import annotations

from collections.abc import Collection, Mapping
from dataclasses import dataclass
from datetime import datetime, timedelta
from typing import Any, Final

from sqlalchemy import ColumnElement, Select, and_, case, cast, exists, func, insert, literal, null, or_, select, true, union_all
from sqlalchemy.orm import aliased

from community.accounts.models import Account
from community.categories.models import Category
from community.core.base import Id
from community.core.unit import Unit
from community.follows.models import ALL_UPDATES, Follow, MeToo, VisitorMeToo
from community.mail.models import OutgoingMail
from community.notifications.events import NotificationsMade
from community.notifications.kinds import KINDS
from community.notifications.models import MailChoice, Notification, Telling
from community.staff.readers import accounts_that_read
from community.tags.models import TopicTag
from community.topics.models import Topic

WAIT: Final = timedelta(seconds=60)
"""How long a notification may be read in the page before it is mailed (product.md 8)."""

OLD: Final = timedelta(days=3)
"""What happened so long ago is shown and not mailed any more: after a long standstill, and in the demo world."""

FEW: Final = 100
"""How many are told at once, in the unit of the event."""

PORTION: Final = 400
"""How many are told in one unit of their own: about 20 ms on SQLite (bench/fan_out.py)."""

AUDIENCES: Final[Mapping[str, Mapping[str, tuple[str, ...]]]] = {
    "posts": {"topic": ("everything",), "category": ("everything",), "tag": ("everything",), "person": ("everything",)},
    "topics": {"category": ("everything", "topics"), "tag": ("everything", "topics"), "person": ("everything", "topics")},
    "updates": {"updates": ("topics",)},
    "marks": {"topic": ("everything", "answers"), "category": ("everything", "answers"), "tag": ("everything", "answers")},
}
"""Who follows what at which level hears of new posts, new topics, updates, and marks on answers (with those who have it too)."""

VISITORS: Final = "visitors"
"""The audience of those who left an address to hear of the solution."""

_Own = aliased(Follow)
_NO_FOLLOW = cast(null(), Id)


@dataclass(frozen=True)
class News:
    """What people are told: the event's position and moment, and what it is about."""

    position: int
    at: datetime
    kind: str
    topic_id: int
    post_id: int | None = None
    actor_id: int | None = None


@dataclass(frozen=True)
class Place:
    """Where it happened."""

    topic_id: int
    visibility: str
    categories: tuple[int, ...]
    imported: bool


def place_of(u: Unit, topic_id: int) -> Place | None:
    """The place of a topic that is in lists; None where nobody is to hear of it."""
    query = (
        select(Topic.imported, Category.visibility, Category.id, Category.parent_id)
        .join(Category, Category.id == Topic.category_id)
        .where(Topic.id == topic_id, Topic.held_at.is_(None), Topic.removed_at.is_(None))
    )
    row = u.session.execute(query).first()
    if row is None:
        return None
    return Place(topic_id, row.visibility, (row.id, row.parent_id) if row.parent_id else (row.id,), row.imported)


def tell(u: Unit, place: Place, news: News, account_ids: Collection[int | None]) -> None:
    """Tell these people, where they may read it and did not mute the topic; whom the event told already is left alone."""
    wanted = {each for each in account_ids if each is not None and each != news.actor_id}
    if not wanted:
        return
    people = select(Account.id, _NO_FOLLOW).where(Account.id.in_(wanted), ~_muted_topic(place, "muted"))
    _made(u, news, _insert(u, place, news, people))


def tell_many(u: Unit, place: Place, news: News, audience: str) -> None:
    """Tell an audience: at once where it is small, else in portions from now on."""
    count, _last = _bound(u, place, news, audience, 0, FEW + 1)
    if count > FEW:
        u.add(
            Telling(
                position=news.position,
                audience=audience,
                kind=news.kind,
                topic_id=news.topic_id,
                post_id=news.post_id,
                actor_id=news.actor_id,
                at=news.at,
                after_id=0,
            )
        )
    elif count:
        _tell_between(u, place, news, audience, 0, FEW)


def tell_portion(u: Unit, telling: Telling) -> None:
    """Tell the next portion of an audience; after the last the row is gone."""
    place = place_of(u, telling.topic_id)
    news = News(telling.position, telling.at, telling.kind, telling.topic_id, telling.post_id, telling.actor_id)
    count, last = _bound(u, place, news, telling.audience, telling.after_id, PORTION) if place is not None else (0, None)
    if place is not None and last is not None:
        _tell_between(u, place, news, telling.audience, telling.after_id, PORTION)
        telling.after_id = last
    if count < PORTION:
        u.session.delete(telling)


def _bound(u: Unit, place: Place, news: News, audience: str, after: int, limit: int) -> tuple[int, int | None]:
    """How many of an audience come after an id, up to a limit, and the id of the last of them."""
    ids = _candidates(place, news, audience, after, limit)
    row = u.session.execute(select(func.count(), func.max(ids.c.id)).select_from(ids)).one()
    return row[0], row[1]


def _tell_between(u: Unit, place: Place, news: News, audience: str, after: int, limit: int) -> None:
    ids = _candidates(place, news, audience, after, limit)
    if audience == VISITORS:
        _mail_visitors(u, news, select(ids.c.id))
        return
    people = (
        select(Account.id, ids.c.follow_id)
        .join(ids, ids.c.id == Account.id)
        .where(Account.id != news.actor_id if news.actor_id is not None else true())
        .where(~_muted_topic(place, "muted", "none"), ~_muted_around(place) | _follows_topic(place))
    )
    _made(u, news, _insert(u, place, news, people))


def _candidates(place: Place, news: News, audience: str, after: int, limit: int) -> Any:
    """The first accounts of an audience after an id, each once, with the follow that brings it (None: they have it too).

    Each way to be among them is read along its index up to the limit, so a portion costs the same however many follow.
    """
    if audience == VISITORS:
        waiting = (VisitorMeToo.topic_id == place.topic_id, VisitorMeToo.confirmed_at.is_not(None))
        left = (VisitorMeToo.address.is_not(None), VisitorMeToo.id > after)
        found = select(VisitorMeToo.id.label("id"), _NO_FOLLOW.label("follow_id")).where(*waiting, *left)
        return found.order_by(VisitorMeToo.id).limit(limit).subquery()
    targets: dict[str, Any] = {
        "topic": Follow.target_id == place.topic_id,
        "category": Follow.target_id.in_(place.categories),
        "tag": Follow.target_id.in_(select(TopicTag.tag_id).where(TopicTag.topic_id == place.topic_id)),
        "person": Follow.target_id == (news.actor_id or 0),
        "updates": Follow.target_id == ALL_UPDATES,
    }
    since = literal(news.at, Follow.at.type)  # who follows only now was not waiting for it
    ways = [
        select(Follow.account_id.label("id"), Follow.id.label("follow_id"))
        .where(Follow.kind == kind, targets[kind], Follow.account_id > after, Follow.level.in_(levels), Follow.at <= since)
        .order_by(Follow.account_id)
        .limit(limit)
        .subquery()
        for kind, levels in AUDIENCES[audience].items()
    ]
    if audience == "marks":
        too = select(MeToo.account_id.label("id"), _NO_FOLLOW.label("follow_id"))
        mine = (MeToo.topic_id == place.topic_id, MeToo.account_id > after, MeToo.at <= since)
        ways.append(too.where(*mine).order_by(MeToo.account_id).limit(limit).subquery())
    both = union_all(*(select(way.c.id, way.c.follow_id) for way in ways)).subquery()
    once = select(both.c.id, func.min(both.c.follow_id).label("follow_id")).group_by(both.c.id)
    return once.order_by(both.c.id).limit(limit).subquery()


def _insert(u: Unit, place: Place, news: News, people: Select[*tuple[Any, ...]]) -> int:
    told = exists().where(Notification.account_id == Account.id, Notification.position == news.position)
    rows = (
        people.where(accounts_that_read(place.visibility, u.now), ~told)
        .where(or_(Account.imported_from.is_(None), Account.confirmed_at.is_not(None)))
        .add_columns(
            literal(news.position), literal(news.kind), literal(news.topic_id), literal(news.post_id, Telling.post_id.type)
        )
        .add_columns(literal(news.actor_id, Telling.actor_id.type), literal(news.at, Notification.at.type))
        .add_columns(_mail_at(u, place, news))
    )
    columns = ["account_id", "follow_id", "position", "kind", "topic_id", "post_id", "actor_id", "at", "mail_at"]
    done: Any = u.session.execute(insert(Notification).from_select(columns, rows))
    return int(done.rowcount)


def _made(u: Unit, news: News, count: int) -> None:
    if count:
        u.record(NotificationsMade(told=news.position))


def _mail_at(u: Unit, place: Place, news: News) -> ColumnElement[Any]:
    """When to mail it: only to confirmed addresses, by the account's choice, never for imports (rulings 25)."""
    usual = KINDS[news.kind].mailed
    if usual is None or KINDS[news.kind].own_letter or place.imported or u.now - news.at > OLD:
        return literal(None, Notification.mail_at.type)
    choice = (
        select(MailChoice.wanted)
        .where(MailChoice.account_id == Account.id, MailChoice.kind == news.kind)
        .correlate(Account)
        .scalar_subquery()
    )
    wanted = and_(Account.email.is_not(None), Account.confirmed_at.is_not(None), func.coalesce(choice, literal(usual)))
    return case((wanted, literal(u.now + WAIT, Notification.mail_at.type)))


def _mail_visitors(u: Unit, news: News, ids: Select[int]) -> None:
    """A letter to each who left an address; it waits like other mail, as the mark may be taken back at once."""
    moment = literal(u.now, OutgoingMail.created_at.type)
    due = literal(u.now + WAIT, OutgoingMail.created_at.type)
    waiting = exists().where(
        OutgoingMail.kind == "me_too_solved", OutgoingMail.about_id == VisitorMeToo.id, OutgoingMail.next_try_at.is_not(None)
    )
    rows = select(literal(news.position), literal("me_too_solved"), VisitorMeToo.id, moment, due, literal(0)).where(
        VisitorMeToo.id.in_(ids), ~waiting
    )
    empty = literal("")
    columns = ["position", "kind", "about_id", "created_at", "next_try_at", "tries", "error", "subject", "shown_text"]
    u.session.execute(insert(OutgoingMail).from_select(columns, rows.add_columns(empty, empty, empty)))


def _own(*conditions: ColumnElement[bool]) -> ColumnElement[bool]:
    return exists().where(_Own.account_id == Account.id, *conditions)


def _muted_topic(place: Place, *levels: str) -> ColumnElement[bool]:
    return _own(_Own.kind == "topic", _Own.target_id == place.topic_id, _Own.level.in_(levels))


def _follows_topic(place: Place) -> ColumnElement[bool]:
    return _own(_Own.kind == "topic", _Own.target_id == place.topic_id, _Own.level.in_(("everything", "answers")))


def _muted_around(place: Place) -> ColumnElement[bool]:
    """Whether the category or a tag of the topic is muted."""
    tags = select(TopicTag.tag_id).where(TopicTag.topic_id == place.topic_id)
    around = or_(
        and_(_Own.kind == "category", _Own.target_id.in_(place.categories)), and_(_Own.kind == "tag", _Own.target_id.in_(tags))
    )
    return _own(around, _Own.level == "muted")
