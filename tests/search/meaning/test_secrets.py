"""The two worlds of `tests/search/test_secrets.py` once more, on a site that searches by words and meaning."""

from __future__ import annotations

from collections.abc import Iterator

import pytest
from flask import Flask

from community.core.native import NativeThreads
from community.search import queries, whoosh_snapshots
from community.search.indexes import indexes
from community.search.meaning import nearness
from community.search.meaning.follow import MeaningFollower
from tests.forum import Forum, small_forum, take_all
from tests.search import test_secrets as worlds


@pytest.fixture
def outside(app: Flask, monkeypatch: pytest.MonkeyPatch) -> Iterator[Forum]:
    """The forum, with no context pushed; a busy machine makes nothing late."""
    monkeypatch.setattr(nearness, "_threads", NativeThreads(at_once=2, seconds=20))
    monkeypatch.setattr(queries, "_threads", NativeThreads(at_once=2, seconds=20))
    monkeypatch.setattr(whoosh_snapshots, "FRESH", 0.0)
    with app.app_context():
        made = small_forum(app)
    yield made
    with app.app_context():
        indexes().close()


def test_by_meaning_too_nothing_that_is_restricted_changes_an_answer(outside: Forum, monkeypatch: pytest.MonkeyPatch) -> None:
    asked: list[str] = []
    near_text = nearness.near_text

    def noting(viewer: object, text: str, **how: object) -> dict[int, float]:
        found = near_text(viewer, text, **how)  # type: ignore[arg-type]
        asked.extend([text] if found else [])
        return found

    index_anew = worlds.index_anew

    def index_and_vectors() -> None:
        index_anew()
        take_all(MeaningFollower())

    monkeypatch.setattr(worlds, "index_anew", index_and_vectors)
    monkeypatch.setattr(queries, "near_text", noting)
    monkeypatch.setattr(worlds, "QUERIES", (*worlds.QUERIES, "quokka recall at night", "charging my battery after dark"))
    worlds.two_worlds(outside, worlds.secret)
    assert "charging my battery after dark" in asked, "searches found by meaning as well"
