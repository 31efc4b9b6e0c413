"""Talks with the desk: who may read and write them, what each side sees, and how one becomes public."""

from __future__ import annotations

from collections.abc import Iterator
from datetime import timedelta

import pytest
from flask import Flask
from sqlalchemy import func, select

from community.accounts.actions import suspend
from community.accounts.models import Account
from community.answers.models import Acceptance
from community.core import clock
from community.core.errors import Conflict, Forbidden, Invalid, NotFound, Refused, Unauthorized
from community.extensions import db
from community.posts.models import Post
from community.staff.actions import end_role
from community.staff.models import Grant
from community.talks import actions
from community.talks.actions import publishing
from community.talks.models import Duty, Publication, Talk, TalkMessage
from community.talks.queries import desk_inbox, is_on_duty, my_talks, people_on_duty, talk_view, waiting_talks
from community.topics.models import Topic
from tests.forum import VISITOR, Forum, small_forum


@pytest.fixture
def forum(app: Flask) -> Iterator[Forum]:
    with app.app_context():
        yield small_forum(app)


def begun(forum: Forum, body: str = "My key **broke**.") -> int:
    return actions.open_talk(by=forum["asker"], body=body, page="/team", submission="first")


def kinds(talk_id: int) -> list[str]:
    return list(db.session.scalars(select(TalkMessage.kind).where(TalkMessage.talk_id == talk_id).order_by(TalkMessage.number)))


def talk(talk_id: int) -> Talk:
    db.session.rollback()
    return db.session.get_one(Talk, talk_id)


def test_a_customer_and_the_desk_speak_in_turn(forum: Forum) -> None:
    talk_id = begun(forum)
    assert (waiting_talks(), talk(talk_id).page) == (1, "/team")
    assert [row.customer.name for row in desk_inbox(forum["worker"]).waiting] == ["Asker"]
    assert actions.say(by=forum["worker"], talk_id=talk_id, body="Which one?") == 2
    assert waiting_talks() == 0
    view = talk_view(forum["asker"], talk_id)
    assert [(m.number, m.by_staff, m.author.badge) for m in view.messages] == [(1, False, None), (2, True, "staff")]
    assert view.taken_by is not None
    assert (view.taken_by.name, view.desk) == ("Worker", False), "who speaks first has it"
    assert "<strong>broke</strong>" in view.messages[0].html
    row = my_talks(forum["asker"])[0]
    assert (row.words, row.by_staff, row.unread) == ("Which one?", True, True)
    assert actions.open_talk(by=forum["asker"], body="The small one.") == talk_id, "there is one at a time"
    assert talk(talk_id).waiting_since is not None


def test_nobody_else_reads_it_and_nobody_writes_in_the_name_of_another(forum: Forum) -> None:
    talk_id = begun(forum)
    for stranger in (VISITOR, forum["friend"], forum["newcomer"]):
        with pytest.raises(NotFound):
            talk_view(stranger, talk_id)
        with pytest.raises((NotFound, Unauthorized)):
            actions.say(by=stranger, talk_id=talk_id, body="Hello")
    with pytest.raises(NotFound):
        desk_inbox(forum["asker"])
    with pytest.raises(Unauthorized):
        actions.open_talk(by=VISITOR, body="Hello")
    with pytest.raises(Forbidden):
        actions.open_talk(by=forum["worker"], body="Hello")
    for not_for_customers in (actions.take_talk, actions.begin_duty):
        with pytest.raises(Forbidden):
            not_for_customers(by=forum["asker"], **({"talk_id": talk_id} if not_for_customers is actions.take_talk else {}))
    assert kinds(talk_id) == ["words"]


@pytest.mark.parametrize("body", ["", "   ", "x" * 4001, "a\x00b", "\u200b"])
def test_words_that_do_not_fit_are_refused(forum: Forum, body: str) -> None:
    with pytest.raises(Invalid):
        actions.open_talk(by=forum["asker"], body=body)
    talk_id = begun(forum)
    with pytest.raises(Invalid):
        actions.say(by=forum["worker"], talk_id=talk_id, body=body)
    assert kinds(talk_id) == ["words"]


def test_what_is_sent_twice_is_there_once(forum: Forum) -> None:
    talk_id = begun(forum)
    assert begun(forum) == talk_id
    for _ in range(2):
        assert actions.say(by=forum["worker"], talk_id=talk_id, body="Once.", submission="s") == 2
    actions.end_talk(by=forum["asker"], talk_id=talk_id)
    assert begun(forum) == talk_id, "the form of an ended talk that is sent again opens no second one"
    assert kinds(talk_id) == ["words", "words", "ended"]


