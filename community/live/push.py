"""One push: what happened on a channel, sent to those who listen to it, judged by the rights of this moment.

A push is what a visitor would get by the catch-up, so nothing but what everybody may read is ever sent.
Whoever may see more gets a nudge, and the browser asks with its own rights:
  - in a channel that not everybody may read, all who listen (only those who may can be in it);
  - on `home` and in searches, of what happens in places that not everybody may read, those who may read there; the rest
    hears nothing of it;
  - on `home`, those whose own first page differs from a visitor's: whose topic it is, who wrote, and whoever has among
    the topics of its blocks some that visitors have not;
  - everywhere, the author of something that nobody else sees yet.
"""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Iterable, Sequence
from dataclasses import dataclass

import gevent
import structlog
from flask import Flask
from markupsafe import Markup
from sqlalchemy import or_, select

from community.categories.models import Category
from community.categories.policy import visibilities_open_to
from community.core.fragments import drawing
from community.core.log import Recorded, versions
from community.core.position import Position
from community.extensions import db
from community.live.changes import changes_of, is_hidden
from community.live.channels import Channel, readable
from community.live.listeners import Listener, Listeners
from community.live.sockets import Sender
from community.live.streams import draws, open_to, streams_for
from community.staff.viewer import VISITOR, Viewer, viewers_unchecked
from community.topics.models import Topic

ACCOUNTS_AT_ONCE = 500
"""Members whose rights are read by one query."""

_END = "</turbo-stream>"

logger = structlog.get_logger()


@dataclass(frozen=True)
class Batch:
    """Events of one channel, in order, of one epoch."""

    channel: Channel
    epoch: str
    recorded: list[Recorded]

    def position(self, number: int) -> str:
        """A position in this epoch."""
        return str(Position(self.epoch, number))


