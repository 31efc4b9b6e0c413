"""Socket.IO at `/socket.io`, WebSocket only: who connects, what they subscribe to, and how a socket is told goodbye.

Sockets carry no writes. Handlers of one socket run one after another; every message reads the
viewer's rights again.
"""

from __future__ import annotations

import logging
import time
from collections.abc import Iterable
from typing import Any, Protocol

import gevent
import structlog
from flask import Flask, current_app, request
from flask_babel import get_locale
from flask_login import current_user
from flask_socketio import Namespace, SocketIO
from werkzeug.middleware.proxy_fix import ProxyFix

from community.categories.policy import visibilities_open_to
from community.config import Config
from community.core import limits
from community.core.fragments import base_url
from community.live import pings, wire
from community.live.catch_up import catch_up
from community.live.channels import MAX_CHANNELS, Channel, parse, readable
from community.live.listeners import Listener, Listeners
from community.staff.viewer import Viewer

MAX_MESSAGE = 16 * 1024
"""Bytes of one message from a browser: fifty names of channels and a position are 2 KB."""

PING_EVERY, PING_PATIENCE = 25, 20
"""Seconds between pings, and until an answer is missed: a closed laptop is noticed after at most 45."""

MOST_SHOWN = 100
"""Results of one page that it may be told of; a page has 20 and what was inserted."""

WINDOW = 10.0
MESSAGES_A_WINDOW = 40
"""Messages that one socket may send in `WINDOW` seconds; turning a page costs two."""

FAREWELL = 2.0
"""Seconds that a socket has to take its goodbye and to close; then it is cut off."""

BINARY = ("5", "6")
"""Types of Socket.IO packets with parts of bytes, which live does not use."""

logger = structlog.get_logger()


class Sender:
    """Sends to sockets of this process only: through a message queue each push would arrive once per process."""

    def __init__(self, server: Any, listeners: Listeners) -> None:
        self._server = server
        self._listeners = listeners

    def send(self, event: str, data: dict[str, Any], listeners: Iterable[Listener]) -> None:
        """Send one event to these sockets, its frame built once."""
        wire.broadcast(self._server, event, data, [listener.line for listener in listeners])

    def line(self, listener: Listener) -> Any:
        """What is written to for this listener; None when its socket is gone."""
        return wire.line_of(self._server, listener.sid)

    def goodbye(self, listener: Listener, reason: str) -> None:
        """Tell a socket why, and close it; from now on it hears nothing."""
        self._listeners.remove(listener.sid)
        self._server.emit("goodbye", {"reason": reason}, to=listener.sid)
        gevent.spawn(self._close, listener.sid)

    def revoke(self, listener: Listener, channels: Iterable[Channel]) -> None:
        """Take a socket out of channels that it may no longer hear, and tell it which; the rest goes on."""
        lost = sorted(channels, key=str)
        for channel in lost:
            self._listeners.leave(listener, channel)
        self._server.emit("goodbye", {"reason": "rights", "channels": [str(channel) for channel in lost]}, to=listener.sid)

    def close(self, sid: str) -> None:
        """Close a socket without a word."""
        self._listeners.remove(sid)
        gevent.spawn(self._close, sid)

    def _close(self, sid: str) -> None:
        line = wire.line_of(self._server, sid)
        self._server.disconnect(sid)
        _cut_off(self._server, line)


class Signs(Protocol):
    """Who hears that somebody is writing (`presence.py`)."""

    def writes(self, listener: Listener, place: Channel, *, speaks: bool) -> None:
        """They write there; `speaks` for the brand, if they may."""

    def rests(self, listener: Listener, place: Channel) -> None:
        """They no longer do."""


class LiveSockets(Namespace):  # type: ignore[misc]
    """The handlers of the default namespace. `signs` hears who is writing."""

    signs: Signs | None = None

    def __init__(self, listeners: Listeners, sender: Sender) -> None:
        super().__init__("/")
        self._listeners = listeners
        self._sender = sender

    def trigger_event(self, event: str, *args: Any) -> Any:
        """Let a handler take an event: within the limit, and with the socket closed when the handler fails."""
        sid: str = args[0]
        listener = self._listeners.get(sid)
        if listener is not None and event != "disconnect" and _too_many(listener):
            self._sender.goodbye(listener, "too_many")
            return None
        try:
            return super().trigger_event(event, *args)
        except Exception:
            # Its browser comes back after a pause and catches up.
            logger.exception("live handler failed", event_name=event)
            self._sender.close(sid)
            return None

    def on_connect(self, _auth: object = None) -> None:
        """A browser opened its socket, with the cookies that its pages have."""
        viewer: Viewer = current_user
        listener = Listener(_sid(), viewer.id, viewer.session_id, str(get_locale()), limits.network())
        listener.line = self._sender.line(listener)
        if not self._listeners.add(listener):
            return
        config: Config = current_app.config["BOTHWAYS"]
        from_there, of_account = self._listeners.count(listener)
        if config.limits and (from_there > config.sockets_per_address or of_account > config.sockets_per_account):
            # It asks every 15 seconds instead, and tries again after a while.
            self._sender.goodbye(listener, "too_many")

    def on_disconnect(self, _reason: object = None) -> None:
        """It is gone."""
        self._listeners.remove(_sid())

    def on_subscribe(self, data: object = None, *_rest: object) -> dict[str, Any] | None:
        """Join channels, then answer what happened on them since a position (rulings 9 and 10)."""
        listener = self._listeners.get(_sid())
        if listener is None:
            return None
        viewer: Viewer = current_user
        if viewer.session_id != listener.session_id:  # it ended between connecting and now
            self._sender.goodbye(listener, "signed_out")
            return None
        names, position = asked(data)
        listener.audience = frozenset(visibilities_open_to(viewer)) - {"public"}
        self._listeners.show(listener, shown(data))
        # Judged first, so that a channel that is refused is never heard; joined before the catch-up is read, so that
        # nothing falls between; and judged again by the catch-up, so that rights that ended in between count.
        joined = readable(viewer, parsed(names))
        if len(listener.channels | joined) > MAX_CHANNELS:
            self._sender.goodbye(listener, "too_many")
            return None
        for channel in joined:
            self._listeners.join(listener, channel)
        answer = catch_up(viewer, names, position)
        for channel in joined - parsed(answer["granted"]):
            self._listeners.leave(listener, channel)
        return answer

    def on_unsubscribe(self, data: object = None, *_rest: object) -> None:
        """Leave channels."""
        listener = self._listeners.get(_sid())
        if listener is not None:
            for channel in parsed(asked(data)[0]):
                self._listeners.leave(listener, channel)

    def on_typing(self, data: object = None, *_rest: object) -> None:
        """Somebody is writing in a topic or talk that they listen to, or has stopped."""
        listener = self._listeners.get(_sid())
        if listener is None or self.signs is None or not isinstance(data, dict):
            return
        place = parse(str(data.get("channel"))[:40])
        if place is None or place.kind not in {"topic", "talk"}:
            return
        if data.get("on"):
            self.signs.writes(listener, place, speaks=bool(data.get("speaks")))
        else:
            self.signs.rests(listener, place)


