"""Questions of a support forum as JSON."""

from __future__ import annotations

import gzip
import json
from datetime import UTC, datetime
from pathlib import Path
from typing import Any

import pytest
from flask import Flask
from sqlalchemy import func, select

from community.answers.models import Acceptance
from community.categories.models import Category
from community.core.errors import Invalid
from community.extensions import db
from community.imports import jsonrecords
from community.imports.actions import Outcome, run_import
from community.posts.models import Post
from community.tags.models import Tag
from community.topics.models import Closure, Topic
from tests.imports.dumps import checksum, reading

SITE = "help.example.org"


def question(key: object, *answers: dict[str, Any], **more: Any) -> dict[str, Any]:
    first = {"url": f"https://{SITE}/questions/{key}", "title": f"Question {key}", "html": f"<p>Text <b>{key}</b></p>"}
    rest = {"author": "ada", "created": "2023-01-01 02:21:46 +0000", "topic": "mail", "tags": ["Fix_Problems"], "votes": 3}
    return {"id": key, **first, **rest, "locked": False, "solved": False, "answers": list(answers), **more}


def answer(key: object, **more: Any) -> dict[str, Any]:
    first = {"id": key, "author": "grace", "created": "2023-01-02 00:00:00 +0000", "html": f"<p>Answer {key}</p>"}
    return {**first, "helpful": 5, "unhelpful": 2, "accepted": False, **more}


def run(app: Flask, path: Path, **options: Any) -> Outcome:
    with app.app_context():
        return run_import("json", path, **options)


def written(path: Path, *records: object) -> Path:
    path.write_text("\n".join(json.dumps(record) for record in records))
    return path


def test_a_question_becomes_a_topic(app: Flask, tmp_path: Path) -> None:
    solved = question(
        1, answer(7), answer(8, author="ada", accepted=True, created="2023-01-03T00:00:00+02:00"), solved=True, locked=True
    )
    outcome = run(app, written(tmp_path / "dump.jsonl", solved, question(2)))
    assert (outcome.site, outcome.topics, outcome.answers, outcome.left_out) == (SITE, 2, 2, {})
    with reading(app) as now:
        topic, post = now.topic("1"), now.post("answer-8")
        assert (topic.title, topic.state, topic.closed, topic.post_count, topic.others_count) == (
            "Question 1",
            "solved",
            True,
            3,
            1,
        )
        assert db.session.get_one(Category, topic.category_id).name == SITE
        assert set(db.session.scalars(select(Tag.name))) == {"fix-problems", "mail"}
        assert (post.body, post.accepted, post.created_at) == ("Answer 8", True, datetime(2023, 1, 2, 22, tzinfo=UTC))
        assert (post.author_id, now.account("name:ada").handle) == (topic.author_id, "ada")
        source = now.source("answer-7")
        assert (source.author_name, source.url, source.score) == ("grace", f"https://{SITE}/questions/1#answer-7", 3)
        assert (now.source("1").score, now.source("1").licence) == (3, "")
        (mark,) = now.rows(Acceptance)
        assert (mark.post_id, mark.by_id) == (post.id, topic.author_id)
        assert [row.reason for row in now.rows(Closure)] == [f"Locked on {SITE}."]


def test_again_and_newer(app: Flask, tmp_path: Path) -> None:
    path = written(tmp_path / "dump.jsonl", question(1, answer(7)), question(2))
    run(app, path, category="Help")
    before = checksum(app)
    assert run(app, path, category="Help").unchanged == 2
    assert checksum(app) == before
    written(path, question(1, answer(7, accepted=True, html="<p>Edited</p>"), answer(9)), question(3), question(2))
    outcome = run(app, path, category="Help")
    assert (outcome.topics, outcome.answers, outcome.updated, outcome.unchanged) == (1, 1, 1, 1)
    with reading(app) as now:
        assert (now.post("answer-7").body, now.topic("1").state) == ("Edited", "solved")


