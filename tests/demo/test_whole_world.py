"""The whole world: what it says at any hour of the year, and what `bothways demo` leaves behind."""

from __future__ import annotations

import re
from collections import Counter
from collections.abc import Iterator
from datetime import UTC, datetime, timedelta
from pathlib import Path
from typing import Any

import pytest
from flask import Flask
from sqlalchemy import func, select

from community.accounts.actions import authenticate
from community.accounts.models import Account
from community.accounts.pictures import photo_folder
from community.app import create_app
from community.config import Config
from community.demo import timing
from community.demo.acts import Act, acts_of
from community.demo.commands import SIGN_INS, build_and_tell
from community.demo.content import load
from community.demo.made import World
from community.demo.people import PHOTOS
from community.demo.spelling import wait
from community.demo.world import UNFINISHED
from community.doctor.counters import examine_topics
from community.extensions import db
from community.migrating import migrate
from community.posts.models import Post
from community.topics.models import Topic
from community.topics.queries import usual_first_answer

CONTENT = load()
MOMENTS = [
    datetime(2026, 11, 25, 22, 30, tzinfo=UTC),
    datetime(2027, 1, 2, 0, 5, tzinfo=UTC),
    datetime(2027, 3, 28, 1, 30, tzinfo=UTC),  # the night in which summer time begins
    datetime(2027, 5, 3, 6, 0, tzinfo=UTC),
    datetime(2027, 10, 31, 12, 0, tzinfo=UTC),
]


def name_and_arguments(act: Act) -> tuple[str, tuple[Any, ...]]:
    """Which maker an act calls, and with what."""
    performed: Any = act.perform
    return performed.func.__name__, performed.args


@pytest.mark.parametrize("now", MOMENTS, ids=str)
def test_the_history_holds_together(now: datetime) -> None:
    acts = acts_of(CONTENT, World(), {}, now)
    assert now - timedelta(minutes=30) < acts[-1].at <= now
    met: set[str] = set()
    opened: set[str] = set()
    for act in acts:
        name, arguments = name_and_arguments(act)
        assert not act.by or act.by in met or name == "join", (act.by, act.at)
        met.add(act.by)
        if name in {"open", "write"}:
            assert set(re.findall(r"\{#([a-z0-9-]+)\}", arguments[-1].body)) <= opened, arguments[0].key
        if name == "open":
            opened.add(arguments[0].key)
    assert len(opened) == len(CONTENT.topics)


@pytest.mark.parametrize("now", MOMENTS, ids=str)
def test_employees_write_at_their_desk_and_customers_awake(now: datetime) -> None:
    staff = {person.handle for person in CONTENT.people if person.is_staff}
    written = [act for act in acts_of(CONTENT, World(), {}, now) if act.at < now - timedelta(days=21)]
    seen = Counter[str]()
    for act in written:
        name, arguments = name_and_arguments(act)
        if name != "write":
            continue
        local = act.at.astimezone(timing.ZONE)
        if act.by in staff and not arguments[-1].personal:
            assert local.weekday() < 5, (arguments[0].key, local)
            assert timing.OPENS <= local.time() <= (datetime.combine(local, timing.CLOSES) + timedelta(minutes=1)).time(), local
            assert (local.month, local.day) not in timing.HOLIDAYS
            seen["staff"] += 1
        else:
            assert local.time() >= timing.WAKES, (arguments[0].key, local)
            seen["others"] += 1
    assert seen["staff"] > 60
    assert seen["others"] > 60


def test_spans_of_time_are_read_strictly() -> None:
    assert wait("1d2h5m") == timedelta(days=1, hours=2, minutes=5)
    for wrong in ("", "5", "2h1d", "-5m", None):
        with pytest.raises(ValueError, match="not a span"):
            wait(wrong)


@pytest.fixture
def sqlite_app(tmp_path: Path) -> Iterator[Flask]:
    """A site on SQLite: the small world is made on both databases, and the whole one would only take longer."""
    app = create_app(Config.from_environment({"BOTHWAYS_DATA": str(tmp_path), "BOTHWAYS_ENV": "test"}), durable=False)
    with app.app_context():
        migrate(db.engine)
        yield app
        db.session.remove()
        db.engine.dispose()


def test_the_command_leaves_a_living_community(sqlite_app: Flask, tmp_path: Path, capsys: pytest.CaptureFixture[str]) -> None:
    with sqlite_app.app_context():
        build_and_tell()
        assert not (tmp_path / UNFINISHED).exists()
        _sign_ins_work(capsys.readouterr().out, tmp_path / SIGN_INS)
        states = dict(
            db.session.execute(select(Topic.state, func.count()).where(Topic.kind == "question").group_by(Topic.state)).all()
        )
        asked = sum(states.values())
        assert asked > 60
        assert 0.6 < states["solved"] / asked < 0.9
        assert {"new", "waiting", "answered", "needs_info", "answered_unconfirmed", "duplicate"} <= states.keys()
        assert db.session.scalar(select(func.count()).where(Post.official)) > 24
        usual = usual_first_answer()
        assert usual is not None
        assert usual < timedelta(hours=2)
        assert [finding.sentence for finding in examine_topics(fix=False) if finding.level == "wrong"] == []
        photos = [name for name in db.session.scalars(select(Account.photo)) if name]
        assert len(photos) == len(list(PHOTOS.glob("*.webp")))
        assert all((photo_folder() / name).stat().st_size < 8000 for name in photos)


def _sign_ins_work(printed: str, file: Path) -> None:
    assert file.stat().st_mode & 0o777 == 0o600
    lines = file.read_text().splitlines()
    assert len(lines) == 7
    assert all(line in printed for line in lines)
    email, password = lines[0].split()[:2]
    assert db.session.get_one(Account, authenticate(email, password)).handle == "johanna"
