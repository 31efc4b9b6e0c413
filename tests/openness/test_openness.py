"""The front door, and the file of everything public: whole, verifiable, and with nothing in it that is not public."""

from __future__ import annotations

import hashlib
import json
import re
import tarfile
from collections.abc import Iterator
from datetime import UTC, datetime, timedelta
from pathlib import Path
from typing import Any

import pytest
import time_machine
from flask import Flask

from community.cli import run_command
from community.commitments.actions import make_commitment
from community.commitments.queries import today
from community.extensions import db
from community.openness import dump as making
from community.openness.dump import dumps, folder, make_due_dump, make_dump
from community.posts.actions import remove_post
from community.record.follow import RecordFollower
from community.record.signing import sign
from community.settings.actions import change_settings
from community.talks.actions import open_talk
from tests.forum import Forum, small_forum, take_all

NOON = datetime(2026, 5, 12, 12, tzinfo=UTC)
DUMP = "/openness/public-2026-05-12.tar.gz"


@pytest.fixture
def forum(app: Flask) -> Iterator[Forum]:
    with time_machine.travel(NOON, tick=False) as traveller:
        traveller.shift(-3600)
        with app.app_context():
            made = small_forum(app)
            topic = made.question(title="Is it public?", body="I think so.")
            post = made.post("worker", topic, "It is, and **stays** so.")
            make_commitment(by=made["worker"], post_id=post.post_id, what="Everything stays public", due_on=today())
            gone = made.post("friend", topic, "A SECRET that was removed")
            remove_post(by=made["keeper"], post_id=gone.post_id, rule="private_data", reason="An address")
            made.question("newcomer", title="HELD until confirmed", body="Nobody sees it.")
            made.question("worker", title="INSIDE alone", category="inside")
            made.question("friend", title="MEMBERS alone", category="members")
            open_talk(by=made["asker"], body="WHISPERED to the desk")
            take_all(RecordFollower())
            sign()
        traveller.move_to(NOON, tick=False)
        yield made


def unpacked(path: Path, into: Path) -> Path:
    with tarfile.open(path) as packed:
        packed.extractall(into, filter="data")
    (inside,) = into.iterdir()
    return inside


def test_the_dump_holds_everything_public_and_nothing_else(forum: Forum, tmp_path: Path) -> None:
    with forum.app.app_context():
        dump = make_dump()
        assert dump is not None
        archive = folder() / dump.name
    assert hashlib.sha256(archive.read_bytes()).hexdigest() == dump.sha256
    inside = unpacked(archive, tmp_path / "dump")
    assert inside.name == "public-2026-05-12"
    manifest = json.loads((inside / "manifest.json").read_text())
    files = [path for path in inside.iterdir() if path.name != "manifest.json"]
    digests = {path.name: hashlib.sha256(path.read_bytes()).hexdigest() for path in files}
    assert manifest["sha256"] == digests
    assert {"posts.jsonl", "commitments.jsonl", "record.jsonl", "record-key.pem", "README.txt"} <= digests.keys()
    everything = "".join(path.read_text() for path in inside.iterdir())
    assert "It is, and **stays** so." in everything
    assert "Everything stays public" in everything
    for private in ("SECRET", "HELD", "INSIDE", "MEMBERS", "WHISPERED", "@example.com", "newcomer"):
        assert private not in everything, private


def test_an_outsider_verifies_the_record_of_the_dump(forum: Forum, tmp_path: Path) -> None:
    with forum.app.app_context():
        dump = make_dump()
        assert dump is not None
        inside = unpacked(folder() / dump.name, tmp_path / "dump")
    record, key = inside / "record.jsonl", inside / "record-key.pem"
    assert run_command(["record", "verify", str(record), "--key", str(key)]) == 0
    record.write_text(record.read_text().replace("An address", "Nothing at all"))
    assert run_command(["record", "verify", str(record), "--key", str(key)]) == 1


