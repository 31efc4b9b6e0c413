"""Writing: what is stored, once, by whom, with which role and badge, and what is refused."""

from __future__ import annotations

from datetime import timedelta

import pytest
from flask import Flask
from sqlalchemy import func, select

from community.accounts.actions import confirm_for, suspend
from community.core import clock
from community.core.errors import Forbidden, Invalid, NotFound, Refused, Unauthorized
from community.extensions import db
from community.posts.actions import open_topic, write_post
from community.posts.jobs import KEPT, forget_submissions
from community.posts.models import Post
from community.posts.queries import held_posts_of, post_for, post_views_unchecked, tiles, topic_page, topic_view
from community.posts.queries.lists import Listing, own_tiles
from community.staff.actions import end_role
from community.topics.models import Topic
from tests.forum import VISITOR, Forum, events, release_posts, small_forum


@pytest.fixture
def forum(app: Flask):
    with app.test_request_context():
        yield small_forum(app)


def posts() -> int:
    return db.session.execute(select(func.count(Post.id))).scalar_one()


def test_a_sending_counts_once_and_other_content_is_a_new_post(forum: Forum) -> None:
    first = forum.question(submission_id="s1")
    again = forum.question(submission_id="s1")
    assert (again.post_id, first.created, again.created) == (first.post_id, True, False)
    assert forum.question(title="Another", submission_id="s1").topic_id != first.topic_id
    one, same = (forum.post("friend", first, "Yes", submission_id="s1") for _ in range(2))
    assert one.post_id == same.post_id
    assert not same.created
    other = forum.post("friend", first, "No", submission_id="s1")
    elsewhere = forum.post("asker", first, "Yes", submission_id="s1")
    assert len({one.post_id, other.post_id, elsewhere.post_id}) == 3
    with pytest.raises(Invalid):
        forum.post("friend", first, "Third", submission_id="s1", strict=True)
    for key in ("ä", "x" * 201, "a b", "\x00"):
        with pytest.raises(Invalid):
            forum.post("friend", first, "Yes", submission_id=key)
    assert posts() == 5
    assert events().count("post.written") == 3


@pytest.mark.parametrize("body", ["", "  \n ", "\u200b\u2060", "[a]: /b", "x" * 32_001, "🛠" * 33_000, "a\x00b", "a\ud800b"])
def test_bodies_that_do_not_fit(forum: Forum, body: str) -> None:
    asked = forum.question()
    for write in (lambda: forum.post("friend", asked, body), lambda: forum.question(body=body)):
        with pytest.raises(Invalid) as refused:
            write()
        assert "body" in refused.value.fields
    assert posts() == 1


def test_line_ends_count_once_and_the_longest_post_fits(forum: Forum) -> None:
    asked = forum.question(body="a\r\n" * 10_000 + "b")
    assert post_for(VISITOR, asked.post_id).body == "a\n" * 10_000 + "b"
    assert forum.post("friend", asked, "x" * 32_000).created


def test_fields_of_a_topic_that_do_not_fit(forum: Forum) -> None:
    wrong = {
        "title": ["", " ", "?!", "x" * 151, "a\x00", "\ud800", "x" + "\u0335" * 9],
        "tags": [["a", "b", "c", "d", "e", "f"], ["x" * 36], ["a b"], ["<b>"], ["--"], ["a\x00"]],
        "product": ["x" * 81, "\x00"],
        "product_version": ["x" * 81, "\udfff"],
        "kind": ["idea", ""],
    }
    for field, values in wrong.items():
        for value in values:
            with pytest.raises(Invalid) as refused:
                forum.question(**{field: value})
            assert field in refused.value.fields
    with pytest.raises(NotFound):
        open_topic(by=forum["asker"], kind="question", title="Title", body="Body", category_id=forum.categories["inside"])
    with pytest.raises(NotFound):
        open_topic(by=forum["asker"], kind="question", title="Title", body="Body", category_id=10**12)
    with pytest.raises(Unauthorized):
        open_topic(by=VISITOR, kind="question", title="Title", body="Body", category_id=forum.categories["parts"])
    forum.category("news", opens={"discussion": "staff"})
    with pytest.raises(Forbidden):
        forum.question(category="news")
    with pytest.raises(Forbidden):
        forum.question(category="news", kind="discussion")
    assert forum.question("worker", category="news", kind="discussion").created
    made = forum.question(
        title="  Rattle\u202e on  cobbles ", tags=["Brakes", "brakes", "C++", "größe"], product="City", product_version="4.6"
    )
    seen = topic_view(VISITOR, made.topic_id)
    assert (seen.title, seen.tags, seen.url) == (
        "Rattle on cobbles",
        ("brakes", "c++", "größe"),
        f"/t/{made.topic_id}/rattle-on-cobbles",
    )


