"""Whether an answer helped: members' marks, visitors' marks, and what they count."""

from __future__ import annotations

from datetime import datetime

import pytest
import time_machine
from flask import Flask
from hypothesis import given
from hypothesis import strategies as st
from sqlalchemy import select

from community.core import strangers
from community.core.errors import Conflict, Forbidden, NotFound
from community.core.strangers import Stranger
from community.doctor.counters import examine_topics
from community.extensions import db
from community.posts.actions import remove_post
from community.posts.models import Post
from community.search.documents import documents_unchecked
from community.votes.actions import count_visitors, note_visitor, rate_answer, undo_rating
from community.votes.models import VisitorsMark
from community.votes.queries import own_marks, worth
from tests.forum import Forum, events, small_forum

ANNA, BORIS = Stranger("192.0.2.7", "Firefox"), Stranger("192.0.2.7", "Safari")


def counts(post_id: int) -> tuple[int, int, int, int]:
    db.session.rollback()
    post = db.session.get(Post, post_id)
    assert post is not None
    return post.helpful_count, post.unhelpful_count, post.visitors_helpful, post.visitors_unhelpful


@pytest.fixture
def answered(app: Flask) -> tuple[Forum, int]:
    with app.app_context():
        forum = small_forum(app)
        topic = forum.question()
        return forum, forum.post("speaker", topic).post_id


def test_a_member_says_it_once_and_may_think_again(app: Flask, answered: tuple[Forum, int]) -> None:
    forum, post = answered
    with app.app_context():
        for _ in range(2):
            rate_answer(by=forum["asker"], post_id=post, helpful=True)
        rate_answer(by=forum["friend"], post_id=post, helpful=True)
        assert counts(post) == (2, 0, 0, 0)
        rate_answer(by=forum["asker"], post_id=post, helpful=False)
        assert counts(post) == (1, 1, 0, 0)
        topic_id = db.session.execute(select(Post.topic_id).where(Post.id == post)).scalar_one()
        assert own_marks(forum["asker"], topic_id) == {post: False}
        for _ in range(2):
            undo_rating(by=forum["asker"], post_id=post)
        assert counts(post) == (1, 0, 0, 0)
        assert own_marks(forum["asker"], topic_id) == {}
        rate_answer(by=forum["asker"], post_id=post, helpful=True)
        assert counts(post) == (2, 0, 0, 0)
        assert events()[-5:] == ["answer.rated", "answer.rated", "answer.rated", "rating.undone", "answer.rated"]


def test_who_may_not(app: Flask, answered: tuple[Forum, int]) -> None:
    forum, post = answered
    with app.app_context():
        hidden = forum.post("worker", forum.question("worker", category="inside"))
        question = db.session.scalars(select(Post.id).where(Post.number == 1)).first()
        with pytest.raises(Forbidden):
            rate_answer(by=forum["speaker"], post_id=post, helpful=True)
        with pytest.raises(Forbidden):
            rate_answer(by=forum["newcomer"], post_id=post, helpful=True)
        with pytest.raises(NotFound):
            rate_answer(by=forum["asker"], post_id=hidden.post_id, helpful=True)
        with pytest.raises(NotFound):
            note_visitor(by=ANNA, post_id=hidden.post_id, value=1)
        with pytest.raises(Conflict):
            note_visitor(by=ANNA, post_id=question or 0, value=1)
        remove_post(by=forum["keeper"], post_id=post, rule="spam", reason="It is an advertisement")
        with pytest.raises(Conflict):
            rate_answer(by=forum["asker"], post_id=post, helpful=True)


def test_visitors_are_counted_once_a_day_and_told_together(app: Flask, answered: tuple[Forum, int]) -> None:
    _, post = answered
    with app.app_context():
        before = events()
        for who, value in ((ANNA, 1), (ANNA, 1), (BORIS, 1), (BORIS, -1), (BORIS, 0), (BORIS, -1)):
            note_visitor(by=who, post_id=post, value=value)
        assert counts(post) == (0, 0, 0, 0), "the log and the page know nothing before the worker counts"
        assert events() == before
        count_visitors()
        assert counts(post) == (0, 0, 1, 1)
        note_visitor(by=BORIS, post_id=post, value=1)
        count_visitors()
        assert counts(post) == (0, 0, 2, 0)
        note_visitor(by=BORIS, post_id=post, value=0)
        count_visitors()
        count_visitors()
        assert counts(post) == (0, 0, 1, 0)
        assert events()[len(before) :] == ["answer.rated_by_visitors"] * 3


def test_the_next_day_nobody_can_be_told_apart_any_more(app: Flask, answered: tuple[Forum, int]) -> None:
    _, post = answered
    with app.app_context(), time_machine.travel(datetime.fromisoformat("2026-11-26T23:59:00+00:00"), tick=False) as clock:
        note_visitor(by=ANNA, post_id=post, value=1)
        digest = db.session.scalars(select(VisitorsMark.digest)).one()
        first = db.session.scalars(select(strangers.StrangerKey.key)).one()
        db.session.rollback()
        clock.shift(120)
        strangers.destroy_old_key()
        assert db.session.scalars(select(strangers.StrangerKey.key)).one() != first
        count_visitors()
        assert counts(post) == (0, 0, 1, 0), "what was said in the last minute of a day counts"
        assert db.session.scalars(select(VisitorsMark.digest)).all() == []
        note_visitor(by=ANNA, post_id=post, value=1)
        assert db.session.scalars(select(VisitorsMark.digest)).one() != digest
        count_visitors()
        assert counts(post) == (0, 0, 2, 0)


def test_the_doctor_counts_members_anew(app: Flask, answered: tuple[Forum, int]) -> None:
    forum, post = answered
    with app.app_context():
        rate_answer(by=forum["asker"], post_id=post, helpful=True)
        note_visitor(by=ANNA, post_id=post, value=1)
        count_visitors()
        assert [finding.level for finding in examine_topics(fix=False)] == ["fine"]
        with db.engine.begin() as connection:
            connection.exec_driver_sql("UPDATE posts SET helpful_count = 7, unhelpful_count = 2")
        db.session.rollback()
        assert [finding.level for finding in examine_topics(fix=False)] != ["fine"]
        db.session.rollback()
        examine_topics(fix=True)
        assert counts(post) == (1, 0, 1, 0)


def test_search_knows_what_helped(app: Flask, answered: tuple[Forum, int]) -> None:
    forum, post = answered
    with app.app_context():
        topic_id = db.session.execute(select(Post.topic_id).where(Post.id == post)).scalar_one()
        note_visitor(by=ANNA, post_id=post, value=1)
        count_visitors()
        assert documents_unchecked([topic_id])[0].helpful == 0, "visitors alone move nothing"
        rate_answer(by=forum["asker"], post_id=post, helpful=True)
        assert documents_unchecked([topic_id])[0].helpful == 2


MARKS = st.integers(0, 50)


@given(MARKS, MARKS, MARKS, MARKS)
def test_visitors_alone_move_nothing(helpful: int, unhelpful: int, by_visitors: int, against: int) -> None:
    alone = worth(helpful, unhelpful, 0, 0)
    together = worth(helpful, unhelpful, by_visitors, against)
    assert worth(0, 0, by_visitors, against) == 0
    if helpful > unhelpful:
        assert 0 <= together <= 2 * alone
    else:
        assert together == alone <= 0
