"""What enters the record, what it says, and that nobody alters it."""

from __future__ import annotations

import json
from collections.abc import Iterator
from datetime import timedelta
from pathlib import Path

import pytest
from flask import Flask
from sqlalchemy import func, select, text
from sqlalchemy.exc import DatabaseError

from community.accounts.actions import lift_suspension, suspend
from community.answers.actions import accept_answer, reject_answer, reopen, undo_rejection
from community.answers.jobs import close_solved
from community.categories.actions import change_category
from community.cli import frame, run_command
from community.core import clock
from community.core.errors import Conflict, Invalid
from community.doctor.checks import _record as examine_record
from community.extensions import db
from community.posts.actions import edit_post, remove_post, restore_post
from community.record.chain import Broken, Head, entry_hash
from community.record.checking import bring_in, erase_person, missing_triggers, verify_own
from community.record.follow import RecordFollower, written
from community.record.models import RecordEntry, RecordHead, RecordPart
from community.record.queries import lines
from community.record.signing import KEY_FILE, private_key, public_pem, sign
from community.settings.actions import change_settings
from community.staff.actions import end_role
from community.staff.models import Grant
from community.topics.actions import close_topic, mark_duplicate, move_topic
from tests.forum import Forum, events, small_forum, take_all


@pytest.fixture
def forum(app: Flask) -> Iterator[Forum]:
    with app.test_request_context():
        yield small_forum(app)


def follow() -> None:
    db.session.rollback()
    take_all(RecordFollower())
    db.session.rollback()


def kinds() -> list[str]:
    """The kinds of all entries but those of the first roles."""
    follow()
    return [kind for kind in db.session.scalars(select(RecordEntry.kind).order_by(RecordEntry.n)) if kind != "role.granted"]


def words(kind: str) -> dict[str, str]:
    """The words of the newest entry of a kind."""
    n = db.session.execute(select(func.max(RecordEntry.n)).where(RecordEntry.kind == kind)).scalar_one()
    return {part.name: part.text for part in db.session.scalars(select(RecordPart).where(RecordPart.entry_n == n))}


def whole() -> str:
    return "".join(lines())


def busy(forum: Forum) -> None:
    """Some of everything that enters."""
    asked, other = forum.question(), forum.question("friend", title="Is it loud?")
    spam = forum.post("friend", asked, "Buy my soap")
    remove_post(by=forum["keeper"], post_id=spam.post_id, rule="spam", reason="An advertisement")
    restore_post(by=forum["keeper"], post_id=spam.post_id)
    edit_post(by=forum["keeper"], post_id=spam.post_id, body="Buy **nothing** here, says the keeper.", version=None)
    close_topic(by=forum["keeper"], topic_id=other.topic_id, reason="Enough said")
    reopen(by=forum["keeper"], topic_id=other.topic_id)
    mark_duplicate(by=forum["worker"], topic_id=other.topic_id, original_id=asked.topic_id)
    suspend(
        by=forum["keeper"],
        account_id=forum.people["friend"],
        rule="abuse",
        reason="Insults",
        ends_at=clock.now() + timedelta(days=7),
    )
    lift_suspension(by=forum["keeper"], account_id=forum.people["friend"])
    end_role(by=None, grant_id=db.session.scalars(select(Grant.id).where(Grant.account_id == forum.people["worker"])).one())
    change_settings(by=None, values={"promise_hours": "6", "tagline": "Not a promise"})