class Pusher:
    """Sends batches, and remembers up to where each channel was streamed: the `prev` of its next push (rulings 9)."""

    def __init__(self, app: Flask, listeners: Listeners, sender: Sender) -> None:
        self._app = app
        self._listeners = listeners
        self._sender = sender
        self._streamed: dict[Channel, int] = {}

    def push(self, batch: Batch) -> None:
        """Send a batch. Whatever fails, nobody is left with a gap that they do not know of."""
        try:
            self._push(batch)
        except Exception:
            # The next push then says that it follows on this one, which nobody has: everybody asks.
            logger.exception("push failed", channel=str(batch.channel))
            self._streamed[batch.channel] = batch.recorded[-1].position

    def ask_all(self, channels: Iterable[Channel], now: Position) -> None:
        """Let everybody on these channels ask what they missed, because nobody knows whom what happened concerns."""
        for channel in channels:
            prev = self._streamed.get(channel, 0)
            self._streamed[channel] = now.number
            message = {"channel": str(channel), "position": str(now), "prev": str(Position(now.epoch, prev))}
            self._sender.send("nudge", {**message, "url": _address(channel, message["prev"])}, self._listeners.in_channel(channel))

    def forget(self, *, all_channels: bool = False) -> None:
        """Forget channels that nobody listens to, or all."""
        for channel in [channel for channel in self._streamed if all_channels or not self._listeners.languages(channel)]:
            del self._streamed[channel]

    def _push(self, batch: Batch) -> None:
        channel = batch.channel
        with self._app.app_context():
            prev = self._streamed.get(channel)
            if prev is None:
                prev = versions(db.session(), [str(channel)], before=batch.recorded[0].position)[str(channel)]
                self._streamed[channel] = prev
            is_public = bool(readable(VISITOR, [channel]))
            is_mixed = channel.kind == "home" or bool(channel.key)
            seen = [each for each in batch.recorded if not is_hidden(each)]
            if not draws(channel, seen):
                seen = []
            public = open_to(VISITOR, channel, seen) if is_mixed else seen
            visibilities = _visibilities([each for each in seen if each not in public]) if len(public) < len(seen) else set()
            concerned = _whom(public) if channel.kind == "home" else set()
        self._nudge_authors(batch, prev)
        if is_mixed:
            self._push_mixed(batch, prev, public, visibilities, concerned)
        elif seen:
            if is_public:
                self._stream(batch, seen, prev, self._listeners.in_channel(channel))
            else:
                self._nudge(batch, prev, seen[-1].position, self._listeners.in_channel(channel))
            self._streamed[channel] = seen[-1].position

    def _push_mixed(self, batch: Batch, prev: int, public: list[Recorded], visibilities: set[str], concerned: set[int]) -> None:
        """Send everybody what is public, but nudge those who may see more of what happened, or whose own page it is."""
        listeners = self._listeners.in_channel(batch.channel)
        members = [listener for listener in listeners if listener.account_id is not None]
        nudged = {member.sid: member for member in members if member.account_id in concerned}
        nudged |= {member.sid: member for member in (self._who_may_read(members, visibilities) if visibilities else ())}
        if nudged:
            self._nudge(batch, prev, batch.recorded[-1].position, list(nudged.values()))
        if public:
            self._stream(batch, public, prev, [listener for listener in listeners if listener.sid not in nudged])
            self._streamed[batch.channel] = public[-1].position

    def _who_may_read(self, members: list[Listener], visibilities: set[str]) -> list[Listener]:
        """Those whose account may read a place of one of these visibilities; a site may have thousands of members online."""
        ids = sorted({member.account_id for member in members if member.account_id is not None})
        allowed: set[int] = set()
        for start in range(0, len(ids), ACCOUNTS_AT_ONCE):
            with self._app.app_context():
                viewers = viewers_unchecked(ids[start : start + ACCOUNTS_AT_ONCE])
            allowed |= {each for each, viewer in viewers.items() if visibilities & set(visibilities_open_to(viewer))}
            gevent.sleep(0)
        return [member for member in members if member.account_id in allowed]

    def _nudge_authors(self, batch: Batch, prev: int) -> None:
        hidden = {each.event.by_id: each.position for each in batch.recorded if each.event and is_hidden(each)}
        for listener in self._listeners.in_channel(batch.channel) if hidden else ():
            if listener.account_id in hidden:
                self._nudge(batch, prev, hidden[listener.account_id], [listener])

    def _stream(self, batch: Batch, recorded: list[Recorded], prev: int, listeners: Sequence[Listener]) -> None:
        """Draw once a language that has listeners, and send it to them; those whose page would differ are nudged."""
        rooms: dict[str, list[Listener]] = defaultdict(list)
        for listener in listeners:
            rooms[listener.language].append(listener)
        for language, room in rooms.items():
            audiences = {listener.audience for listener in room} if batch.channel.kind == "home" else set()
            try:
                with drawing(self._app, language):
                    html = streams_for(VISITOR, batch.channel, recorded)
                    differing = {each for each in audiences if each and self._differs(each, html, batch.channel, recorded)}
            except Exception:
                # The catch-up that a nudge leads to reloads the part, should it fail as well.
                logger.exception("drawing failed", channel=str(batch.channel))
                self._nudge(batch, prev, recorded[-1].position, room)
                continue
            alike = [listener for listener in room if listener.audience not in differing] if differing else room
            self._sender.send("stream", {**_message(batch, prev, recorded[-1].position), "html": html}, alike)
            others = [listener for listener in room if listener.audience in differing] if differing else []
            if others:
                self._nudge(batch, prev, recorded[-1].position, others)
            gevent.sleep(0)

    def _differs(self, audience: frozenset[str], html: Markup, channel: Channel, recorded: list[Recorded]) -> bool:
        """Whether whoever may read these places, too, has something else where a visitor's page changes. Drawn, never sent."""
        somebody = Viewer(confirmed="members" in audience, roles=frozenset({"employee"} if "staff" in audience else ()))
        theirs = streams_for(somebody, channel, recorded)
        return not set(html.split(_END)) <= set(theirs.split(_END))

    def _nudge(self, batch: Batch, prev: int, position: int, listeners: list[Listener]) -> None:
        message = _message(batch, prev, position)
        self._sender.send("nudge", {**message, "url": _address(batch.channel, message["prev"])}, listeners)


def _address(channel: Channel, position: str) -> str:
    return f"/live?channels={channel}&position={position}"


def _message(batch: Batch, prev: int, position: int) -> dict[str, str]:
    return {"channel": str(batch.channel), "position": batch.position(position), "prev": batch.position(prev)}


def _visibilities(recorded: Iterable[Recorded]) -> set[str]:
    """Who may read what these events are about: visibilities of the categories where it is, and where it was."""
    changes = changes_of(recorded)
    places = select(Topic.category_id).where(Topic.id.in_(list(changes.topics)))
    left = set().union(changes.categories, *changes.former_categories.values())
    query = select(Category.visibility).where(or_(Category.id.in_(places), Category.id.in_(left)))
    return set(db.session.scalars(query.distinct()))


def _whom(recorded: Sequence[Recorded]) -> set[int]:
    """Whose own block of the first page these events change: authors of the topics, and who wrote (a draft less)."""
    authors = select(Topic.author_id).where(Topic.id.in_(list(changes_of(recorded).topics)))
    writers = {each.event.by_id for each in recorded if each.event is not None and each.event.by_id is not None}
    return writers.union(db.session.scalars(authors.distinct()))
