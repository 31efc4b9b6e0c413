"""What becomes of an answer: rejected, opened again, checked, doubted, aged; and that each is told once."""

from __future__ import annotations

from datetime import timedelta

import pytest
import time_machine
from flask import Flask
from sqlalchemy import func, select

from community.answers.actions import (
    accept_answer,
    check_answer,
    make_official,
    mark_outdated,
    mark_outdated_as_visitor,
    reject_answer,
    reopen,
    undo_acceptance,
    undo_check,
    undo_official,
    undo_outdated,
    undo_outdated_as_visitor,
    undo_rejection,
)
from community.answers.jobs import age_answers, close_solved, doubt_unhelpful
from community.answers.models import OutdatedMark
from community.core import clock
from community.core.errors import Conflict, Forbidden, Invalid, NotFound, Unauthorized
from community.core.strangers import Stranger
from community.doctor.counters import examine_topics
from community.extensions import db
from community.posts.actions import edit_post, remove_post, restore_post
from community.posts.models import Post
from community.posts.queries import post_views_unchecked, topic_page, topic_view
from community.settings.actions import change_settings
from community.staff.actions import end_role
from community.staff.models import Grant
from community.topics.actions import close_topic
from community.topics.jobs import settle_quiet_questions
from community.topics.models import Closure, Topic
from community.votes.actions import rate_answer
from tests.forum import VISITOR, Forum, events, small_forum

HOUR, DAY = timedelta(hours=1), timedelta(days=1)


@pytest.fixture
def forum(app: Flask):
    with app.test_request_context():
        yield small_forum(app)
        with clock.at(clock.now() + 5000 * DAY):  # tests have been in the future
            assert [finding.sentence for finding in examine_topics(fix=False) if finding.level == "wrong"] == []


def state(topic_id: int) -> str | None:
    return row(topic_id).state


def row(topic_id: int) -> Topic:
    db.session.rollback()
    db.session.expire_all()
    return db.session.get_one(Topic, topic_id)


def post_row(post_id: int) -> Post:
    db.session.rollback()
    db.session.expire_all()
    return db.session.get_one(Post, post_id)


def test_a_rejection_brings_the_question_back_until_somebody_writes(forum: Forum) -> None:
    asked = forum.question()
    answer = forum.post("worker", asked)
    assert row(asked.topic_id).first_staff_answer_at is not None
    reject_answer(by=forum["asker"], post_id=answer.post_id)
    reject_answer(by=forum["asker"], post_id=answer.post_id)
    assert state(asked.topic_id) == "waiting"
    assert row(asked.topic_id).first_staff_answer_at is None, "an answer that was rejected keeps no promise"
    assert topic_view(VISITOR, asked.topic_id).unsolved
    forum.post("friend", asked, "Then turn the wheel.")
    assert state(asked.topic_id) == "answered"
    undo_rejection(by=forum["asker"], post_id=answer.post_id)
    undo_rejection(by=forum["asker"], post_id=answer.post_id)
    assert row(asked.topic_id).first_staff_answer_at is not None
    assert (events().count("answer.rejected"), events().count("rejection.undone")) == (1, 1)


def test_only_the_asker_rejects_and_only_answers_of_others(forum: Forum) -> None:
    asked = forum.question()
    answer, own = forum.post("friend", asked), forum.post("asker", asked, "I found it.", role="answer")
    for who in ("friend", "worker", "keeper", "speaker"):
        with pytest.raises(Forbidden):
            reject_answer(by=forum[who], post_id=answer.post_id)
    with pytest.raises(Unauthorized):
        reject_answer(by=VISITOR, post_id=answer.post_id)
    for post in (own, asked, forum.post("asker", asked), forum.post("friend", asked, role="reply")):
        with pytest.raises(Conflict):
            reject_answer(by=forum["asker"], post_id=post.post_id)
    with pytest.raises(NotFound):
        reject_answer(by=forum["asker"], post_id=10**9)
    hidden = forum.question("worker", category="inside")
    with pytest.raises(NotFound):
        reject_answer(by=forum["asker"], post_id=forum.post("speaker", hidden).post_id)


