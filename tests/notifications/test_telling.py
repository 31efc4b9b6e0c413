"""Who is told of what: once, by the rights of the moment, and nobody of their own doing."""

from __future__ import annotations

from collections import Counter
from typing import Any

import pytest
from flask import Flask
from sqlalchemy import insert, select

from community.accounts.actions import suspend
from community.accounts.models import Account
from community.answers.actions import accept_answer, make_official, reject_answer, undo_acceptance, undo_official
from community.core import clock
from community.core.unit import unit
from community.extensions import db
from community.follows.actions import add_me_too, follow_category, follow_person, follow_tag, follow_topic
from community.follows.keeping import FollowKeeper
from community.follows.models import Follow
from community.notifications import telling
from community.notifications.actions import mark_read
from community.notifications.follow import NotificationFollower
from community.notifications.models import Notification, Telling
from community.notifications.queries import bell, inbox
from community.posts.actions import edit_post, remove_post, restore_post
from community.topics.actions import ask_info, close_topic, mark_duplicate, move_topic
from community.votes.actions import rate_answer
from tests.forum import Forum, release_posts, small_forum, take_all


def settle() -> None:
    """What the worker does after every event."""
    take_all(FollowKeeper())
    take_all(NotificationFollower())


def told(forum: Forum, handle: str) -> Counter[str]:
    """The kinds of what somebody was told, whether or not they may still see it."""
    db.session.rollback()
    query = select(Notification.kind).where(Notification.account_id == forum.people[handle])
    return Counter(db.session.scalars(query))


def unread(forum: Forum, handle: str) -> int:
    """What the bell says."""
    db.session.rollback()
    return bell(forum[handle]).unread


def test_an_answer_tells_the_asker_and_those_who_follow(app: Flask) -> None:
    with app.test_request_context():
        forum = small_forum(app)
        topic = forum.question()
        follow_topic(by=forum["worker"], topic_id=topic.topic_id)
        follow_topic(by=forum["keeper"], topic_id=topic.topic_id, level="answers")
        answer = forum.post("friend", topic)
        settle()
        settle()
        assert told(forum, "asker") == {"answer": 1}
        assert told(forum, "worker") == {"post": 1}
        assert told(forum, "keeper") == told(forum, "friend") == {}
        accept_answer(by=forum["asker"], post_id=answer.post_id)
        settle()
        assert told(forum, "friend") == {"accepted": 1}
        assert told(forum, "keeper") == {"solved": 1}
        assert told(forum, "worker") == {"post": 1, "solved": 1}
        assert told(forum, "asker") == {"answer": 1}, "nobody is told of their own doing"


def test_replies_mentions_and_thanks(app: Flask) -> None:
    with app.test_request_context():
        forum = small_forum(app)
        topic = forum.question()
        answer = forum.post("friend", topic)
        settle()
        forum.post("worker", topic, "Thank you @friend and @asker, @nobody too.", reply_to_id=answer.post_id)
        settle()
        assert told(forum, "friend") == {"mention": 1}, "the nearest reason counts, once"
        assert told(forum, "asker") == {"answer": 1, "mention": 1}
        own = forum.post("worker", topic, "Hm.")
        settle()
        edit_post(by=forum["worker"], post_id=own.post_id, body="Hm, @speaker may know.", version=None)
        edit_post(by=forum["worker"], post_id=own.post_id, body="Hm, @speaker may know better.", version=None)
        settle()
        assert told(forum, "speaker") == {"mention": 1}
        for handle in ("asker", "keeper"):
            rate_answer(by=forum[handle], post_id=answer.post_id, helpful=True)
        settle()
        assert told(forum, "friend")["thanked"] == 1


def test_the_asker_hears_what_concerns_the_question(app: Flask) -> None:
    with app.test_request_context():
        forum = small_forum(app)
        topic, other = forum.question(), forum.question("friend", title="Why is it loud?")
        answer = forum.post("worker", topic)
        ask_info(by=forum["worker"], topic_id=topic.topic_id)
        reject_answer(by=forum["asker"], post_id=answer.post_id)
        make_official(by=forum["speaker"], post_id=answer.post_id)
        close_topic(by=forum["keeper"], topic_id=topic.topic_id, reason="Enough said")
        mark_duplicate(by=forum["worker"], topic_id=topic.topic_id, original_id=other.topic_id)
        settle()
        assert told(forum, "asker") == {"answer": 1, "info_asked": 1, "official": 1, "closed": 1, "duplicate": 1}
        assert told(forum, "worker") == {"rejected": 1, "official": 1}


