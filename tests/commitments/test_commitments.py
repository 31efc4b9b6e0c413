"""Commitments: made in public, late by themselves, moved only in the open, and counted without flattery."""

from __future__ import annotations

from collections.abc import Iterator
from datetime import UTC, date, datetime, timedelta
from typing import Any

import pytest
import time_machine
from flask import Flask
from sqlalchemy import select

from community.commitments import actions
from community.commitments.models import Commitment, CommitmentDeed
from community.commitments.queries import commitment_view, ledger, quarters, today
from community.core.errors import Conflict, Forbidden, Invalid, NotFound
from community.extensions import db
from community.follows.actions import add_me_too
from community.follows.keeping import FollowKeeper
from community.notifications.follow import NotificationFollower
from community.notifications.models import Notification
from community.posts.actions import remove_post
from community.record.follow import RecordFollower
from community.record.models import RecordEntry
from community.settings.actions import change_settings
from tests.api.test_api import program
from tests.forum import VISITOR, Forum, small_forum, take_all

NOON = datetime(2026, 5, 12, 12, tzinfo=UTC)
WHAT = "A quieter screw in every box"


@pytest.fixture
def forum(app: Flask) -> Iterator[Forum]:
    with time_machine.travel(NOON, tick=False), app.app_context():
        yield small_forum(app)


def made(forum: Forum, days: int = 10, what: str = WHAT, **fields: Any) -> int:
    topic = forum.question(title=f"Does it rattle? {what}")
    post = forum.post("worker", topic, "We shall see to it.")
    return actions.make_commitment(by=forum["worker"], post_id=post.post_id, what=what, due_on=today() + timedelta(days), **fields)


def later(days: int) -> Any:
    return time_machine.travel(NOON + timedelta(days=days), tick=False)


def history(commitment_id: int) -> list[str]:
    deeds = select(CommitmentDeed.kind).where(CommitmentDeed.commitment_id == commitment_id).order_by(CommitmentDeed.id)
    return list(db.session.scalars(deeds))


def test_a_commitment_has_a_day_an_owner_and_a_history(forum: Forum) -> None:
    commitment_id = made(forum)
    view = commitment_view(VISITOR, commitment_id)
    assert (view.what, view.state, view.due_on) == (WHAT, "open", date(2026, 5, 22))
    assert (view.owner.name, view.owner.badge) == ("Worker", "staff")
    actions.hand_on(by=forum["worker"], commitment_id=commitment_id, owner_id=forum.people["speaker"])
    actions.move_commitment(by=forum["speaker"], commitment_id=commitment_id, due_on=date(2026, 6, 1), reason="Parts are late")
    view = commitment_view(VISITOR, commitment_id)
    assert (view.former_days, view.due_on, view.owner.name) == ((date(2026, 5, 22),), date(2026, 6, 1), "Speaker")
    actions.keep_commitment(by=forum["speaker"], commitment_id=commitment_id, note="Since this week")
    view = commitment_view(VISITOR, commitment_id)
    assert (view.state, view.kept_on, view.was_late) == ("kept", date(2026, 5, 12), False)
    assert history(commitment_id) == ["made", "handed_on", "moved", "kept"]
    for settled in (actions.keep_commitment, actions.withdraw_commitment, actions.move_commitment):
        fields: dict[str, Any] = {"reason": "Once more please"} if settled is not actions.keep_commitment else {}
        if settled is actions.move_commitment:
            fields["due_on"] = date(2026, 7, 1)
        with pytest.raises(Conflict):
            settled(by=forum["speaker"], commitment_id=commitment_id, **fields)


def test_only_the_team_commits_and_only_its_owner_changes_it(forum: Forum) -> None:
    topic = forum.question()
    post = forum.post("friend", topic, "They should promise that.")
    with pytest.raises(Forbidden):
        actions.make_commitment(by=forum["friend"], post_id=post.post_id, what=WHAT, due_on=today())
    commitment_id = actions.make_commitment(by=forum["worker"], post_id=post.post_id, what=WHAT, due_on=today())
    same = actions.make_commitment(by=forum["worker"], post_id=post.post_id, what=WHAT, due_on=today())
    assert same == commitment_id, "sent twice is there once"
    for stranger in ("friend", "keeper"):
        with pytest.raises(Forbidden):
            actions.keep_commitment(by=forum[stranger], commitment_id=commitment_id)
    with pytest.raises(NotFound):
        actions.keep_commitment(by=forum["worker"], commitment_id=10**9)
    inside = forum.question("worker", category="inside")
    hidden = actions.make_commitment(by=forum["worker"], post_id=forum.post("worker", inside).post_id, what=WHAT, due_on=today())
    assert [each.id for each in ledger(VISITOR).commitments] == [commitment_id]
    assert {each.id for each in ledger(forum["worker"]).commitments} == {commitment_id, hidden}
    with pytest.raises(NotFound):
        commitment_view(VISITOR, hidden)


