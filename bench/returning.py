"""Many sockets come back at once after a restart: how long pages take meanwhile, and when everybody is live again.

    .venv/bin/python -m bench.returning [--sockets 1000]

A web process as in production (gunicorn with gevent, SQLite) is stopped and started while so many sockets listen to a topic. They
come back as `live.js` does, 0.3 to 5 seconds after the goodbye and as often as it takes, each with the question what it missed;
then once more all in the same moment, as they would after a cut cable. Meanwhile a visitor's and a member's page are asked for
by turns, four at a time, and their time to the last byte is noted; `calm` is the same without anybody coming back.
"""

from __future__ import annotations

import argparse
import http.client
import json
import multiprocessing
import os
import random
import resource
import subprocess
import sys
import tempfile
import threading
import time
from collections.abc import Iterator
from contextlib import contextmanager
from multiprocessing.connection import Connection
from pathlib import Path

from bench.live import ROOT, free_port, wait_for
from bench.sockets import EXTRA_FILES, subscribed

SPREAD = (0.3, 5.0)
"""Seconds from the goodbye to the first try: PAUSES.restart of live.js."""

AGAIN = 1.0
READERS = 4
WATCHED = 8.0
"""Seconds in which pages are asked for, from the moment the site answers again."""


def main() -> None:
    """Measure and print."""
    arguments = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    arguments.add_argument("--sockets", type=int, default=1000)
    count = arguments.parse_args().sockets
    print(f"{'':>22}  {'pages':>6}  {'p50 ms':>7}  {'p95 ms':>7}  {'max ms':>7}  {'all live after s':>16}")
    with tempfile.TemporaryDirectory() as folder, site(Path(folder)) as running:
        print_row("calm", running.pages(WATCHED), None)
        for name, spread in (("as live.js comes back", SPREAD), ("all in one moment", (0.0, 0.0))):
            ours, theirs = multiprocessing.Pipe()
            clients = multiprocessing.get_context("spawn").Process(
                target=listen, args=(theirs, running.port, running.topic_id, count, spread)
            )
            clients.start()
            theirs.close()
            assert ours.recv() == "listening"
            running.restart()
            began = time.monotonic()
            taken = running.pages(WATCHED)
            print_row(name, taken, ours.recv() - began)
            ours.send("stop")
            clients.join()


def print_row(name: str, taken: list[float], back: float | None) -> None:
    """One line of the table; `taken` in seconds."""
    taken.sort()
    at = [1000 * taken[min(len(taken) - 1, int(share * len(taken)))] for share in (0.5, 0.95, 1)]
    cells = "  ".join(f"{each:>7.1f}" for each in at)
    print(f"{name:>22}  {len(taken):>6}  {cells}  {f'{back:.1f}' if back is not None else '':>16}", flush=True)


class Running:
    """The site and its web process."""

    def __init__(self, environ: dict[str, str], port: int, topic: str, cookie: str) -> None:
        self.port, self.topic_id = port, int(topic.split("/")[2])
        self._environ, self._topic, self._cookie = environ, topic, cookie
        self._web = self._start()

    def restart(self) -> None:
        """Stop the web process and start it again."""
        self.stop()
        self._web = self._start()

    def stop(self) -> None:
        """Stop it."""
        self._web.terminate()
        self._web.wait()

    def pages(self, seconds: float) -> list[float]:
        """Ask for pages so long; how many seconds each took."""
        taken: list[float] = []
        until = time.monotonic() + seconds
        readers = [threading.Thread(target=self._read, args=(until, taken, number)) for number in range(READERS)]
        for reader in readers:
            reader.start()
        for reader in readers:
            reader.join()
        return taken

    def _read(self, until: float, taken: list[float], number: int) -> None:
        line = http.client.HTTPConnection("127.0.0.1", self.port, timeout=30)
        headers = {"Cookie": self._cookie} if number % 2 else {}
        while time.monotonic() < until:
            began = time.monotonic()
            line.request("GET", self._topic, headers=headers)
            answer = line.getresponse()
            answer.read()
            assert answer.status == 200, answer.status
            taken.append(time.monotonic() - began)
            time.sleep(0.02)
        line.close()

    def _start(self) -> subprocess.Popen[bytes]:
        web = subprocess.Popen([sys.executable, "-m", "community.wsgi"], cwd=ROOT, env=self._environ)
        wait_for(self.port)
        return web


@contextmanager
def site(folder: Path) -> Iterator[Running]:
    """A small site in `folder` with its web process."""
    port = free_port()
    own = {"BOTHWAYS_DATA": str(folder), "BOTHWAYS_PORT": str(port), "BOTHWAYS_LIMITS": "off", "BOTHWAYS_ENV": "test"}
    environ = {**os.environ, **own}
    made = subprocess.run([sys.executable, "-m", "bench.making"], cwd=ROOT, env=environ, check=True, capture_output=True)
    told = json.loads(made.stdout)
    running = Running(environ, port, told["paths"]["topic"], told["cookie"])
    try:
        yield running
    finally:
        running.stop()


def listen(pipe: Connection, port: int, topic_id: int, count: int, spread: tuple[float, float]) -> None:
    """The clients' process: opens the sockets, comes back with each when it was closed, and tells when all are back."""
    soft, hard = resource.getrlimit(resource.RLIMIT_NOFILE)
    resource.setrlimit(resource.RLIMIT_NOFILE, (max(soft, min(hard, 2 * count + EXTRA_FILES)), hard))
    threading.stack_size(256 * 1024)
    back, ready = threading.Semaphore(0), threading.Semaphore(0)
    for _ in range(count):
        threading.Thread(target=_live, args=(port, topic_id, spread, ready, back), daemon=True).start()
    for _ in range(count):
        ready.acquire()
    pipe.send("listening")
    for _ in range(count):
        back.acquire()
    pipe.send(time.monotonic())
    pipe.recv()


def _live(port: int, topic_id: int, spread: tuple[float, float], ready: threading.Semaphore, back: threading.Semaphore) -> None:
    line = subscribed(port, topic_id)
    ready.release()
    while line.recv(65536):
        pass
    line.close()
    time.sleep(random.uniform(*spread))
    while True:
        try:
            line = subscribed(port, topic_id)
        except (OSError, AssertionError):
            time.sleep(AGAIN * random.uniform(0.2, 1.8))
        else:
            break
    back.release()
    while line.recv(65536):
        pass


if __name__ == "__main__":
    main()