def test_taking_and_handing_over_are_seen_by_both_and_the_note_by_the_desk(forum: Forum) -> None:
    talk_id = begun(forum)
    actions.take_talk(by=forum["worker"], talk_id=talk_id)
    actions.take_talk(by=forum["worker"], talk_id=talk_id)
    actions.hand_over(by=forum["worker"], talk_id=talk_id, to_id=forum.people["speaker"], note="He is in a hurry")
    actions.take_talk(by=forum["worker"], talk_id=talk_id)
    assert kinds(talk_id) == ["words", "taken", "handed_over", "taken"]
    ours, theirs = talk_view(forum["speaker"], talk_id), talk_view(forum["asker"], talk_id)
    assert (ours.messages[2].note, theirs.messages[2].note) == ("He is in a hurry", "")
    assert theirs.messages[3].to is not None
    assert theirs.messages[3].to.name == "Speaker"
    for to in (forum.people["worker"], forum.people["friend"], forum.people["asker"], 10**9):
        with pytest.raises(Invalid):
            actions.hand_over(by=forum["worker"], talk_id=talk_id, to_id=to)
    with pytest.raises(Invalid):
        actions.hand_over(by=forum["worker"], talk_id=talk_id, to_id=forum.people["speaker"], note="x" * 501)


def test_an_ended_talk_goes_on_when_its_customer_speaks(forum: Forum) -> None:
    talk_id = begun(forum)
    actions.end_talk(by=forum["worker"], talk_id=talk_id)
    actions.end_talk(by=forum["worker"], talk_id=talk_id)
    assert waiting_talks() == 0
    for work in (actions.say, actions.take_talk):
        with pytest.raises(Conflict):
            work(by=forum["worker"], talk_id=talk_id, **({"body": "Wait"} if work is actions.say else {}))
    actions.say(by=forum["asker"], talk_id=talk_id, body="One thing more.")
    assert (talk(talk_id).ended_at, waiting_talks()) == (None, 1)
    assert kinds(talk_id) == ["words", "ended", "words"]
    actions.end_talk(by=forum["asker"], talk_id=talk_id)
    other = actions.open_talk(by=forum["asker"], body="Something else.")
    assert other != talk_id
    with pytest.raises(Conflict):
        actions.say(by=forum["asker"], talk_id=talk_id, body="And again.")


def test_reading_is_told_and_never_goes_back(forum: Forum) -> None:
    talk_id = begun(forum)
    actions.say(by=forum["worker"], talk_id=talk_id, body="Which one?")
    assert not talk_view(forum["worker"], talk_id).is_read
    actions.mark_read(by=forum["asker"], talk_id=talk_id, number=10**9)
    assert talk_view(forum["worker"], talk_id).is_read
    actions.mark_read(by=forum["asker"], talk_id=talk_id, number=1)
    assert talk(talk_id).customer_read == 2
    assert not my_talks(forum["asker"])[0].unread
    with pytest.raises(NotFound):
        actions.mark_read(by=forum["friend"], talk_id=talk_id, number=1)


def test_duty_is_said_and_ends_by_itself_when_nobody_sees_them(forum: Forum) -> None:
    actions.begin_duty(by=forum["worker"])
    actions.begin_duty(by=forum["worker"])
    assert [each.name for each in people_on_duty()] == ["Worker"]
    with clock.at(clock.now() + timedelta(minutes=9)):
        actions.see_duty([forum.people["worker"], forum.people["friend"]])
    with clock.at(clock.now() + timedelta(minutes=18)):
        actions.end_forgotten()
        assert is_on_duty(forum["worker"])
    with clock.at(clock.now() + timedelta(minutes=20)):
        actions.end_forgotten()
        assert not is_on_duty(forum["worker"])
    actions.begin_duty(by=forum["worker"])
    actions.end_duty(by=forum["worker"])
    actions.end_duty(by=forum["worker"])
    assert people_on_duty() == ()
    assert db.session.execute(select(func.count(Duty.id))).scalar_one() == 2


def test_whoever_loses_their_role_is_no_longer_on_duty_and_reads_no_talk(forum: Forum) -> None:
    talk_id = begun(forum)
    actions.begin_duty(by=forum["worker"])
    grant = db.session.scalars(select(Grant).where(Grant.account_id == forum.people["worker"])).one()
    end_role(by=None, grant_id=grant.id)
    assert people_on_duty() == ()
    with pytest.raises(NotFound):
        talk_view(forum["worker"], talk_id)


def proposed(forum: Forum, talk_id: int, by: str, **fields: object) -> int:
    words = {"title": "Where do I get a key?", "question": "Mine broke.", "answer": "From the **shop**."}
    place = {"category_id": forum.categories["parts"]}
    actions.propose(by=forum[by], talk_id=talk_id, **{**place, **words, **fields})  # type: ignore[arg-type]
    return db.session.scalars(select(Publication.id).order_by(Publication.id.desc())).first() or 0


def public(talk_id: int) -> tuple[Topic, Post, Post]:
    topic = db.session.get_one(Topic, talk(talk_id).topic_id)
    posts = db.session.scalars(select(Post).where(Post.topic_id == topic.id).order_by(Post.number)).all()
    return topic, posts[0], posts[1]