def test_a_head_that_is_signed_meanwhile_is_not_the_one_of_the_dump(
    forum: Forum, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    seal = making._seal

    def signed_meanwhile(inside: Path, *rest: Any) -> None:
        spam = forum.post("friend", forum.question(), "Buy my soap")
        remove_post(by=forum["keeper"], post_id=spam.post_id, rule="spam", reason="An advertisement")
        db.session.rollback()
        take_all(RecordFollower())
        sign()
        seal(inside, *rest)

    monkeypatch.setattr(making, "_seal", signed_meanwhile)
    with forum.app.app_context():
        dump = make_dump()
        assert dump is not None
        inside = unpacked(folder() / dump.name, tmp_path / "dump")
    head = json.loads((inside / "manifest.json").read_text())["record_head"]
    assert head == json.loads((inside / "record.jsonl").read_text().splitlines()[-1])


def test_a_dump_is_made_each_night_and_old_ones_go(forum: Forum) -> None:
    with forum.app.app_context():
        change_settings(by=None, values={"public_dumps": "3", "desk_time_zone": "Europe/Berlin"})
        make_due_dump()
        first = (folder() / dumps()[0].name).stat().st_mtime_ns
        make_due_dump()
        assert (folder() / dumps()[0].name).stat().st_mtime_ns == first, "one a day"
        for days in range(1, 6):
            with time_machine.travel(datetime(2026, 5, 12 + days, 0, 30, tzinfo=UTC), tick=False):  # half past two in Berlin
                make_due_dump()
                assert dumps()[0].day.day == 12 + days - 1
            with time_machine.travel(datetime(2026, 5, 12 + days, 1, 30, tzinfo=UTC), tick=False):
                make_due_dump()
                assert dumps()[0].day.day == 12 + days
        assert [dump.day.day for dump in dumps()] == [17, 16, 15]
        assert len(list(folder().iterdir())) == 6
        change_settings(by=None, values={"public_dumps": "0"})
        make_due_dump()
        assert make_dump() is None
        assert dumps() == ()


def test_what_is_removed_leaves_the_dumps_too(forum: Forum, tmp_path: Path) -> None:
    with forum.app.app_context():
        make_due_dump()
        with time_machine.travel(NOON + timedelta(days=1), tick=False):
            make_due_dump()
            assert len(dumps()) == 2
            told = forum.post("friend", forum.question(title="Whose number is it?"), "It is 0123456789.").post_id
        with time_machine.travel(NOON + timedelta(days=2), tick=False):
            make_due_dump()
            assert [dump.day.day for dump in dumps()] == [14, 13, 12]
        with time_machine.travel(NOON + timedelta(days=2, hours=1), tick=False):
            remove_post(by=forum["keeper"], post_id=told, rule="private_data", reason="A number")
        with time_machine.travel(NOON + timedelta(days=2, hours=1, minutes=9), tick=False):
            make_due_dump()
            (dump,) = dumps()
            assert dump.day.day == 14
            assert "0123456789" not in (unpacked(folder() / dump.name, tmp_path / "dump") / "posts.jsonl").read_text()
            before = dump.sha256
            make_due_dump()
            assert dumps()[0].sha256 == before, "it is made anew once"


def test_a_dump_that_was_cut_short_shows_nowhere(forum: Forum, monkeypatch: pytest.MonkeyPatch) -> None:
    with forum.app.app_context():
        with monkeypatch.context() as broken:
            broken.setattr("community.openness.dump._seal", lambda *_: (_ for _ in ()).throw(OSError("disk full")))
            with pytest.raises(OSError, match="disk full"):
                make_dump()
        assert dumps() == ()
        assert list(folder().iterdir()) == []
        (folder() / ".making").mkdir()  # as a kill leaves it
        assert make_dump() is not None


def test_the_front_door_leads_to_every_number_and_file(forum: Forum) -> None:
    with forum.app.app_context():
        make_dump()
    visitor = forum.browser()
    page = visitor.get("/openness")
    assert page.status_code == 200
    links = set(re.findall(r'href="(/(?:promise|commitments|record|team|openness)[^"]*)"', page.text.partition("<main")[2]))
    assert {
        "/promise",
        "/commitments?state=late",
        "/record?kind=post.removed",
        "/team",
        "/openness/public-2026-05-12.tar.gz",
    } <= links
    for link in links:
        with visitor.get(link.partition("#")[0]) as answer:
            assert answer.status_code == 200, link
    assert re.search(r"Posts removed in a year</a></dt><dd class=\"num\">1<", page.text)
    with visitor.get(DUMP) as file:
        assert file.mimetype == "application/gzip"
        tag = file.headers["ETag"]
    with visitor.get(DUMP, headers={"If-None-Match": tag}) as again:
        assert again.status_code == 304
    for nothing in (
        "public-2026-05-13.tar.gz",
        f"{DUMP[10:]}.sha256",
        ".making",
        "..%2fbothways.sqlite3",
        "secret-key",
    ):
        assert visitor.get(f"/openness/{nothing}").status_code == 404


def test_an_empty_site_has_a_front_door_too(app: Flask) -> None:
    page = app.test_client().get("/openness")
    assert page.status_code == 200
    assert "The first file is made tonight." in page.text
