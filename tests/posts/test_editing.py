"""Edits with public history, two editors at once, removal in the open."""

from __future__ import annotations

from datetime import timedelta

import pytest
from flask import Flask
from sqlalchemy import select

from community.answers.actions import make_official
from community.core import clock
from community.core.errors import Conflict, Forbidden, Invalid, NotFound, Unauthorized
from community.extensions import db
from community.posts.actions import EditConflict, edit_post, remove_post, restore_post
from community.posts.actions.edit import changed_characters
from community.posts.models import Edit
from community.posts.queries import post_for, post_views_unchecked, tiles, topic_page, topic_view
from community.posts.queries.lists import Listing
from tests.forum import VISITOR, Forum, events, small_forum


@pytest.fixture
def forum(app: Flask):
    with app.test_request_context():
        yield small_forum(app)


def kept(post_id: int) -> list[tuple[str, str | None]]:
    return [
        (edit.body, edit.title) for edit in db.session.scalars(select(Edit).where(Edit.post_id == post_id).order_by(Edit.version))
    ]


def test_small_edits_in_the_first_minutes_are_not_kept(forum: Forum) -> None:
    asked = forum.question(body="It ratles.")
    edit = {"by": forum["asker"], "post_id": asked.post_id}
    assert edit_post(**edit, body="It rattles.", version=1)
    assert not edit_post(**edit, body="It rattles.", version=2)
    assert kept(asked.post_id) == []
    assert post_views_unchecked([asked.post_id])[0].edited_at is None
    edit_post(**edit, body="It rattles. " + "Really. " * 20, version=2)
    with clock.at(clock.now() + timedelta(minutes=6)):
        edit_post(**edit, body="It rattles.", version=3, title="Rattling, why?")
    assert [title for _, title in kept(asked.post_id)] == [None, "Why does it rattle?"]
    view = post_views_unchecked([asked.post_id])[0]
    assert (view.edit_count, view.version, view.edited_at is not None) == (2, 4, True)
    assert topic_view(VISITOR, asked.topic_id).url.endswith("/rattling-why")


def test_edits_by_staff_of_official_answers_and_by_others_are_always_kept(forum: Forum) -> None:
    asked = forum.question()
    mine = forum.post("worker", asked)
    edit_post(by=forum["worker"], post_id=mine.post_id, body="Tighten that screw.", version=1)
    edit_post(by=forum["keeper"], post_id=asked.post_id, body="It rattles!", version=1)
    official = forum.post("speaker", asked, "Tighten it.")
    make_official(by=forum["speaker"], post_id=official.post_id)
    edit_post(by=forum["speaker"], post_id=official.post_id, body="Tighten it!", version=1)
    assert [len(kept(post.post_id)) for post in (mine, asked, official)] == [1, 1, 1]


def test_who_edits_what(forum: Forum) -> None:
    asked = forum.question()
    answer = forum.post("friend", asked)
    for who in ("asker", "worker", "speaker"):
        with pytest.raises(Forbidden):
            edit_post(by=forum[who], post_id=answer.post_id, body="Mine now", version=1)
    with pytest.raises(Unauthorized):
        edit_post(by=VISITOR, post_id=answer.post_id, body="Mine now", version=1)
    with pytest.raises(Invalid):
        edit_post(by=forum["friend"], post_id=answer.post_id, body="Text", version=1, title="No title here")
    edit_post(
        by=forum["asker"], post_id=asked.post_id, body="It rattles.", version=1, tags=["noise"], product="City", product_version="5"
    )
    seen = topic_view(VISITOR, asked.topic_id)
    assert (seen.tags, seen.product, seen.product_version) == (("noise",), "City", "5")
    assert events()[-1] == "topic.edited"


def test_the_second_editor_gets_both_texts(forum: Forum) -> None:
    asked = forum.question(body="One")
    edit_post(by=forum["keeper"], post_id=asked.post_id, body="Two", version=1)
    with pytest.raises(EditConflict) as conflict:
        edit_post(by=forum["asker"], post_id=asked.post_id, body="Three", version=1)
    assert (conflict.value.body, conflict.value.version) == ("Two", 2)
    edit_post(by=forum["asker"], post_id=asked.post_id, body="Three", version=2)
    assert kept(asked.post_id)[0][0] == "One"
    assert post_for(VISITOR, asked.post_id).body == "Three"


