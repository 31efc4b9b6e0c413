"""What is said of answers, over HTTP: buttons for whom they are, with scripts and without, visitors included."""

from __future__ import annotations

import re
from datetime import timedelta
from html import unescape

import pytest
from flask import Flask

from community.accounts.actions import make_key
from community.answers.actions import accept_answer, check_answer, make_official, reject_answer
from community.answers.jobs import age_answers, close_solved
from community.core import clock
from community.core.fragments import STREAM_TYPE
from community.extensions import db
from community.posts.models import Post
from community.topics.jobs import settle_quiet_questions
from community.topics.models import Topic
from tests.forum import Browser, Forum, small_forum

STREAMS = {"Accept": f"{STREAM_TYPE}, text/html"}


@pytest.fixture
def place(app: Flask):
    """A question with an official answer and one by a friend."""
    with app.test_request_context():
        forum = small_forum(app)
        asked = forum.question()
        official, other = forum.post("speaker", asked).post_id, forum.post("friend", asked).post_id
        make_official(by=forum["speaker"], post_id=official)
        db.session.remove()
    return forum, asked.topic_id, official, other


def page(browser: Browser, topic_id: int) -> str:
    return unescape(browser.get(f"/t/{topic_id}/why-does-it-rattle").text)


def style(browser: Browser, topic_id: int) -> str:
    return browser.get(f"/viewer.css?topic={topic_id}").text


def state(forum: Forum, topic_id: int) -> str | None:
    with forum.app.app_context():
        return db.session.get_one(Topic, topic_id).state


def test_the_asker_says_so_with_one_button(place) -> None:
    forum, topic_id, official, other = place
    asker = forum.browser("asker")
    done = asker.post(f"/posts/{other}/rejection")
    assert (done.status_code, state(forum, topic_id)) == (303, "waiting")
    shown = page(asker, topic_id)
    assert "Did not solve it for Asker" in shown
    assert "Asker says that it is not solved yet" in shown
    assert "Say what is still wrong" in shown
    answer = asker.post(f"/posts/{other}/rejection/undo", headers=STREAMS)
    assert answer.mimetype == STREAM_TYPE
    assert f'target="post_{other}"' in answer.text
    assert state(forum, topic_id) == "answered"
    asker.post(f"/posts/{official}/rejection", {"body": "It **still** rattles."})
    assert "<strong>still</strong>" in page(asker, topic_id)
    assert forum.browser("friend").post(f"/posts/{other}/rejection").status_code == 403
    assert forum.browser().post(f"/posts/{other}/rejection").status_code == 401


def test_buttons_are_for_whom_they_are(place) -> None:
    forum, topic_id, _official, _other = place
    with forum.app.app_context():
        asker = forum["asker"].id
    body = page(forum.browser(), topic_id)
    assert f'<span class="own-actions" data-author="{asker}">' in body, "drawn for all, shown by the asker's own stylesheet"
    assert f'.own-actions[data-author="{asker}"]' in style(forum.browser("asker"), topic_id)
    assert f'.own-actions[data-author="{asker}"]' not in style(forum.browser("friend"), topic_id)
    assert '[data-only="asker"] {' not in style(forum.browser("worker"), topic_id), "the team only after seven silent days"


def test_answered_not_confirmed_asks_the_asker(place) -> None:
    forum, topic_id, official, _other = place
    with forum.app.app_context(), clock.at(clock.now() + timedelta(days=8)):
        settle_quiet_questions()
    shown = page(forum.browser("asker"), topic_id)
    assert "Answered, not confirmed" in shown
    assert "Did it solve it?" in shown
    assert shown.count(f'formaction="/posts/{official}/acceptance"') == 2, "at the card and where it stands"
    assert shown.count(f'formaction="/posts/{official}/rejection"') == 2


def test_accepted_by_the_team_is_said_so(place) -> None:
    forum, topic_id, official, _other = place
    with forum.app.app_context(), clock.at(clock.now() + timedelta(days=8)):
        accept_answer(by=forum["worker"], post_id=official)
    assert "Accepted by the team" in page(forum.browser(), topic_id)
    assert "Solved it for" not in page(forum.browser(), topic_id)


def test_a_question_that_closed_itself_says_how_to_go_on(place) -> None:
    forum, topic_id, official, _other = place
    with forum.app.app_context():
        accept_answer(by=forum["asker"], post_id=official)
        with clock.at(clock.now() + timedelta(hours=49)):
            close_solved()
    shown = page(forum.browser("friend"), topic_id)
    assert f"name this one in it by its number, #{topic_id}." in shown
    assert 'id="composer"' not in shown
    assert f'formaction="/t/{topic_id}/closure/undo"' in shown
    assert forum.browser("friend").post(f"/t/{topic_id}/closure/undo").status_code == 403
    assert forum.browser().post(f"/t/{topic_id}/closure/undo").status_code == 401
    asker = forum.browser("asker")
    assert asker.post(f"/t/{topic_id}/closure/undo").status_code == 303
    assert state(forum, topic_id) == "waiting"
    assert 'id="composer"' in page(asker, topic_id)