def test_what_is_still_wrong_stands_as_a_reply(forum: Forum) -> None:
    asked = forum.question()
    answer = forum.post("worker", asked)
    for body in ("x" * 40_000, "a\x00b"):
        with pytest.raises(Invalid):
            reject_answer(by=forum["asker"], post_id=answer.post_id, body=body)
    assert not post_row(answer.post_id).rejected_at
    reject_answer(by=forum["asker"], post_id=answer.post_id, body="It *still* rattles.")
    last = topic_page(VISITOR, asked.topic_id, 1).posts[-1]
    assert (last.role, last.text, last.reply_to and last.reply_to.id) == ("reply", "It still rattles.", answer.post_id)
    assert state(asked.topic_id) == "waiting"


def test_accepting_and_rejecting_take_each_other_back(forum: Forum) -> None:
    asked = forum.question()
    answer = forum.post("friend", asked)
    accept_answer(by=forum["asker"], post_id=answer.post_id)
    reject_answer(by=forum["asker"], post_id=answer.post_id)
    assert (post_row(answer.post_id).accepted, state(asked.topic_id)) == (False, "waiting")
    accept_answer(by=forum["asker"], post_id=answer.post_id)
    assert (post_row(answer.post_id).rejected_at, state(asked.topic_id)) == (None, "solved")
    told = [name for name in events() if name.startswith(("answer", "acceptance", "rejection"))]
    assert told == ["answer.accepted", "acceptance.undone", "answer.rejected", "rejection.undone", "answer.accepted"]


def test_the_team_does_not_overrule_who_asked(forum: Forum) -> None:
    asked = forum.question()
    answer = forum.post("speaker", asked)
    make_official(by=forum["speaker"], post_id=answer.post_id)
    with clock.at(clock.now() + DAY):
        reject_answer(by=forum["asker"], post_id=answer.post_id)
    with clock.at(clock.now() + 7 * DAY + HOUR):
        settle_quiet_questions()
        assert state(asked.topic_id) == "waiting", "a rejected official answer does not count as one"
        with pytest.raises(Forbidden):
            accept_answer(by=forum["worker"], post_id=answer.post_id)
    with clock.at(clock.now() + 9 * DAY):
        settle_quiet_questions()
        assert state(asked.topic_id) == "waiting"
        with pytest.raises(Conflict):
            accept_answer(by=forum["worker"], post_id=answer.post_id)
        forum.post("friend", asked, "Another thought.")
    with clock.at(clock.now() + 30 * DAY):
        settle_quiet_questions()
        assert state(asked.topic_id) == "answered"
    assert topic_page(VISITOR, asked.topic_id, 1).cards[0].rejected, "the company's mark is its own affair, and shown"


def test_a_removed_answer_takes_its_rejection_along(forum: Forum) -> None:
    asked = forum.question()
    forum.post("friend", asked)
    answer = forum.post("worker", asked)
    reject_answer(by=forum["asker"], post_id=answer.post_id)
    remove_post(by=forum["keeper"], post_id=answer.post_id, rule="other", reason="Wrong.")
    assert state(asked.topic_id) == "answered"
    restore_post(by=forum["keeper"], post_id=answer.post_id)
    assert state(asked.topic_id) == "waiting"


def closed_itself(forum: Forum):
    asked = forum.question()
    answer = forum.post("friend", asked)
    accept_answer(by=forum["asker"], post_id=answer.post_id)
    with clock.at(clock.now() + 48 * HOUR + timedelta(minutes=1)):
        close_solved()
    return asked, answer


