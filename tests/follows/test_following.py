"""Following by hand and by writing, and having a problem too."""

from __future__ import annotations

import pytest
from flask import Flask
from sqlalchemy import select

from community.core.errors import Conflict, Forbidden, Invalid, NotFound, Unauthorized
from community.extensions import db
from community.follows.actions import (
    add_me_too,
    follow_category,
    follow_person,
    follow_tag,
    follow_topic,
    undo_me_too,
    unfollow,
)
from community.follows.keeping import FollowKeeper
from community.follows.models import Follow
from community.follows.queries import follows_of, level_of, standing_in
from community.posts.actions import remove_post
from community.topics.models import Topic
from tests.forum import VISITOR, events, release_posts, small_forum, take_all


def count(topic_id: int) -> int:
    db.session.rollback()
    return db.session.execute(select(Topic.me_too_count).where(Topic.id == topic_id)).scalar_one()


def test_what_somebody_sees_can_be_followed_at_a_level(app: Flask) -> None:
    with app.test_request_context():
        forum = small_forum(app)
        topic = forum.question(tags=["motor"])
        friend = forum["friend"]
        follow_topic(by=friend, topic_id=topic.topic_id)
        follow_topic(by=friend, topic_id=topic.topic_id, level="answers")
        follow_topic(by=friend, topic_id=topic.topic_id, level="answers")
        follow_category(by=friend, slug="parts")
        follow_tag(by=friend, name="motor", level="muted")
        follow_person(by=friend, handle="asker")
        found = {(one.kind, one.name, one.level, one.url) for one in follows_of(friend)}
        assert found == {
            ("topic", "Why does it rattle?", "answers", f"/t/{topic.topic_id}/why-does-it-rattle"),
            ("category", "Parts", "topics", "/c/parts"),
            ("tag", "motor", "muted", "/tags/motor"),
            ("person", "Asker", "everything", "/u/asker"),
        }
        assert events().count("follow.changed") == 5
        assert follows_of(forum["asker"]) == []
        with pytest.raises(Invalid):
            follow_topic(by=friend, topic_id=topic.topic_id, level="topics")
        with pytest.raises(Conflict):
            follow_person(by=friend, handle="friend")
        with pytest.raises(Unauthorized):
            follow_topic(by=VISITOR, topic_id=topic.topic_id)


def test_what_is_out_of_sight_cannot_be_followed_and_leaves_the_list(app: Flask) -> None:
    with app.test_request_context():
        forum = small_forum(app)
        inside = forum.question("worker", category="inside", tags=["secret"])
        friend = forum["friend"]
        for wrong in (
            lambda: follow_topic(by=friend, topic_id=inside.topic_id),
            lambda: follow_category(by=friend, slug="inside"),
            lambda: follow_tag(by=friend, name="secret"),
            lambda: follow_tag(by=friend, name="\x00"),
            lambda: follow_person(by=friend, handle="newcomer"),
            lambda: add_me_too(by=friend, topic_id=inside.topic_id),
        ):
            with pytest.raises(NotFound):
                wrong()
        topic = forum.question()
        follow_topic(by=friend, topic_id=topic.topic_id)
        remove_post(by=forum["keeper"], post_id=topic.post_id, rule="spam", reason="An advertisement")
        assert follows_of(friend) == []


def test_writing_follows_but_never_over_a_choice(app: Flask) -> None:
    with app.test_request_context():
        forum = small_forum(app)
        topic = forum.question()
        follow_topic(by=forum["worker"], topic_id=topic.topic_id, level="muted")
        for handle in ("friend", "worker", "newcomer"):
            forum.post(handle, topic)
        take_all(FollowKeeper())
        levels = {handle: level_of(forum[handle], "topic", topic.topic_id) for handle in ("asker", "friend", "worker", "newcomer")}
        assert levels == {"asker": "everything", "friend": "everything", "worker": "muted", "newcomer": ""}
        unfollow(by=forum["friend"], kind="topic", target_id=topic.topic_id)
        unfollow(by=forum["friend"], kind="topic", target_id=topic.topic_id)
        forum.post("friend", topic, "Once more.")
        take_all(FollowKeeper())
        assert level_of(forum["friend"], "topic", topic.topic_id) == ""
        follow_topic(by=forum["friend"], topic_id=topic.topic_id)
        assert level_of(forum["friend"], "topic", topic.topic_id) == "everything"


def test_a_released_post_follows_then(app: Flask) -> None:
    from community.accounts.actions.confirming import confirm
    from community.accounts.models import Account
    from community.core.unit import unit

    with app.test_request_context():
        forum = small_forum(app)
        topic = forum.question()
        forum.post("newcomer", topic)
        with unit() as u:
            confirm(u, u.fetch(Account, forum.people["newcomer"]))
        release_posts()
        take_all(FollowKeeper())
        assert level_of(forum["newcomer"], "topic", topic.topic_id) == "everything"


