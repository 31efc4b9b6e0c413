"""Who may mark which answers, that marks count once, and that events tell of each."""

from __future__ import annotations

from datetime import timedelta

import pytest
from flask import Flask
from sqlalchemy import func, select

from community.answers.actions import accept_answer, make_official, undo_acceptance, undo_official
from community.answers.models import Acceptance, OfficialMark
from community.core import clock
from community.core.errors import Conflict, Forbidden, NotFound, Unauthorized
from community.extensions import db
from community.posts.actions import remove_post, restore_post
from community.posts.queries import post_for, topic_page, topic_view
from community.staff.actions import end_role
from community.staff.models import Grant
from tests.forum import VISITOR, Forum, events, small_forum


@pytest.fixture
def forum(app: Flask):
    with app.test_request_context():
        yield small_forum(app)


def test_only_the_asker_accepts_until_a_week_of_silence(forum: Forum) -> None:
    asked = forum.question()
    answer = forum.post("friend", asked)
    for who in ("friend", "worker", "keeper"):
        with pytest.raises(Forbidden):
            accept_answer(by=forum[who], post_id=answer.post_id)
    with pytest.raises(Unauthorized):
        accept_answer(by=VISITOR, post_id=answer.post_id)
    with clock.at(clock.now() + timedelta(days=7, minutes=1)):
        with pytest.raises(Forbidden):
            accept_answer(by=forum["friend"], post_id=answer.post_id)
        accept_answer(by=forum["worker"], post_id=answer.post_id)
    assert not topic_page(VISITOR, asked.topic_id, 1).cards[0].accepted_by_asker
    with pytest.raises(Forbidden):
        undo_acceptance(by=forum["friend"], post_id=answer.post_id)
    undo_acceptance(by=forum["asker"], post_id=answer.post_id)
    assert topic_view(VISITOR, asked.topic_id).state == "answered"


def test_several_answers_count_once_each(forum: Forum) -> None:
    asked = forum.question()
    first, second = forum.post("friend", asked), forum.post("worker", asked)
    for post in (first, second, first):
        accept_answer(by=forum["asker"], post_id=post.post_id)
    assert topic_view(VISITOR, asked.topic_id).accepted_count == 2
    undo_acceptance(by=forum["asker"], post_id=first.post_id)
    undo_acceptance(by=forum["asker"], post_id=first.post_id)
    assert topic_view(VISITOR, asked.topic_id).state == "solved"
    accept_answer(by=forum["asker"], post_id=first.post_id)
    assert db.session.execute(select(func.count(Acceptance.id))).scalar_one() == 3
    assert (events().count("answer.accepted"), events().count("acceptance.undone")) == (3, 1)


def test_official_answers_are_those_of_employees_marked_by_officials(forum: Forum) -> None:
    asked = forum.question()
    spoken, personal, member = forum.post("worker", asked), forum.post("worker", asked, personal=True), forum.post("friend", asked)
    for who in ("asker", "worker", "keeper"):
        with pytest.raises(Forbidden):
            make_official(by=forum[who], post_id=spoken.post_id)
    for post in (personal, member):
        with pytest.raises(Conflict):
            make_official(by=forum["speaker"], post_id=post.post_id)
    make_official(by=forum["speaker"], post_id=spoken.post_id)
    make_official(by=forum["speaker"], post_id=spoken.post_id)
    assert topic_view(VISITOR, asked.topic_id).official_count == 1
    grant = db.session.scalars(select(Grant.id).where(Grant.account_id == forum.people["speaker"])).one()
    speaker = forum["speaker"]
    end_role(by=None, grant_id=grant)
    with pytest.raises(Forbidden):
        undo_official(by=speaker, post_id=spoken.post_id)
    assert db.session.execute(select(func.count(OfficialMark.id))).scalar_one() == 1


def test_what_is_no_answer_in_view_cannot_be_marked(forum: Forum) -> None:
    asked, talk = forum.question(), forum.question(kind="discussion")
    remark, reply, held = forum.post("asker", asked), forum.post("friend", talk), forum.post("newcomer", asked)
    for post in (asked, remark, reply, talk):
        with pytest.raises(Conflict):
            accept_answer(by=forum["asker"], post_id=post.post_id)
    for post_id in (held.post_id, 10**12):
        with pytest.raises(NotFound):
            accept_answer(by=forum["asker"], post_id=post_id)
    gone = forum.post("friend", asked)
    accept_answer(by=forum["asker"], post_id=gone.post_id)
    remove_post(by=forum["keeper"], post_id=gone.post_id, rule="other", reason="Wrong.")
    with pytest.raises(Conflict):
        make_official(by=forum["speaker"], post_id=forum.post("speaker", asked, role="reply").post_id)
    undo_acceptance(by=forum["asker"], post_id=gone.post_id)
    restore_post(by=forum["keeper"], post_id=gone.post_id)
    assert topic_view(VISITOR, asked.topic_id).accepted_count == 0
    assert not post_for(VISITOR, gone.post_id).accepted
