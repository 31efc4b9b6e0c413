"""One post to many open sockets: latency from commit to receipt, deliveries a second of CPU, memory a socket, loss.

    .venv/bin/python -m bench.live [--sockets 200 1000] [--posts 40] [--no-node]

The site runs as in production (gunicorn with gevent, one process, SQLite). All sockets listen to one topic;
posts come one at a time, further apart than what is joined into one push. The clients are one process that
does no more than read frames, on the same machine, so their work is part of every latency.

Where there are node and npm, each row has a second one below it: the same clients and the same messages with the least
that a server of Node's socket.io 4 can do (`bench/node/server.mjs`, installed into a scratch folder), and the ratios. For
it the clock starts when the message is handed over: it commits nothing, asks for no rights and draws nothing.
"""

from __future__ import annotations

import argparse
import json
import multiprocessing
import os
import resource
import shutil
import socket
import subprocess
import sys
import tempfile
import time
import urllib.error
import urllib.request
from collections.abc import Callable, Iterator, Sequence
from contextlib import contextmanager
from dataclasses import dataclass
from functools import partial
from pathlib import Path

from bench.sockets import listen

ROOT = Path(__file__).resolve().parent.parent
APART = 0.25
"""Seconds between two posts."""

TICK = os.sysconf("SC_CLK_TCK")
TITLES = ("        ", "sockets", "p50 ms", "p99 ms", "max ms", "lost", "deliveries / CPU s", "KB a socket", "MB idle")


def main() -> None:
    """Measure and print."""
    arguments = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    arguments.add_argument("--sockets", type=int, nargs="+", default=[200, 1000])
    arguments.add_argument("--posts", type=int, default=40)
    arguments.add_argument("--no-node", action="store_true", help="leave the reference out")
    options = arguments.parse_args()
    with tempfile.TemporaryDirectory() as scratch:
        reference = None if options.no_node else installed(Path(scratch))
        print_row(TITLES)
        for count in options.sockets:
            with tempfile.TemporaryDirectory() as folder, site(Path(folder)) as running:
                ours = measured(running, count, options.posts)
            print_row(("Bothways", *ours.row()))
            if reference is not None:
                with node(reference, ours.sample) as running:
                    theirs = measured(running, count, options.posts)
                print_row(("Node", *theirs.row()))
                print_row(("ratio", *ours.ratios(theirs)))


@dataclass(frozen=True)
class Site:
    """A running server: its port and process, the topic to listen to, and what sends so many posts, one after another.

    That answers the moment of each by the number of its position.
    """

    port: int
    process_id: int
    topic_id: int
    write: Callable[[int], dict[int, float]]


@dataclass(frozen=True)
class Figures:
    """What was measured: delays in milliseconds in order, and one of the messages that arrived."""

    sockets: int
    delays: list[float]
    lost: int
    rate: float
    kilobytes: float
    idle: float
    sample: bytes

    def at(self, share: float) -> float:
        """The delay that this share of the deliveries did not exceed."""
        return self.delays[min(len(self.delays) - 1, int(share * len(self.delays)))]

    def row(self) -> list[str]:
        """The figures in the order of the titles."""
        delays = (f"{self.at(share):.1f}" for share in (0.5, 0.99, 1))
        return [f"{self.sockets}", *delays, f"{self.lost}", f"{self.rate:,.0f}", f"{self.kilobytes:.0f}", f"{self.idle:.0f}"]

    def ratios(self, other: Figures) -> list[str]:
        """These divided by the other's, where that says something."""
        delays = (f"{self.at(share) / other.at(share):.2f}" for share in (0.5, 0.99, 1))
        return ["", *delays, "", f"{self.rate / other.rate:.2f}", f"{self.kilobytes / other.kilobytes:.2f}", ""]


def print_row(cells: Sequence[str]) -> None:
    """One line of the table."""
    print("  ".join(cell.rjust(len(title)) for cell, title in zip(cells, TITLES, strict=True)), flush=True)


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
        yield Site(port, int(children[0]), topic_id, partial(write_posts, environ, topic_id))
    finally:
        web.terminate()
        web.wait()


def installed(scratch: Path) -> Path | None:
    """The reference with its library, in a scratch folder; None where there is no Node."""
    if not (shutil.which("node") and shutil.which("npm")):
        print("no node or npm here: without the reference")
        return None
    shutil.copy(ROOT / "bench" / "node" / "server.mjs", scratch)
    command = ["npm", "install", "--silent", "--no-audit", "--no-fund", "--prefix", str(scratch), "socket.io@4"]
    subprocess.run(command, check=True, stdout=subprocess.DEVNULL)
    return scratch


@contextmanager
def node(folder: Path, sample: bytes) -> Iterator[Site]:
    """The reference, which sends messages like `sample`."""
    port = free_port()
    command = ["node", "server.mjs", str(port)]
    server = subprocess.Popen(command, cwd=folder, stdin=subprocess.PIPE, text=True)
    assert server.stdin is not None
    message = json.loads(sample[sample.index(b"[") :])[1]
    topic_id = int(message["channel"].removeprefix("topic:"))

    def write(posts: int) -> dict[int, float]:
        sent = {}
        for number in range(1, posts + 1):
            line = json.dumps({**message, "position": f"node:{number}"})
            sent[number] = time.monotonic()
            print(line, file=server.stdin, flush=True)
            time.sleep(APART)
        time.sleep(1)
        return sent

    try:
        wait_for(port)
        yield Site(port, server.pid, topic_id, write)
    finally:
        server.terminate()
        server.wait()


def measured(running: Site, count: int, posts: int) -> Figures:
    """One row: `posts` posts to `count` sockets."""
    idle = memory(running.process_id)
    ours, theirs = multiprocessing.Pipe()
    clients = multiprocessing.get_context("spawn").Process(target=listen, args=(theirs, running.port, running.topic_id, count))
    clients.start()
    theirs.close()  # so that its end is noticed when the clients' process fails
    assert ours.recv() == "listening"
    full, before = memory(running.process_id), cpu_seconds(running.process_id)
    commits = running.write(posts)
    spent = cpu_seconds(running.process_id) - before
    ours.send("stop")
    receipts, sample = ours.recv()
    clients.join()
    # Two posts joined into one push arrive with the position of the later one.
    arrived = {position: min((p for p in receipts if p >= position), default=0) for position in commits}
    delays = sorted(1000 * (at - commits[position]) for position, push in arrived.items() for at in receipts.get(push, ()))
    rate = len(delays) / spent if spent else 0
    kilobytes = (full - idle) / count / 1024
    return Figures(count, delays, count * posts - len(delays), rate, kilobytes, idle / 1024**2, sample)


def write_posts(environ: dict[str, str], topic_id: int, posts: int) -> dict[int, float]:
    """Write posts one after another; the moment of each commit by the position of its event."""
    os.environ.update(environ)
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
            write_post(by=viewer, topic_id=topic_id, body=f"Number {number}: it rattles when I brake downhill in the rain.")
            commits[position_now().number] = committed[-1]
            db.session.rollback()
            time.sleep(APART)
        time.sleep(1)
        db.engine.dispose()
    return commits


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
        except urllib.error.HTTPError:
            raise
        except OSError:
            time.sleep(0.1)


if __name__ == "__main__":
    main()
