"""One post to many open sockets: latency from commit to receipt, deliveries a second of CPU, memory a socket, loss.

    .venv/bin/python bench/live.py [--sockets 200 1000] [--posts 40]

The site runs as in production (gunicorn with gevent, one process, SQLite). All sockets listen to one topic;
posts come one at a time, further apart than what is joined into one push. The clients are one process that
does no more than read frames, on the same machine, so their work is part of every latency.
"""

from __future__ import annotations

import argparse
import json
import multiprocessing
import os
import re
import resource
import selectors
import socket
import subprocess
import sys
import tempfile
import time
import urllib.request
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from multiprocessing.connection import Connection
from pathlib import Path
from typing import Any

ROOT = Path(__file__).resolve().parent.parent
EXTRA_FILES = 200
POSITION = re.compile(rb'"channel":"topic:\d+","position":"\w+:(\d+)"')
READ = 64 * 1024
TICK = os.sysconf("SC_CLK_TCK")
TITLES = ("sockets", "p50 ms", "p99 ms", "max ms", "lost", "deliveries / CPU s", "KB a socket", "web MB idle")


def main() -> None:
    """Measure and print."""
    arguments = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    arguments.add_argument("--sockets", type=int, nargs="+", default=[200, 1000])
    arguments.add_argument("--posts", type=int, default=40)
    options = arguments.parse_args()
    print("  ".join(TITLES))
    for count in options.sockets:
        with tempfile.TemporaryDirectory() as folder, site(Path(folder)) as running:
            print(measured(running, count, options.posts), flush=True)


@dataclass(frozen=True)
class Site:
    """A running web process: its port and id, the topic to listen to, and the environment of its data."""

    port: int
    process_id: int
    topic_id: int
    environ: dict[str, str]


@contextmanager
def site(folder: Path) -> Iterator[Site]:
    """A small site in `folder` with its web process."""
    port = free_port()
    environ = {
        **os.environ,
        "BOTHWAYS_DATA": str(folder),
        "BOTHWAYS_PORT": str(port),
        "BOTHWAYS_LIMITS": "off",
        "BOTHWAYS_ENV": "test",
    }
    made = subprocess.run([sys.executable, "-m", "bench.making"], cwd=ROOT, env=environ, check=True, capture_output=True)
    topic_id = int(json.loads(made.stdout)["paths"]["topic"].split("/")[2])
    web = subprocess.Popen([sys.executable, "-m", "community.wsgi"], cwd=ROOT, env=environ)
    try:
        wait_for(port)
        children = Path(f"/proc/{web.pid}/task/{web.pid}/children").read_text().split()
        yield Site(port, int(children[0]), topic_id, environ)
    finally:
        web.terminate()
        web.wait()


def measured(running: Site, count: int, posts: int) -> str:
    """One row: `posts` posts to `count` sockets."""
    idle = memory(running.process_id)
    ours, theirs = multiprocessing.Pipe()
    clients = multiprocessing.get_context("spawn").Process(target=listen, args=(theirs, running.port, running.topic_id, count))
    clients.start()
    theirs.close()  # so that its end is noticed when the clients' process fails
    assert ours.recv() == "listening"
    full, before = memory(running.process_id), cpu_seconds(running.process_id)
    commits = write_posts(running, posts)
    spent = cpu_seconds(running.process_id) - before
    ours.send("stop")
    receipts: dict[int, list[float]] = ours.recv()
    clients.join()
    # Two posts joined into one push arrive with the position of the later one.
    arrived = {position: min((p for p in receipts if p >= position), default=0) for position in commits}
    delays = sorted(1000 * (at - commits[position]) for position, push in arrived.items() for at in receipts.get(push, ()))
    lost = count * posts - len(delays)
    rate = len(delays) / spent if spent else 0
    at = lambda share: delays[min(len(delays) - 1, int(share * len(delays)))]  # noqa: E731
    figures = [f"{count}", *(f"{at(share):.1f}" for share in (0.5, 0.99, 1)), f"{lost}", f"{rate:,.0f}"]
    figures += [f"{(full - idle) / count / 1024:.0f}", f"{idle / 1024**2:.0f}"]
    return "  ".join(figure.rjust(len(title)) for figure, title in zip(figures, TITLES, strict=True))


