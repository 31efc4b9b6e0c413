"""Pages beside bare Flask returning the same bytes on the same server: requests a second, CPU a request, and the ratios.

    .venv/bin/python bench/pages.py [--seconds 4]

Each row is measured in turns with its reference, in the same minute, over 8 kept-alive connections. The
site runs as in production (gunicorn with gevent, one process); the reference is the same server with a
Flask view that returns the bytes that the site returned.
"""

from __future__ import annotations

import argparse
import json
import os
import selectors
import socket
import statistics
import subprocess
import sys
import tempfile
import time
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import NamedTuple

ROOT = Path(__file__).resolve().parent.parent
CONNECTIONS = 8


class Place(NamedTuple):
    """A server that is measured."""

    port: int
    pid: int


class Rate(NamedTuple):
    """Answers a second, and microseconds of the server's CPU an answer."""

    answers: float
    cpu: float


BARE = """
from gevent import monkey
monkey.patch_all()
import gevent, sys
from flask import Flask, Response
from gunicorn.app.base import BaseApplication
body = open(sys.argv[2], "rb").read()
app = Flask("bare", static_folder=None)
app.add_url_rule("/", "page", lambda: Response(body, mimetype="text/html"))
def front(environ, start_response):
    gevent.sleep(0)
    return app(environ, start_response)
class Server(BaseApplication):
    def load_config(self):
        for name, value in {"bind": "127.0.0.1:" + sys.argv[1], "worker_class": "gevent", "workers": 1, "keepalive": 15,
                            "worker_connections": 12000, "control_socket_disable": True, "loglevel": "error"}.items():
            self.cfg.set(name, value)
    def load(self):
        return front
Server().run()
"""


def main() -> None:
    """Measure and print."""
    arguments = argparse.ArgumentParser(description=__doc__)
    arguments.add_argument("--seconds", type=float, default=4.0, help="length of each run")
    seconds = arguments.parse_args().seconds
    with tempfile.TemporaryDirectory() as folder, _site(Path(folder)) as (site, paths, cookie):
        for name, path, headers in (
            ("topic page, visitor", paths["topic"], ""),
            ("topic page, visitor, gzip", paths["topic"], "Accept-Encoding: gzip\r\n"),
            ("topic page, visitor, 304", paths["topic"], "304"),
            ("home page, visitor", "/", ""),
            ("topic page, signed in", paths["topic"], f"Cookie: {cookie}\r\n"),
        ):
            _row(Path(folder), name, site, path, headers, seconds)


def _row(folder: Path, name: str, site: Place, path: str, headers: str, seconds: float) -> None:
    first, body, etag = _once(site.port, path, "" if headers == "304" else headers)
    if headers == "304":
        headers = f"If-None-Match: {etag}\r\n"
        first, body, _ = _once(site.port, path, headers)
    page = folder / "page"
    page.write_bytes(body)
    with _bare(page) as bare:
        ours, theirs = [], []
        for _ in range(3):
            ours.append(_rate(site, path, headers, seconds))
            theirs.append(_rate(bare, "/", "", seconds))
    mine, other = (Rate(*map(statistics.median, zip(*rates, strict=True))) for rates in (ours, theirs))
    print(
        f"{name:<28} {first} {len(body):>7} bytes {mine.answers:>7.0f}/s {mine.cpu:>6.0f} us"
        f"   bare Flask {other.answers:>7.0f}/s {other.cpu:>6.0f} us"
        f"   ratio {mine.answers / other.answers:.2f}, of CPU {other.cpu / mine.cpu:.2f}",
        flush=True,
    )


def _rate(place: Place, path: str, headers: str, seconds: float) -> Rate:
    """Requests a second over all connections, asked by a process of its own so that the server has a core."""
    script = f"from bench.pages import ask; print(ask({place.port}, {path!r}, {headers!r}, {seconds}))"
    before = _cpu_seconds(place.pid)
    told = subprocess.run([sys.executable, "-c", script], cwd=ROOT, check=True, capture_output=True, text=True).stdout
    answers = float(told)
    return Rate(answers, (_cpu_seconds(place.pid) - before) / (answers * seconds) * 1e6)


def _cpu_seconds(pid: int) -> float:
    """CPU time that a server and its worker have used so far."""
    total = 0.0
    for stat in Path("/proc").glob("[0-9]*/stat"):
        try:
            fields = stat.read_text().rpartition(")")[2].split()
        except OSError:
            continue  # it ended meanwhile
        if pid in {int(stat.parent.name), int(fields[1])}:
            total += (int(fields[11]) + int(fields[12])) / os.sysconf("SC_CLK_TCK")
    return total