def asked(data: object) -> tuple[list[str], str]:
    """The names of channels and the position in a message; whatever has another form counts as not there."""
    if not isinstance(data, dict):
        return [], ""
    names, position = data.get("channels"), data.get("position")
    wanted = [name for name in names[:MAX_CHANNELS] if isinstance(name, str)] if isinstance(names, list) else []
    return wanted, position if isinstance(position, str) else ""


def shown(data: object) -> frozenset[int]:
    """The topics that a page says it shows among the results of a search; they only let it hear more of what is public."""
    told = data.get("shown") if isinstance(data, dict) else None
    if not isinstance(told, list):
        return frozenset()
    return frozenset(each for each in told[:MOST_SHOWN] if type(each) is int and 0 < each < 10**18)


def parsed(names: Iterable[str]) -> set[Channel]:
    """The channels among these names."""
    return {channel for channel in map(parse, names) if channel is not None}


def _sid() -> str:
    return str(request.sid)  # type: ignore[attr-defined]  # Flask-SocketIO puts it there


def _too_many(listener: Listener) -> bool:
    now = time.monotonic()
    if now - listener.window > WINDOW:
        listener.window, listener.messages = now, 0
    listener.messages += 1
    return listener.messages > MESSAGES_A_WINDOW


def install(app: Flask, socketio: SocketIO, listeners: Listeners) -> tuple[Sender, LiveSockets]:
    """Put the sockets in front of an application; they answer on `/socket.io`. Raises RuntimeError for an unknown library."""
    with app.app_context():
        origin = base_url()
    socketio.init_app(
        app,
        async_mode="gevent",
        async_handlers=False,  # messages of one socket are answered in order
        always_connect=True,  # a socket that is one too many is told goodbye, so it must be connected first
        transports=["websocket"],
        cors_allowed_origins=[origin],  # an empty list would switch the check off
        manage_session=False,
        max_http_buffer_size=MAX_MESSAGE,
        ping_interval=PING_EVERY,
        ping_timeout=PING_PATIENCE,
        monitor_clients=False,  # a wire gives its peer up by itself (see pings.py)
        # Named here, or the library puts handlers of its own beside those of logs.py.
        logger=logging.getLogger("socketio"),
        engineio_logger=logging.getLogger("engineio"),
    )
    config: Config = app.config["BOTHWAYS"]
    if config.trusted_proxies:
        # The sockets stand in front of the application's own, and count addresses, too.
        n = config.trusted_proxies
        app.wsgi_app = ProxyFix(app.wsgi_app, x_for=n, x_proto=n, x_host=0, x_prefix=0)  # type: ignore[method-assign]
    wire.check_library(socketio.server)
    pings.install(socketio.server)
    _drop_the_malformed(socketio.server)
    sender = Sender(socketio.server, listeners)
    sockets = LiveSockets(listeners, sender)
    socketio.on_namespace(sockets)
    return sender, sockets


def _drop_the_malformed(server: Any) -> None:
    """Cut off who sends what no script of ours sends.

    The library would log a traceback for each such message, and keep the parts of a binary one until the last has come:
    as many as its sender announces.
    """
    take = server.eio.handlers["message"]

    def take_or_drop(engine_sid: str, data: object) -> None:
        try:
            if not isinstance(data, str) or data[:1] in BINARY:
                raise ValueError("binary")
            take(engine_sid, data)
        except Exception as error:  # noqa: BLE001 - our own handlers catch theirs: what arrives here is the parser's
            logger.info("dropped a malformed message", error=type(error).__name__)
            gevent.spawn(_cut_off, server, server.eio.sockets.get(engine_sid))

    server.eio.handlers["message"] = take_or_drop


def _cut_off(server: Any, line: Any) -> None:
    if line is not None:
        gevent.spawn_later(FAREWELL, wire.drop, line)
        server.eio.disconnect(line.sid)  # waits until what was queued is taken