@pytest.mark.parametrize(
    ("fields", "wrong"),
    [
        ({"what": "short"}, "what"),
        ({"what": "x" * 201}, "what"),
        ({"what": "a\x00 thing to do"}, "what"),
        ({"due_on": None}, "due_on"),
        ({"due_on": date(2026, 5, 11)}, "due_on"),
        ({"due_on": date(2030, 1, 1)}, "due_on"),
        ({"owner_id": 2}, "owner"),
        ({"owner_id": 10**9}, "owner"),
    ],
)
def test_what_does_not_fit_is_said_at_its_field(forum: Forum, fields: dict[str, Any], wrong: str) -> None:
    post = forum.post("worker", forum.question())
    usual = {"what": WHAT, "due_on": date(2026, 5, 20)}
    with pytest.raises(Invalid) as refusal:
        actions.make_commitment(by=forum["worker"], post_id=post.post_id, **{**usual, **fields})
    assert list(refusal.value.fields) == [wrong]
    commitment_id = made(forum)
    for bad in (actions.move_commitment, actions.withdraw_commitment):
        day = {"due_on": date(2026, 6, 1)} if bad is actions.move_commitment else {}
        with pytest.raises(Invalid) as refusal:
            bad(by=forum["worker"], commitment_id=commitment_id, reason="", **day)
        assert list(refusal.value.fields) == ["reason"]


def test_it_is_late_the_day_after_at_the_desk_by_itself(forum: Forum) -> None:
    change_settings(by=None, values={"desk_time_zone": "America/Los_Angeles"})
    with time_machine.travel(datetime(2026, 5, 13, 5, tzinfo=UTC), tick=False):  # the evening of the 12th there
        commitment_id = made(forum, days=0)
    for hour, state in ((6, "open"), (7, "late")):  # midnight there is 7:00 UTC
        with time_machine.travel(datetime(2026, 5, 13, hour, tzinfo=UTC), tick=False):
            for _ in range(2):
                actions.find_late()
            assert commitment_view(VISITOR, commitment_id).state == state
    assert history(commitment_id) == ["made", "late"]
    with later(3):
        actions.move_commitment(by=forum["worker"], commitment_id=commitment_id, due_on=date(2026, 5, 20), reason="More to it")
        assert commitment_view(VISITOR, commitment_id).state == "open"
    with later(20):
        actions.find_late()
    assert history(commitment_id) == ["made", "late", "moved", "late"], "that it was late before stays visible"


def test_the_share_kept_does_not_flatter(forum: Forum) -> None:
    days = {"kept in time": 5, "kept late": 6, "late": 7, "withdrawn": 8, "moved and kept": 9, "open": 300}
    ids = {name: made(forum, days=day, what=f"Something that is {name}") for name, day in days.items()}
    worker = forum["worker"]
    with later(1):
        actions.move_commitment(by=worker, commitment_id=ids["moved and kept"], due_on=date(2026, 5, 30), reason="Parts are late")
        actions.withdraw_commitment(by=worker, commitment_id=ids["withdrawn"], reason="Nobody wants it")
    with later(4):
        actions.keep_commitment(by=worker, commitment_id=ids["kept in time"])
    with later(15):
        actions.keep_commitment(by=worker, commitment_id=ids["kept late"])
        actions.keep_commitment(by=worker, commitment_id=ids["moved and kept"])
    with later(30):
        (quarter,) = quarters(VISITOR, today())
        assert (quarter.year, quarter.number, quarter.all) == (2026, 2, 5)
        assert (quarter.kept, quarter.kept_late, quarter.late, quarter.withdrawn, quarter.moved) == (2, 1, 1, 1, 1)
        assert quarter.share == 40
        found = ledger(VISITOR)
        assert [each.state for each in found.commitments[:2]] == ["late", "open"]
        assert found.counts == {"late": 1, "open": 1, "kept": 3, "withdrawn": 1}
        assert [each.id for each in ledger(VISITOR, "withdrawn").commitments] == [ids["withdrawn"]]
        for nothing in (("broken", 1), ("late", 2), (None, 9)):
            with pytest.raises(NotFound):
                ledger(VISITOR, *nothing)


