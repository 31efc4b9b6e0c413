"""`bothways run`: starts web and worker, starts again what dies, stops in order, and takes its children with it."""

from __future__ import annotations

import itertools
import os
import re
import signal
import socket
import subprocess
from collections.abc import Iterator
from pathlib import Path

import pytest
import requests
from sqlalchemy import select

from community import supervisor
from community.config import Config, ConfigError
from community.core.follow import Cursor
from community.extensions import db
from community.insights.models import SearchGap
from community.supervisor import Child, require_free_port
from tests.running_site import RunningSite, free_port, until


@pytest.fixture
def whole_site(tmp_path: Path) -> Iterator[RunningSite]:
    """A site under `bothways run`, which makes its tables first."""
    environ = {
        "BOTHWAYS_DATA": str(tmp_path / "data"),
        "BOTHWAYS_ENV": "test",
        "BOTHWAYS_PORT": str(free_port()),
        "BOTHWAYS_LIMITS": "off",
    }
    site = RunningSite(Config.from_environment(environ), tmp_path / "log")
    site.start("run")
    yield site
    site.stop()


def children(site: RunningSite) -> dict[str, int]:
    """The newest process id of each child, as the supervisor says."""
    return {name: int(number) for name, number in re.findall(r'"child": "(\w+)", "pid": (\d+)', site.log.read_text())}


def lives(process_id: int) -> bool:
    """Whether a process runs; one that ended and waits to be asked about does not."""
    try:
        return Path(f"/proc/{process_id}/stat").read_text().rpartition(")")[2].split()[0] != "Z"
    except FileNotFoundError:
        return False


def test_what_dies_is_started_again_and_all_stop_in_order(whole_site: RunningSite) -> None:
    assert "Make the first admin at" in whole_site.log.read_text()
    before = children(whole_site)
    assert before.keys() == {"web", "worker"}
    assert requests.get(whole_site.base_url + "/healthz", timeout=5).json()["status"] == "ok"
    for name in ("worker", "web"):
        os.killpg(before[name], signal.SIGKILL)
        until(lambda name=name: children(whole_site)[name] != before[name], f"{name} started again")
    whole_site.wait_ready()
    refused = whole_site.run_command("restore", str(whole_site.log))
    assert refused.returncode == 1
    assert "The site is running" in refused.stderr
    occupied = whole_site.run_command("run")
    assert occupied.returncode == 1
    assert "Cannot listen on" in occupied.stderr
    after = children(whole_site)
    assert whole_site.stop() == {"run": 0}
    assert not any(lives(process_id) for process_id in after.values())
    with whole_site.app():
        assert db.session.scalars(select(Cursor.owner)).all() == [None] * len(db.session.scalars(select(Cursor)).all())


def test_searches_in_vain_are_written_when_the_site_ends(whole_site: RunningSite) -> None:
    def searched_in_vain() -> bool:
        return 'name="before" value="zxylofon"' in requests.get(whole_site.base_url + "/search?q=zxylofon", timeout=10).text

    until(searched_in_vain, "an index that can be searched")  # written with the answer, as the first of its minute
    assert searched_in_vain()
    assert whole_site.stop() == {"run": 0}
    with whole_site.app():
        assert db.session.scalars(select(SearchGap.empty)).all() == [2]


def test_children_end_with_a_killed_supervisor(whole_site: RunningSite) -> None:
    known = children(whole_site)
    whole_site.kill("run")
    until(lambda: not any(lives(process_id) for process_id in known.values()), "children ended", seconds=20)


def test_pauses_grow_and_begin_again_after_a_healthy_life(monkeypatch: pytest.MonkeyPatch) -> None:
    class Dead:
        pid = 1

        def poll(self) -> int:
            return 1

    starts: list[float] = []
    monkeypatch.setattr(subprocess, "Popen", lambda *_args, **_named: Dead())
    child = Child("web", ["web"])
    now = 0.0
    while len(starts) < 9:
        child.look(now)
        if child.started == now and child.running is not None:
            starts.append(now)
        child.look(now)
        now = round(now + 0.1, 1)
    pauses = [round(later - earlier, 1) for earlier, later in itertools.pairwise(starts)]
    assert pauses == [0.1, 0.5, 1.0, 2.0, 5.0, 10.0, 30.0, 30.0]
    child.running, child.started = None, now
    child.next_start = now
    child.look(now)
    child.look(now + supervisor.HEALTHY_AFTER)
    assert child.next_start == now + supervisor.HEALTHY_AFTER + 0.1


def test_a_taken_port_is_said_in_a_sentence(tmp_path: Path) -> None:
    with socket.socket() as taken:
        taken.bind(("127.0.0.1", 0))
        taken.listen()
        config = Config.from_environment({"BOTHWAYS_DATA": str(tmp_path), "BOTHWAYS_PORT": str(taken.getsockname()[1])})
        with pytest.raises(ConfigError, match="Choose another BOTHWAYS_PORT"):
            require_free_port(config)
