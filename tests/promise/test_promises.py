"""What was promised to a question: due, kept, late, paused or settled, as people act and time goes by."""

from __future__ import annotations

import random
from collections.abc import Iterator
from datetime import UTC, datetime, timedelta

import pytest
from flask import Flask
from sqlalchemy import select

from community.accounts.actions import confirm_for
from community.answers.actions import accept_answer, reject_answer, undo_acceptance, undo_rejection
from community.categories.actions import change_category
from community.core import clock
from community.core.errors import Refused
from community.core.unit import unit
from community.doctor.counters import examine_topics
from community.extensions import db
from community.posts.actions import remove_post, restore_post
from community.posts.models import Post
from community.promise.follow import PromiseFollower
from community.promise.jobs import find_late
from community.promise.models import Promise, Terms
from community.promise.queries import kept_unchecked, measured, quantile
from community.promise.settling import settle
from community.settings.actions import change_settings
from community.topics.actions import ask_info, clear_info, mark_duplicate, move_topic, undo_duplicate
from community.topics.models import Duplicate, InfoRequest, Topic
from tests.forum import Forum, events, release_posts, small_forum, take_all

MONDAY = datetime(2026, 11, 30, 9, 0, tzinfo=UTC)
"""Nine in the morning of the desk, which is open from 9 to 17 in UTC on weekdays."""


@pytest.fixture
def forum(app: Flask) -> Iterator[Forum]:
    with app.test_request_context():
        made = small_forum(app)
        week = "\n".join(["09:00-17:00"] * 5 + ["", ""])
        change_settings(by=None, values={"desk_hours": week, "desk_time_zone": "UTC", "promise_hours": "4"})
        yield made


def after(hours: float) -> datetime:
    return MONDAY + timedelta(hours=hours)


def promise(topic_id: int) -> Promise:
    """The promise as it stands once the log is read, and the topic's own copy of it."""
    db.session.rollback()
    take_all(PromiseFollower())
    db.session.rollback()
    found = db.session.get(Promise, topic_id)
    topic = db.session.get(Topic, topic_id)
    assert found is not None
    assert topic is not None
    assert (topic.due_at, topic.promise) == (found.due_at, found.state)
    return found


def test_kept_and_late(forum: Forum) -> None:
    with clock.at(MONDAY):
        one, two = forum.question(), forum.question("friend", title="Is it loud?")
        assert (promise(one.topic_id).state, promise(one.topic_id).due_at) == ("open", after(4))
    with clock.at(after(3)):
        forum.post("friend", one, "Me too.")
        forum.post("worker", one, "My own opinion.", personal=True)
        assert promise(one.topic_id).state == "open", "neither a member nor an own opinion keeps it"
        forum.post("worker", one)
        found = promise(one.topic_id)
        assert (found.state, found.answer_minutes, found.answered_at) == ("kept", 180, after(3))
        find_late()
        assert promise(two.topic_id).state == "open"
    with clock.at(after(4)):
        find_late()
        assert promise(two.topic_id).state == "late"
        find_late()
    assert events().count("promise.missed") == 1
    with clock.at(after(25)):
        forum.post("speaker", two)
        found = promise(two.topic_id)
        assert (found.state, found.answer_minutes) == ("late", 9 * 60)


def test_what_the_asker_rejects_does_not_count(forum: Forum) -> None:
    with clock.at(MONDAY):
        asked = forum.question()
    with clock.at(after(1)):
        answer = forum.post("worker", asked)
        assert promise(asked.topic_id).state == "kept"
    with clock.at(after(2)):
        reject_answer(by=forum["asker"], post_id=answer.post_id)
        assert promise(asked.topic_id).state == "open"
    with clock.at(after(5)):
        find_late()
        assert promise(asked.topic_id).state == "late"
        undo_rejection(by=forum["asker"], post_id=answer.post_id)
        assert promise(asked.topic_id).state == "kept"


def test_the_clock_stands_still_while_the_asker_owes_something(forum: Forum) -> None:
    with clock.at(MONDAY):
        asked = forum.question()
    with clock.at(after(1)):
        forum.post("worker", asked, "Which year is it?", asks_info=True)
        found = promise(asked.topic_id)
        assert (found.state, found.due_at, found.answered_at) == ("paused", None, None)
    with clock.at(after(30)):
        find_late()
        assert promise(asked.topic_id).state == "paused"
        forum.post("asker", asked, "2024.")
        found = promise(asked.topic_id)
        assert (found.state, found.due_at) == ("open", after(49)), "an hour had run; two more today, the last tomorrow at ten"


