"""Two people at one moment: whatever order the database gives them, what is stored fits together."""

from __future__ import annotations

import threading
from collections.abc import Callable
from datetime import timedelta

import pytest
from flask import Flask
from sqlalchemy import func, select

from community.accounts.links import make_link
from community.answers.actions import (
    accept_answer,
    accept_by_link,
    check_answer,
    make_official,
    mark_outdated,
    reject_answer,
    reject_by_link,
)
from community.answers.jobs import close_solved
from community.answers.models import Acceptance, Rejection
from community.core import clock
from community.core.errors import Refused
from community.core.unit import unit
from community.doctor.counters import examine_topics
from community.extensions import db
from community.posts.actions import remove_post
from community.posts.models import Post
from community.topics.models import Topic
from tests.forum import Forum, events, small_forum


def at_once(app: Flask, *acts: Callable[[], object]) -> list[str]:
    """Run these in threads that start together; what each ended with."""
    barrier, ended = threading.Barrier(len(acts)), [""] * len(acts)

    def run(number: int, act: Callable[[], object]) -> None:
        with app.app_context():
            barrier.wait()
            try:
                act()
                ended[number] = "done"
            except Refused as refusal:
                ended[number] = type(refusal).__name__
            finally:
                db.session.remove()

    threads = [threading.Thread(target=run, args=(number, act)) for number, act in enumerate(acts)]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    return ended


@pytest.fixture
def place(app: Flask):
    with app.app_context():
        forum = small_forum(app)
        asked = forum.question()
        answer = forum.post("speaker", asked).post_id
        db.session.remove()
    return forum, asked.topic_id, answer


def assert_sound(forum: Forum, topic_id: int) -> Topic:
    assert [finding.sentence for finding in examine_topics(fix=False) if finding.level == "wrong"] == []
    db.session.rollback()
    return db.session.get_one(Topic, topic_id)


def test_a_link_that_eight_programs_follow_counts_once(app: Flask, place) -> None:
    forum, topic_id, answer = place
    with app.app_context():
        with unit() as u:
            path = make_link(u, "verdict", forum.people["asker"], subject_id=answer, address="asker@example.com")
        db.session.remove()
    token = path.removeprefix("/solved/")
    acts = [lambda: accept_by_link(token=token), lambda: reject_by_link(token=token, body="No.")] * 4
    assert sorted(at_once(app, *acts)) == ["LinkOver"] * 7 + ["done"]
    with app.app_context():
        topic = assert_sound(forum, topic_id)
        assert topic.state in {"solved", "waiting"}
        told = events()
        assert told.count("answer.accepted") + told.count("answer.rejected") == 1


def test_accepting_and_rejecting_at_once_leave_one_of_them(app: Flask, place) -> None:
    forum, topic_id, answer = place
    with app.app_context():
        asker = forum["asker"]
    acts = [lambda: accept_answer(by=asker, post_id=answer), lambda: reject_answer(by=asker, post_id=answer)] * 3
    assert at_once(app, *acts) == ["done"] * 6
    with app.app_context():
        topic, post = assert_sound(forum, topic_id), db.session.get_one(Post, answer)
        assert post.accepted is not (post.rejected_at is not None)
        assert topic.state == ("solved" if post.accepted else "waiting")
        live = [db.session.scalar(select(func.count()).where(mark.undone_at.is_(None))) for mark in (Acceptance, Rejection)]
        assert live == [int(post.accepted), int(post.rejected_at is not None)]


def test_the_asker_accepts_while_the_team_works_on_the_answer(app: Flask, place) -> None:
    forum, topic_id, answer = place
    with app.app_context():
        asker, speaker, keeper, friend = (forum[who] for who in ("asker", "speaker", "keeper", "friend"))
        make_official(by=speaker, post_id=answer)
        db.session.remove()
    ended = at_once(
        app,
        lambda: accept_answer(by=asker, post_id=answer),
        lambda: check_answer(by=speaker, post_id=answer, version="1"),
        lambda: mark_outdated(by=friend, post_id=answer),
        lambda: mark_outdated(by=keeper, post_id=answer),
        lambda: remove_post(by=keeper, post_id=answer, rule="other", reason="By chance."),
    )
    assert set(ended) <= {"done", "Conflict"}
    with app.app_context():
        assert assert_sound(forum, topic_id).state == "new"


def test_two_workers_close_a_question_once(app: Flask, place) -> None:
    forum, topic_id, answer = place
    with app.app_context():
        accept_answer(by=forum["asker"], post_id=answer)
        db.session.remove()

    def close() -> None:
        with clock.at(clock.now() + timedelta(hours=49)):
            close_solved()

    assert at_once(app, close, close, close) == ["done"] * 3
    with app.app_context():
        assert assert_sound(forum, topic_id).closed
        assert events().count("topic.closed") == 1
