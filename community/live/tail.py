"""The end of the log, as one web process follows it from now on: events become pushes to its own sockets."""

from __future__ import annotations

import time

import gevent
import structlog
from flask import Flask

from community.core.fragments import drawing
from community.core.languages import AVAILABLE
from community.core.log import Recorded, head, read_after
from community.core.position import Position
from community.core.wake import Watch, watch
from community.extensions import db
from community.live.channels import Channel, others
from community.live.evict import close_expired, evict
from community.live.listeners import Listeners
from community.live.own import told_here
from community.live.push import Batch, Pusher
from community.live.sockets import Sender
from community.live.streams import warm_up

JOIN = 0.05
"""Seconds after a push in which what follows on its channel is joined into the next one (rulings 13)."""

LOOK = 1.0
"""Seconds between looks at the log when no hint comes."""

SOON = 0.005
"""Seconds between looks at whether SQLite's file has changed: a percent of a core, and up to 15 ms less for everybody."""

ASKED = 0.02
"""Seconds between looks while other readers are being asked: what concerns their channels goes out that soon."""

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
        self._pusher = Pusher(app, listeners, sender)
        self._position: Position | None = None
        self._waiting: dict[Channel, list[Recorded]] = {}
        self._fresh: list[Recorded] = []  # what other readers have not been asked about yet
        self._asking: gevent.Greenlet[..., None] | None = None
        self._opens: dict[Channel, float] = {}  # when the next push of a channel may go out, in monotonic seconds
        self._swept = time.monotonic()

    def start(self) -> None:
        """Begin at the newest event. Call it before any socket is open."""
        with drawing(self._app, AVAILABLE[0]):
            self._position = Position(*head(db.session()))
            warm_up()

    def run(self) -> None:
        """Follow for ever. What cannot be read now is read later, from the same place."""
        source: Watch | None = None
        while True:
            try:
                source = source or watch(self._app.config["BOTHWAYS"].database_url, SOON)
                self.step(source)
            except Exception:
                logger.exception("live is interrupted")
                gevent.sleep(PAUSE)

    def step(self, source: Watch) -> None:
        """Wait until something is new or due, and send it."""
        if not len(self._listeners):
            self._listeners.some.wait(LOOK)
        source.wait(self._patience())
        with self._app.app_context():
            self._read()
            self._sweep()
        now = time.monotonic()
        for channel in [channel for channel in self._waiting if self._opens.get(channel, 0.0) <= now]:
            self._opens[channel] = time.monotonic() + JOIN
            self._pusher.push(Batch(channel, self._now().epoch, self._waiting.pop(channel)))
        if self._fresh and not self.is_asking:
            fresh, self._fresh = self._fresh, []
            self._asking = gevent.spawn(self._ask_others, fresh, self._now())

    @property
    def is_asking(self) -> bool:
        """Whether other readers are being asked just now, one after another, so that the order on their channels is kept."""
        return self._asking is not None and not self._asking.ready()

    def _ask_others(self, fresh: list[Recorded], upto: Position) -> None:
        """Find out which channels of other readers what was read concerns; they are pushed by the next step.

        It takes as long as topics are long. All other channels are pushed meanwhile.
        """
        with self._app.app_context():
            for kind, other in others().items():
                channels = {channel.key: channel for channel in self._listeners.channels(kind)}
                touching = [each for each in fresh if each.event is not None and other.follows in each.event.channels()]
                if not channels or not touching:
                    continue
                try:
                    concerned = other.concerned(touching, channels.keys(), self._showing)
                except Exception:
                    logger.exception("nobody knows whom it concerns", kind=kind)
                    self._pusher.ask_all(channels.values(), upto)
                    continue
                if self._now().epoch != upto.epoch:
                    return  # the log was replaced meanwhile, and everybody was told to reload
                for key, recorded in concerned.items():
                    self._waiting.setdefault(channels[key], []).extend(recorded)

    def _showing(self, topic_id: int) -> set[str]:
        return {channel.key for channel in self._listeners.showing(topic_id)}

    def _now(self) -> Position:
        assert self._position is not None, "start() comes first"
        return self._position

    def _patience(self) -> float:
        if not len(self._listeners):
            return 0.0
        soonest = min((self._opens.get(channel, 0.0) for channel in self._waiting), default=None)
        look = ASKED if self.is_asking or self._fresh else LOOK
        return look if soonest is None else max(0.0, min(look, soonest - time.monotonic()))

    def _read(self) -> None:
        epoch, newest = head(db.session())
        if self._now().epoch != epoch:
            self._begin_anew(Position(epoch, newest))
        while self._now().number < newest:
            recorded = read_after(db.session(), self._now().number, BATCH)
            evict(recorded, self._listeners, self._sender)
            self._fresh += recorded
            for each in recorded:
                for name in each.event.channels() if each.event else ():
                    channel = self._listeners.heard(name)
                    if channel is not None:
                        self._waiting.setdefault(channel, []).append(each)
                for channel in told_here(each, self._listeners):
                    self._waiting.setdefault(channel, []).append(each)
            self._position = Position(epoch, recorded[-1].position)

    def _begin_anew(self, position: Position) -> None:
        """The log was replaced (a restore): whoever is here comes back, and is told to reload."""
        self._position = position
        self._waiting.clear()
        self._fresh.clear()
        self._pusher.forget(all_channels=True)
        for listener in self._listeners.all():
            self._sender.goodbye(listener, "restart")

    def _sweep(self) -> None:
        now = time.monotonic()
        if now - self._swept < SWEEP:
            return
        self._swept = now
        close_expired(self._listeners, self._sender)
        self._pusher.forget()
        self._opens = {channel: opens for channel, opens in self._opens.items() if opens > now}
