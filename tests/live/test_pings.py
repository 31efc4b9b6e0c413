"""Pings: each socket one after the interval, together, none to who is gone, the next only after an answer."""

from __future__ import annotations

import subprocess
import sys
import time
from pathlib import Path
from types import SimpleNamespace
from typing import Any

import gevent
import pytest
import websocket
from gevent.queue import JoinableQueue

from community.live import pings, wire
from community.live.pings import Pings
from tests.conftest import empty_site
from tests.live.conftest import WebProcess
from tests.running_site import free_port, until

PING = wire.text_frame(b"2")


class Line:
    """What pings need of an Engine.IO socket: when it was written to, and what waits in the library."""

    def __init__(self) -> None:
        self.queue = JoinableQueue()
        self.connected, self.closed, self.closing = True, False, False
        self.last_ping: float | None = time.time()
        self.wire = self
        self.pinged: list[float] = []
        self.takes = True

    def send_now(self, frame: bytes) -> bool:
        assert frame == PING
        if self.takes:
            self.pinged.append(time.monotonic())
        return self.takes

    def send(self, packet: Any) -> None:
        self.queue.put(packet.encode())


@pytest.fixture(autouse=True)
def at_once(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(pings, "TOGETHER", 0.02)


def test_each_is_pinged_once_after_the_interval_and_again_after_its_answer() -> None:
    told, lines = Pings(every=0.05), [Line() for _ in range(3)]
    began = time.monotonic()
    for line in lines:
        told.later(line)
        told.later(line)  # no second one beside it
    gevent.sleep(0.2)
    assert [len(line.pinged) for line in lines] == [1, 1, 1], "nobody has answered yet"
    assert all(line.pinged[0] - began >= 0.05 for line in lines)
    assert all(line.last_ping for line in lines)
    told.later(lines[1])
    gevent.sleep(0.2)
    assert [len(line.pinged) for line in lines] == [1, 2, 1]


def test_who_is_gone_is_left_alone_and_who_is_slow_gets_it_in_turn() -> None:
    told, gone, leaving, slow = Pings(every=0.03), Line(), Line(), Line()
    for line in (gone, leaving, slow):
        told.later(line)
    gone.closed = leaving.closing = True
    slow.takes = False
    gevent.sleep(0.15)
    assert (gone.pinged, leaving.pinged, gone.queue.qsize(), leaving.queue.qsize()) == ([], [], 0, 0)
    assert slow.queue.get() == "2"


def test_the_librarys_sockets_are_pinged_here() -> None:
    line = Line()
    connected: list[str] = []
    eio = SimpleNamespace(
        ping_interval=0.03, sockets={"sid": line}, handlers={"connect": lambda sid, _environ: connected.append(sid)}
    )
    pings.install(SimpleNamespace(eio=eio))
    eio.handlers["connect"]("sid", {})
    line.schedule_ping()  # type: ignore[attr-defined]
    gevent.sleep(0.15)
    assert (connected, len(line.pinged)) == (["sid"], 1)


QUICKLY = """
from gevent import monkey; monkey.patch_all()
import runpy
from community.live import sockets
sockets.PING_EVERY, sockets.PING_PATIENCE = 1, 4
runpy.run_module("community.wsgi", run_name="__main__")
"""


def test_a_real_socket_lives_as_long_as_it_answers(tmp_path: Path, database_kind: str, template_database: str) -> None:
    port = free_port()
    with empty_site(tmp_path / "data", database_kind, template_database, BOTHWAYS_PORT=str(port)) as made:
        running = WebProcess(made, tmp_path / "web.log")
        program = [sys.executable, "-c", QUICKLY]
        with running.log.open("ab") as log, subprocess.Popen(program, env=running.environ, stdout=log, stderr=log) as web:
            try:
                until(running._is_ready, f"it answers; see {running.log}", 60)
                line = websocket.create_connection(f"ws://127.0.0.1:{port}/socket.io/?EIO=4&transport=websocket", timeout=10)
                line.send("40")
                for _ in range(3):
                    while line.recv() != "2":
                        pass
                    line.send("3")
                while line.recv() != "2":
                    pass
                began = time.monotonic()
                with pytest.raises((websocket.WebSocketException, OSError)):  # the next answer does not come
                    while line.recv() is not None:
                        assert time.monotonic() - began < 20
            finally:
                web.terminate()