def test_who_has_it_too_hears_when_it_is_solved_and_officially_answered(app: Flask) -> None:
    with app.test_request_context():
        forum = small_forum(app)
        topic = forum.question()
        add_me_too(by=forum["friend"], topic_id=topic.topic_id)
        answer = forum.post("speaker", topic)
        settle()
        assert told(forum, "friend") == {}
        make_official(by=forum["speaker"], post_id=answer.post_id)
        accept_answer(by=forum["asker"], post_id=answer.post_id)
        settle()
        assert told(forum, "friend") == {"official": 1, "solved": 1}


def test_what_is_taken_back_is_not_unread_any_more(app: Flask) -> None:
    with app.test_request_context():
        forum = small_forum(app)
        topic = forum.question()
        add_me_too(by=forum["friend"], topic_id=topic.topic_id)
        answer = forum.post("speaker", topic)
        accept_answer(by=forum["asker"], post_id=answer.post_id)
        make_official(by=forum["speaker"], post_id=answer.post_id)
        settle()
        assert unread(forum, "friend") == 2
        undo_acceptance(by=forum["asker"], post_id=answer.post_id)
        undo_official(by=forum["speaker"], post_id=answer.post_id)
        settle()
        assert unread(forum, "friend") == 0
        assert inbox(forum["friend"], 1).groups == ()


def test_categories_tags_and_people_bring_new_topics(app: Flask) -> None:
    with app.test_request_context():
        forum = small_forum(app)
        forum.question("worker", tags=["motor"])
        follow_category(by=forum["friend"], slug="parts")
        follow_tag(by=forum["keeper"], name="motor")
        follow_tag(by=forum["keeper"], name="motor", level="everything")
        follow_person(by=forum["speaker"], handle="asker", level="topics")
        follow_category(by=forum["worker"], slug="parts", level="muted")
        follow_person(by=forum["worker"], handle="asker")
        settle()
        topic = forum.question(tags=["motor"])
        settle()
        assert told(forum, "friend") == told(forum, "keeper") == told(forum, "speaker") == {"topic": 1}
        assert told(forum, "worker") == {}, "a muted place is quiet whoever writes there"
        forum.post("friend", topic)
        settle()
        assert told(forum, "keeper") == {"topic": 1, "post": 1}
        assert told(forum, "speaker") == {"topic": 1}


def test_muted_is_quiet(app: Flask) -> None:
    with app.test_request_context():
        forum = small_forum(app)
        topic = forum.question()
        for handle in ("asker", "keeper"):
            follow_topic(by=forum[handle], topic_id=topic.topic_id, level="muted")
        forum.post("friend", topic, "Ask @keeper.")
        settle()
        assert told(forum, "asker") == told(forum, "keeper") == {}


def test_held_posts_are_told_when_they_are_released(app: Flask) -> None:
    from community.accounts.actions.confirming import confirm

    with app.test_request_context():
        forum = small_forum(app)
        topic = forum.question()
        forum.post("newcomer", topic, "Me too, @friend.")
        settle()
        assert told(forum, "asker") == told(forum, "friend") == {}
        with unit() as u:
            confirm(u, u.fetch(Account, forum.people["newcomer"]))
        release_posts()
        settle()
        assert (told(forum, "asker"), told(forum, "friend")) == ({"answer": 1}, {"mention": 1})


def test_nobody_hears_of_what_they_may_not_read(app: Flask) -> None:
    with app.test_request_context():
        forum = small_forum(app)
        inside = forum.question("worker", category="inside")
        forum.post("speaker", inside, "Tell nobody, @friend.")
        topic = forum.question("friend")
        follow_topic(by=forum["asker"], topic_id=topic.topic_id)
        follow_topic(by=forum["keeper"], topic_id=topic.topic_id)
        settle()
        assert told(forum, "friend") == {}
        forum.post("worker", topic)
        settle()
        assert unread(forum, "asker") == unread(forum, "keeper") == 1
        move_topic(by=forum["keeper"], topic_id=topic.topic_id, category_id=forum.categories["inside"])
        assert (unread(forum, "asker"), unread(forum, "friend"), unread(forum, "keeper")) == (0, 0, 1)
        assert inbox(forum["asker"], 1).groups == ()
        forum.post("worker", topic, "In here now.")
        settle()
        assert told(forum, "asker") == {"post": 1}