def test_what_enters_and_what_it_says(forum: Forum) -> None:
    busy(forum)
    assert kinds() == [
        *("post.removed", "post.restored", "post.edited", "topic.closed", "topic.reopened", "duplicate.marked"),
        *("member.suspended", "suspension.lifted", "role.ended", "promise.setting_changed"),
    ]
    assert words("post.removed") == {"by": "Keeper", "rule": "spam", "reason": "An advertisement"}
    assert words("topic.closed") == {"by": "Keeper", "reason": "Enough said"}
    assert words("member.suspended").keys() == {"by", "rule", "reason", "until"}
    assert words("role.ended") == {"whom": "Worker", "role": "employee"}
    assert words("promise.setting_changed") == {"setting": "promise_hours", "value": "6"}
    told = whole()
    assert "Friend" not in told, "a sanctioned customer is a member and nothing else"
    assert "soap" not in told
    follow()
    assert verify_own().entries == db.session.execute(select(func.count()).select_from(RecordEntry)).scalar_one()


def test_own_words_and_customers_edits_do_not_enter(forum: Forum) -> None:
    asked = forum.question()
    answer = forum.post("worker", asked)
    edit_post(by=forum["asker"], post_id=asked.post_id, body="It rattles more.", version=None)
    edit_post(by=forum["worker"], post_id=answer.post_id, body="Tighten the other screw.", version=None)
    assert kinds() == []
    remove_post(by=forum["asker"], post_id=forum.post("asker", asked, "No.").post_id, rule="other", reason="")
    assert kinds() == ["post.taken_back"]
    assert words("post.taken_back") == {}


def test_what_not_everybody_may_read_does_not_enter(forum: Forum) -> None:
    inside = forum.question("worker", "Hidden wombat", category="inside")
    secret = forum.post("speaker", inside, "A secret")
    remove_post(by=forum["keeper"], post_id=secret.post_id, rule="other", reason="Wombat business")
    close_topic(by=forum["keeper"], topic_id=inside.topic_id, reason="Wombats sleep")
    assert kinds() == []
    shown = forum.question(title="In the open")
    move_topic(by=forum["keeper"], topic_id=shown.topic_id, category_id=forum.categories["inside"])
    assert kinds() == ["topic.hidden"]
    assert words("topic.hidden") == {"by": "Keeper"}
    move_topic(by=forum["keeper"], topic_id=shown.topic_id, category_id=forum.categories["parts"])
    move_topic(by=forum["keeper"], topic_id=inside.topic_id, category_id=forum.categories["members"])
    change_category(by=None, category_id=forum.categories["members"], visibility="staff")
    assert kinds() == ["topic.hidden", "topic.published", "category.visibility"]
    assert "ombat" not in whole()
    assert words("category.visibility") == {"visibility": "staff"}


def test_what_its_asker_does_to_a_question_is_no_act_of_the_team(forum: Forum) -> None:
    asked = forum.question()
    answer = forum.post("worker", asked)
    for undo in (
        lambda: reopen(by=forum["asker"], topic_id=asked.topic_id),
        lambda: reject_answer(by=forum["asker"], post_id=answer.post_id),
    ):
        accept_answer(by=forum["asker"], post_id=answer.post_id)
        with clock.at(clock.now() + timedelta(days=3)):
            close_solved()
        undo()
        assert "topic.reopened" in events()
        undo_rejection(by=forum["asker"], post_id=answer.post_id)
    assert kinds() == []
    assert "Asker" not in whole()


def test_each_entry_says_what_was_so_when_it_happened(forum: Forum) -> None:
    asked = forum.question()
    post = forum.post("friend", asked, "Hm.")
    for number in (1, 2):
        remove_post(by=forum["keeper"], post_id=post.post_id, rule="spam", reason=f"Reason {number}")
        restore_post(by=forum["keeper"], post_id=post.post_id)
        close_topic(by=forum["keeper"], topic_id=asked.topic_id, reason=f"Closed {number}")
        reopen(by=forum["keeper"], topic_id=asked.topic_id)
    for hours in ("100", "4", "5"):
        change_settings(by=None, values={"promise_hours": hours})
    change_category(by=None, category_id=forum.categories["parts"], promise_hours=2)
    spam = forum.post("friend", asked, "Soap")
    remove_post(by=forum["keeper"], post_id=spam.post_id, rule="spam", reason="Soap again")
    move_topic(by=forum["keeper"], topic_id=asked.topic_id, category_id=forum.categories["inside"])
    move_topic(by=forum["keeper"], topic_id=asked.topic_id, category_id=forum.categories["parts"])
    follow()
    told = [json.loads(line) for line in lines()]
    said = [part["text"] for row in told for name, part in row["parts"].items() if name in {"reason", "value"}]
    assert said == ["Reason 1", "Closed 1", "Reason 2", "Closed 2", "100", "4", "5", "2", "Soap again"]
    assert told[-1]["about"] == {"topic": asked.topic_id, "removed": 1}