def test_an_edit_that_is_sent_twice_is_made_once(forum: Forum) -> None:
    asked = forum.question(body="One", tags=["noise"])
    sent = {"body": "Two", "title": "Why two?", "tags": ["noise", "motor"], "product": "City", "product_version": ""}
    assert edit_post(by=forum["asker"], post_id=asked.post_id, version=1, **sent)
    assert not edit_post(by=forum["asker"], post_id=asked.post_id, version=1, **sent)
    assert events().count("post.edited") == 1
    for other in ({"body": "Three"}, {"title": "Why three?"}, {"tags": ["motor"]}, {"product_version": "5"}):
        with pytest.raises(EditConflict):
            edit_post(by=forum["asker"], post_id=asked.post_id, version=1, **(sent | other))


def test_changed_characters() -> None:
    assert changed_characters("same", "same") == 0
    assert changed_characters("teh cat", "the cat") <= 4
    assert changed_characters("", "x" * 101) == 101
    two_typos = "teh " + "word " * 400 + "adn"
    assert changed_characters(two_typos, two_typos.replace("teh", "the").replace("adn", "and")) <= 10


def test_a_removed_post_leaves_a_tombstone_with_rule_and_reason(forum: Forum) -> None:
    asked = forum.question()
    spam = forum.post("friend", asked, "Buy now!")
    with pytest.raises(Forbidden):
        remove_post(by=forum["worker"], post_id=spam.post_id, rule="spam", reason="An advert.")
    for rule, reason in (("", "Why"), ("rude", "Why"), ("spam", ""), ("spam", "x" * 501), ("spam", "a\x00")):
        with pytest.raises(Invalid):
            remove_post(by=forum["keeper"], post_id=spam.post_id, rule=rule, reason=reason)
    remove_post(by=forum["keeper"], post_id=spam.post_id, rule="spam", reason="An advert.")
    remove_post(by=forum["keeper"], post_id=spam.post_id, rule="spam", reason="Twice.")
    page = topic_page(VISITOR, asked.topic_id, 1)
    stone = page.posts[1].removed
    assert stone is not None
    assert (stone.rule, stone.reason, stone.by_name) == ("Spam", "An advert.", "Keeper")
    assert "Buy" not in page.posts[1].html + page.posts[1].text
    assert (page.topic.post_count, page.topic.last_number, page.topic.state) == (1, 2, "new")
    with pytest.raises(Conflict):
        edit_post(by=forum["friend"], post_id=spam.post_id, body="Buy later", version=1)
    with pytest.raises(Invalid):
        forum.post("worker", asked, reply_to_id=spam.post_id)
    with pytest.raises(Forbidden):
        restore_post(by=forum["friend"], post_id=spam.post_id)
    restore_post(by=forum["keeper"], post_id=spam.post_id)
    restore_post(by=forum["keeper"], post_id=spam.post_id)
    assert topic_page(VISITOR, asked.topic_id, 1).topic.post_count == 2
    assert [name for name in events() if name.startswith("post.re")] == ["post.removed", "post.restored"]


def test_authors_take_back_their_own(forum: Forum) -> None:
    asked = forum.question(title="Secret title")
    answer = forum.post("friend", asked)
    with pytest.raises(Forbidden):
        remove_post(by=forum["asker"], post_id=asked.post_id)
    remove_post(by=forum["friend"], post_id=answer.post_id)
    stone = topic_page(VISITOR, asked.topic_id, 1).posts[1].removed
    assert stone is not None
    assert stone.by_name is None
    restore_post(by=forum["friend"], post_id=answer.post_id)
    remove_post(by=forum["friend"], post_id=answer.post_id)
    remove_post(by=forum["asker"], post_id=asked.post_id)
    page = topic_page(VISITOR, asked.topic_id, 1)
    assert "ecret" not in page.topic.title + page.topic.url + page.posts[0].url
    assert tiles(VISITOR, Listing()).total == 0
    with pytest.raises(Conflict):
        forum.post("friend", asked)
    restore_post(by=forum["keeper"], post_id=asked.post_id)
    assert tiles(VISITOR, Listing()).total == 1


def test_held_posts_are_taken_back_in_silence(forum: Forum) -> None:
    asked = forum.question()
    held = forum.post("newcomer", asked)
    remove_post(by=forum["newcomer"], post_id=held.post_id)
    assert "post.removed" not in events()
    with pytest.raises(NotFound):
        post_for(forum["keeper"], held.post_id)
