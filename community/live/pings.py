"""The pings of Engine.IO for every open socket, by one greenlet.

The library starts a greenlet for each ping of each socket, and wakes up for each socket once more in every interval to look
whether it is still there: thousands of wake-ups a minute, which cost five thousand quiet sockets a tenth of a core. Here what
is due is pinged together, by the direct way of `wire.py`. A peer that no longer answers is given up by its wire's timeout.
"""

from __future__ import annotations

import time
from collections import deque
from functools import partial
from typing import Any

import gevent
from engineio import packet as engine_packet

from community.live import wire

TOGETHER = 0.5
"""Seconds within which pings go out together."""


class Pings:
    """Who is to be pinged when: all after the same interval, so first come is first due."""

    def __init__(self, every: float) -> None:
        self._every = every
        self._due: deque[tuple[float, Any]] = deque()
        self._greenlet: gevent.Greenlet[..., None] | None = None
        self._packet = engine_packet.Packet(engine_packet.PING)
        self._frame = wire.text_frame(self._packet.encode().encode())

    def later(self, line: Any) -> None:
        """Ping this Engine.IO socket after the interval: it is new, or has just answered. Stands in for its `schedule_ping`."""
        if not line.last_ping:  # one is on its way already
            return
        line.last_ping = None
        self._due.append((time.monotonic() + self._every, line))
        if self._greenlet is None or self._greenlet.dead:
            self._greenlet = gevent.spawn(self._run)

    def _run(self) -> None:
        while self._due:
            gevent.sleep(max(TOGETHER, self._due[0][0] - time.monotonic()))
            now = time.monotonic()
            while self._due and self._due[0][0] <= now:
                self._ping(self._due.popleft()[1])

    def _ping(self, line: Any) -> None:
        if line.closing or line.closed:
            return
        line.last_ping = time.time()  # as the library keeps it: it gives up who has not answered when it next sends
        wire.write(line, self._frame, self._packet)


def install(server: Any) -> None:
    """Let the sockets of a python-socketio server be pinged by this module."""
    pings = Pings(server.eio.ping_interval)
    connect = server.eio.handlers["connect"]

    def connect_and_ping(engine_sid: str, environ: dict[str, Any]) -> Any:
        line = server.eio.sockets[engine_sid]
        line.schedule_ping = partial(pings.later, line)
        return connect(engine_sid, environ)

    server.eio.handlers["connect"] = connect_and_ping