def test_an_employee_checks_with_a_version(place) -> None:
    forum, topic_id, official, other = place
    worker = forum.browser("worker")
    form = worker.get(f"/posts/{official}/actions").text
    assert f'action="/posts/{official}/check"' in form
    assert "/check" not in worker.get(f"/posts/{other}/actions").text
    worker.post(f"/posts/{official}/check", {"version": "2026.1 <b>", "back": "page"})
    shown = page(forum.browser(), topic_id)
    assert "for 2026.1 <b> by" in shown
    assert '<a href="/u/worker">Worker</a>' in shown
    assert "&lt;b&gt;" in forum.browser().get(f"/t/{topic_id}/why-does-it-rattle").text
    assert worker.post(f"/posts/{official}/check", {"back": "desk"}).headers["Location"] == "/desk"
    assert worker.post(f"/posts/{official}/check/undo").status_code == 303
    for who in ("asker", "friend"):
        assert forum.browser(who).post(f"/posts/{official}/check").status_code == 403
    assert forum.browser().post(f"/posts/{official}/check").status_code == 401
    assert worker.post(f"/posts/{official}/check", {"version": "v" * 81}).status_code == 422


def outdated(forum: Forum, post_id: int) -> tuple[int, int]:
    with forum.app.app_context():
        post = db.session.get_one(Post, post_id)
        return post.outdated_count, post.outdated_visitor_count


def test_everybody_may_say_that_it_no_longer_works(place) -> None:
    forum, topic_id, official, other = place
    visitor, member = forum.browser(), forum.browser("friend")
    done = visitor.post(f"/posts/{official}/outdated")
    assert done.status_code == 303
    assert done.headers["Location"].endswith(f"#post_{official}_noted")
    assert f'id="post_{official}_noted"' in page(visitor, topic_id)
    assert "Set-Cookie" not in done.headers, "a visitor stays one, and their pages stay kept"
    again = visitor.post(f"/posts/{official}/outdated", headers=STREAMS)
    assert "Thank you, it is noted." in again.text
    assert outdated(forum, official) == (0, 1)
    visitor.post(f"/posts/{official}/outdated/undo")
    assert outdated(forum, official) == (0, 0)
    shown = '[data-undo="outdated"]'
    assert shown not in style(member, topic_id)
    answer = member.post(f"/posts/{official}/outdated", headers=STREAMS)
    assert 'action="restyle"' in answer.text
    assert outdated(forum, official) == (1, 0)
    assert f'[data-post="{official}"] {shown}' in style(member, topic_id)
    assert "1 person says that it no longer works" in page(visitor, topic_id)
    member.post(f"/posts/{official}/outdated/undo")
    assert outdated(forum, official) == (0, 0)
    assert visitor.post(f"/posts/{other}/outdated").status_code == 409, "neither accepted nor official"
    assert visitor.post("/posts/999999/outdated").status_code == 404
    foreign = visitor.client.post(f"/posts/{official}/outdated", headers={"Sec-Fetch-Site": "cross-site"})
    assert foreign.status_code == 403


def test_who_has_not_confirmed_an_address_is_no_member_against_an_answer(place) -> None:
    forum, _topic_id, official, _other = place
    refused = forum.browser("newcomer").post(f"/posts/{official}/outdated")
    assert refused.status_code == 403
    assert "Please confirm your address first" in refused.text
    with forum.app.test_request_context():
        made = make_key(by=forum["newcomer"], account_id=forum.people["newcomer"], name="key", scopes=["read", "write"])
        db.session.remove()
    headers = {"Authorization": f"Bearer {made}"}
    assert forum.app.test_client().post(f"/api/v1/posts/{official}/outdated", headers=headers).status_code == 403
    assert outdated(forum, official) == (0, 0)


def test_an_aged_answer_says_so_until_it_is_checked(place) -> None:
    forum, topic_id, official, _other = place
    with forum.app.app_context(), clock.at(clock.now() + timedelta(days=400)):
        age_answers()
    assert "Nobody has checked this for long" in page(forum.browser(), topic_id)
    with forum.app.app_context():
        check_answer(by=forum["worker"], post_id=official)
    assert "Nobody has checked this for long" not in page(forum.browser(), topic_id)


def test_what_is_restricted_cannot_be_told_apart_from_what_is_not_there(app: Flask) -> None:
    with app.test_request_context():
        forum = small_forum(app)
        secret = forum.question("worker", category="inside")
        answer = forum.post("speaker", secret).post_id
        make_official(by=forum["speaker"], post_id=answer)
        reject_answer(by=forum["worker"], post_id=answer)
        db.session.remove()
    for who in (None, "asker"):
        browser = forum.browser(who)
        for act in ("outdated", "outdated/undo", *(("rejection", "check", "rejection/undo", "check/undo") if who else ())):
            there, nowhere = browser.post(f"/posts/{answer}/{act}"), browser.post(f"/posts/999999/{act}")
            assert (there.status_code, nowhere.status_code) == (404, 404), act
            # The session's token is signed with the second in which it was given out.
            assert without_token(there.text) == without_token(nowhere.text)


def without_token(page: str) -> str:
    return re.sub(r'name="csrf_token" value="[^"]+"', "", page)