@pytest.mark.parametrize("shape", ["lines", "lines.gz", "array", "array.gz"])
def test_lines_and_arrays_plain_and_zipped(app: Flask, tmp_path: Path, shape: str) -> None:
    records = [question(n, answer(n), html="<p>" + "long ü " * 3000 + "</p>") for n in range(1, 13)]
    text = json.dumps(records, indent=1, ensure_ascii=False) if "array" in shape else "\n".join(map(json.dumps, records))
    path = tmp_path / "dump.json"
    path.write_bytes(gzip.compress(text.encode()) if shape.endswith("gz") else b"\xef\xbb\xbf" + text.encode())
    outcome = run(app, path, licence="CC BY 4.0")
    assert (outcome.topics, outcome.answers, outcome.left_out) == (12, 12, {})
    with reading(app) as now:
        assert now.source("12").licence == "CC BY 4.0"


def test_hostile_records(app: Flask, tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(jsonrecords, "MAX_RECORD_BYTES", 100_000)
    bad = [
        "{not json",
        '"a text"',
        "[1]",
        "[" * 90_000,
        json.dumps({"id": 1, "title": "x" * 100_001}),
        json.dumps({"id": 10**30, "title": "An id beyond all bounds"}),
        json.dumps({"id": 1}),
        json.dumps({"title": "No id"}),
        json.dumps({"id": True, "title": "No id either"}),
        json.dumps(question(1, answer(5), answer(5), answer(None), "nothing", {"id": 6})),  # type: ignore[arg-type]
        json.dumps(question(1, title="The same id again")),
        json.dumps(
            question(2, answer(5), created="soon", votes="many", tags="x", topic=7, locked="yes", url="javascript:alert(1)")
        ),
        '{"id": "a\\u0000b", "title": "NUL"}',
        '{"id": "word", "title": "\\ud800 NUL \\u0000 here", "html": "\\udfff<script>x</script>", "answers": {}, "author": ["x"]}',
        '{"id": 4, "title": "' + "T" * 400 + '", "html": 5, "author": "' + "n" * 300 + '"}',
    ]
    path = tmp_path / "dump.jsonl"
    path.write_text("\n".join([json.dumps(question(99)), *bad]))
    outcome = run(app, path)
    assert outcome.left_out == {
        "records that cannot be read": 5,
        "questions without a usable id or title": 5,
        "answers without a usable id": 2,
        "answers with an id that was there before": 2,
        "questions with an id that was there before": 1,
        "dates that cannot be right": 4,
    }
    with reading(app) as now:
        assert now.topic("word").title == "\ufffd NUL here"
        assert now.post("word").body in {"\ufffd", "(This post has no text.)"}
        assert now.source("2").url == ""
        assert now.post("4").body.startswith("**TTT")
        assert len(now.account("name:" + "n" * 59 + "…").name) == 60
    before = checksum(app)
    run(app, path)
    assert checksum(app) == before


def test_torn_files(app: Flask, tmp_path: Path) -> None:
    whole = gzip.compress("\n".join(json.dumps(question(n, html=f"{n} {n**77}")) for n in range(2000)).encode())
    path = tmp_path / "torn.jsonl.gz"
    path.write_bytes(whole[: len(whole) // 2])
    outcome = run(app, path)
    assert outcome.left_out["the rest of a file that is torn"] == 1
    assert 500 < outcome.topics < 1500
    path.write_text('[{"id": 1, "title": "one"}, {"id": 2, "title": ')
    assert run(app, path, site="x.example.org").left_out == {"records that cannot be read": 1, "dates that cannot be right": 1}
    for text in ("", "[]", " \n"):
        path.write_text(text)
        with pytest.raises(Invalid, match="no questions"):
            run(app, path)
    with pytest.raises(Invalid, match="not a file"):
        run(app, tmp_path)


def test_the_real_forum(app: Flask, tmp_path: Path, shared_data: Path) -> None:
    with gzip.open(shared_data / "support" / "questions.jsonl.gz", "rt") as file:
        lines = [next(file) for _ in range(150)]
    records = [json.loads(line) for line in lines]
    path = tmp_path / "questions.jsonl"
    path.write_text("".join(lines))
    outcome = run(app, path)
    assert (outcome.topics, outcome.answers) == (150, sum(len(record["answers"]) for record in records))
    with reading(app) as now:
        source = now.source(str(records[0]["id"]))
        assert (source.author_name, source.url) == (records[0]["author"], records[0]["url"])
        assert (source.licence, bool(source.licence_url)) == ("Creative Commons BY-SA", True)
        solved = sum(record["solved"] for record in records)
        assert db.session.scalar(select(func.count()).where(Topic.state == "solved")) == solved
        assert db.session.scalar(select(func.count()).where(Post.accepted)) == solved
