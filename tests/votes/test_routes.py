"""The buttons under an answer, for members and for visitors without a session."""

from __future__ import annotations

import re

import pytest
from flask import Flask
from sqlalchemy import select

from community.accounts.actions.keys import make_key
from community.core.fragments import STREAM_TYPE
from community.extensions import db
from community.posts.models import Post
from community.votes.actions import count_visitors
from community.votes.models import VisitorsMark
from tests.forum import Forum, small_forum


@pytest.fixture
def forum(app: Flask) -> Forum:
    with app.app_context():
        forum = small_forum(app)
        topic = forum.question()
        forum.post("speaker", topic)
        return forum


ADDRESS, ANSWER = "/t/1/why-does-it-rattle", "/posts/2/helpful"


def test_a_visitor_says_it_without_a_session(app: Flask, forum: Forum) -> None:
    browser = forum.browser()
    page = browser.get(ADDRESS).text
    assert f'form="act" formaction="{ANSWER}"' in page
    answer = browser.client.post(ANSWER)
    assert (answer.status_code, answer.location) == (303, f"{ADDRESS}#post_2_thanks")
    assert "Set-Cookie" not in answer.headers
    assert 'id="post_2_thanks"' in page
    streamed = browser.client.post("/posts/2/unhelpful", headers={"Accept": STREAM_TYPE})
    assert streamed.mimetype == STREAM_TYPE
    assert "Thank you" in streamed.text
    with app.app_context():
        assert db.session.scalars(select(VisitorsMark.value)).all() == [-1]
    assert browser.client.post("/posts/2/helpful/undo").location == f"{ADDRESS}#post_2"
    with app.app_context():
        assert db.session.scalars(select(VisitorsMark.value)).all() == [0]


def test_a_visitor_with_a_session_from_the_ask_page_may_too(forum: Forum) -> None:
    browser = forum.browser()
    browser.get("/ask")
    assert browser.client.get_cookie("bothways") is not None
    assert browser.client.post(ANSWER).status_code == 303


def test_other_sites_cannot_send_it(app: Flask, forum: Forum) -> None:
    stranger = app.test_client()
    assert stranger.post(ANSWER).status_code == 403
    assert stranger.post(ANSWER, headers={"Sec-Fetch-Site": "cross-site"}).status_code == 403
    assert stranger.post(ANSWER, headers={"Origin": "https://elsewhere.example"}).status_code == 403
    member = forum.browser("asker")
    assert member.client.post(ANSWER).status_code == 400, "with a session its token is needed too"
    with app.app_context():
        assert db.session.scalars(select(Post.helpful_count)).all() == [0, 0]


def test_a_member_sees_their_own_mark(forum: Forum) -> None:
    member = forum.browser("asker")
    shown = '[data-post="2"] [data-undo="helpful"]'
    assert shown not in member.get("/viewer.css?topic=1").text
    assert member.post(ANSWER).location == f"{ADDRESS}#post_2"
    style = member.get("/viewer.css?topic=1").text
    assert f"{shown} {{ display: contents; }}" in style
    assert '[data-post="2"] [data-do="helpful"] { display: none; }' in style
    streamed = member.post("/posts/2/helpful/undo", headers={"Accept": STREAM_TYPE}).text
    assert 'action="restyle"' in streamed
    assert """targets="[data-post=&#34;2&#34;] [data-part=&#34;votes&#34;]\"""" in streamed
    assert shown not in member.get("/viewer.css?topic=1").text
    assert "[data-part='votes']" in forum.browser("speaker").get("/viewer.css").text, "one's own answer has no buttons"


def test_visitors_do_not_empty_the_cache_with_each_click(app: Flask, forum: Forum) -> None:
    browser = forum.browser()
    before = browser.get(ADDRESS).headers["ETag"]
    for number in range(5):
        browser.client.post(ANSWER, headers={"User-Agent": f"Browser {number}"})
        assert browser.get(ADDRESS).headers["ETag"] == before
    with app.app_context():
        count_visitors()
    page = browser.get(ADDRESS)
    assert page.headers["ETag"] != before
    assert re.search(r'formaction="/posts/2/helpful".*?<span class="count">5</span>', page.text)


def test_the_api_says_and_counts_it(app: Flask, forum: Forum) -> None:
    with app.app_context():
        key = make_key(by=None, account_id=forum.people["asker"], name="test", scopes=("read", "write"))
    headers = {"Authorization": f"Bearer {key}"}
    client = app.test_client()
    told = client.post("/api/v1/posts/2/helpful", headers=headers).json
    assert (told["helpful"], told["unhelpful"], told["visitors_helpful"]) == (1, 0, 0)
    told = client.post("/api/v1/posts/2/unhelpful", headers=headers).json
    assert (told["helpful"], told["unhelpful"]) == (0, 1)
    assert client.delete("/api/v1/posts/2/unhelpful", headers=headers).json["unhelpful"] == 0
    assert client.post("/api/v1/posts/2/helpful").status_code == 401
