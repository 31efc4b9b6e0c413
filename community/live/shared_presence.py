"""Presence across web processes, through Redis: each tells what it knows, and believes the others for a while.

Nothing is kept in Redis. A process publishes the places in which something changed, and all of them every `BEAT`; what it told
is forgotten after `LASTS` without a word. So a killed process, or a Redis that was stopped and started, mends itself.
"""

from __future__ import annotations

import json
import time
from collections.abc import Mapping
from typing import Any
from uuid import uuid4

import gevent
import redis
import structlog

from community.live.channels import Channel
from community.live.presence import Present

BEAT = 10.0
"""Seconds between two times that a process tells all it knows."""

LASTS = 25.0
"""Seconds that a process is believed: it may miss one beat."""

PATIENCE = 2.0
"""Seconds for Redis to take a message, and between tries to reach it."""

_CHANNEL = "bothways:presence"

logger = structlog.get_logger()


class SharedPresence:
    """What the web processes on this Redis tell one another. `start` it where gevent runs."""

    def __init__(self, redis_url: str) -> None:
        self._redis = redis.Redis.from_url(redis_url, socket_timeout=PATIENCE, socket_connect_timeout=PATIENCE)
        self._me = uuid4().hex
        self._others: dict[str, tuple[float, dict[Channel, Present]]] = {}
        self._changed: set[Channel] = set()
        self._beat = 0.0
        self._works = True

    def start(self) -> None:
        """Listen to the others from now on."""
        gevent.spawn(self._listen)

    def tell(self, places: Mapping[Channel, Present], *, whole: bool) -> None:
        """Let the others know; where Redis cannot be reached they hear it with a later beat."""
        told = {str(place): [sorted(each.accounts), sorted(each.writing.items()), each.visitors] for place, each in places.items()}
        try:
            self._redis.publish(_CHANNEL, json.dumps({"process": self._me, "whole": whole, "places": told}))
            self._now_works(True)
        except redis.RedisError:
            self._now_works(False)
            self._beat = 0.0

    def elsewhere(self, place: Channel) -> Present:
        """Who is there according to all the others."""
        present = Present()
        for _, places in self._others.values():
            present = present.with_(places.get(place, Present()))
        return present

    def changed(self) -> set[Channel]:
        """The places of which others have told, or fell silent, since the last question."""
        now = time.monotonic()
        for process in [process for process, (heard, _) in self._others.items() if now - heard > LASTS]:
            self._changed |= self._others.pop(process)[1].keys()
        changed, self._changed = self._changed, set()
        return changed

    def wants_all(self) -> bool:
        """Whether the next beat is due."""
        now = time.monotonic()
        if now - self._beat < BEAT:
            return False
        self._beat = now
        return True

    def hear(self, message: bytes) -> None:
        """Believe what another process says. Raises ValueError and the like for what no process of ours sends."""
        said = json.loads(message)
        process = str(said["process"])
        if process == self._me:
            return
        if process not in self._others:
            self._beat = 0.0  # it is new, and does not know us yet
        before = self._others.get(process, (0.0, {}))[1]
        told = {_channel(name): _present(*facts) for name, facts in said["places"].items()}
        now = told if said["whole"] else {**before, **told}
        self._changed |= {place for place in before.keys() | now.keys() if before.get(place) != now.get(place)}
        self._others[process] = (time.monotonic(), {place: present for place, present in now.items() if present != Present()})

    def _listen(self) -> None:
        while True:
            try:
                with self._redis.pubsub(ignore_subscribe_messages=True) as line:  # type: ignore[no-untyped-call]
                    line.subscribe(_CHANNEL)
                    while True:
                        message: Any = line.get_message(timeout=BEAT)
                        if message is not None:
                            self._take(message["data"])
            except (redis.RedisError, OSError):
                self._now_works(False)
                gevent.sleep(PATIENCE)

    def _take(self, message: bytes) -> None:
        try:
            self.hear(message)
        except (ValueError, KeyError, TypeError, AttributeError):
            logger.warning("presence: a message that is none of ours", length=len(message))

    def _now_works(self, works: bool) -> None:
        """Say once when Redis is gone, and once when it is back."""
        if works != self._works:
            self._works = works
            logger.log(
                20 if works else 30, "presence is shared again" if works else "presence is not shared: Redis does not answer"
            )


def _present(accounts: list[int], writing: list[tuple[int, bool]], visitors: int) -> Present:
    return Present(frozenset(accounts), {account: bool(speaks) for account, speaks in writing}, int(visitors))


def _channel(name: str) -> Channel:
    kind, _, number = name.partition(":")
    return Channel(kind, int(number or 0))