def test_a_solved_question_closes_after_two_days(forum: Forum) -> None:
    asked, open_one = forum.question(), forum.question()
    answer = forum.post("friend", asked)
    forum.post("friend", open_one)
    accept_answer(by=forum["asker"], post_id=answer.post_id)
    with clock.at(clock.now() + 47 * HOUR):
        close_solved()
        assert not row(asked.topic_id).closed
        forum.post("asker", asked, "Late thanks.")
    with clock.at(clock.now() + 48 * HOUR + timedelta(minutes=1)):
        close_solved()
        close_solved()
    assert (row(asked.topic_id).closed, state(asked.topic_id), row(open_one.topic_id).closed) == (True, "solved", False)
    closure = topic_view(VISITOR, asked.topic_id).closure
    assert closure is not None
    assert (closure.automatic, closure.by_name, closure.reason) == (True, None, "Closed by itself 48 hours after it was solved.")
    with pytest.raises(Conflict):
        forum.post("friend", asked)
    assert events().count("topic.closed") == 1


def test_closing_is_a_setting(forum: Forum) -> None:
    change_settings(by=None, values={"close_after_hours": "0"})
    asked, _answer = closed_itself(forum)
    assert not row(asked.topic_id).closed


def test_the_asker_opens_it_again_and_it_waits(forum: Forum) -> None:
    asked, answer = closed_itself(forum)
    for who in ("friend", "worker"):
        with pytest.raises(Forbidden):
            reopen(by=forum[who], topic_id=asked.topic_id)
    with pytest.raises(Unauthorized):
        reopen(by=VISITOR, topic_id=asked.topic_id)
    with clock.at(clock.now() + 60 * HOUR):
        reopen(by=forum["asker"], topic_id=asked.topic_id)
        reopen(by=forum["asker"], topic_id=asked.topic_id)
        assert (row(asked.topic_id).closed, state(asked.topic_id)) == (False, "waiting")
        assert not post_row(answer.post_id).accepted
    with clock.at(clock.now() + 61 * HOUR):
        accept_answer(by=forum["asker"], post_id=answer.post_id)
    with clock.at(clock.now() + 62 * HOUR):
        close_solved()
        assert not row(asked.topic_id).closed
    with clock.at(clock.now() + 110 * HOUR):
        close_solved()
        assert row(asked.topic_id).closed, "solved anew, it closes anew"
    assert events().count("topic.reopened") == 1


def test_a_moderator_opens_without_saying_that_it_is_not_solved(forum: Forum) -> None:
    asked, answer = closed_itself(forum)
    with clock.at(clock.now() + 50 * HOUR):
        reopen(by=forum["keeper"], topic_id=asked.topic_id)
    assert (row(asked.topic_id).closed, state(asked.topic_id)) == (False, "solved")
    with clock.at(clock.now() + 200 * HOUR):
        close_solved()
    assert not row(asked.topic_id).closed, "once for each solution"
    close_topic(by=forum["keeper"], topic_id=asked.topic_id, reason="Enough.")
    with pytest.raises(Forbidden):
        reopen(by=forum["asker"], topic_id=asked.topic_id)
    undo_acceptance(by=forum["asker"], post_id=answer.post_id)
    assert row(asked.topic_id).closed, "what a moderator closed stays closed"


@pytest.mark.parametrize("act", ["undo", "reject", "remove"])
def test_what_nothing_solves_any_more_is_open(forum: Forum, act: str) -> None:
    asked, answer = closed_itself(forum)
    with clock.at(clock.now() + 50 * HOUR):
        if act == "undo":
            undo_acceptance(by=forum["asker"], post_id=answer.post_id)
        elif act == "reject":
            reject_answer(by=forum["asker"], post_id=answer.post_id, body="It came back.")
        else:
            remove_post(by=forum["keeper"], post_id=answer.post_id, rule="other", reason="Wrong.")
    assert not row(asked.topic_id).closed
    assert state(asked.topic_id) == ("new" if act == "remove" else "waiting")
    assert db.session.scalar(select(func.count(Closure.id)).where(Closure.undone_at.is_(None))) == 0


def official(forum: Forum, **fields):
    asked = forum.question(**fields)
    answer = forum.post("speaker", asked)
    make_official(by=forum["speaker"], post_id=answer.post_id)
    return asked, answer.post_id


