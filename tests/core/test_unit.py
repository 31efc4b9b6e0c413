"""The write unit, the log and its positions."""

from __future__ import annotations

import threading
from dataclasses import dataclass

import pytest
from flask import Flask
from sqlalchemy import func, select, text

from community.core import log
from community.core.errors import NotFound
from community.core.log import Event, EventChannel, LoggedEvent
from community.core.schedule import Due
from community.core.unit import Unit, unit
from community.core.wake import watch
from community.extensions import db
from community.settings.models import Setting


@dataclass(frozen=True, kw_only=True)
class BellRung(Event, name="bell.rung", channels=("bell:{bell_id}", "bell:{bell_id}", "tower:{tower_id}")):
    """A bell was rung, for these tests only."""

    bell_id: int
    tower_id: int | None = None
    notes: tuple[str, ...] = ()


def ring(number: int) -> None:
    with unit() as u:
        u.record(BellRung(bell_id=number))


def test_a_change_and_its_events_are_stored_together(app: Flask) -> None:
    with app.app_context():
        with unit() as u:
            u.add(Setting(name="x", value=1, changed_at=u.now))
            u.record(BellRung(by_id=7, bell_id=1, tower_id=2, notes=("c", "e")))
            u.record(BellRung(bell_id=2))
        first, second = log.read_after(db.session(), 0, 10)
        assert (first.position, second.position) == (1, 2)
        assert first.event == BellRung(by_id=7, bell_id=1, tower_id=2, notes=("c", "e"))
        assert log.head(db.session())[1] == 2
        channels = db.session.execute(
            select(EventChannel.channel, EventChannel.position).order_by(EventChannel.position, EventChannel.channel)
        ).all()
        assert [tuple(row) for row in channels] == [("bell:1", 1), ("tower:2", 1), ("bell:2", 2)]


def test_nothing_is_stored_when_the_unit_fails(app: Flask) -> None:
    with app.app_context():
        with pytest.raises(ZeroDivisionError), unit() as u:
            u.add(Setting(name="x", value=1, changed_at=u.now))
            u.record(BellRung(bell_id=1))
            _ = 1 // 0
        assert db.session.execute(select(func.count()).select_from(Setting)).scalar_one() == 0
        assert log.head(db.session())[1] == 0
        ring(1)
        assert [e.position for e in log.read_after(db.session(), 0, 10)] == [1]


def test_units_do_not_nest_and_refuse_rows_changed_outside(app: Flask) -> None:
    with app.app_context():
        with unit(), pytest.raises(RuntimeError, match="inside a unit"), unit():
            pass
        with unit() as u:
            u.add(Setting(name="x", value=1, changed_at=u.now))
        row = db.session.get(Setting, "x")
        assert row is not None
        row.value = 2
        with pytest.raises(RuntimeError, match="outside a unit"), unit():
            pass
        assert db.session.get(Setting, "x").value == 1  # type: ignore[union-attr]


def test_a_unit_sees_what_others_committed_since_the_request_began(app: Flask) -> None:
    with app.app_context():
        with unit() as u:
            u.add(Setting(name="x", value=1, changed_at=u.now))
        held = db.session.get(Setting, "x")
        assert held is not None
        assert held.value == 1
        other = threading.Thread(target=_set_in_another_context, args=(app, 5))
        other.start()
        other.join()
        with unit() as u:
            assert u.fetch(Setting, "x").value == 5
            with pytest.raises(NotFound):
                u.fetch(Setting, "y")


def _set_in_another_context(app: Flask, value: int) -> None:
    with app.app_context(), unit() as u:
        u.fetch(Setting, "x").value = value


def test_eight_writers_lose_nothing_and_positions_have_no_gap(app: Flask) -> None:
    """The measured trap: the driver's default mode lost 82 % of read-then-update writes."""
    with app.app_context(), unit() as u:
        u.add(Setting(name="count", value=0, changed_at=u.now))

    def add_25() -> None:
        for _ in range(25):
            with app.app_context(), unit() as u:
                row = u.fetch(Setting, "count")
                row.value = row.value + 1
                u.record(BellRung(bell_id=1))

    writers = [threading.Thread(target=add_25) for _ in range(8)]
    for writer in writers:
        writer.start()
    for writer in writers:
        writer.join()
    with app.app_context():
        assert db.session.get(Setting, "count").value == 200  # type: ignore[union-attr]
        positions = db.session.execute(select(LoggedEvent.position).order_by(LoggedEvent.position)).scalars().all()
        assert positions == list(range(1, 201))


def test_a_reader_never_sees_a_position_before_a_smaller_one(app: Flask) -> None:
    seen: list[int] = []
    done = threading.Event()

    def tail() -> None:
        position = 0
        look = watch(app.config["BOTHWAYS"].database_url)
        while True:
            last = done.is_set()
            with app.app_context():
                batch = log.read_after(db.session(), position, 50)
            for recorded in batch:
                seen.append(recorded.position)
                position = recorded.position
            if last and not batch:
                look.close()
                return
            look.wait(0.05)

    reader = threading.Thread(target=tail)
    reader.start()
    writers = [threading.Thread(target=lambda: [_ring_in_context(app) for _ in range(20)]) for _ in range(4)]
    for writer in writers:
        writer.start()
    for writer in writers:
        writer.join()
    done.set()
    reader.join()
    assert seen == list(range(1, 81))


def _ring_in_context(app: Flask) -> None:
    with app.app_context():
        ring(1)


def test_versions_of_channels_and_what_came_before(app: Flask) -> None:
    with app.app_context():
        ring(1), ring(2), ring(1)
        session = db.session()
        assert log.versions(session, ["bell:1", "bell:2", "bell:3"]) == {"bell:1": 3, "bell:2": 2, "bell:3": 0}
        assert log.versions(session, ["bell:1", "bell:2"], before=3) == {"bell:1": 1, "bell:2": 2}
        assert log.versions(session, []) == {}
        found = log.read_channels_after(session, ["bell:1", "tower:9"], 1, 10)
        assert [recorded.position for recorded in found] == [3]


def test_an_event_of_another_release_is_passed_on_without_its_class(app: Flask) -> None:
    with app.app_context():
        ring(1)
        with unit() as u:
            u.session.execute(text("UPDATE events SET name = 'bell.melted'"))
        (recorded,) = log.read_after(db.session(), 0, 10)
        assert recorded.event is None
        assert recorded.name == "bell.melted"


def test_event_names_are_checked() -> None:
    with pytest.raises(TypeError, match="malformed or taken"):

        class Loud(Event, name="LOUD"):
            pass

    with pytest.raises(TypeError, match="malformed or taken"):

        class Taken(Event, name="bell.rung"):
            pass


def test_a_row_added_in_a_unit_has_its_id(app: Flask) -> None:
    with app.app_context(), unit() as u:
        assert isinstance(u, Unit)
        due = u.add(Due(name="a", due_at=u.now))
        assert due.due_at == u.now