def test_a_problem_is_had_too_once_and_not_by_who_asked(app: Flask) -> None:
    with app.test_request_context():
        forum = small_forum(app)
        topic = forum.question()
        for _ in range(2):
            add_me_too(by=forum["friend"], topic_id=topic.topic_id)
        assert count(topic.topic_id) == 1
        assert events().count("me_too.added") == 1
        mine = standing_in(forum["friend"], topic.topic_id)
        assert (mine.level, mine.has_too) == ("answers", True)
        with pytest.raises(Conflict):
            add_me_too(by=forum["asker"], topic_id=topic.topic_id)
        with pytest.raises(Forbidden):
            add_me_too(by=forum["newcomer"], topic_id=topic.topic_id)
        with pytest.raises(Conflict):
            add_me_too(by=forum["friend"], topic_id=forum.question(kind="discussion").topic_id)
        for _ in range(2):
            undo_me_too(by=forum["friend"], topic_id=topic.topic_id)
        assert count(topic.topic_id) == 0
        assert standing_in(forum["friend"], topic.topic_id).level == "", "the follow came with it and goes with it"


def test_having_it_too_raises_the_level_and_never_lowers_it(app: Flask) -> None:
    with app.test_request_context():
        forum = small_forum(app)
        topic = forum.question()
        follow_topic(by=forum["friend"], topic_id=topic.topic_id, level="everything")
        follow_topic(by=forum["worker"], topic_id=topic.topic_id, level="muted")
        for handle in ("friend", "worker"):
            add_me_too(by=forum[handle], topic_id=topic.topic_id)
        assert level_of(forum["friend"], "topic", topic.topic_id) == "everything"
        assert level_of(forum["worker"], "topic", topic.topic_id) == "answers"
        undo_me_too(by=forum["friend"], topic_id=topic.topic_id)
        assert level_of(forum["friend"], "topic", topic.topic_id) == "everything"


def test_one_row_a_follow(app: Flask) -> None:
    with app.test_request_context():
        forum = small_forum(app)
        topic = forum.question()
        forum.post("friend", topic)
        take_all(FollowKeeper())
        follow_topic(by=forum["friend"], topic_id=topic.topic_id, level="answers")
        rows = db.session.scalars(select(Follow).where(Follow.account_id == forum.people["friend"])).all()
        assert [(row.level, row.chosen) for row in rows] == [("answers", True)]


def test_the_page_counts_and_shows_each_reader_what_is_theirs(app: Flask) -> None:
    with app.app_context():
        forum = small_forum(app)
        topic = forum.question(tags=["motor"])
    friend, asker, visitor = forum.browser("friend"), forum.browser("asker"), forum.browser()
    page = visitor.get(topic.url).text
    assert f'href="/t/{topic.topic_id}/me-too"' in page
    assert "has this problem too" not in page
    assert friend.post(f"/t/{topic.topic_id}/me-too").status_code == 303
    assert "1 has this problem too" in visitor.get(topic.url).text
    assert "1 has this problem too" in visitor.get("/questions").text
    style = f"/viewer.css?topic={topic.topic_id}"
    assert '[data-undo="me-too"] { display: contents; }' in friend.get(style).text
    assert '[data-level="answers"]' in friend.get(style).text
    assert '[data-do="me-too"] { display: none; }' in asker.get(style).text
    assert visitor.get(style).text == ""
    assert asker.post(f"/t/{topic.topic_id}/me-too").status_code == 409
    assert visitor.post(f"/t/{topic.topic_id}/me-too").status_code == 401
    stream = friend.post(f"/t/{topic.topic_id}/me-too/undo", headers={"Accept": "text/vnd.turbo-stream.html"}).text
    assert 'action="restyle"' in stream
    assert "has this problem too" not in visitor.get(topic.url).text


def test_places_tags_and_people_are_followed_from_their_pages(app: Flask) -> None:
    with app.app_context():
        forum = small_forum(app)
        forum.question(tags=["motor"])
    friend = forum.browser("friend")
    for address in ("/c/parts", "/tags/motor", "/u/asker"):
        assert f'formaction="{address}/follow"' in friend.get(address).text
        assert f'formaction="{address}/follow"' not in forum.browser().get(address).text
        assert friend.post(f"{address}/follow").status_code == 303
        assert f'formaction="{address}/follow/undo"' in friend.get(address).text
    listed = friend.get("/settings/follows").text
    assert all(words in listed for words in ("Parts", "motor", "Asker"))
    for address in ("/c/parts", "/tags/motor", "/u/asker"):
        answer = friend.post(f"{address}/follow/undo", {"list": "y"})
        assert answer.location.endswith("/settings/follows")
    assert "You follow nothing yet" in friend.get("/settings/follows").text
    assert friend.post("/c/inside/follow").status_code == 404