def test_a_check_has_a_date_a_name_and_a_version(forum: Forum) -> None:
    asked, answer = official(forum)
    for who in ("asker", "friend"):
        with pytest.raises(Forbidden):
            check_answer(by=forum[who], post_id=answer)
    with pytest.raises(Conflict):
        check_answer(by=forum["worker"], post_id=forum.post("friend", asked).post_id)
    with pytest.raises(Invalid):
        check_answer(by=forum["worker"], post_id=answer, version="v" * 81)
    check_answer(by=forum["worker"], post_id=answer, version=" 2026.1 ")
    check_answer(by=forum["keeper"], post_id=answer)
    checked = post_views_unchecked([answer])[0].checked
    assert checked is not None
    assert (checked.by_name, checked.version, checked.by_url) == ("Keeper", "", "/u/keeper")
    undo_check(by=forum["worker"], post_id=answer)
    checked = post_views_unchecked([answer])[0].checked
    assert checked is not None
    assert (checked.by_name, checked.version) == ("Worker", "2026.1")
    undo_check(by=forum["worker"], post_id=answer)
    undo_check(by=forum["worker"], post_id=answer)
    assert post_views_unchecked([answer])[0].checked is None
    assert (events().count("answer.checked"), events().count("check.undone")) == (2, 2)
    worker = forum["worker"]
    end_role(by=None, grant_id=db.session.scalars(select(Grant.id).where(Grant.account_id == forum.people["worker"])).one())
    with pytest.raises(Forbidden):
        check_answer(by=worker, post_id=answer)


def test_enough_members_bring_an_answer_to_the_desk(forum: Forum) -> None:
    _asked, answer = official(forum)
    mark_outdated(by=forum["asker"], post_id=answer)
    mark_outdated(by=forum["asker"], post_id=answer)
    assert (post_row(answer).outdated_count, post_row(answer).doubted_at) == (1, None)
    undo_outdated(by=forum["asker"], post_id=answer)
    mark_outdated(by=forum["friend"], post_id=answer)
    assert post_row(answer).doubted_at is None
    mark_outdated(by=forum["asker"], post_id=answer)
    assert post_row(answer).doubted_at is not None
    check_answer(by=forum["worker"], post_id=answer)
    assert (post_row(answer).outdated_count, post_row(answer).doubted_at) == (0, None)
    mark_outdated(by=forum["asker"], post_id=answer)
    assert post_row(answer).outdated_count == 1
    undo_check(by=forum["worker"], post_id=answer)
    assert post_row(answer).outdated_count == 2, "what the check had settled stands again, nobody counts twice"
    assert post_row(answer).doubted_at is not None
    assert events().count("answer.doubted") == 2
    with pytest.raises(Conflict):
        mark_outdated(by=forum["speaker"], post_id=answer)


def test_an_employee_is_enough_and_visitors_alone_never_are(forum: Forum) -> None:
    _asked, answer = official(forum)
    people = [Stranger(f"192.0.2.{n}", "Firefox") for n in range(40)]
    before = len(events())
    for who in (*people, people[0]):
        mark_outdated_as_visitor(who=who, post_id=answer)
    assert (post_row(answer).outdated_visitor_count, post_row(answer).outdated_count, post_row(answer).doubted_at) == (40, 0, None)
    assert len(events()) == before, "no cache is emptied by them"
    undo_outdated_as_visitor(who=people[0], post_id=answer)
    undo_outdated_as_visitor(who=Stranger("192.0.2.99", "Firefox"), post_id=answer)
    assert post_row(answer).outdated_visitor_count == 39
    mark_outdated_as_visitor(who=people[0], post_id=answer)
    mark_outdated(by=forum["friend"], post_id=answer)
    assert post_row(answer).doubted_at is not None, "with a member, three visitors stand for a second one"
    _other, second = official(forum)
    mark_outdated(by=forum["worker"], post_id=second)
    assert post_row(second).doubted_at is not None
    stored = [mark.visitor for mark in db.session.scalars(select(OutdatedMark).where(OutdatedMark.visitor.is_not(None)))]
    assert len(set(stored)) == 40
    assert not any("192.0.2" in each or "Firefox" in each for each in stored)
    hidden = forum.question("worker", category="members")
    secret = forum.post("speaker", hidden).post_id
    make_official(by=forum["speaker"], post_id=secret)
    with pytest.raises(NotFound):
        mark_outdated_as_visitor(who=people[0], post_id=secret)


