"""The WebSocket under Engine.IO: whole writes, small messages, and one frame for many sockets.

The library's server writes with `send`, which may write half a frame to a slow reader, and takes
messages of any size. `Wire` and `WireSocket` mend both. `broadcast` builds the frame of a message once
and writes it to every socket that has nothing waiting; queueing and framing the same bytes for each
socket again costs five times as much (measured, see docs/decisions.md). A socket that cannot take the
frame at once gets the message through the library's own queue, in order.

It leans on parts of python-engineio that are not its public interface: `check_library` looks at start
whether they are there, and tests/live/test_wire.py proves the order.
"""

from __future__ import annotations

import string
from collections.abc import Callable, Sequence
from typing import Any

import gevent
import simple_websocket
import structlog
from engineio import packet as engine_packet
from engineio.async_drivers.gevent import WebSocketWSGI
from engineio.exceptions import SocketIsClosedError
from gevent.lock import Semaphore
from wsproto.utilities import ProtocolError

BACKLOG = 200
"""Messages that may wait for a slow reader; one that has more is dropped and catches up when it returns."""

BREATH = 500
"""Sockets written to before others get their turn: about 5 ms."""

_TEXT_FRAME = 0x81  # a final frame of text, RFC 6455 section 5.2
_TYPES = tuple("0123456")  # of packets, Engine.IO's protocol, version 4
_EVENT = 2  # the packet type of an event in Socket.IO's protocol, version 5

logger = structlog.get_logger()


class Wire:
    """A TCP socket of gevent with whole writes, one writer at a time."""

    def __init__(self, sock: Any, timeout: float) -> None:
        self._sock = sock
        self._raw = sock._sock  # noqa: SLF001 - gevent's own way of writing asks three questions more for each frame
        self._turn = Semaphore(1)
        # A peer that neither answers pings nor takes data is given up after this many seconds.
        sock.settimeout(timeout)

    def recv(self, count: int) -> bytes:
        """At most `count` bytes."""
        return bytes(self._sock.recv(count))

    def send(self, data: bytes) -> int:
        """Write all of `data`, waiting for the reader. Raises OSError when it does not take it in time."""
        with self._turn:
            self._sock.sendall(data)
        return len(data)

    def send_now(self, data: bytes) -> bool:
        """Write `data` if the reader takes at least its beginning now; the rest follows before anything else."""
        # No other greenlet runs between here and the end, so the turn is only taken where something is left over.
        if self._turn.locked():
            return False
        try:
            written = self._raw.send(data)
        except BlockingIOError:
            return False
        if written < len(data):
            self._turn.acquire(blocking=False)
            gevent.spawn(self._finish, data[written:])
        return True

    def _finish(self, rest: bytes) -> None:
        try:
            self._sock.sendall(rest)
        except OSError:
            self.close()
        finally:
            self._turn.release()

    def close(self) -> None:
        """Close the connection; whoever reads from it is told."""
        self._sock.close()


class WireSocket(WebSocketWSGI):  # type: ignore[misc]
    """What Engine.IO calls for a WebSocket request. Its Engine.IO socket gets the wire as attribute `wire`."""

    def __init__(self, handler: Any, server: Any) -> None:
        super().__init__(handler, server)
        self._patience = server.ping_interval + server.ping_timeout
        self.server_args["max_message_size"] = server.max_http_buffer_size

    def __call__(self, environ: dict[str, Any], start_response: Callable[..., Any]) -> Any:
        socket = self.app.__self__
        socket.wire = environ["gunicorn.socket"] = Wire(environ["gunicorn.socket"], self._patience)
        try:
            return super().__call__(environ, start_response)
        except (ProtocolError, simple_websocket.ConnectionError):  # no handshake that RFC 6455 knows
            socket.close(wait=False, abort=True)
            start_response("400 BAD REQUEST", [("Content-Type", "text/plain"), ("Content-Length", "0")])
            return []

    def wait(self) -> str | None:
        """The next frame; None at the end, and for what is no packet of Engine.IO.

        The library would let the error of such a frame pass through the server, which logs a traceback, and keep the socket
        until a ping is missed.
        """
        frame: Any = super().wait()
        if frame is None or is_packet(frame):
            return None if frame is None else str(frame)
        logger.info("dropped a malformed frame", kind=type(frame).__name__, length=len(frame))
        return None


def is_packet(frame: object) -> bool:
    """Whether a frame is a packet as browsers send it: a type alone, a probe, or a message with a packet of Socket.IO."""
    if not isinstance(frame, str) or frame[:1] not in _TYPES:
        return False
    return len(frame) == 1 or frame[1:] == "probe" or (frame[0] == "4" and frame[1] in string.digits)


def check_library(server: Any) -> None:
    """Put `WireSocket` under a python-socketio server. Raises RuntimeError where the library is not the one we know."""
    engine = server.eio
    queue = engine.create_queue()
    known = hasattr(queue, "unfinished_tasks") and "websocket" in engine._async and isinstance(engine.sockets, dict)  # noqa: SLF001
    if not known:
        raise RuntimeError("this release of python-engineio is not one that live can be built on")
    engine._async = {**engine._async, "websocket": WireSocket}  # noqa: SLF001 - the one place where a driver can be given


def line_of(server: Any, sid: str) -> Any:
    """The Engine.IO socket under a Socket.IO id, one and the same as long as it is open; None where it is gone."""
    return server.eio.sockets.get(server.manager.eio_sid_from_sid(sid, "/"))


def broadcast(server: Any, event: str, data: Any, lines: Sequence[Any]) -> int:
    """Send one event to these Engine.IO sockets; returns how many have been written to at once.

    Yields now and then, so a socket may be gone when its turn comes. The order of messages to one socket
    is the order of calls, mixed with what the library sends or not.
    """
    text = server.packet_class(_EVENT, data=[event, data], namespace="/").encode()
    packet = engine_packet.Packet(engine_packet.MESSAGE, data=text)
    frame = text_frame(packet.encode().encode())
    written = 0
    for start in range(0, len(lines), BREATH):
        if start:
            gevent.sleep(0)
        written += sum(
            [write(line, frame, packet) for line in lines[start : start + BREATH] if line is not None and not line.closed]
        )
    return written


def write(line: Any, frame: bytes, packet: Any) -> bool:
    """Send one packet, whose frame is built, to an open Engine.IO socket: whether it was written to at once."""
    # Packets that the writer has not taken yet count as unfinished; while it writes one, the wire has no turn
    # left, and between two it does not yield. So a direct write never overtakes.
    try:
        if line.connected and not line.queue.unfinished_tasks and line.wire.send_now(frame):
            return True
        if line.queue.qsize() >= BACKLOG:
            logger.info("dropped a slow reader")
            gevent.spawn(drop, line)
        else:
            line.send(packet)
    except (OSError, SocketIsClosedError):
        gevent.spawn(drop, line)
    return False


def drop(socket: Any) -> None:
    """Cut an Engine.IO socket off, whatever its peer does."""
    if not socket.closed:
        socket.close(wait=False, abort=True)
    wire: Wire | None = getattr(socket, "wire", None)
    if wire is not None:
        wire.close()


def text_frame(payload: bytes) -> bytes:
    """One WebSocket frame of text as a server sends it: whole, unmasked (RFC 6455 section 5.2)."""
    size = len(payload)
    if size < 126:
        header = bytes((_TEXT_FRAME, size))
    elif size < 1 << 16:
        header = bytes((_TEXT_FRAME, 126)) + size.to_bytes(2, "big")
    else:
        header = bytes((_TEXT_FRAME, 127)) + size.to_bytes(8, "big")
    return header + payload