def test_settled_before_it_fell_due(forum: Forum) -> None:
    with clock.at(MONDAY):
        helped, copied, gone, original = (forum.question(title=f"Number {n}") for n in range(4))
    with clock.at(after(1)):
        answer = forum.post("friend", helped, "Turn it.")
        accept_answer(by=forum["asker"], post_id=answer.post_id)
        mark_duplicate(by=forum["keeper"], topic_id=copied.topic_id, original_id=original.topic_id)
        remove_post(by=forum["asker"], post_id=gone.post_id, rule="other", reason="")
        assert [promise(each.topic_id).state for each in (helped, copied, gone)] == ["settled"] * 3
    with clock.at(after(6)):
        find_late()
        undo_acceptance(by=forum["asker"], post_id=answer.post_id)
        undo_duplicate(by=forum["keeper"], topic_id=copied.topic_id)
        assert [promise(each.topic_id).state for each in (helped, copied, gone)] == ["late", "late", "settled"]


def test_a_held_question_is_promised_when_it_is_shown(forum: Forum) -> None:
    with clock.at(MONDAY):
        forum.person("boss", role="admin")
        asked = forum.question("newcomer")
        take_all(PromiseFollower())
        assert db.session.get(Promise, asked.topic_id) is None
    with clock.at(after(2)):
        confirm_for(by=forum["boss"], account_id=forum.people["newcomer"])
        release_posts()
        assert promise(asked.topic_id).due_at == after(6)


def test_other_kinds_have_no_promise(forum: Forum) -> None:
    talk = forum.question(kind="discussion")
    take_all(PromiseFollower())
    assert db.session.get(Promise, talk.topic_id) is None


def test_what_was_promised_holds(forum: Forum) -> None:
    with clock.at(MONDAY):
        change_category(by=None, category_id=forum.categories["parts"], promise_hours=2)
        quick = forum.question()
        usual = forum.question(category="members")
        assert [promise(each.topic_id).due_at for each in (quick, usual)] == [after(2), after(4)]
        change_settings(by=None, values={"promise_hours": "8", "holidays": "2026-12-01"})
        later = forum.question(category="members", title="Another")
        assert [promise(each.topic_id).due_at for each in (quick, usual, later)] == [after(2), after(4), after(8)]
        assert db.session.query(Terms).count() == 2


def test_a_question_of_any_history_is_settled_as_a_slow_reading_of_it_says(forum: Forum) -> None:
    chance = random.Random(7)
    with clock.at(MONDAY - timedelta(days=1)):
        original = forum.question("friend", title="The first of its kind")
    for number in range(12):
        moment = MONDAY + timedelta(days=number * 2, hours=chance.random() * 10)
        with clock.at(moment):
            asked = forum.question(title=f"Number {number}")
        answers: list[int] = []
        for _ in range(9):
            moment += timedelta(hours=chance.random() * 6)
            with clock.at(moment):
                _anything(forum, asked, original, answers, chance)
                find_late()
                found = promise(asked.topic_id)
                assert (found.state, found.answer_id) == _slow(asked.topic_id, found, moment)
    with clock.at(moment):
        find_late()
        assert [finding.sentence for finding in examine_topics(fix=False) if finding.level != "fine"] == []


def _anything(forum: Forum, asked, original, answers: list[int], chance: random.Random) -> None:
    one = chance.choice(answers) if answers else 0
    acts = [
        lambda: answers.append(forum.post(chance.choice(["worker", "friend", "speaker"]), asked).post_id),
        lambda: forum.post("worker", asked, "Which year?", asks_info=True),
        lambda: forum.post("asker", asked, "This year."),
        lambda: accept_answer(by=forum["asker"], post_id=one),
        lambda: undo_acceptance(by=forum["asker"], post_id=one),
        lambda: reject_answer(by=forum["asker"], post_id=one),
        lambda: undo_rejection(by=forum["asker"], post_id=one),
        lambda: remove_post(by=forum["keeper"], post_id=one, rule="spam", reason="So."),
        lambda: restore_post(by=forum["keeper"], post_id=one),
        lambda: ask_info(by=forum["worker"], topic_id=asked.topic_id),
        lambda: clear_info(by=forum["worker"], topic_id=asked.topic_id),
        lambda: mark_duplicate(by=forum["keeper"], topic_id=asked.topic_id, original_id=original.topic_id),
        lambda: undo_duplicate(by=forum["keeper"], topic_id=asked.topic_id),
    ]
    try:
        chance.choice(acts)()
    except Refused:
        db.session.rollback()