def test_removed_posts_leave_the_inbox_and_come_back(app: Flask) -> None:
    with app.test_request_context():
        forum = small_forum(app)
        topic = forum.question()
        answer = forum.post("friend", topic)
        settle()
        remove_post(by=forum["keeper"], post_id=answer.post_id, rule="spam", reason="An advertisement")
        assert unread(forum, "asker") == 0
        restore_post(by=forum["keeper"], post_id=answer.post_id)
        assert unread(forum, "asker") == 1
        gone = forum.post("worker", topic)
        remove_post(by=forum["keeper"], post_id=gone.post_id, rule="spam", reason="An advertisement")
        settle()
        assert told(forum, "asker") == {"answer": 1}, "what was gone before its turn is told to nobody"


def test_suspended_people_are_told_nothing(app: Flask) -> None:
    with app.test_request_context():
        forum = small_forum(app)
        topic = forum.question()
        suspend(by=forum["keeper"], account_id=forum.people["asker"], rule="abuse", reason="Shouting", ends_at=None)
        forum.post("friend", topic)
        settle()
        assert told(forum, "asker") == {}


def test_reading_is_for_a_topic_or_all_and_rings_once(app: Flask) -> None:
    from tests.forum import events

    with app.test_request_context():
        forum = small_forum(app)
        one, two = forum.question(), forum.question(title="Another")
        for topic in (one, two):
            forum.post("friend", topic)
            forum.post("worker", topic)
        settle()
        assert unread(forum, "asker") == 4
        for _ in range(2):
            mark_read(by=forum["asker"], topic_id=one.topic_id)
        assert unread(forum, "asker") == 2
        page = inbox(forum["asker"], 1)
        assert [(group.topic_id, group.unread, len(group.told)) for group in page.groups] == [
            (two.topic_id, 2, 2),
            (one.topic_id, 0, 2),
        ]
        mark_read(by=forum["friend"])
        mark_read(by=forum["asker"])
        assert unread(forum, "asker") == 0
        assert events().count("notifications.read") == 2 + (1 if told(forum, "friend") else 0)


def test_many_are_told_in_portions_each_once(app: Flask, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(telling, "FEW", 5)
    monkeypatch.setattr(telling, "PORTION", 7)
    with app.test_request_context():
        forum = small_forum(app)
        topic = forum.question()
        _many_followers(topic.topic_id, 30)
        settle()
        forum.post("friend", topic)
        follower, seen = NotificationFollower(), []
        take_all(FollowKeeper())
        while follower.catch_up():
            db.session.rollback()
            seen.append(len(db.session.scalars(select(Notification.id)).all()))
        assert len(set(seen)) > 3, "in portions"
        rows = db.session.execute(select(Notification.account_id, Notification.kind)).all()
        assert len(rows) == len({row.account_id for row in rows}) == 31
        assert db.session.scalars(select(Telling.id)).all() == []


def test_a_failing_portion_is_parked_and_the_reader_goes_on(app: Flask, monkeypatch: pytest.MonkeyPatch) -> None:
    from community.core.follow import Parked

    monkeypatch.setattr(telling, "FEW", 1)
    with app.test_request_context():
        forum = small_forum(app)
        topic = forum.question()
        _many_followers(topic.topic_id, 3)
        forum.post("friend", topic)
        take_all(FollowKeeper())
        follower = NotificationFollower()

        def broken(*_: Any) -> None:
            raise RuntimeError("broken")

        monkeypatch.setattr("community.notifications.follow.tell_portion", broken)
        with pytest.raises(RuntimeError):
            while follower.catch_up():
                pass
        follower.park_next(RuntimeError("broken"))
        take_all(follower)
        assert [row.event_name for row in db.session.scalars(select(Parked))] == ["telling of post"]
        assert told(forum, "asker") == {"answer": 1}


def test_it_waits_for_the_follows_that_it_builds_on(app: Flask) -> None:
    with app.test_request_context():
        forum = small_forum(app)
        topic = forum.question()
        forum.post("friend", topic)
        assert NotificationFollower().catch_up() == 0
        take_all(FollowKeeper())
        take_all(NotificationFollower())
        forum.post("worker", topic)
        settle()
        assert told(forum, "friend") == {"post": 1}


def _many_followers(topic_id: int, count: int) -> None:
    with unit() as u:
        accounts = [
            {
                "handle": f"p{n}",
                "skeleton": f"p{n}",
                "name": f"P {n}",
                "email": f"p{n}@example.com",
                "confirmed_at": u.now,
                "created_at": u.now,
            }
            for n in range(count)
        ]
        u.session.execute(insert(Account), accounts)
        ids = u.session.scalars(select(Account.id).where(Account.handle.in_([each["handle"] for each in accounts]))).all()
        rows = [
            {"account_id": each, "kind": "topic", "target_id": topic_id, "level": "everything", "chosen": True, "at": clock.now()}
            for each in ids
        ]
        u.session.execute(insert(Follow), rows)
