"""Whoever loses the right to hear something stops hearing it: sockets are closed or leave rooms (rulings 17).

Each process does it for its own sockets, from the log, before it pushes anything that came with or after
the event. `ENDING` closes sockets; `NARROWING` names what may take away the right to a channel.
"""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Callable, Collection, Iterable, Mapping
from typing import Any

import gevent
from sqlalchemy import select

from community.accounts.events import AccountSuspended, PasswordChanged, SessionEnded
from community.accounts.models import SignIn
from community.categories.events import CategoryChanged
from community.categories.policy import visibilities_open_to
from community.core import clock
from community.core.log import Event, Recorded
from community.extensions import db
from community.live.channels import Channel, readable
from community.live.listeners import Listener, Listeners
from community.live.sockets import Sender
from community.staff.events import RoleEnded
from community.staff.viewer import VISITOR, Viewer, viewers_unchecked
from community.topics.events import TopicMoved
from community.topics.models import Topic

CHUNK = 500
"""Accounts or sessions that one query asks about."""

Ending = Callable[[Any, Listener], bool]

ENDING: Mapping[type[Event], tuple[str, Ending]] = {
    SessionEnded: ("signed_out", lambda event, listener: listener.session_id == event.session_id),
    PasswordChanged: ("password_changed", lambda event, listener: listener.session_id != event.kept_session_id),
    AccountSuspended: ("suspended", lambda _event, _listener: True),
}
"""Events that close sockets of the account they name: the reason, and which of its sockets."""


def evict(recorded: Iterable[Recorded], listeners: Listeners, sender: Sender) -> None:
    """Close the sockets and leave the rooms that these events end. Needs an application context."""
    for each in recorded:
        event = each.event
        if event is None:
            continue
        ending = ENDING.get(type(event))
        if ending is not None:
            reason, ends = ending
            for listener in listeners.of_account(event.account_id):  # type: ignore[attr-defined]
                if ends(event, listener):
                    sender.goodbye(listener, reason)
            continue
        narrowed = NARROWING.get(type(event))
        if narrowed is not None:
            _judge_again(narrowed(event, listeners), sender)


Rooms = dict[Listener, set[Channel]]


def _of_account(event: RoleEnded, listeners: Listeners) -> Rooms:
    return {listener: set(listener.channels) for listener in listeners.of_account(event.account_id)}


def _of_category(event: CategoryChanged, listeners: Listeners) -> Rooms:
    if not event.visibility_changed:
        return {}
    topics = {channel.id: channel for channel in listeners.channels("topic")}
    inside = db.session.scalars(select(Topic.id).where(Topic.category_id == event.category_id, Topic.id.in_(topics)))
    return _in(listeners, {Channel("category", event.category_id), *(topics[topic_id] for topic_id in inside)})


def _of_topic(event: TopicMoved, listeners: Listeners) -> Rooms:
    return _in(listeners, {Channel("topic", event.topic_id)})


NARROWING: Mapping[type[Event], Callable[[Any, Listeners], Rooms]] = {
    RoleEnded: _of_account,
    CategoryChanged: _of_category,
    TopicMoved: _of_topic,
}
"""Events after which some sockets may no longer hear some of their channels."""


def _in(listeners: Listeners, channels: Collection[Channel]) -> Rooms:
    """Who listens to which of these channels, where not everybody may."""
    closed = set(channels) - readable(VISITOR, channels)
    rooms: Rooms = defaultdict(set)
    for channel in closed:
        for listener in listeners.in_channel(channel):
            rooms[listener].add(channel)
    return rooms


def _judge_again(rooms: Rooms, sender: Sender) -> None:
    by_account: dict[int, list[Listener]] = defaultdict(list)
    visitors = [listener for listener in rooms if listener.account_id is None]
    for listener in rooms:
        if listener.account_id is not None:
            by_account[listener.account_id].append(listener)
    _revoke(VISITOR, visitors, rooms, sender)
    ids = sorted(by_account)
    for start in range(0, len(ids), CHUNK):
        chunk = ids[start : start + CHUNK]
        viewers = viewers_unchecked(chunk)
        for account_id in chunk:
            _revoke(viewers.get(account_id, VISITOR), by_account[account_id], rooms, sender)
        gevent.sleep(0)  # a category may have thousands of readers


def _revoke(viewer: Viewer, sockets: list[Listener], rooms: Rooms, sender: Sender) -> None:
    """Take the sockets of one viewer out of those of their rooms that they may no longer hear."""
    allowed = readable(viewer, set[Channel]().union(*(rooms[listener] for listener in sockets)))
    for listener in sockets:
        listener.audience = frozenset(visibilities_open_to(viewer)) - {"public"}
        lost = rooms[listener] - allowed
        if lost:
            sender.revoke(listener, lost)


def close_expired(listeners: Listeners, sender: Sender) -> None:
    """Close the sockets of sessions that ended, by time alone or while the log could not be read. Needs an application context."""
    by_session: dict[int, list[Listener]] = defaultdict(list)
    for listener in listeners.all():
        if listener.session_id is not None:
            by_session[listener.session_id].append(listener)
    ids = sorted(by_session)
    for start in range(0, len(ids), CHUNK):
        chunk = ids[start : start + CHUNK]
        alive = select(SignIn.id).where(SignIn.id.in_(chunk), SignIn.ended_at.is_(None), SignIn.expires_at > clock.now())
        for session_id in set(chunk).difference(db.session.scalars(alive)):
            for listener in by_session[session_id]:
                sender.goodbye(listener, "signed_out")
