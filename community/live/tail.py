"""The end of the log, as one web process follows it from now on: events become pushes to its own sockets.

A push is what a visitor would get by the catch-up, so nothing but what everybody may read is ever sent.
Channels that not everybody may read, and changes that only their author sees, get a nudge: the browser
asks with its own rights.
"""

from __future__ import annotations

import time
from typing import Any

import gevent
import structlog
from flask import Flask

from community.core.fragments import drawing
from community.core.log import Recorded, head, read_after, versions
from community.core.position import Position
from community.core.wake import Watch, watch
from community.extensions import db
from community.live.changes import is_hidden
from community.live.channels import Channel, readable
from community.live.evict import close_expired, evict
from community.live.listeners import Listeners
from community.live.sockets import Sender
from community.live.streams import draws, streams_for
from community.staff.viewer import VISITOR

JOIN = 0.05
"""Seconds after a push in which what follows on its channel is joined into the next one (rulings 13)."""

LOOK = 1.0
"""Seconds between looks at the log when no hint comes."""

SWEEP = 30.0
"""Seconds between looks for sessions that ran out."""

BATCH = 200
"""Events read at once."""

PAUSE = 1.0
"""Seconds before the next try when the database cannot be read."""

logger = structlog.get_logger()


class Tail:
    """Follows the log for the sockets of this process. One greenlet runs it."""

    def __init__(self, app: Flask, listeners: Listeners, sender: Sender) -> None:
        self._app = app
        self._listeners = listeners
        self._sender = sender
        self._position: Position | None = None
        self._waiting: dict[Channel, list[Recorded]] = {}
        self._pushed_at: dict[Channel, float] = {}
        self._pushed: dict[Channel, int] = {}
        self._swept = time.monotonic()

    def run(self) -> None:
        """Follow for ever. What cannot be read or sent now is tried again, from the same place."""
        source = watch(self._app.config["BOTHWAYS"].database_url)
        while True:
            try:
                self.step(source)
            except Exception:
                logger.exception("live is interrupted")
                gevent.sleep(PAUSE)

    def start(self) -> None:
        """Begin at the newest event. Call it before any socket is open."""
        with self._app.app_context():
            self._position = Position(*head(db.session()))

    def step(self, source: Watch) -> None:
        """Wait until something is new or due, and send it."""
        if not len(self._listeners):
            self._listeners.some.wait(LOOK)
        source.wait(self._patience())
        with self._app.app_context():
            self._read()
            self._sweep()
        now = time.monotonic()
        for channel in [channel for channel in self._waiting if self._due(channel) <= now]:
            recorded = self._waiting.pop(channel)
            try:
                self._push(channel, recorded)
            except Exception:
                # The next push then says that it follows on this one, which nobody has: everybody asks.
                logger.exception("push failed", channel=str(channel))
                self._pushed[channel] = recorded[-1].position
            gevent.sleep(0)

    def _due(self, channel: Channel) -> float:
        return self._pushed_at.get(channel, -JOIN) + JOIN

    def _patience(self) -> float:
        if not len(self._listeners):
            return 0.0
        soonest = min((self._due(channel) for channel in self._waiting), default=None)
        return LOOK if soonest is None else max(0.0, min(LOOK, soonest - time.monotonic()))

    def _read(self) -> None:
        epoch, newest = head(db.session())
        if self._position is None or self._position.epoch != epoch:
            self._begin_anew(Position(epoch, newest))
            return
        while self._position.number < newest:
            recorded = read_after(db.session(), self._position.number, BATCH)
            evict(recorded, self._listeners, self._sender)
            for each in recorded:
                for name in each.event.channels() if each.event else ():
                    channel = self._listeners.heard(name)
                    if channel is not None:
                        self._waiting.setdefault(channel, []).append(each)
            self._position = Position(epoch, recorded[-1].position)

    def _begin_anew(self, position: Position) -> None:
        """The log was replaced (a restore): whoever is here comes back, and is told to reload."""
        self._position = position
        self._waiting.clear()
        self._pushed.clear()
        for listener in self._listeners.all():
            self._sender.goodbye(listener, "restart")

    def _sweep(self) -> None:
        now = time.monotonic()
        if now - self._swept < SWEEP:
            return
        self._swept = now
        close_expired(self._listeners, self._sender)
        for channel in [channel for channel in self._pushed_at if not self._listeners.languages(channel)]:
            self._pushed_at.pop(channel)
            self._pushed.pop(channel, None)

    def _push(self, channel: Channel, recorded: list[Recorded]) -> None:
        """Send what these events redraw on a channel: rights and content are read at this moment."""
        with self._app.app_context():
            prev = self._pushed.get(channel)
            if prev is None:
                prev = versions(db.session(), [str(channel)], before=recorded[0].position)[str(channel)]
            self._pushed.setdefault(channel, prev)
            is_public = bool(readable(VISITOR, [channel]))
        self._pushed_at[channel] = time.monotonic()
        self._nudge_authors(channel, recorded, prev)
        seen = [each for each in recorded if not is_hidden(each)]
        if not draws(channel, seen):
            return
        if is_public:
            self._stream(channel, seen, prev)
        else:
            self._nudge(channel, prev, seen[-1].position, [listener.sid for listener in self._listeners.in_channel(channel)])
        self._pushed[channel] = seen[-1].position

    def _nudge_authors(self, channel: Channel, recorded: list[Recorded], prev: int) -> None:
        hidden = {each.event.by_id: each.position for each in recorded if each.event and is_hidden(each)}
        for listener in self._listeners.in_channel(channel) if hidden else ():
            if listener.account_id in hidden:
                self._nudge(channel, prev, hidden[listener.account_id], [listener.sid])

    def _stream(self, channel: Channel, recorded: list[Recorded], prev: int) -> None:
        for language in self._listeners.languages(channel):
            try:
                with drawing(self._app, language):
                    html = streams_for(VISITOR, channel, recorded)
            except Exception:
                # The catch-up that a nudge leads to reloads the part, should it fail as well.
                logger.exception("push failed", channel=str(channel))
                self._nudge(channel, prev, recorded[-1].position, self._listeners.room(channel, language))
                continue
            message = self._message(channel, prev, recorded[-1].position)
            self._sender.send("stream", {**message, "html": html}, self._listeners.room(channel, language))

    def _nudge(self, channel: Channel, prev: int, position: int, sids: list[str]) -> None:
        message = self._message(channel, prev, position)
        self._sender.send("nudge", {**message, "url": f"/live?channels={channel}&position={message['prev']}"}, sids)

    def _message(self, channel: Channel, prev: int, position: int) -> dict[str, Any]:
        assert self._position is not None
        epoch = self._position.epoch
        return {"channel": str(channel), "position": str(Position(epoch, position)), "prev": str(Position(epoch, prev))}
