"""Every page of the forum opens, for everybody who may see it, and shows what it should."""

from __future__ import annotations

import pytest
from flask import Flask

from community.answers.actions import accept_answer
from tests.forum import Browser, Forum, small_forum


@pytest.fixture
def forum(app: Flask) -> Forum:
    with app.test_request_context():
        return small_forum(app)


def test_pages_open(app: Flask, forum: Forum) -> None:
    with app.test_request_context():
        asked = forum.question(tags=["noise"], product="City")
        answer = forum.post("worker", asked)
        forum.post("friend", asked, "Mine too.", reply_to_id=answer.post_id)
        accept_answer(by=forum["asker"], post_id=answer.post_id)
        forum.question(kind="discussion", title="Which lights?")
    below = f"/t/{asked.topic_id}"
    public = [
        "/",
        "/questions",
        "/questions?kind=all&sort=new",
        "/c/parts",
        "/tags/noise",
        "/questions.atom",
        "/c/parts.atom",
        "/ask",
    ]
    public += [asked.url.partition("#")[0], f"/posts/{answer.post_id}/history"]
    for who in (None, "asker", "newcomer", "worker", "keeper"):
        browser = forum.browser(who)
        for address in public:
            page = browser.get(address)
            assert page.status_code == 200, (who, address, page.text[-2000:])
        assert browser.get(f"/p/{answer.post_id}").location == f"{asked.url.partition('#')[0]}#post_{answer.post_id}"
        assert browser.get(below).location == asked.url.partition("#")[0]
    keeper: Browser = forum.browser("keeper")
    for address in (
        f"/posts/{answer.post_id}/actions",
        f"{below}/actions",
        f"/posts/{answer.post_id}/edit",
        f"/posts/{asked.post_id}/edit",
        "/drafts",
    ):
        assert keeper.get(address).status_code == 200, address
