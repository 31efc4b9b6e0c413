"""The pages of updates, their feed and their API."""

from __future__ import annotations

from datetime import timedelta
from typing import Any

import pytest
from flask import Flask
from sqlalchemy import select

from community.core import clock
from community.extensions import db
from community.follows.models import Follow
from community.posts.actions import edit_post
from community.topics.models import Topic
from community.updates import actions
from community.updates.models import Update
from tests.api.test_api import program
from tests.forum import Browser, Forum, small_forum


@pytest.fixture
def forum(app: Flask) -> Forum:
    with app.app_context():
        return small_forum(app)


def form(**changed: Any) -> dict[str, Any]:
    return {"section": "wrong", "title": "We sold two sizes as one", "body": "And are **sorry**.", "category": "parts", **changed}


def published(app: Flask, forum: Forum, **changed: Any) -> int:
    with app.app_context():
        fields = {"section": "wrong", "title": "We sold two sizes as one", "body": "And are **sorry**.", **changed}
        return actions.announce(by=forum["speaker"], category_id=forum.categories["parts"], **fields).post_id


def test_written_kept_scheduled_and_published_by_forms_alone(app: Flask, forum: Forum) -> None:
    speaker = forum.browser("speaker")
    assert 'href="/updates/new"' in speaker.get("/updates").text
    assert speaker.get("/updates/new").status_code == 200
    kept = speaker.post("/updates", form(then="keep"))
    assert kept.status_code == 303
    address = kept.headers["Location"]
    page = speaker.get(address).text
    assert "We sold two sizes as one" in page
    assert "We sold two sizes as one" in speaker.get("/updates").text
    assert "We sold two sizes as one" not in Browser(app).get("/updates").text
    tomorrow = (clock.now() + timedelta(days=1)).strftime("%Y-%m-%dT%H:%M")
    assert speaker.post(address, form(publish_at=tomorrow, version="1", then="keep")).status_code == 303
    assert "Scheduled" in speaker.get("/updates").text
    assert speaker.post(address, form(title="Old window", version="1", then="keep")).status_code == 409
    answer = speaker.post(address, form(version="2", then="publish"))
    assert answer.status_code == 303
    seen = Browser(app).get(answer.headers["Location"]).text
    assert "We were wrong" in seen
    assert "<strong>sorry</strong>" in seen
    assert "About this update" in seen
    assert speaker.get(address).status_code == 303


def test_publishing_sent_twice_is_one_update(app: Flask, forum: Forum) -> None:
    speaker = forum.browser("speaker")
    first, second = (speaker.post("/updates", form(then="publish", submission_id="once")) for _ in range(2))
    assert first.headers["Location"] == second.headers["Location"]
    with app.app_context():
        assert len(db.session.scalars(select(Topic.id).where(Topic.kind == "update")).all()) == 1
        assert len(db.session.scalars(select(Update.id)).all()) == 1


def test_refused_the_form_gives_the_words_back(forum: Forum) -> None:
    speaker = forum.browser("speaker")
    for wrong in ({"section": ""}, {"title": ""}, {"category": "inside"}, {"category": "nowhere"}, {"publish_at": "soon"}):
        answer = speaker.post("/updates", form(body="My words stay.", then="keep", **wrong))
        assert answer.status_code == 422
        assert "My words stay." in answer.text
        assert 'aria-invalid="true"' in answer.text


@pytest.mark.parametrize("handle", [None, "asker", "worker"])
def test_others_neither_see_nor_use_the_pages_to_write(app: Flask, forum: Forum, handle: str | None) -> None:
    with app.app_context():
        kept = actions.save_update(
            by=forum["speaker"], section="wrong", title="Not yet", body="?", category_id=forum.categories["parts"]
        )
    browser = forum.browser(handle)
    for answer in (
        browser.get("/updates/new"),
        browser.get(f"/updates/{kept}"),
        browser.post("/updates", form()),
        browser.post(f"/updates/{kept}", form()),
        browser.post(f"/updates/{kept}/removal"),
    ):
        assert answer.status_code in {302, 303, 401, 403, 404}
        assert "Not yet" not in answer.text
    assert "/updates/new" not in browser.get("/updates").text


def test_the_list_by_section_its_feed_and_the_first_page(app: Flask, forum: Forum) -> None:
    published(app, forum)
    published(app, forum, section="numbers", title="A good spring")
    visitor = Browser(app)
    assert visitor.get("/updates").text.count('class="tile"') == 2
    only = visitor.get("/updates?section=numbers").text
    assert "A good spring" in only
    assert "We sold two sizes" not in only
    assert visitor.get("/updates?section=gossip").status_code == 404
    assert visitor.get("/updates?page=9").status_code == 404
    feed = visitor.get("/updates.atom")
    assert feed.mimetype == "application/atom+xml"
    assert feed.text.count("<entry>") == 2
    home = visitor.get("/").text
    assert "The latest from the team" in home
    assert home.count("A good spring") == 1
    assert "Updates in a year" in visitor.get("/openness").text


