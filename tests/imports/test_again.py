"""Importing again: the same changes nothing, a newer dump brings what is new, and what happened here stays."""

from __future__ import annotations

from datetime import UTC, datetime
from pathlib import Path
from typing import Any

import pytest
from flask import Flask
from sqlalchemy import func, select

from community.accounts.actions import open_account
from community.answers.models import Acceptance
from community.core.errors import Conflict
from community.core.log import LoggedEvent
from community.extensions import db
from community.imports import actions
from community.imports.actions import run_import
from community.posts.actions import edit_post, write_post
from community.posts.models import Edit, Post
from community.staff.actions import grant_role
from community.staff.viewer import viewer_unchecked
from community.tags.models import Tag, TopicTag
from community.topics.actions import close_topic
from community.topics.models import Closure, Duplicate
from tests.imports.dumps import SITE, Dump, checksum, contents, imported, many, reading, workshop


def test_the_same_again_changes_nothing(app: Flask, tmp_path: Path) -> None:
    dump = many(tmp_path / "dump", 70)
    dump.add("PostLinks", Id=1, CreationDate=Dump.date(7), PostId=11, RelatedPostId=1, LinkTypeId=3)
    first = imported(app, dump.write())
    assert (first.topics, first.answers, first.replies, first.duplicates) == (70, 140, 70, 1)
    before = checksum(app)
    again = imported(app, dump.folder)
    assert (again.posts, again.updated, again.duplicates, again.unchanged) == (0, 0, 0, 70)
    assert checksum(app) == before


def test_a_newer_dump_brings_what_is_new(app: Flask, tmp_path: Path) -> None:
    imported(app, workshop(tmp_path / "old").write())
    newer = workshop(tmp_path / "new")
    question, first, _second = newer.rows["Posts"][:3]
    question |= {"AcceptedAnswerId": "3", "Title": "Why do my disc brakes squeal?", "Tags": "<disc>", "ClosedDate": Dump.date(11)}
    question |= {"LastEditDate": Dump.date(9), "LastEditorUserId": "2"}
    first |= {"Body": "<p>Clean the rotor, and the pads.</p>", "LastEditDate": Dump.date(10), "LastEditorUserId": "1", "Score": "9"}
    newer.user(3, "New Person")
    newer.answer(5, 1, by=3, day=8)
    newer.comment(3, 5, by=1, day=9)
    newer.question(6, "A new one", by=3, day=12)
    newer.add("PostLinks", Id=1, CreationDate=Dump.date(12), PostId=6, RelatedPostId=1, LinkTypeId=3)
    outcome = imported(app, newer.write())
    assert (outcome.topics, outcome.answers, outcome.replies, outcome.updated, outcome.unchanged) == (1, 1, 1, 1, 1)
    with reading(app) as now:
        topic, answer = now.topic("1"), now.post("2")
        assert (topic.title, topic.slug) == ("Why do my disc brakes squeal?", "why-do-my-disc-brakes-squeal")
        assert (topic.state, topic.closed, topic.accepted_count, topic.post_count, topic.others_count) == ("solved", True, 1, 7, 3)
        assert now.numbers("1")[-2:] == [(6, "5"), (7, "comment-3")]
        assert topic.last_post_at == datetime(2020, 1, 9, 12, tzinfo=UTC)
        assert list(db.session.scalars(select(Tag.name).join(TopicTag).where(TopicTag.topic_id == topic.id))) == ["disc"]
        assert (answer.body, answer.version, now.source("2").score) == ("Clean the rotor, and the pads.", 2, 9)
        edits = {edit.post_id: (edit.version, edit.body, edit.title, edit.by_id) for edit in now.rows(Edit)}
        former = "Why do my brakes squeal?, in full."
        assert edits == {
            now.post("1").id: (1, former, "Why do my brakes squeal?", now.account("2").id),
            answer.id: (1, "Clean the **rotor**.", None, now.account("1").id),
        }
        assert [(mark.post_id, mark.undone_at is None) for mark in now.rows(Acceptance)] == [
            (answer.id, False),
            (now.post("3").id, True),
        ]
        assert (answer.accepted, now.post("3").accepted) == (False, True)
        assert len(now.rows(Closure)) == len(now.rows(Duplicate)) == 1
        imports = select(func.count()).where(LoggedEvent.name == "topic.imported")
        assert db.session.scalar(imports) == 2 + 2 + 2  # at first, new and changed, and both ends of a duplicate
    before = checksum(app)
    assert imported(app, newer.folder).updated == 0
    assert checksum(app) == before