def test_removing_a_question_enters(forum: Forum) -> None:
    asked = forum.question()
    remove_post(by=forum["keeper"], post_id=asked.post_id, rule="illegal", reason="Against the law")
    assert kinds() == ["post.removed"]


def test_it_enters_once(forum: Forum) -> None:
    busy(forum)
    before = kinds()
    follow()
    assert kinds() == before


def test_no_statement_alters_an_entry(forum: Forum) -> None:
    busy(forum)
    follow()
    sign()
    for statement in (
        "UPDATE record_entries SET kind = 'x'",
        "DELETE FROM record_entries",
        "UPDATE record_heads SET hash = 'x'",
        "DELETE FROM record_heads",
    ):
        with pytest.raises(DatabaseError, match="never changed"):
            db.session.execute(text(statement))
        db.session.rollback()
    assert missing_triggers() == set()
    assert {finding.level for finding in examine_record()} == {"fine"}


@pytest.mark.parametrize("how", ["change", "words", "drop", "cut", "swap"])
def test_whoever_takes_the_triggers_away_is_found(forum: Forum, how: str) -> None:
    busy(forum)
    follow()
    sign()
    saved = db.session.scalars(select(RecordHead)).one()
    head = Head(saved.n, saved.hash, "")
    _without_triggers()
    acts = {
        "change": ("UPDATE record_entries SET kind = 'topic.closed' WHERE n = 4", "Entry 4 was changed"),
        "words": ("UPDATE record_parts SET text = 'All fine' WHERE entry_n = 4 AND name = 'reason'", "Entry 4 was changed"),
        "drop": ("DELETE FROM record_entries WHERE n = 4", "Entry 4 is missing"),
        "cut": (f"DELETE FROM record_entries WHERE n = {saved.n}", f"Entry {saved.n} of the saved head is not in this record"),
        "swap": ("UPDATE record_entries SET n = CASE n WHEN 3 THEN -3 ELSE n END", "Entry 3 is missing|Entry 1 is missing"),
    }
    statement, sentence = acts[how]
    db.session.execute(text("DELETE FROM record_parts WHERE entry_n IN (3, :last)"), {"last": saved.n})
    if how == "drop":
        db.session.execute(text("DELETE FROM record_parts WHERE entry_n = 4"))
    if how == "words":
        assert _restores_words(4)
    db.session.execute(text(statement))
    db.session.commit()
    with pytest.raises(Broken, match=sentence):
        verify_own(head)
    assert "wrong" in {finding.level for finding in examine_record()}


def test_entries_that_changed_places_in_the_database_are_named(forum: Forum) -> None:
    _open_to_forgers(forum)
    db.session.execute(text("UPDATE record_entries SET n = -n WHERE n IN (3, 4)"))
    db.session.execute(text("UPDATE record_entries SET n = 7 + n WHERE n < 0"))
    db.session.commit()
    with pytest.raises(Broken, match="Entry 3 does not follow entry 2"):
        verify_own()
    assert "wrong" in {finding.level for finding in examine_record()}