def test_roles_follow_from_who_writes_to_whom(forum: Forum) -> None:
    asked = forum.question()
    answer = forum.post("friend", asked)
    to_answer = forum.post("worker", asked, reply_to_id=answer.post_id)
    to_question = forum.post("worker", asked, reply_to_id=asked.post_id)
    own = forum.post("asker", asked)
    own_answer = forum.post("asker", asked, role="answer")
    talk = forum.question(kind="discussion")
    views = post_views_unchecked(
        [asked.post_id, answer.post_id, to_answer.post_id, to_question.post_id, own.post_id, own_answer.post_id]
    )
    assert [view.role for view in views] == ["question", "answer", "reply", "answer", "reply", "answer"]
    assert (views[2].reply_to.id, views[2].reply_to.name) == (answer.post_id, "Friend")
    assert post_for(VISITOR, talk.post_id).role == post_for(VISITOR, forum.post("friend", talk).post_id).role == "reply"
    for fields in ({"role": "question"}, {"reply_to_id": talk.post_id}, {"reply_to_id": 10**10}):
        with pytest.raises(Invalid):
            forum.post("friend", asked, **fields)
    with pytest.raises(Forbidden):
        forum.post("friend", asked, asks_info=True)


def test_badges_stay_as_they_were_and_alumni_are_dated(forum: Forum) -> None:
    asked = forum.question()
    spoken = forum.post("worker", asked)
    personal = forum.post("worker", asked, personal=True)
    plain = forum.post("friend", asked, personal=True)
    of = {view.id: view.author for view in post_views_unchecked([spoken.post_id, personal.post_id, plain.post_id])}
    assert [of[p.post_id].badge for p in (spoken, personal, plain)] == ["staff", "own", None]
    assert of[spoken.post_id].badge_text == "Mechanic at Community"
    assert topic_view(VISITOR, asked.topic_id).first_staff_answer_at is not None
    from community.staff.models import Grant

    grant_id = db.session.scalars(select(Grant.id).where(Grant.account_id == forum.people["worker"])).one()
    end_role(by=None, grant_id=grant_id)
    of = {view.id: view.author for view in post_views_unchecked([spoken.post_id, personal.post_id])}
    assert {of[p.post_id].badge for p in (spoken, personal)} == {"alum"}
    assert "Mechanic" in of[spoken.post_id].badge_text
    assert post_views_unchecked([forum.post("worker", asked).post_id])[0].author.badge is None


def test_own_opinion_and_requests_do_not_keep_the_promise(forum: Forum) -> None:
    asked = forum.question()
    forum.post("worker", asked, personal=True)
    forum.post("worker", asked, asks_info=True)
    forum.post("friend", asked)
    assert topic_view(VISITOR, asked.topic_id).first_staff_answer_at is None


