"""What Tantivy's index survives: torn files, crashes in the middle of a commit, and questions that make it panic."""

from __future__ import annotations

import os
from collections.abc import Iterator
from pathlib import Path
from unittest.mock import patch

import pytest

from community.search.engine import NeedsRebuild
from community.search.querying import parse
from tests.search.documents import NOW, topic

pytest.importorskip("tantivy", reason="without Tantivy; install it by: pip install 'bothways[tantivy]'")

from community.search.tantivy_engine import TantivyEngine

HALF, EMPTY, ZEROS, OTHER, GONE = "half", "empty", "zeros", "other bytes", "gone"


@pytest.fixture(autouse=True)
def look_at_once(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr("community.search.tantivy_snapshots.FRESH", 0.0)


def opened(folder: Path) -> TantivyEngine:
    return TantivyEngine(folder, clock=NOW.timestamp)


@pytest.fixture
def engine(tmp_path: Path) -> Iterator[TantivyEngine]:
    engine = opened(tmp_path / "index")
    engine.rebuild((topic(number, "battery", "charger " * number) for number in range(1, 40)), "a:1")
    yield engine
    engine.close()


def current(engine: TantivyEngine) -> Path:
    index = engine._folder.current()
    assert index is not None
    return index


def tear(path: Path, how: str) -> None:
    whole = path.read_bytes()
    path.unlink()  # a file that is mapped must not shrink
    changed = whole[:3] + bytes(byte ^ 0x5A for byte in whole[3:20]) + whole[20:]
    torn = {HALF: whole[: len(whole) // 2], EMPTY: b"", ZEROS: bytes(len(whole)), OTHER: changed}
    if how in torn:
        path.write_bytes(torn[how])


FILES = ("*.idx", "*.term", "*.pos", "*.fast", "*.fieldnorm", "*.store", "meta.json")
TEARS = [("*.idx", HALF), ("*.idx", EMPTY), ("*.idx", ZEROS), ("*.term", GONE), ("meta.json", HALF), ("meta.json", GONE)]


@pytest.mark.parametrize(("which", "how"), [*TEARS, *((each, OTHER) for each in FILES)])
def test_a_torn_file_is_noticed_set_aside_and_rebuilt(engine: TantivyEngine, which: str, how: str) -> None:
    tear(next(current(engine).glob(which)), how)
    reader, writer = opened(engine._folder.folder), opened(engine._folder.folder)
    found = reader.find(parse("battery charger"), limit=5)
    assert (found.available, found.hits) == (False, ())
    writer.index([topic(1, "other")])
    with pytest.raises(NeedsRebuild):
        writer.commit("a:2")
    assert writer.needs_rebuild
    assert writer.position() == ""
    writer.rebuild([topic(1, "battery charger")], "a:2")
    assert [hit.topic_id for hit in reader.find(parse("battery charger"), limit=5).hits] == [1]
    reader.close()


def test_a_crash_before_the_commit_leaves_what_was(engine: TantivyEngine) -> None:
    for number, step in enumerate(("_commit", "position_row"), 2):
        child = os.fork()
        if not child:
            try:
                victim = opened(engine._folder.folder)
                victim.index([topic(100 + number, "after")])
                with patch(f"community.search.tantivy_engine.{step}", lambda *_: os._exit(9)):
                    victim.commit(f"a:{number}")
            finally:
                os._exit(1)
        assert os.waitstatus_to_exitcode(os.waitpid(child, 0)[1]) == 9
        assert engine.position() == f"a:{number - 1}"
        assert engine.find(parse("after"), limit=9).total == number - 2
        engine.index([topic(100 + number, "after")])
        engine.commit(f"a:{number}")
        assert engine.position() == f"a:{number}"
        assert engine.find(parse("after"), limit=9).total == number - 1


def test_a_question_that_makes_it_panic_is_no_damage(engine: TantivyEngine) -> None:
    def panic(*_: object, **__: object) -> None:
        from tantivy import Query

        from community.search.tantivy_schema import schema

        Query.phrase_query(schema(), "words", ["one"])

    with patch("community.search.tantivy_ranking.Ranking.found", panic):
        assert not engine.find(parse("battery"), limit=5).available
    assert not engine.needs_rebuild
    assert engine.find(parse("battery"), limit=5).available