def test_an_entry_slipped_into_the_database_is_named(forum: Forum) -> None:
    """It is chained as it should be; what followed the entry before it no longer does."""
    _open_to_forgers(forum)
    before = db.session.get_one(RecordEntry, 3)
    about, at, prev = {"post": 1}, before.at, before.hash
    db.session.execute(text("UPDATE record_entries SET n = -n WHERE n > 3"))
    db.session.execute(text("UPDATE record_entries SET n = 1 - n WHERE n < 0"))
    made = entry_hash(n=4, at=written(at), kind="post.removed", about=about, parts={}, prev=prev)
    db.session.add(RecordEntry(n=4, position=10**9, at=at, kind="post.removed", about=about, parts={}, prev=prev, hash=made))
    db.session.commit()
    with pytest.raises(Broken, match="Entry 5 does not follow entry 4"):
        verify_own()
    assert "wrong" in {finding.level for finding in examine_record()}


def _open_to_forgers(forum: Forum) -> None:
    """A signed record without its triggers, and without words that would hold an entry to its number."""
    busy(forum)
    follow()
    sign()
    _without_triggers()
    db.session.execute(text("DELETE FROM record_parts"))
    db.session.commit()
    assert verify_own().entries > 4, "it holds until somebody forges"


def _restores_words(n: int) -> bool:
    """Whether the entry has a reason whose words can be changed."""
    found = db.session.scalars(select(RecordPart.name).where(RecordPart.entry_n == n)).all()
    if "reason" not in found:
        part = db.session.scalars(select(RecordPart).where(RecordPart.entry_n == n)).first()
        if part is None:
            return False
        db.session.execute(text("UPDATE record_parts SET text = 'All fine' WHERE id = :id"), {"id": part.id})
    return True


def _without_triggers() -> None:
    for name in sorted(("record_entries", "record_heads")):
        for what in ("update", "delete"):
            postgres = f" ON {name}" if db.engine.dialect.name == "postgresql" else ""
            db.session.execute(text(f"DROP TRIGGER {name}_refuse_{what}{postgres}"))
    db.session.commit()


def test_an_erased_person_leaves_digests(forum: Forum) -> None:
    busy(forum)
    follow()
    assert erase_person(forum.people["keeper"]) > 3
    told = whole()
    assert "Keeper" not in told
    assert verify_own().entries
    page = forum.browser().get("/record").text
    assert "(erased)" in page


def test_heads_are_signed_once_a_day(forum: Forum) -> None:
    sign()
    follow()
    sign()
    sign()
    assert verify_own().signed is not None
    assert verify_own().unsigned == 0
    forum.question()
    close_topic(by=forum["keeper"], topic_id=forum.question(title="Two").topic_id, reason="So")
    follow()
    assert verify_own().unsigned == 1
    sign()
    assert db.session.execute(select(func.count()).select_from(RecordHead)).scalar_one() == 2