def test_what_the_unconfirmed_write_waits_for_them_alone(forum: Forum) -> None:
    asked = forum.question()
    held = forum.question("newcomer", title="Held topic")
    more = forum.post("newcomer", held, "And this.")
    reply = forum.post("newcomer", asked, "A held reply.")
    assert held.held
    assert reply.held
    assert reply.number == 0
    for viewer in (VISITOR, forum["friend"], forum["keeper"]):
        for look in (lambda v=viewer: topic_view(v, held.topic_id), lambda v=viewer: post_for(v, reply.post_id)):
            with pytest.raises(NotFound):
                look()
    newcomer = forum["newcomer"]
    assert [tile.id for tile in tiles(newcomer, Listing()).tiles] == [asked.topic_id]
    assert [(tile.id, tile.held) for tile in own_tiles(newcomer, limit=3)] == [(held.topic_id, True)]
    assert [post.id for post in topic_page(newcomer, asked.topic_id, 1).posts] == [asked.post_id]
    assert [post.id for post in held_posts_of(newcomer, asked.topic_id)] == [reply.post_id]
    assert [post.id for post in topic_page(newcomer, held.topic_id, 1).posts] == [held.post_id]
    assert [post.id for post in held_posts_of(newcomer, held.topic_id)] == [more.post_id]
    assert topic_view(VISITOR, asked.topic_id).state == "new"
    public = forum.post("friend", asked, "Written after the held one.")

    forum.person("boss", role="admin")
    confirm_for(by=forum["boss"], account_id=forum.people["newcomer"])
    release_posts()
    release_posts()
    assert events().count("post.released") == 3
    page = topic_page(VISITOR, asked.topic_id, 1)
    assert [(post.id, post.number) for post in page.posts] == [(asked.post_id, 1), (public.post_id, 2), (reply.post_id, 3)]
    assert (page.topic.post_count, page.topic.state) == (3, "answered")
    assert [post.number for post in topic_page(VISITOR, held.topic_id, 1).posts] == [1, 2]
    assert [tile.id for tile in tiles(VISITOR, Listing()).tiles] == [held.topic_id, asked.topic_id]
    assert held_posts_of(forum["newcomer"], asked.topic_id) == []


def test_the_suspended_write_nothing(forum: Forum) -> None:
    asked, friend = forum.question(), forum["friend"]
    suspend(by=forum["keeper"], account_id=forum.people["friend"], rule="spam", reason="Adverts.", ends_at=None)
    with pytest.raises(Refused):
        write_post(by=friend, topic_id=asked.topic_id, body="Hello")


def test_a_stored_text_tells_nothing_of_hidden_topics_and_people(forum: Forum) -> None:
    secret = forum.question("worker", title="Secret plans", category="inside")
    asked = forum.question(body=f"See #{secret.topic_id}, @worker and @nobody-here.")
    html = post_views_unchecked([asked.post_id])[0].html
    assert "/u/worker" in html
    assert "nobody-here</a>" not in html
    assert f"/t/{secret.topic_id}" not in html
    linked = post_views_unchecked([forum.post("friend", asked, f"Like #{asked.topic_id}").post_id])[0].html
    assert f'href="/t/{asked.topic_id}"' in linked
    assert "rattle" not in linked


def test_counters_are_what_a_recount_says(forum: Forum) -> None:
    from community.core.unit import unit
    from community.posts.writing import recount

    asked = forum.question()
    for who in ("friend", "worker", "asker", "friend"):
        forum.post(who, asked)
    names = ("post_count", "others_count", "last_by_id", "last_post_at", "active_at", "first_staff_answer_at")
    db.session.expire_all()
    topic = db.session.get(Topic, asked.topic_id)
    before = {name: getattr(topic, name) for name in names}
    with unit() as u:
        recount(u, u.fetch(Topic, asked.topic_id))
    topic = db.session.get(Topic, asked.topic_id)
    assert before == {name: getattr(topic, name) for name in names}
    assert before["post_count"] == 5


def test_a_long_text_names_people_and_topics_like_a_short_one(forum: Forum) -> None:
    asked = forum.question()
    short = f"Ask @friend, not @nobody, about #{asked.topic_id}."
    filler = "\n\nIt rattles on every stone, uphill and down." * 200
    bodies = [forum.post("friend", asked, short), forum.post("friend", asked, short + filler)]
    first = [db.session.get(Post, written.post_id).html.partition("</p>")[0] for written in bodies]
    assert first[0] == first[1]
    assert 'href="/u/friend"' in first[0]
    assert f'href="/t/{asked.topic_id}"' in first[0]
    assert "/u/nobody" not in first[0]


def test_what_was_sent_is_forgotten_after_a_month(forum: Forum) -> None:
    start = clock.now()
    with clock.at(start):
        first = forum.question(submission_id="s1")
    with clock.at(start + KEPT - timedelta(minutes=1)):
        forget_submissions()
        assert forum.question(submission_id="s1").post_id == first.post_id
    with clock.at(start + KEPT + timedelta(minutes=1)):
        forget_submissions()
        assert forum.question(submission_id="s1").post_id != first.post_id