def ask(port: int, path: str, headers: str, seconds: float) -> float:
    """Ask over kept-alive connections for so many seconds; returns answers a second.

    One thread that does next to nothing, so that the server is what is measured: each connection sends its next request
    when the answer before is there, whose length is known from the first one.
    """
    request = _request(path, headers)
    length = _length(port, request)
    answers, left = 0, {}
    poll = selectors.DefaultSelector()
    for _ in range(CONNECTIONS):
        connection = socket.create_connection(("127.0.0.1", port))
        poll.register(connection, selectors.EVENT_READ)
        connection.sendall(request)
        left[connection.fileno()] = length
    room = bytearray(262_144)
    end = time.monotonic() + seconds
    while time.monotonic() < end:
        for key, _ in poll.select(1.0):
            got = key.fileobj.recv_into(room)  # type: ignore[union-attr]
            if not got:
                raise ConnectionError("the server closed the connection")
            left[key.fd] -= got
            if left[key.fd] <= 0:
                if left[key.fd] < 0:
                    raise ValueError("an answer was longer than the first one")
                answers += 1
                left[key.fd] = length
                key.fileobj.sendall(request)  # type: ignore[union-attr]
    return answers / seconds


def _length(port: int, request: bytes) -> int:
    """Bytes of a whole answer, head included, as it is sent the second time on one connection."""
    with socket.create_connection(("127.0.0.1", port)) as connection:
        for _ in range(2):
            connection.sendall(request)
            head, body = _read(connection)
    return len(head) + 4 + len(body)


def _request(path: str, headers: str) -> bytes:
    return f"GET {path} HTTP/1.1\r\nHost: 127.0.0.1\r\n{headers}\r\n".encode()


def _read(connection: socket.socket) -> tuple[bytes, bytes]:
    data = b""
    while b"\r\n\r\n" not in data:
        data += _more(connection)
    head, _, body = data.partition(b"\r\n\r\n")
    lower = head.lower()
    if b"transfer-encoding: chunked" in lower:
        while not body.endswith(b"0\r\n\r\n"):
            body += _more(connection)
        return head, body
    _, mark, rest = lower.partition(b"content-length:")
    length = int(rest.split(b"\r\n")[0]) if mark else 0
    while len(body) < length:
        body += _more(connection)
    return head, body


def _more(connection: socket.socket) -> bytes:
    data = connection.recv(262_144)
    if not data:
        raise ConnectionError("the server closed the connection")
    return data


def _once(port: int, path: str, headers: str) -> tuple[str, bytes, str]:
    with socket.create_connection(("127.0.0.1", port)) as connection:
        connection.sendall(_request(path, headers))
        head, body = _read(connection)
    status = head.split(b" ")[1].decode()
    etag = next((line.partition(b":")[2].strip().decode() for line in head.split(b"\r\n") if line.lower().startswith(b"etag:")), "")
    return status, body, etag


@contextmanager
def _bare(page: Path) -> Iterator[Place]:
    port = _free_port()
    server = subprocess.Popen([sys.executable, "-c", BARE, str(port), str(page)])
    try:
        _until_open(port)
        yield Place(port, server.pid)
    finally:
        server.terminate()
        server.wait()


@contextmanager
def _site(folder: Path) -> Iterator[tuple[Place, dict[str, str], str]]:
    """A site with a topic of 20 posts; its place, the paths, and the cookie of somebody signed in."""
    port = _free_port()
    environ = {**os.environ, "BOTHWAYS_DATA": str(folder / "data"), "BOTHWAYS_PORT": str(port), "BOTHWAYS_LIMITS": "off"}
    made = subprocess.run([sys.executable, "-m", "bench.making"], cwd=ROOT, env=environ, check=True, capture_output=True, text=True)
    told = json.loads(made.stdout.splitlines()[-1])
    server = subprocess.Popen([sys.executable, "-m", "community.cli", "web"], cwd=ROOT, env=environ)
    try:
        _until_open(port)
        yield Place(port, server.pid), told["paths"], told["cookie"]
    finally:
        server.terminate()
        server.wait()


def _free_port() -> int:
    with socket.socket() as free:
        free.bind(("127.0.0.1", 0))
        return int(free.getsockname()[1])


def _until_open(port: int) -> None:
    end = time.monotonic() + 30
    while True:
        try:
            with socket.create_connection(("127.0.0.1", port)):
                return
        except OSError:
            if time.monotonic() > end:
                raise
            time.sleep(0.1)


if __name__ == "__main__":
    main()