def test_edits_in_between_come_from_the_history(app: Flask, tmp_path: Path) -> None:
    old = workshop(tmp_path / "old")
    old.history(1, 2, 2, "one", 2)
    old.history(2, 2, 5, "two", 3)
    imported(app, old.write())
    newer = workshop(tmp_path / "new")
    newer.rows["Posts"][1]["Body"] = "<p>four</p>"
    newer.rows["PostHistory"] = old.rows["PostHistory"]
    newer.history(3, 2, 5, "three", 4)
    newer.history(4, 2, 5, "four", 5)
    imported(app, newer.write())
    with reading(app) as now:
        assert [(edit.version, edit.body) for edit in now.rows(Edit)] == [(1, "one"), (2, "two"), (3, "three")]
        assert (now.post("2").version, now.post("2").body) == (4, "four")


def test_what_happened_here_stays(app: Flask, tmp_path: Path) -> None:
    imported(app, workshop(tmp_path / "old").write())
    with reading(app) as now:
        nora = open_account(handle="nora", name="Nora", email="nora@example.com", confirmed=True)
        grant_role(by=None, account_id=nora, role="moderator", title="Mechanic", source="command")
        by = viewer_unchecked(nora)
        edit_post(by=by, post_id=now.post("2").id, body="Our own words.", version=1)
        write_post(by=by, topic_id=now.topic("1").id, body="An answer from here.")
        close_topic(by=by, topic_id=now.topic("4").id, reason="Asked and answered.")
    newer = workshop(tmp_path / "new")
    newer.rows["Posts"][1] |= {"Body": "<p>Their new words.</p>", "LastEditDate": Dump.date(9)}
    newer.answer(5, 1, by=2, day=8)
    newer.answer(6, 4, by=1, day=8)
    outcome = imported(app, newer.write())
    assert outcome.left_out == {"changes of posts that were edited here too": 1}
    with reading(app) as now:
        assert now.post("2").body == "Our own words."
        assert now.numbers("1")[-1] == (7, "5")
        assert (now.topic("1").post_count, now.topic("1").first_staff_answer_at is not None) == (7, True)
        assert now.topic("4").closed
        assert len(now.rows(Closure)) == 1
    before = checksum(app)
    assert not imported(app, newer.folder).left_out
    assert checksum(app) == before


def test_posts_that_were_moved_there_stay_here(app: Flask, tmp_path: Path) -> None:
    imported(app, workshop(tmp_path / "old").write())
    newer = workshop(tmp_path / "new")
    newer.rows["Posts"][2]["ParentId"] = "4"
    newer.question(7, "Takes the other answer over", by=1, day=9)
    newer.rows["Posts"][1]["ParentId"] = "7"
    outcome = imported(app, newer.write())
    assert (outcome.topics, outcome.answers, outcome.updated) == (1, 0, 2)
    with reading(app) as now:
        assert now.post("3").topic_id == now.post("2").topic_id == now.topic("1").id
        assert (now.topic("7").post_count, now.topic("1").post_count, now.topic("4").post_count) == (1, 5, 1)
        assert db.session.scalar(select(func.count()).select_from(Post)) == 7


def test_an_older_dump_takes_nothing_away(app: Flask, tmp_path: Path) -> None:
    imported(app, many(tmp_path / "new", 8).write())
    before = contents(app)
    old = many(tmp_path / "old", 8)
    old.rows["Posts"] = [row for row in old.rows["Posts"] if int(row["Id"]) % 10 != 3]
    imported(app, old.write())
    assert [row[:6] + row[10:] for row in contents(app)] == [row[:6] + row[10:] for row in before]


def test_a_named_site_keeps_its_name(app: Flask, tmp_path: Path) -> None:
    dump = workshop(tmp_path / "bikes.stackexchange.com")
    imported(app, dump.write())
    before = checksum(app)
    outcome = imported(app, dump.folder, site="")
    assert (outcome.site, outcome.unchanged) == (SITE, 2)
    assert checksum(app) == before


def test_two_imports_at_once(app: Flask, tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    folder = many(tmp_path / "dump", 60).write()
    slow = actions._texts

    def overtaken(*arguments: Any) -> Any:
        monkeypatch.setattr(actions, "_texts", slow)
        imported(app, folder)
        return slow(*arguments)

    monkeypatch.setattr(actions, "_texts", overtaken)
    with pytest.raises(Conflict, match="Another import"):
        imported(app, folder)
    before = checksum(app)
    assert imported(app, folder).unchanged == 60
    assert checksum(app) == before
    assert len(contents(app)) == 240


def test_two_sites_do_not_mix(app: Flask, tmp_path: Path) -> None:
    imported(app, workshop(tmp_path / "one").write())
    with app.app_context():
        outcome = run_import("stackexchange", tmp_path / "one", site="other.example.com")
    assert outcome.topics == 2
    with app.app_context():
        assert db.session.scalar(select(func.count()).select_from(Post)) == 12
