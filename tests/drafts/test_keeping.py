"""Drafts: by place, on every device, nobody else's."""

from __future__ import annotations

import pytest
from flask import Flask

from community.core.errors import Invalid, Unauthorized
from community.drafts.actions import DraftConflict, discard_draft, save_draft
from community.drafts.queries import draft_for, drafts_of
from tests.forum import VISITOR, Forum, events, small_forum


@pytest.fixture
def forum(app: Flask):
    with app.test_request_context():
        yield small_forum(app)


def test_a_draft_is_kept_until_it_is_sent(forum: Forum) -> None:
    before = len(events())
    asker = forum["asker"]
    assert save_draft(by=asker, place="ask", fields={"title": "Half a", "evil": "x"}).version == 1
    saved = save_draft(by=asker, place="ask", fields={"title": "Half a question"}, version=1)
    assert (saved.version, draft_for(asker, "ask").fields) == (2, {"title": "Half a question"})
    assert draft_for(forum["friend"], "ask") is None
    assert draft_for(VISITOR, "ask") is None
    with pytest.raises(DraftConflict) as conflict:
        save_draft(by=asker, place="ask", fields={"title": "From the phone"}, version=1)
    assert conflict.value.fields == {"title": "Half a question"}
    assert len(events()) == before
    asked = forum.question()
    assert draft_for(asker, "ask") is None
    place = f"topic:{asked.topic_id}"
    save_draft(by=asker, place=place, fields={"body": "Begun"})
    assert [draft.place for draft in drafts_of(asker)] == [place]
    forum.post("asker", asked, "Sent")
    assert draft_for(asker, place) is None


def test_emptied_and_discarded_drafts_are_gone(forum: Forum) -> None:
    asker = forum["asker"]
    save_draft(by=asker, place="topic:1", fields={"body": "x"})
    assert save_draft(by=asker, place="topic:1", fields={"body": "  "}).version == 0
    save_draft(by=asker, place="topic:2", fields={"body": "x"})
    discard_draft(by=asker, place="topic:2")
    discard_draft(by=asker, place="topic:2")
    assert drafts_of(asker) == []


def test_what_does_not_fit_is_refused(forum: Forum) -> None:
    for place in ("", "topic:0", "topic:-1", "topic:x", "home", "ask\n", "topic:" + "9" * 30):
        with pytest.raises(Invalid):
            save_draft(by=forum["asker"], place=place, fields={"body": "x"})
    for body in ("a\x00", "\ud800", "x" * 300_000):
        with pytest.raises(Invalid):
            save_draft(by=forum["asker"], place="ask", fields={"body": body})
    with pytest.raises(Unauthorized):
        save_draft(by=VISITOR, place="ask", fields={"body": "x"})


def test_drafts_name_the_topic_that_they_are_of(app: Flask) -> None:
    with app.app_context():
        forum = small_forum(app)
        asked, inside = forum.question(title="Which grease?"), forum.question("worker", title="Hidden plans", category="inside")
        answer = forum.post("asker", asked, "The blue one.")
        friend, asker = forum["friend"], forum["asker"]
        for who, place in (
            (friend, f"topic:{asked.topic_id}"),
            (friend, f"topic:{inside.topic_id}"),
            (asker, f"post:{answer.post_id}"),
        ):
            save_draft(by=who, place=place, fields={"body": "Half a"})
    page = forum.browser("friend").get("/drafts").text
    assert "Which grease?" in page
    assert "Hidden plans" not in page
    assert "Which grease?" in forum.browser("asker").get("/drafts").text
