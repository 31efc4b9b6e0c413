"""A question's state follows from what happened (rulings 19)."""

from __future__ import annotations

from datetime import timedelta

import pytest
from flask import Flask

from community.answers.actions import accept_answer, make_official, reopen, undo_acceptance, undo_official
from community.core import clock
from community.core.errors import Conflict, Forbidden, Invalid, NotFound, Unauthorized
from community.extensions import db
from community.posts.actions import remove_post, restore_post
from community.topics.actions import ask_info, clear_info, close_topic, mark_duplicate, move_topic, undo_duplicate
from community.topics.jobs import settle_quiet_questions
from community.topics.models import Topic
from tests.forum import VISITOR, Forum, events, small_forum


@pytest.fixture
def forum(app: Flask):
    with app.app_context():
        yield small_forum(app)


def state(topic_id: int) -> str | None:
    db.session.rollback()
    db.session.expire_all()
    topic = db.session.get(Topic, topic_id)
    assert topic is not None
    return topic.state


def test_a_question_goes_through_its_states(forum: Forum) -> None:
    asked = forum.question()
    seen = [state(asked.topic_id)]
    forum.post("asker", asked, "I should add: on cobbles.")
    seen.append(state(asked.topic_id))
    answer = forum.post("worker", asked)
    seen.append(state(asked.topic_id))
    forum.post("asker", asked, "Which screw?")
    seen.append(state(asked.topic_id))
    forum.post("worker", asked, "Which year is it?", asks_info=True)
    seen.append(state(asked.topic_id))
    forum.post("asker", asked, "2024.")
    seen.append(state(asked.topic_id))
    accept_answer(by=forum["asker"], post_id=answer.post_id)
    seen.append(state(asked.topic_id))
    undo_acceptance(by=forum["asker"], post_id=answer.post_id)
    seen.append(state(asked.topic_id))
    assert seen == ["new", "new", "answered", "waiting", "needs_info", "waiting", "solved", "waiting"]
    assert state(forum.question(kind="discussion").topic_id) is None


def test_precedence_and_silence(forum: Forum) -> None:
    original, asked = forum.question("friend"), forum.question()
    answer = forum.post("speaker", asked)
    make_official(by=forum["speaker"], post_id=answer.post_id)
    assert state(asked.topic_id) == "answered"
    with clock.at(clock.now() + timedelta(days=6, hours=23)):
        settle_quiet_questions()
        assert state(asked.topic_id) == "answered"
        with pytest.raises(Forbidden):
            accept_answer(by=forum["worker"], post_id=answer.post_id)
    with clock.at(clock.now() + timedelta(days=7)):
        settle_quiet_questions()
        settle_quiet_questions()
        assert state(asked.topic_id) == "answered_unconfirmed"
        assert events().count("question.quiet") == 1
        ask_info(by=forum["worker"], topic_id=asked.topic_id)
        ask_info(by=forum["worker"], topic_id=asked.topic_id)
        assert state(asked.topic_id) == "needs_info"
        accept_answer(by=forum["worker"], post_id=answer.post_id)
        assert state(asked.topic_id) == "solved"
        mark_duplicate(by=forum["worker"], topic_id=asked.topic_id, original_id=original.topic_id)
        assert state(asked.topic_id) == "duplicate"
        undo_duplicate(by=forum["worker"], topic_id=asked.topic_id)
        undo_acceptance(by=forum["worker"], post_id=answer.post_id)
        assert state(asked.topic_id) == "needs_info"
        clear_info(by=forum["worker"], topic_id=asked.topic_id)
        undo_official(by=forum["speaker"], post_id=answer.post_id)
        assert state(asked.topic_id) == "answered"
    assert events().count("info.asked") == events().count("info.cleared") == 1


def test_a_removed_answer_takes_its_marks_along_and_brings_them_back(forum: Forum) -> None:
    asked = forum.question()
    answer = forum.post("friend", asked)
    accept_answer(by=forum["asker"], post_id=answer.post_id)
    remove_post(by=forum["keeper"], post_id=answer.post_id, rule="spam", reason="An advert.")
    assert state(asked.topic_id) == "new"
    with pytest.raises(Conflict):
        make_official(by=forum["speaker"], post_id=forum.post("speaker", asked, role="reply").post_id)
    restore_post(by=forum["keeper"], post_id=answer.post_id)
    assert state(asked.topic_id) == "solved"


def test_duplicates_link_only_what_all_readers_may_read_and_never_in_circles(forum: Forum) -> None:
    first, second, third = (forum.question(title=f"Rattle {n}") for n in range(3))
    secret = forum.question("worker", category="inside")
    by = forum["worker"]
    mark_duplicate(by=by, topic_id=second.topic_id, original_id=first.topic_id)
    mark_duplicate(by=by, topic_id=second.topic_id, original_id=first.topic_id)
    mark_duplicate(by=by, topic_id=third.topic_id, original_id=second.topic_id)
    for topic, original in ((first, third), (first, first), (first, secret), (first, forum.question(kind="discussion"))):
        with pytest.raises(Invalid):
            mark_duplicate(by=by, topic_id=topic.topic_id, original_id=original.topic_id)
    with pytest.raises(Conflict):
        mark_duplicate(by=by, topic_id=second.topic_id, original_id=forum.question().topic_id)
    with pytest.raises(NotFound):
        mark_duplicate(by=by, topic_id=first.topic_id, original_id=10**9)
    mark_duplicate(by=by, topic_id=secret.topic_id, original_id=first.topic_id)
    with pytest.raises(Conflict):
        forum.post("friend", second)
    with pytest.raises(Conflict):
        remove_post(by=forum["keeper"], post_id=first.post_id, rule="other", reason="No.")
    assert events().count("duplicate.marked") == 3


def test_closing_and_moving_take_the_right_role(forum: Forum) -> None:
    asked = forum.question()
    for who in ("asker", "worker"):
        with pytest.raises(Forbidden):
            close_topic(by=forum[who], topic_id=asked.topic_id, reason="Enough.")
        with pytest.raises(Forbidden):
            move_topic(by=forum[who], topic_id=asked.topic_id, category_id=forum.categories["members"])
    with pytest.raises(Unauthorized):
        close_topic(by=VISITOR, topic_id=asked.topic_id, reason="Enough.")
    for reason in ("", " \u200b ", "x" * 501, "a\x00b", "a\ud800b"):
        with pytest.raises(Invalid):
            close_topic(by=forum["keeper"], topic_id=asked.topic_id, reason=reason)
    close_topic(by=forum["keeper"], topic_id=asked.topic_id, reason="Enough.")
    close_topic(by=forum["keeper"], topic_id=asked.topic_id, reason="Again.")
    with pytest.raises(Conflict):
        forum.post("friend", asked)
    reopen(by=forum["speaker"], topic_id=asked.topic_id)
    reopen(by=forum["speaker"], topic_id=asked.topic_id)
    forum.post("friend", asked)
    move_topic(by=forum["keeper"], topic_id=asked.topic_id, category_id=forum.categories["inside"])
    with pytest.raises(NotFound):
        forum.post("friend", asked)
    assert [name for name in events() if name.startswith("topic.")] == [
        "topic.opened",
        "topic.closed",
        "topic.reopened",
        "topic.moved",
    ]