def test_a_correction_stands_on_top_with_its_difference(app: Flask, forum: Forum) -> None:
    post_id = published(app, forum)
    speaker = forum.browser("speaker")
    sent = {"title": "We sold two sizes as one", "body": "And are very sorry.", "version": "1"}
    refused = speaker.post(f"/posts/{post_id}/edit", sent)
    assert refused.status_code == 422
    assert "what was wrong" in refused.text
    assert speaker.post(f"/posts/{post_id}/edit", {**sent, "note": "It was three sizes"}).status_code == 303
    page = Browser(app).get(f"/p/{post_id}", follow_redirects=True).text
    assert page.index("It was three sizes") < page.index('class="post ')
    assert "<ins>" in page
    assert "It was three sizes" in Browser(app).get(f"/posts/{post_id}/history").text


def test_updates_are_followed_by_a_button(app: Flask, forum: Forum) -> None:
    friend = forum.browser("friend")
    assert friend.post("/updates/follow").status_code == 303
    assert "You hear of updates" in friend.get("/updates").text
    assert "/updates/follow/undo" in friend.get("/settings/follows").text
    assert friend.post("/updates/follow/undo").status_code == 303
    with app.app_context():
        assert db.session.scalars(select(Follow.id).where(Follow.kind == "updates")).all() == []
    assert Browser(app).post("/updates/follow").status_code in {302, 303, 401}


def test_what_was_typed_is_kept_as_a_draft(forum: Forum) -> None:
    speaker = forum.browser("speaker")
    assert speaker.post("/drafts", {"place": "update", "title": "Half", "body": "written", "section": "numbers"}).status_code == 303
    assert "written" in speaker.get("/updates/new").text
    assert "/updates/new" in speaker.get("/drafts").text
    speaker.post("/updates", form(then="publish"))
    assert "No drafts" in speaker.get("/drafts").text


def test_programs_list_publish_and_correct(app: Flask, forum: Forum) -> None:
    with app.app_context():
        speaker, asker, visitor = program(forum, "speaker"), program(forum, "asker"), program(forum)
    sent = {"section": "numbers", "title": "A good spring", "body": "1,200 parts.", "category": "parts", "tags": ["spring"]}
    assert asker("POST", "/updates", sent)[0] == 403
    status, made = speaker("POST", "/updates", sent, **{"Idempotency-Key": "k1"})
    assert (status, made["kind"], made["section"], made["tags"]) == (201, "update", "numbers", ["spring"])
    assert speaker("POST", "/updates", sent, **{"Idempotency-Key": "k1"})[1]["id"] == made["id"]
    assert speaker("POST", "/updates", {**sent, "section": "gossip"})[0] == 422
    assert speaker("POST", "/topics", {"kind": "update", "title": "A good spring", "body": "?", "category": "parts"})[0] == 422
    assert [each["id"] for each in visitor("GET", "/updates?section=numbers")[1]["topics"]] == [made["id"]]
    assert visitor("GET", "/updates?section=wrong")[1]["topics"] == []
    (post,) = visitor("GET", f"/topics/{made['id']}/posts")[1]["posts"]
    assert speaker("PATCH", f"/posts/{post['id']}", {"body": "900 parts."})[0] == 422
    assert speaker("PATCH", f"/posts/{post['id']}", {"body": "900 parts.", "note": "Counted twice"})[1]["body"] == "900 parts."


def test_a_removed_update_leaves_the_list(app: Flask, forum: Forum) -> None:
    post_id = published(app, forum)
    keeper = forum.browser("keeper")
    keeper.post(f"/posts/{post_id}/removal", {"rule": "private_data", "reason": "It names a customer"})
    assert "We sold two sizes" not in Browser(app).get("/updates").text
    with app.app_context():
        page = Browser(app).get(f"/p/{post_id}", follow_redirects=True).text
    assert "We sold two sizes" not in page


def test_corrections_of_a_removed_update_are_not_shown(app: Flask, forum: Forum) -> None:
    post_id = published(app, forum)
    with app.app_context():
        edit_post(by=forum["speaker"], post_id=post_id, body="And sorry, Mr Miller.", version=1, note="His name was missing")
        edit_post(by=forum["speaker"], post_id=post_id, body="And are sorry.", version=2, note="No names of customers here")
    forum.browser("keeper").post(f"/posts/{post_id}/removal", {"rule": "private_data", "reason": "It names a customer"})
    page = Browser(app).get(f"/p/{post_id}", follow_redirects=True).text
    assert "Miller" not in page
