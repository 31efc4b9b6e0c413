"""A change of the search engine while the site runs, and the advice to make one."""

from __future__ import annotations

import os
import time
from collections.abc import Iterator
from dataclasses import replace
from pathlib import Path

import pytest
from flask import Flask

from community.config import Config, ConfigError
from community.doctor.checks import examine
from community.search import pace, whoosh_snapshots
from community.search.indexes import KEPT_SECONDS, forget_former, indexes
from community.search.queries import index_is_usable
from tests.forum import Forum, small_forum
from tests.search.test_reader import follow_up, titles

pytest.importorskip("tantivy", reason="without Tantivy; install it by: pip install 'bothways[tantivy]'")


@pytest.fixture
def forum(app: Flask, monkeypatch: pytest.MonkeyPatch) -> Iterator[Forum]:
    monkeypatch.setattr(whoosh_snapshots, "FRESH", 0.0)
    monkeypatch.setattr("community.search.tantivy_snapshots.FRESH", 0.0)
    with app.app_context():
        yield small_forum(app)
        indexes().close()


def choose(app: Flask, name: str) -> None:
    """What a start with another setting does."""
    indexes().close()
    del app.extensions["search"]
    app.config["BOTHWAYS"] = replace(app.config["BOTHWAYS"], search=name)


def told(word: str) -> list[str]:
    return [f"{finding.level}: {finding.sentence}" for finding in examine(fix=False) if word in finding.sentence]


def test_the_former_engine_answers_until_the_new_one_is_built(forum: Forum, app: Flask, monkeypatch: pytest.MonkeyPatch) -> None:
    forum.question(title="One penguin", body="It walks.")
    follow_up()
    choose(app, "tantivy")
    assert indexes().needs_rebuild
    assert index_is_usable()
    assert titles("penguin") == titles("penguins walking") == ["One penguin"]
    assert [hit.topic_id for hit in indexes().like("A penguin that walks", limit=3).hits]
    assert told("former one answers")
    follow_up()
    assert not indexes().needs_rebuild
    assert not told("former one answers")
    forum.question(title="Two penguins", body="They walk.")
    follow_up()
    assert sorted(titles("penguin")) == ["One penguin", "Two penguins"]
    place = app.config["BOTHWAYS"].data / "search"
    forget_former()
    assert (place / "whoosh").is_dir()
    long_ago = time.time() - KEPT_SECONDS - 1
    os.utime(place / "tantivy" / "public" / "CURRENT", (long_ago, long_ago))
    forget_former()
    assert [each.name for each in place.iterdir()] == ["tantivy"]
    assert len(titles("penguin")) == 2


def test_doctor_advises_the_change(forum: Forum, monkeypatch: pytest.MonkeyPatch) -> None:
    forum.question(title="One penguin", body="It walks.")
    forum.question(title="Two penguins", body="They walk.")
    follow_up()
    monkeypatch.setattr(pace, "SLOW_MS", 1e9)
    assert not told("Tantivy")
    monkeypatch.setattr(pace, "SLOW_MS", 0.0)
    assert told("One search in twenty takes")
    monkeypatch.setattr(pace, "MANY", 1)
    assert told("The site has 2 topics")


def test_an_engine_that_is_not_there_is_refused_at_the_start(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    for name, refused in (("whoosh", False), ("tantivy", False), ("lucene", True)):
        environ = {"BOTHWAYS_DATA": str(tmp_path), "BOTHWAYS_SEARCH": name}
        if refused:
            with pytest.raises(ConfigError, match="must be whoosh or tantivy"):
                Config.from_environment(environ)
        else:
            assert Config.from_environment(environ).search == name
    monkeypatch.setattr("community.config.find_spec", lambda _name: None)
    with pytest.raises(ConfigError, match="needs the extra"):
        Config.from_environment({"BOTHWAYS_DATA": str(tmp_path), "BOTHWAYS_SEARCH": "tantivy"})