def test_an_outsider_checks_the_file(
    forum: Forum, tmp_path: Path, capsys: pytest.CaptureFixture[str], monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(frame, "configure_logs", lambda _name: None)  # it would hold on to what is captured here
    busy(forum)
    follow()
    sign()
    visitor = forum.browser()
    file, key, head = (tmp_path / name for name in ("record.jsonl", "key.pem", "head.json"))
    file.write_bytes(visitor.get("/record.jsonl").data)
    key.write_bytes(visitor.get("/record/key.pem").data)
    head.write_text(file.read_text().splitlines()[-1])
    assert run_command(["record", "verify", str(file), "--key", str(key), "--head", str(head)]) == 0
    assert "nothing up to there was cut or rewritten" in capsys.readouterr().out
    rows = file.read_text().splitlines()
    for changed, sentence in (
        ([rows[0].replace("role", "rule", 1), *rows[1:]], "Entry 1 "),
        (rows[1:], "Entry 1 is missing"),
        ([rows[0], rows[2], rows[1], *rows[3:]], "Entry 2 is missing: entry 3 stands in its place"),
        ([*rows[:2], rows[1], *rows[2:]], "Entry 3 is missing: entry 2 stands in its place"),
        (rows[:-2], "of the saved head is not in this record"),
    ):
        file.write_text("\n".join(changed))
        assert run_command(["record", "verify", str(file), "--key", str(key), "--head", str(head)]) == 1
        assert sentence in capsys.readouterr().err
    key.write_text("no key")
    assert run_command(["record", "verify", str(file), "--key", str(key)]) == 1
    assert "key cannot be used" in capsys.readouterr().err


def test_pages_feed_and_api(forum: Forum) -> None:
    busy(forum)
    follow()
    sign()
    visitor = forum.browser()
    page = visitor.get("/record")
    assert page.status_code == 200
    assert "An advertisement" in page.text
    assert "suspended a member" in page.text
    assert "An advertisement" in visitor.get("/record?kind=post.removed&by=keeper").text
    assert "An advertisement" not in visitor.get("/record?kind=topic.closed").text
    today = clock.now().date()
    assert "An advertisement" in visitor.get(f"/record?since={today}&until={today}").text
    assert "An advertisement" not in visitor.get(f"/record?since={today + timedelta(days=2)}").text
    for odd in ("kind=nothing", "page=0", "page=99"):
        assert visitor.get(f"/record?{odd}").status_code == 404
    for odd in ("since=never", "by=%00", "until=9999-12-31", "since=0001-01-01"):
        assert visitor.get(f"/record?{odd}").status_code == 200, odd
    last = db.session.scalars(select(RecordEntry).order_by(RecordEntry.n.desc())).first()
    assert last is not None
    assert last.hash in visitor.get("/record").text
    assert last.hash in visitor.get("/record.atom").text
    api = visitor.get("/api/v1/record?limit=3").get_json()
    assert [row["n"] for row in api["entries"]] == [1, 2, 3]
    rest = visitor.get(api["next"].removeprefix("http://localhost")).get_json()
    assert rest["entries"][0]["n"] == 4
    assert b"PRIVATE" not in visitor.get("/record/key.pem").data


def test_a_restored_backup_gets_what_it_lacks(forum: Forum, tmp_path: Path, app: Flask) -> None:
    busy(forum)
    post = forum.post("friend", forum.question(title="A third"), "Spam")
    remove_post(by=forum["keeper"], post_id=post.post_id, rule="spam", reason="First line\u2028second line")
    follow()
    sign()
    newest = tmp_path / "record.jsonl"
    newest.write_text(whole())
    count = verify_own().entries
    _without_triggers()
    for table in ("record_parts", "record_heads", "record_entries"):
        column = "entry_n" if table == "record_parts" else "n"
        db.session.execute(text(f"DELETE FROM {table} WHERE {column} > 5"))
    db.session.commit()
    assert bring_in(newest) == count - 5
    assert verify_own().entries == count
    assert whole() == newest.read_text()
    assert bring_in(newest) == 0
    rows = [json.loads(line) for line in newest.read_text().split("\n") if line]
    rows[2]["kind"] = "topic.closed"
    newest.write_text("\n".join(json.dumps(row) for row in rows))
    with pytest.raises(Invalid, match="Entry 3 was changed"):
        bring_in(newest)


def test_the_key_is_private_and_stays(forum: Forum, app: Flask) -> None:
    file = app.config["BOTHWAYS"].data / KEY_FILE
    busy(forum)
    follow()
    assert forum.browser().get("/record/key.pem").status_code == 404
    assert not file.exists(), "reading makes no key"
    sign()
    assert file.stat().st_mode & 0o077 == 0
    assert forum.browser().get("/record/key.pem").text == public_pem(private_key(make=False))
    kept = file.read_bytes()
    close_topic(by=forum["keeper"], topic_id=forum.question(title="Two").topic_id, reason="So")
    follow()
    file.unlink()
    with pytest.raises(Conflict, match="missing"):
        sign()
    private_key(make=True)
    with pytest.raises(Conflict, match="another key"):
        sign()
    file.write_bytes(kept)
    sign()
    assert verify_own().unsigned == 0
