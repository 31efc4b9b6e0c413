"""One push: what happened on a channel, sent to those who listen to it, judged by the rights of this moment.

A push is what a visitor would get by the catch-up, so nothing but what everybody may read is ever sent.
Whoever may see more gets a nudge, and the browser asks with its own rights:
  - in a channel that not everybody may read, all who listen (only those who may can be in it);
  - on `home`, everybody signed in, as the first page and lists hold what they may see beyond visitors; of
    what happens in places that not everybody may read, only those who may read there are nudged;
  - everywhere, the author of something that nobody else sees yet.
"""

from __future__ import annotations

from collections.abc import Callable, Iterable
from dataclasses import dataclass

import gevent
import structlog
from flask import Flask
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
from community.staff.viewer import VISITOR, viewers_unchecked
from community.topics.models import Topic

ACCOUNTS_AT_ONCE = 500
"""Members whose rights are read by one query."""

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
            seen = [each for each in batch.recorded if not is_hidden(each)]
            public = open_to(VISITOR, channel, seen) if channel.kind == "home" else seen
            visibilities = _visibilities(seen) if len(public) < len(seen) else set()
        self._nudge_authors(batch, prev)
        if channel.kind == "home":
            self._push_home(batch, prev, seen, public, visibilities)
        elif draws(channel, seen):
            if is_public:
                self._stream(batch, seen, prev, lambda _listener: True)
            else:
                self._nudge(batch, prev, seen[-1].position, self._listeners.in_channel(channel))
            self._streamed[channel] = seen[-1].position

    def _push_home(self, batch: Batch, prev: int, seen: list[Recorded], public: list[Recorded], visibilities: set[str]) -> None:
        """Visitors get what is public; who is signed in is nudged, for what is not public only where they may read it."""
        members = [listener for listener in self._listeners.in_channel(batch.channel) if listener.account_id is not None]
        if draws(batch.channel, public):
            self._stream(batch, public, prev, lambda listener: listener.account_id is None)
            self._nudge(batch, prev, public[-1].position, members)
            self._streamed[batch.channel] = public[-1].position
        elif draws(batch.channel, seen):
            self._nudge(batch, prev, seen[-1].position, self._who_may_read(members, visibilities))

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

    def _stream(self, batch: Batch, recorded: list[Recorded], prev: int, meant: Callable[[Listener], bool]) -> None:
        """Draw once a language that has listeners, and send it to those of them who are meant."""
        for language in self._listeners.languages(batch.channel):
            room = [listener for listener in self._listeners.room(batch.channel, language) if meant(listener)]
            if not room:
                continue
            try:
                with drawing(self._app, language):
                    html = streams_for(VISITOR, batch.channel, recorded)
            except Exception:
                # The catch-up that a nudge leads to reloads the part, should it fail as well.
                logger.exception("drawing failed", channel=str(batch.channel))
                self._nudge(batch, prev, recorded[-1].position, room)
                continue
            self._sender.send("stream", {**_message(batch, prev, recorded[-1].position), "html": html}, room)
            gevent.sleep(0)

    def _nudge(self, batch: Batch, prev: int, position: int, listeners: list[Listener]) -> None:
        message = _message(batch, prev, position)
        self._sender.send("nudge", {**message, "url": f"/live?channels={batch.channel}&position={message['prev']}"}, listeners)


def _message(batch: Batch, prev: int, position: int) -> dict[str, str]:
    return {"channel": str(batch.channel), "position": batch.position(position), "prev": batch.position(prev)}


def _visibilities(recorded: Iterable[Recorded]) -> set[str]:
    """Who may read what these events are about: visibilities of categories."""
    changes = changes_of(recorded)
    places = select(Topic.category_id).where(Topic.id.in_(list(changes.topics)))
    query = select(Category.visibility).where(or_(Category.id.in_(places), Category.id.in_(changes.categories)))
    return set(db.session.scalars(query.distinct()))
