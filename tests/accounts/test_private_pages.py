"""Pages with a token or with what only their reader may see are kept by nobody: no cache, and not by Turbo as a snapshot."""

from __future__ import annotations

import pytest
from flask import Flask

from community.posts.actions import remove_post
from tests.forum import small_forum

KEEP_NOT = '<meta name="turbo-cache-control" content="no-cache">'

PRIVATE = {
    None: ("/sign-in", "/sign-up", "/ask"),
    "asker": ("/ask", "/drafts", "/settings", "/inbox", "/posts/1/edit"),
    "worker": ("/settings/work", "/posts/1/actions", "/t/1/actions"),
    "keeper": ("/posts/2/removed", "/u/friend/suspension"),
}


@pytest.mark.parametrize("who", PRIVATE)
def test_private_pages_are_kept_by_nobody(app: Flask, who: str | None) -> None:
    with app.app_context():
        forum = small_forum(app)
        topic = forum.question()
        gone = forum.post("friend", topic)
        remove_post(by=forum["keeper"], post_id=gone.post_id, rule="spam", reason="It is an advertisement")
    for address in PRIVATE[who]:
        answer = forum.browser(who).get(address)
        assert answer.status_code == 200, address
        assert answer.text.count(KEEP_NOT) == 1, address
        assert "no-store" in answer.headers["Cache-Control"], address


def test_public_pages_may_be_kept(app: Flask) -> None:
    with app.app_context():
        forum = small_forum(app)
        forum.question()
    for address in ("/", "/questions", "/t/1/why-does-it-rattle", "/team"):
        assert KEEP_NOT not in forum.browser().get(address).text, address