def test_visitors_are_told_apart_for_a_day_only(forum: Forum) -> None:
    _asked, answer = official(forum)
    who = Stranger("192.0.2.1", "Firefox")
    with time_machine.travel("2030-05-01T12:00:00Z", tick=False):
        mark_outdated_as_visitor(who=who, post_id=answer)
        mark_outdated_as_visitor(who=who, post_id=answer)
        assert post_row(answer).outdated_visitor_count == 1
    with time_machine.travel("2030-05-02T00:00:01Z", tick=False):
        mark_outdated_as_visitor(who=who, post_id=answer)
        assert post_row(answer).outdated_visitor_count == 2


def test_answers_age_until_somebody_looks(forum: Forum) -> None:
    _asked, answer = official(forum)
    plain = forum.post("friend", forum.question()).post_id
    year = timedelta(days=366)
    with clock.at(clock.now() + year - 3 * DAY):
        age_answers()
        assert post_row(answer).aged_at is None
    with clock.at(clock.now() + year):
        age_answers()
        age_answers()
        assert post_row(answer).aged_at is not None
        assert post_row(plain).aged_at is None
        check_answer(by=forum["worker"], post_id=answer)
        assert post_row(answer).aged_at is None
        age_answers()
        assert post_row(answer).aged_at is None
    with clock.at(clock.now() + 2 * year - 3 * DAY):
        edit_post(by=forum["speaker"], post_id=answer, body="Tighten both screws.", version=None)
    with clock.at(clock.now() + 2 * year + DAY):
        age_answers()
        assert post_row(answer).aged_at is None, "who edited it has looked at it"
        change_settings(by=None, values={"check_after_months": "0"})
    with clock.at(clock.now() + 9 * year):
        age_answers()
        assert post_row(answer).aged_at is None
    assert events().count("answer.aged") == 1


def test_a_new_mark_on_an_old_answer_is_a_look_at_it(forum: Forum) -> None:
    asked = forum.question()
    answer = forum.post("speaker", asked).post_id
    with clock.at(clock.now() + timedelta(days=400)):
        make_official(by=forum["speaker"], post_id=answer)
        age_answers()
        assert post_row(answer).aged_at is None


def test_an_answer_that_helps_nobody_any_more_is_looked_at(forum: Forum) -> None:
    _asked, answer = official(forum)
    for handle in ("ann", "bea", "cem"):
        forum.person(handle)
    for handle in ("ann", "bea"):
        rate_answer(by=forum[handle], post_id=answer, helpful=False)
    doubt_unhelpful()
    assert post_row(answer).doubted_at is None
    with clock.at(clock.now() + DAY):
        rate_answer(by=forum["cem"], post_id=answer, helpful=False)
        doubt_unhelpful()
        assert post_row(answer).doubted_at is not None
        doubt_unhelpful()
    with clock.at(clock.now() + 2 * DAY):
        check_answer(by=forum["worker"], post_id=answer)
        doubt_unhelpful()
        assert post_row(answer).doubted_at is None, "a fresh look settles what was said before it"
    assert events().count("answer.doubted") == 1


def test_an_answer_that_is_neither_accepted_nor_official_promises_nothing(forum: Forum) -> None:
    asked, answer = official(forum)
    mark_outdated(by=forum["worker"], post_id=answer)
    undo_official(by=forum["speaker"], post_id=answer)
    assert post_row(answer).doubted_at is None
    with pytest.raises(Conflict):
        mark_outdated(by=forum["friend"], post_id=answer)
    assert state(asked.topic_id) == "answered"
