"""Presence across web processes: through a Redis that is stopped and started, and with a process that was killed."""

from __future__ import annotations

import json
import subprocess
import sys
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import Any

import gevent
import pytest

from community.live import shared_presence as shared
from community.live.channels import Channel
from community.live.presence import Present
from community.live.shared_presence import SharedPresence
from tests.conftest import redis_program
from tests.running_site import free_port

TOPIC, DESK = Channel("topic", 1), Channel("desk")


@contextmanager
def redis_at(port: int, folder: Path) -> Iterator[None]:
    """A Redis on this port until the block ends."""
    options = [redis_program(), "--port", str(port), "--save", "", "--appendonly", "no"]
    with subprocess.Popen(options, cwd=folder, stdout=subprocess.DEVNULL) as server:
        try:
            yield
        finally:
            server.kill()


def until(condition: Callable[[], object], what: str) -> None:
    with gevent.Timeout(20, AssertionError(f"in vain: {what}")):
        while not condition():
            gevent.sleep(0.05)


def beats(process: SharedPresence, places: dict[Channel, Present]) -> gevent.Greenlet[..., None]:
    """A web process that tells what it knows whenever it is time."""

    def tell() -> None:
        while True:
            if process.wants_all():
                process.tell(places, whole=True)
            gevent.sleep(0.05)

    process.start()
    return gevent.spawn(tell)


PROGRAM = """
from gevent import monkey; monkey.patch_all()
import sys
from pathlib import Path
from tests.live import test_shared_presence
test_shared_presence.play(int(sys.argv[1]), Path(sys.argv[2]))
print("played")
"""


def test_two_processes_know_of_one_another_whatever_happens_to_redis(tmp_path: Path) -> None:
    # In a program of its own, where the sockets of Redis' library are gevent's, as in the web process.
    command = [sys.executable, "-c", PROGRAM, str(free_port()), str(tmp_path)]
    played = subprocess.run(command, capture_output=True, text=True, check=False, timeout=90)
    assert played.stdout.endswith("played\n"), played.stdout + played.stderr


def play(port: int, folder: Path) -> None:
    """The story of the test above."""
    shared.BEAT, shared.LASTS, shared.PATIENCE = 0.2, 1.5, 0.3
    one, two = (SharedPresence(f"redis://127.0.0.1:{port}/0") for _ in range(2))
    reads, writes = Present(frozenset({7}), visitors=2), Present(frozenset({8}), {8: True})
    with redis_at(port, folder):
        ours, theirs = {TOPIC: reads}, {TOPIC: writes, DESK: writes}
        greenlets = [beats(one, ours), beats(two, theirs)]
        until(lambda: one.elsewhere(TOPIC) == writes and two.elsewhere(TOPIC) == reads, "they know of one another")
        assert TOPIC in one.changed()
        ours.clear()
        one.tell({TOPIC: Present()}, whole=False)
        until(lambda: two.elsewhere(TOPIC) == Present(), "who left is gone")
    until(lambda: (one.changed(), one.elsewhere(TOPIC))[1] == Present(), "without Redis nobody is believed for long")
    del theirs[DESK]
    with redis_at(port, folder):
        until(lambda: one.elsewhere(TOPIC) == writes, "it is there again")
        assert one.elsewhere(DESK) == Present(), "who left meanwhile is not"
        greenlets[1].kill()  # the process is killed
        until(lambda: TOPIC in one.changed() and one.elsewhere(TOPIC) == Present(), "it is forgotten")
    gevent.killall(greenlets)


@pytest.mark.parametrize("places", ["", "2", '{"topic:x": [[], [], 0]}', '{"topic:1": [1]}', '{"topic:1": [[[]], [], 0]}'])
def test_what_no_process_of_ours_says_does_no_harm(places: str) -> None:
    process = SharedPresence("redis://127.0.0.1:9/0")
    for message in (places, f"[{places or 1}]", f'{{"process": "x", "whole": true, "places": {places}}}'):
        process._take(message.encode())
    assert process.elsewhere(TOPIC) == Present()


def test_what_we_say_ourselves_counts_for_nothing() -> None:
    process = SharedPresence("redis://127.0.0.1:9/0")
    told: list[Any] = []
    process._redis.publish = lambda _channel, message: told.append(message)  # type: ignore[method-assign,assignment]
    process.tell({TOPIC: Present(frozenset({1}))}, whole=True)
    process.hear(told[0].encode())
    assert process.elsewhere(TOPIC) == Present()
    assert json.loads(told[0])["places"] == {"topic:1": [[1], [], 0]}