def test_what_was_removed_is_not_listed(forum: Forum) -> None:
    commitment_id = made(forum)
    post_id = db.session.get_one(Commitment, commitment_id).post_id
    remove_post(by=forum["keeper"], post_id=post_id, rule="other", reason="By mistake")
    assert ledger(VISITOR).commitments == ()


def test_who_asked_and_who_has_it_too_are_told_and_the_record_says_so(forum: Forum) -> None:
    topic = forum.question()
    post = forum.post("worker", topic, "We shall see to it.")
    add_me_too(by=forum["friend"], topic_id=topic.topic_id)
    for follower in (FollowKeeper(), NotificationFollower()):
        take_all(follower)
    day = today() + timedelta(days=3)
    commitment_id = actions.make_commitment(by=forum["worker"], post_id=post.post_id, what=WHAT, due_on=day)
    with later(4):
        actions.find_late()
        actions.move_commitment(by=forum["worker"], commitment_id=commitment_id, due_on=date(2026, 5, 30), reason="Parts are late")
        for follower in (FollowKeeper(), NotificationFollower(), RecordFollower()):
            take_all(follower)
    told = select(Notification.account_id).where(Notification.kind == "commitment").order_by(Notification.id)
    people = list(db.session.scalars(told))
    owner = forum.people["worker"]  # by their own deeds nobody is told
    assert sorted(people) == sorted([*([forum.people["asker"], forum.people["friend"]] * 3), owner])
    kinds = list(db.session.scalars(select(RecordEntry.kind).where(RecordEntry.kind.like("commitment.%")).order_by(RecordEntry.n)))
    assert kinds == ["commitment.made", "commitment.late", "commitment.moved"]


@time_machine.travel(NOON, tick=False)
def test_the_pages_work_without_scripts(app: Flask) -> None:
    with app.app_context():  # and none around requests, or the viewer of one would leak into the next
        forum = small_forum(app)
        topic = forum.question(title="Does it rattle?")
        post = forum.post("worker", topic, "We shall see to it.")
    worker, friend, visitor = forum.browser("worker"), forum.browser("friend"), forum.browser()
    place = f"/posts/{post.post_id}/commitment"
    assert place in worker.get(f"/posts/{post.post_id}/actions").text
    assert friend.get(place).status_code == friend.post(place).status_code == 404
    refused = worker.post(place, {"what": "Too <i>short</i>"[:7], "due_on": "soon", "owner": "worker"})
    assert refused.status_code == 422
    assert "Too &lt;i&gt;" in refused.text
    assert worker.post(place, {"what": WHAT, "due_on": "2026-05-22", "owner": "speaker"}).status_code == 303
    shown = visitor.get(f"/t/{topic.topic_id}", follow_redirects=True).text
    assert "1 commitment made here" in shown
    assert WHAT in shown
    address = re_address(visitor.get("/commitments").text)
    assert friend.get(address).status_code == 404
    assert "Please write" in worker.post(f"{address}/day", {"due_on": "2026-06-01", "reason": ""}).text
    assert worker.post(f"{address}/day", {"due_on": "2026-06-01", "reason": "Parts are late"}).status_code == 303
    page = visitor.get("/commitments").text
    assert "<del>" in page
    assert "Parts are late" in page
    assert worker.post(f"{address}/kept", {"reason": "Done"}).status_code == 303
    assert worker.post(f"{address}/withdrawal", {"reason": "After all not"}).status_code == 409
    assert "Kept" in visitor.get("/commitments?state=kept").text
    assert visitor.get("/commitments?state=none").status_code == 404
    status, listed = program(forum)("GET", "/commitments?state=kept")
    assert (status, listed["commitments"][0]["what"], listed["counts"]["kept"]) == (200, WHAT, 1)
    assert [deed["kind"] for deed in listed["commitments"][0]["history"]] == ["made", "moved", "kept"]


def re_address(page: str) -> str:
    start = page.index('href="/commitments/') + len('href="')
    return page[start : page.index('"', start)]
