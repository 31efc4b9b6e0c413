"""What somebody does with their notifications: reading them, choosing of which there is mail, stopping a mail by its own link."""

from __future__ import annotations

from collections.abc import Collection, Mapping
from dataclasses import dataclass
from datetime import timedelta
from typing import Any, Final

from flask import current_app
from itsdangerous import BadSignature, URLSafeSerializer
from sqlalchemy import ColumnElement, select, update

from community.core import clock
from community.core.errors import NotFound, require
from community.core.unit import Unit, unit
from community.extensions import db
from community.follows.actions.follow import set_level
from community.follows.actions.visitors import withdraw_visitor
from community.follows.events import FollowChanged
from community.follows.models import Follow, VisitorMeToo
from community.follows.policy import may_follow
from community.notifications.events import MailChanged, NotificationsRead
from community.notifications.kinds import KINDS
from community.notifications.models import MailChoice, Notification
from community.staff.viewer import VISITOR, Viewer, refreshed, viewers_unchecked
from community.topics.models import Topic
from community.topics.queries import topics_visible_to

KEPT: Final = timedelta(days=180)
"""How long notifications are kept."""


def mark_read(*, by: Viewer, topic_id: int | None = None, ids: Collection[int] | None = None) -> None:
    """Note that somebody has read what they were told: of a topic, by ids, or everything. What is read stays read."""
    mine = [Notification.account_id == by.id, Notification.read_at.is_(None)]
    if topic_id is not None:
        mine.append(Notification.topic_id == topic_id)
    if ids is not None:
        mine.append(Notification.id.in_(list(ids)))
    require(may_follow(by))
    if db.session.execute(select(Notification.id).where(*mine).limit(1)).first() is None:
        return
    with unit() as u:
        by = refreshed(by)
        u.session.execute(update(Notification).where(*mine).values(read_at=u.now, mail_at=None))
        u.record(NotificationsRead(by_id=by.id, topic_id=topic_id))


def choose_mail(*, by: Viewer, wanted: Mapping[str, bool]) -> None:
    """Choose of which kinds there is mail; kinds that are not named stay as they are."""
    with unit() as u:
        by = refreshed(by)
        changed = False
        for name, on in wanted.items():
            if name in KINDS and KINDS[name].mailed is not None:
                changed |= _choose(u, by.id or 0, name, on=on)
        if changed:
            u.record(MailChanged(by_id=by.id))


def forget_old() -> None:
    """Delete notifications of half a year ago, in portions."""
    old = Notification.at < clock.now() - KEPT
    # Ids grow with time, so the oldest are looked at first; what is not old ends the search.
    while ids := db.session.scalars(select(Notification.id).where(old).order_by(Notification.id).limit(500)).all():
        with unit() as u:
            for row in u.session.scalars(select(Notification).where(Notification.id.in_(ids))):
                u.session.delete(row)


@dataclass(frozen=True)
class Stop:
    """What a mailed link stops: `kind` is topic, follow, kind or visitor; `name` is the kind's, or the topic's where readable."""

    kind: str
    key: str
    account_id: int | None
    name: str = ""


def stop_token(account_id: int | None, kind: str, key: object) -> str:
    """The signed token of a link that stops something; good for ever, as mails are kept for ever."""
    return str(_signer().dumps([account_id, kind, str(key)]))


def stop_of(token: str) -> Stop:
    """What a token stops, for its page. Raises NotFound for one that this site did not sign."""
    try:
        account_id, kind, key = _signer().loads(token)
    except (BadSignature, ValueError, TypeError):
        raise NotFound from None
    name = ""
    if kind == "topic":
        reader = viewers_unchecked([account_id or 0]).get(account_id or 0)
        name = _title(Topic.id == int(key), reader) if reader is not None else ""
    elif kind == "kind" and key in KINDS:
        name = str(KINDS[key].label)
    elif kind == "visitor":
        name = _title(Topic.id.in_(select(VisitorMeToo.topic_id).where(VisitorMeToo.id == int(key))), VISITOR)
    return Stop(kind, key, account_id, name)


def unsubscribe(*, token: str) -> Stop:
    """Stop what a mailed link stops, without signing in; twice is once. Raises NotFound like `stop_of`."""
    stop = stop_of(token)
    if stop.kind == "visitor":
        withdraw_visitor(visitor_id=int(stop.key))
        return stop
    with unit() as u:
        owner = viewers_unchecked([stop.account_id or 0]).get(stop.account_id or 0)
        if owner is None:
            return stop
        if stop.kind == "topic":
            if u.session.get(Topic, int(stop.key)) is not None:
                set_level(u, owner, "topic", int(stop.key), "muted")
        elif stop.kind == "follow":
            follow = u.session.get(Follow, int(stop.key))
            if follow is not None and follow.account_id == owner.id:
                u.session.delete(follow)
                u.record(FollowChanged(by_id=owner.id, kind=follow.kind, target_id=follow.target_id, level=None))
        elif stop.key in KINDS and _choose(u, owner.id or 0, stop.key, on=False):
            u.record(MailChanged(by_id=owner.id))
        waiting: list[Any] = [Notification.account_id == owner.id, Notification.mail_at.is_not(None)]
        waiting.append(_is_stopped_by(stop))
        u.session.execute(update(Notification).where(*waiting).values(mail_at=None).execution_options(synchronize_session=False))
    return stop


def _is_stopped_by(stop: Stop) -> ColumnElement[bool]:
    """The condition on a Notification that what is stopped brought it."""
    if stop.kind == "kind":
        return Notification.kind == stop.key
    return (Notification.topic_id if stop.kind == "topic" else Notification.follow_id) == int(stop.key)


def _title(which: ColumnElement[bool], reader: Viewer) -> str:
    """The title of a topic where this reader may read it now, else empty: links are good for ever, topics go out of sight."""
    query = select(Topic.title).join(Topic.category).where(which, topics_visible_to(reader))
    return db.session.execute(query).scalar() or ""


def _choose(u: Unit, account_id: int, name: str, *, on: bool) -> bool:
    """Note a choice; tells whether it was another one."""
    known = u.session.get(MailChoice, (account_id, name))
    before = known.wanted if known is not None else KINDS[name].mailed
    if before == on:
        return False
    if known is None:
        u.add(MailChoice(account_id=account_id, kind=name, wanted=on))
    else:
        known.wanted = on
    return True


def _signer() -> URLSafeSerializer:
    return URLSafeSerializer(str(current_app.secret_key), salt="stop this mail")