def _slow(topic_id: int, found: Promise, moment: datetime) -> tuple[str, int | None]:
    """State and answer by looking at every minute since it was asked."""
    posts = db.session.scalars(select(Post).where(Post.topic_id == topic_id).order_by(Post.created_at, Post.id)).all()
    topic = db.session.get(Topic, topic_id)
    requests = db.session.scalars(select(InfoRequest).where(InfoRequest.topic_id == topic_id)).all()
    duplicate = db.session.scalars(
        select(Duplicate).where(Duplicate.topic_id == topic_id, Duplicate.undone_at.is_(None))
    ).one_or_none()
    counting = [
        post
        for post in posts
        if post.role == "answer" and post.badge == "staff" and post.removed_at is None and post.rejected_at is None
    ]
    accepted = [post.accepted_at for post in posts if post.accepted and post.removed_at is None]
    ends = [*accepted, *([duplicate.at] if duplicate else []), *([topic.removed_at] if topic.removed_at else [])]
    owed = [(each.at, each.cleared_at) for each in requests]
    ran, now, due = 0, found.asked_at, None
    step = timedelta(seconds=20)
    while now < found.asked_at + timedelta(days=9) and due is None:
        stands = any(begin <= now and (end is None or now < end) for begin, end in owed)
        if now.weekday() < 5 and 9 <= now.hour < 17 and not stands:
            ran += 20
        now += step
        if ran >= 4 * 3600:
            due = now
    if due is not None:
        assert found.due_at is not None
        assert abs(due - found.due_at) <= timedelta(minutes=2)
        due = found.due_at
    if counting:
        kept = due is None or counting[0].created_at <= due
        return ("kept" if kept else "late"), counting[0].id
    if ends and (due is None or min(ends) <= due):
        return "settled", None
    if due is None:
        return "paused", None
    return ("late" if due <= moment else "open"), None


def test_twice_is_once_and_doctor_mends(forum: Forum) -> None:
    with clock.at(MONDAY):
        asked = forum.question()
        promise(asked.topic_id)
    before = events()
    with unit() as u:
        assert not settle(u, asked.topic_id)
    take_all(PromiseFollower())
    assert events() == before
    with unit() as u:
        u.fetch(Promise, asked.topic_id).state = "kept"
    with clock.at(after(1)):
        assert any(finding.level == "wrong" for finding in examine_topics(fix=False))
        examine_topics(fix=True)
        assert promise(asked.topic_id).state == "open"


def test_only_what_everybody_may_read_is_measured(forum: Forum) -> None:
    with clock.at(MONDAY):
        public = forum.question(title="In the open")
        hidden = forum.question("worker", title="Among us", category="inside")
        moved = forum.question(title="Goes inside")
        move_topic(by=forum["keeper"], topic_id=moved.topic_id, category_id=forum.categories["inside"])
    with clock.at(after(9)):
        for each in (public, hidden, moved):
            promise(each.topic_id)
        find_late()
        kept = kept_unchecked()
        assert [miss.tile.title for miss in kept.misses] == ["In the open"]
        assert (kept.whole.asked, kept.whole.late, kept.whole.share, kept.miss_count) == (1, 1, 0.0, 1)
        page = forum.browser().get("/promise")
        assert page.status_code == 200
        assert "In the open" in page.text
        assert "Among us" not in page.text
        assert "Goes inside" not in page.text
        answer = forum.browser().get("/api/v1/promise").get_json()
        assert (answer["whole"]["late"], [miss["title"] for miss in answer["misses"]]) == (1, ["In the open"])
        assert forum.browser().get("/promise?page=2").status_code == 404


def test_the_pages_say_by_when(forum: Forum) -> None:
    with clock.at(MONDAY):
        asked = forum.question()
        promise(asked.topic_id)
        for address in (asked.url, "/questions"):
            assert "answer by" in forum.browser().get(address).text
        assert "Mon 30 Nov, 13:00" in forum.browser().get(asked.url).text
        assert "Mon 30 Nov, 13:00" in forum.browser("asker").get("/ask").text
        assert forum.browser().get(f"/api/v1/topics/{asked.topic_id}").get_json()["promise"] == "open"
    with clock.at(after(5)):
        find_late()
        assert "Late" in forum.browser().get(asked.url).text


def test_a_percentile_counts_those_who_still_wait() -> None:
    assert quantile([], 50) is None
    assert quantile([30], 50) == quantile([30], 90) == 30
    assert quantile([10, 20, 30, 40], 50) == 20
    assert quantile(list(range(1, 11)), 90) == 9
    assert quantile([10, 20], 50, unknown=2) == 20
    assert quantile([10], 90, unknown=1) is None, "the longest wait is not known yet"
    assert measured([]).share is None


def test_the_desk_puts_first_what_falls_due_first(forum: Forum) -> None:
    with clock.at(MONDAY):
        change_category(by=None, category_id=forum.categories["members"], promise_hours=1)
        forum.question(title="Has four hours")
    with clock.at(after(1)):
        forum.question(title="Has one hour", category="members")
        take_all(PromiseFollower())
        page = forum.browser("worker").get("/desk").text
    assert page.index("Has one hour") < page.index("Has four hours")
    assert page.count("answer by") == 2
