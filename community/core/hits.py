"""Kept public pages answered straight from the socket, before the server reads a request the long way.

Reading a request into a WSGI environment costs gunicorn several times what answering a kept page costs. So the worker
looks at what has arrived without taking it (`MSG_PEEK`): where that is exactly one plain GET of a page that is kept, it is
taken and answered here. Whatever is the least bit unusual (a body, a second request behind it, an escaped path, a header
that means something) stays where it is, for gunicorn to read by the book.
"""

from __future__ import annotations

import re
import socket
from collections.abc import Callable, Iterable
from wsgiref.handlers import format_date_time

import gevent

from community.core import clock
from community.core.pagecache import PublicPages

MOST = 4096
"""Bytes of a request's head that are looked at; browsers send about 700."""

_FIRST = re.compile(rb"GET (/[A-Za-z0-9/_.~-]{0,300})(?:\?([A-Za-z0-9_.~=&-]{0,200}))? HTTP/1\.1")
_LINE = re.compile(rb"([A-Za-z-]{1,40}): ?([\x20-\x7e]{0,2000})")

_TOLD = {
    # The headers that decide about a kept page, as WSGI names them.
    b"host": "HTTP_HOST",
    b"cookie": "HTTP_COOKIE",
    b"accept": "HTTP_ACCEPT",
    b"accept-language": "HTTP_ACCEPT_LANGUAGE",
    b"accept-encoding": "HTTP_ACCEPT_ENCODING",
    b"if-none-match": "HTTP_IF_NONE_MATCH",
}
_MEANING = {
    # Headers that ask for more than a page: gunicorn reads those requests.
    *(b"content-length", b"transfer-encoding", b"upgrade", b"expect", b"range", b"te", b"trailer", b"http2-settings"),
    *(b"sec-websocket-key", b"proxy-connection", b"authorization", b"x-http-method-override"),
}


def asked(data: bytes) -> dict[str, str] | None:
    """The WSGI environment of exactly one plain GET, as far as kept pages look at it; None for anything else."""
    head, end, rest = data.partition(b"\r\n\r\n")
    if not end or rest:
        return None
    first, *lines = head.split(b"\r\n")
    begun = _FIRST.fullmatch(first)
    if begun is None:
        return None
    environ = {"REQUEST_METHOD": "GET", "PATH_INFO": begun[1].decode(), "QUERY_STRING": (begun[2] or b"").decode()}
    for line in lines:
        found = _LINE.fullmatch(line)
        if found is None:
            return None
        name = found[1].lower()
        if name in _MEANING or (name == b"connection" and found[2].lower() != b"keep-alive"):
            return None
        told = _TOLD.get(name)
        if told is not None:
            if told in environ:
                return None
            environ[told] = found[2].strip().decode("latin-1")
    return environ if environ.get("HTTP_HOST") else None


def serve_kept(client: socket.socket, pages: PublicPages, patience: float, alive: Callable[[], bool]) -> bool:
    """Answer requests of a connection as long as they are for kept pages.

    Returns whether the server should go on with it: true with the next request still unread, false when the other side
    has closed it, or asked nothing for `patience` seconds, or the process ends.
    """
    while alive():
        data = gevent.with_timeout(patience, client.recv, MOST, socket.MSG_PEEK, timeout_value=b"")
        environ = asked(data) if data else None
        answer = pages.hit(environ) if environ is not None else None
        if answer is None:
            return bool(data)
        client.recv(len(data))
        client.sendall(_bytes(*answer))
        gevent.sleep(0)  # the others' turn: see Front
    return False


def _bytes(status: str, headers: list[tuple[str, str]], chunks: Iterable[bytes]) -> bytes:
    lines = [f"HTTP/1.1 {status}", f"Date: {format_date_time(clock.now().timestamp())}", "Connection: keep-alive"]
    lines += [f"{name}: {value}" for name, value in headers]
    return b"".join([("\r\n".join(lines) + "\r\n\r\n").encode("latin-1"), *chunks])