def write_posts(running: Site, posts: int) -> dict[int, float]:
    """Write posts one after another; the moment of each commit by the position of its event."""
    os.environ.update(running.environ)
    from sqlalchemy import event

    from community.app import create_app
    from community.core.position import position_now
    from community.extensions import db
    from community.posts.actions import write_post
    from community.staff.viewer import viewer_unchecked

    commits: dict[int, float] = {}
    committed: list[float] = []
    app = create_app()
    with app.app_context():
        event.listen(db.session, "after_commit", lambda _session: committed.append(time.monotonic()))
        for number in range(posts):
            viewer = viewer_unchecked(1)
            db.session.rollback()
            write_post(by=viewer, topic_id=running.topic_id, body=f"Number {number}: it rattles when I brake downhill in the rain.")
            commits[position_now().number] = committed[-1]
            db.session.rollback()
            time.sleep(0.25)
        time.sleep(1)
        db.engine.dispose()
    return commits


def listen(pipe: Connection, port: int, topic_id: int, count: int) -> None:
    """The clients' process: opens the sockets, notes when each push arrives, until it is told to stop."""
    soft, hard = resource.getrlimit(resource.RLIMIT_NOFILE)
    resource.setrlimit(resource.RLIMIT_NOFILE, (max(soft, min(hard, count + EXTRA_FILES)), hard))
    selector = selectors.DefaultSelector()
    for _ in range(count):
        line = subscribed(port, topic_id)
        line.setblocking(False)
        selector.register(line, selectors.EVENT_READ, bytearray())
    receipts: dict[int, list[float]] = {}
    pipe.send("listening")
    while not pipe.poll():
        for key, _events in selector.select(0.2):
            take(key.fileobj, key.data, receipts)
    pipe.recv()
    pipe.send(receipts)


def take(line: Any, waiting: bytearray, receipts: dict[int, list[float]]) -> None:
    """Read what is there; note pushes, answer pings."""
    now = time.monotonic()
    waiting += line.recv(READ)
    while (frame := whole_frame(waiting)) is not None:
        found = POSITION.search(frame, 0, 200)
        if found:
            receipts.setdefault(int(found[1]), []).append(now)
        elif frame == b"2":
            line.send(masked("3"))


def whole_frame(waiting: bytearray) -> bytes | None:
    """Take the first frame of text off the bytes, when it is complete."""
    if len(waiting) < 2:
        return None
    size, start = waiting[1], 2
    if size == 126:
        size, start = int.from_bytes(waiting[2:4], "big"), 4
    elif size == 127:
        size, start = int.from_bytes(waiting[2:10], "big"), 10
    if len(waiting) < start + size or (start > 2 and len(waiting) < start):
        return None
    frame = bytes(waiting[start : start + size])
    del waiting[: start + size]
    return frame


def subscribed(port: int, topic_id: int) -> socket.socket:
    """A socket that listens to the topic."""
    line = socket.create_connection(("127.0.0.1", port))
    line.sendall(
        b"GET /socket.io/?EIO=4&transport=websocket HTTP/1.1\r\nHost: 127.0.0.1\r\nConnection: Upgrade\r\nUpgrade: websocket\r\n"
        b"Sec-WebSocket-Version: 13\r\nSec-WebSocket-Key: x3JJHMbDL1EzLkh9GBhXDw==\r\n\r\n"
    )
    seen = b""
    while b"\r\n\r\n" not in seen:  # what comes along with the request would be taken for its body
        seen += line.recv(4096)
    line.sendall(masked("40") + masked('421["subscribe",' + json.dumps({"channels": [f"topic:{topic_id}"], "position": ""}) + "]"))
    while b"431" not in seen or not seen.endswith(b"]"):
        chunk = line.recv(65536)
        assert chunk, seen
        seen += chunk
    return line


def masked(text: str) -> bytes:
    """A frame of text as a client sends it, masked with zeros."""
    payload = text.encode()
    size = bytes([0x80 | len(payload)]) if len(payload) < 126 else bytes([0x80 | 126]) + len(payload).to_bytes(2, "big")
    return b"\x81" + size + b"\0\0\0\0" + payload


def memory(process_id: int) -> int:
    """Resident bytes."""
    return int(Path(f"/proc/{process_id}/statm").read_text().split()[1]) * resource.getpagesize()


def cpu_seconds(process_id: int) -> float:
    """Seconds of CPU that a process has used."""
    fields = Path(f"/proc/{process_id}/stat").read_text().rpartition(")")[2].split()
    return (int(fields[11]) + int(fields[12])) / TICK


def free_port() -> int:
    """A port nobody listens on at this moment."""
    with socket.socket() as trial:
        trial.bind(("127.0.0.1", 0))
        return int(trial.getsockname()[1])


def wait_for(port: int) -> None:
    """Wait until the site answers."""
    while True:
        try:
            urllib.request.urlopen(f"http://127.0.0.1:{port}/live", timeout=5)
            return
        except OSError:
            time.sleep(0.1)


if __name__ == "__main__":
    main()