def test_what_the_desk_proposes_becomes_public_when_the_customer_agrees(forum: Forum) -> None:
    talk_id = begun(forum)
    publication_id = proposed(forum, talk_id, "worker")
    for one_sided in ("worker", "speaker"):
        with pytest.raises(Forbidden):
            actions.agree(by=forum[one_sided], talk_id=talk_id, publication_id=publication_id)
    topic_id = actions.agree(by=forum["asker"], talk_id=talk_id, publication_id=publication_id, named=True, solved=True)
    topic, question, answer = public(talk_id)
    assert (topic.id, topic.state, topic.title) == (topic_id, "solved", "Where do I get a key?")
    assert (question.author_id, answer.author_id) == (forum.people["asker"], forum.people["worker"])
    assert (question.body, answer.role, answer.badge) == ("Mine broke.", "answer", "staff")
    assert kinds(talk_id) == ["words", "proposed", "agreed", "published"]
    assert talk_view(forum["asker"], talk_id).question_url == f"/t/{topic_id}/where-do-i-get-a-key"
    for again in (actions.agree, actions.decline):
        with pytest.raises(Conflict):
            again(by=forum["asker"], talk_id=talk_id, publication_id=publication_id)
    with pytest.raises(Conflict):
        proposed(forum, talk_id, "asker")


def test_a_customer_may_stay_without_a_name(forum: Forum) -> None:
    talk_id = begun(forum)
    publication_id = proposed(forum, talk_id, "asker", named=False)
    actions.agree(by=forum["speaker"], talk_id=talk_id, publication_id=publication_id, named=True)
    _, question, answer = public(talk_id)
    author = db.session.get_one(Account, question.author_id)
    assert (author.name, author.email, author.password_hash) == ("A member", None, None)
    assert author.id != forum.people["asker"]
    assert answer.author_id == forum.people["speaker"], "whoever agrees at the desk answers"
    assert db.session.execute(select(func.count(Acceptance.id))).scalar_one() == 0


def test_without_both_nothing_becomes_public(forum: Forum) -> None:
    talk_id = begun(forum)
    first = proposed(forum, talk_id, "worker")
    with pytest.raises(Conflict):
        proposed(forum, talk_id, "asker")
    second = proposed(forum, talk_id, "speaker", title="Where are keys sold?")
    with pytest.raises(Conflict):
        actions.agree(by=forum["asker"], talk_id=talk_id, publication_id=first)
    actions.decline(by=forum["asker"], talk_id=talk_id, publication_id=second)
    third = proposed(forum, talk_id, "asker")
    actions.withdraw(by=forum["asker"], talk_id=talk_id)
    actions.withdraw(by=forum["worker"], talk_id=talk_id)
    with pytest.raises(Conflict):
        actions.agree(by=forum["worker"], talk_id=talk_id, publication_id=third)
    assert db.session.execute(select(func.count(Topic.id))).scalar_one() == 0
    assert kinds(talk_id) == ["words", "proposed", "proposed", "declined", "proposed", "withdrawn"]
    other = actions.open_talk(by=forum["friend"], body="Mine.")
    with pytest.raises(NotFound):
        actions.decline(by=forum["friend"], talk_id=other, publication_id=third)


def test_a_question_is_only_made_where_its_customer_could_ask(forum: Forum) -> None:
    talk_id = begun(forum)
    for place in (forum.categories["inside"], 10**9):
        with pytest.raises(Invalid):
            proposed(forum, talk_id, "worker", category_id=place)
    for field, text in (("title", ""), ("question", " "), ("answer", "x" * 40_000)):
        with pytest.raises(Invalid) as refusal:
            proposed(forum, talk_id, "worker", **{field: text})
        assert list(refusal.value.fields) == [field]
    unconfirmed = actions.open_talk(by=forum["newcomer"], body="I am new.")
    with pytest.raises(Refused):
        proposed(forum, unconfirmed, "worker")


def test_a_killed_process_makes_it_public_later_and_once(forum: Forum, monkeypatch: pytest.MonkeyPatch) -> None:
    talk_id = begun(forum)
    publication_id = proposed(forum, talk_id, "asker", named=False, solved=True)
    real = publishing.write_post
    monkeypatch.setattr(publishing, "write_post", lambda **_: (_ for _ in ()).throw(KeyboardInterrupt))
    with pytest.raises(KeyboardInterrupt):
        actions.agree(by=forum["worker"], talk_id=talk_id, publication_id=publication_id)
    db.session.rollback()
    assert talk(talk_id).topic_id is None
    monkeypatch.setattr(publishing, "write_post", real)
    for _ in range(2):
        actions.publish_agreed()
    topic, question, _answer = public(talk_id)
    assert (topic.state, db.session.execute(select(func.count(Topic.id))).scalar_one()) == ("solved", 1)
    assert db.session.execute(select(func.count(Account.id)).where(Account.name == "A member")).scalar_one() == 1
    assert kinds(talk_id)[-2:] == ["agreed", "published"]
    assert question.body == "Mine broke."


def test_a_suspended_customer_is_not_published(forum: Forum) -> None:
    talk_id = begun(forum)
    publication_id = proposed(forum, talk_id, "asker")
    suspend(by=forum["keeper"], account_id=forum.people["asker"], rule="spam", reason="Many advertisements")
    with pytest.raises(Conflict):
        actions.agree(by=forum["worker"], talk_id=talk_id, publication_id=publication_id)
    assert talk(talk_id).topic_id is None
