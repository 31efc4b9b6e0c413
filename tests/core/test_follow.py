"""Followers: exactly once, in order, over crashes, failures and rivals."""

from __future__ import annotations

import threading
from datetime import timedelta
from typing import Any, ClassVar

import pytest
from flask import Flask
from sqlalchemy import select

from community.core import follow as following
from community.core.follow import Cursor, Follower, Parked, follow
from community.core.log import Recorded
from community.core.schedule import Due, Job, run_due
from community.core.unit import Unit, unit
from community.core.wake import watch
from community.extensions import db
from community.settings.models import Setting

from .test_unit import BellRung, ring


class Counting(Follower):
    """Adds up bells in a row; fails as often as told."""

    name = "counting"
    batch = 3
    failures: ClassVar[dict[int, int]] = {}
    ignores = frozenset()

    def _count(self, u: Unit, recorded: Recorded, event: Any) -> None:
        row = u.session.get(Setting, "bells") or u.add(Setting(name="bells", value=[], changed_at=u.now))
        row.value = [*row.value, event.bell_id]
        if self.failures.get(event.bell_id, 0):
            self.failures[event.bell_id] -= 1
            raise ConnectionError(event.bell_id)

    @property
    def reads(self) -> Any:  # type: ignore[override]
        return {BellRung: self._count}


@pytest.fixture(autouse=True)
def _no_failures() -> None:
    Counting.failures.clear()


def bells() -> list[int]:
    db.session.rollback()
    row = db.session.get(Setting, "bells")
    return list(row.value) if row else []


def test_batches_in_order_with_the_cursor_in_the_same_transaction(app: Flask) -> None:
    with app.app_context():
        for number in range(1, 6):
            ring(number)
        counting = Counting()
        assert counting.catch_up() == 3
        assert bells() == [1, 2, 3]
        assert counting.catch_up() == 2
        assert counting.catch_up() == 0
        assert bells() == [1, 2, 3, 4, 5]


def test_a_failing_batch_leaves_no_trace(app: Flask) -> None:
    with app.app_context():
        ring(1), ring(2)
        counting = Counting()
        Counting.failures = {2: 1}
        with pytest.raises(ConnectionError):
            counting.catch_up()
        assert bells() == []
        assert counting.catch_up() == 2
        assert bells() == [1, 2]


def test_a_rival_waits_for_the_lease(app: Flask, monkeypatch: pytest.MonkeyPatch) -> None:
    with app.app_context():
        ring(1)
        Counting().catch_up()
        ring(2)
        monkeypatch.setattr(following, "this_process", lambda: "another:1")
        assert Counting().catch_up() == 0
        with unit() as u:
            u.fetch(Cursor, "counting").owned_until = u.now - timedelta(seconds=1)
        assert Counting().catch_up() == 1
        assert bells() == [1, 2]


def test_what_always_fails_is_parked_and_the_rest_goes_on(app: Flask, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(following, "PAUSES", (0.0, 0.0))
    Counting.failures = {2: 99, 3: 1}
    with app.app_context():
        for number in range(1, 5):
            ring(number)
    stop = threading.Event()
    look = watch(app.config["BOTHWAYS"].database_url)
    runner = threading.Thread(target=follow, args=(app, Counting(), look, stop))
    runner.start()
    with app.app_context():
        _until(lambda: bells() == [1, 3, 4])
        (parked,) = db.session.execute(select(Parked)).scalars().all()
        assert (parked.follower, parked.position, parked.event_name) == ("counting", 2, "bell.rung")
        assert "ConnectionError" in parked.error
        db.session.rollback()
        ring(5)
        _until(lambda: bells() == [1, 3, 4, 5])
    stop.set()
    runner.join()
    look.close()


def _until(condition: Any, seconds: float = 15) -> None:
    pause = threading.Event()
    for _ in range(int(seconds / 0.02)):
        if condition():
            return
        pause.wait(0.02)
    raise AssertionError("it did not happen in time")


def test_a_watch_wakes_within_a_moment_of_a_commit_elsewhere(app: Flask) -> None:
    look = watch(app.config["BOTHWAYS"].database_url)
    look.wait(0.0)
    woken = threading.Event()
    waiter = threading.Thread(target=lambda: (look.wait(10.0), woken.set()))
    waiter.start()
    with app.app_context():
        ring(1)
    assert woken.wait(5.0)
    waiter.join()
    look.close()


def test_a_job_runs_once_a_turn_and_survives_its_own_failure(app: Flask) -> None:
    runs: list[str] = []

    def fail() -> None:
        runs.append("fail")
        raise ValueError

    jobs = [Job("fine", timedelta(hours=1), lambda: runs.append("fine")), Job("fail", timedelta(hours=1), fail)]
    with app.app_context():
        assert run_due(jobs) == ["fine", "fail"]
        assert run_due(jobs) == []
        with unit() as u:
            u.fetch(Due, "fine").due_at = u.now
        assert run_due(jobs) == ["fine"]
        assert runs == ["fine", "fail", "fine"]
