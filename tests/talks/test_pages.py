"""Talks over HTTP: who gets which page, forms that keep what was typed, and the letter."""

from __future__ import annotations

import re
from datetime import timedelta

import pytest
from flask import Flask
from sqlalchemy import select

from community.core import clock
from community.extensions import db
from community.mail.follow import MailFollower
from community.mail.models import OutgoingMail
from community.mail.sending import send_due
from community.talks import actions
from community.talks.models import Talk, TalkMessage
from tests.api.test_api import program
from tests.forum import Forum, small_forum, take_all


@pytest.fixture
def forum(app: Flask) -> Forum:
    with app.app_context():
        return small_forum(app)


def talk_of(forum: Forum, body: str = "My key broke.") -> int:
    with forum.app.app_context():
        return actions.open_talk(by=forum["asker"], body=body)


def act(forum: Forum, action: object, handle: str, **fields: object) -> None:
    with forum.app.app_context():
        action(by=forum[handle], **fields)  # type: ignore[operator]


def submission(page: str) -> str:
    return re.findall(r'name="submission_id"[^>]*value="([^"]+)"', page)[0]


def test_a_talk_begins_at_the_door_of_any_page(forum: Forum) -> None:
    asker = forum.browser("asker")
    door = re.search(r'<aside class="door".*?</aside>', asker.get("/").text, re.DOTALL)
    assert door
    assert 'href="/talks/new"' in door[0]
    assert 'data-duty="off"' in door[0]
    page = asker.get("/talks/new", headers={"Referer": "http://localhost/c/parts?x=1"}).text
    assert "Nobody is on duty" in page
    assert 'name="page" value="/c/parts"' in page
    sent = {"body": "My key broke.", "submission_id": submission(page), "page": "/c/parts"}
    first, again = asker.post("/talks", sent), asker.post("/talks", sent)
    assert (first.status_code, first.location) == (303, again.location)
    shown = asker.get(first.location).text
    assert shown.count("My key broke.") == 1
    assert asker.get("/talks/new").location == first.location
    assert "My key broke." in asker.get("/talks").text
    with forum.app.app_context():
        assert db.session.scalars(select(Talk.page)).one() == "/c/parts"


def test_the_page_a_talk_began_on_is_one_of_ours(forum: Forum) -> None:
    asker = forum.browser("asker")
    for elsewhere in ("https://evil.example/c/parts", "http://localhost/nowhere/at/all", "x"):
        assert 'name="page" value=""' in asker.get("/talks/new", headers={"Referer": elsewhere}).text
    asker.post("/talks", {"body": "Hello", "page": "//evil.example"})
    with forum.app.app_context():
        assert db.session.scalars(select(Talk.page)).one() == ""


def test_strangers_find_no_talks(forum: Forum) -> None:
    talk_id = talk_of(forum)
    visitor, friend = forum.browser(), forum.browser("friend")
    assert visitor.get("/talks").location.startswith("/sign-in")
    assert visitor.get(f"/talks/{talk_id}").location.startswith("/sign-in")
    assert "Sign in" in visitor.get("/talks/new").text
    assert visitor.post("/talks", {"body": "Hello"}).status_code in {400, 401}
    answers = [friend.get(f"/talks/{talk_id}"), friend.get(f"/talks/{talk_id}/publication")]
    answers += [friend.post(f"/talks/{talk_id}/{deed}", {"body": "x"}) for deed in ("messages", "end", "read", "publication")]
    answers += [friend.post(f"/talks/{talk_id}/{deed}", {"to": "worker"}) for deed in ("take", "hand-over")]
    answers += [friend.post("/talks/duty"), friend.post("/talks/duty/undo"), friend.get(f"/talks/{talk_id}/hand-over")]
    assert {answer.status_code for answer in answers} == {404}
    with forum.app.app_context():
        assert len(db.session.scalars(select(TalkMessage)).all()) == 1


def test_the_desk_works_on_talks_without_scripts(forum: Forum) -> None:
    talk_id = talk_of(forum)
    worker, asker = forum.browser("worker"), forum.browser("asker")
    assert "1 customer waits in a talk" in worker.get("/desk").text
    inbox = worker.get("/talks").text
    assert "My key broke." in inbox
    assert "Be on duty" in inbox
    worker.post("/talks/duty")
    assert "On duty now: Worker" in worker.get("/talks").text
    page = asker.get("/talks/new", follow_redirects=True).text
    assert f"/talks/{talk_id}/messages" in page
    friend = forum.browser("friend").get("/talks/new").text
    assert "Somebody is here" in friend
    assert "Mechanic at" in friend
    worker.post(f"/talks/{talk_id}/messages", {"body": "Which one?"})
    assert "Worker takes care of this" in asker.get(f"/talks/{talk_id}").text
    assert 'class="bubble"' in asker.get("/").text
    assert "Please choose a colleague." in worker.post(f"/talks/{talk_id}/hand-over", {"to": "friend"}).text
    handed = worker.post(f"/talks/{talk_id}/hand-over", {"to": "speaker", "note": "In a hurry"})
    assert handed.status_code == 303
    assert "In a hurry" in worker.get(f"/talks/{talk_id}").text
    assert "In a hurry" not in asker.get(f"/talks/{talk_id}").text
    worker.post(f"/talks/{talk_id}/end")
    ended = worker.get(f"/talks/{talk_id}").text
    assert f'action="/talks/{talk_id}/messages"' not in ended
    assert f'action="/talks/{talk_id}/messages"' in asker.get(f"/talks/{talk_id}").text


def test_what_does_not_fit_comes_back_as_it_was_typed(forum: Forum) -> None:
    talk_id = talk_of(forum)
    asker = forum.browser("asker")
    for address in ("/talks", f"/talks/{talk_id}/messages"):
        answer = asker.post(address, {"body": "<b>long</b> " + "x" * 4000, "submission_id": "s"})
        assert answer.status_code == 422
        assert "at most 4000 characters" in answer.text
        assert "&lt;b&gt;long&lt;/b&gt; xxx" in answer.text
    sent = {"title": "", "question": "Mine & yours", "answer": "Buy one.", "category": "nowhere"}
    answer = asker.post(f"/talks/{talk_id}/publication", sent)
    assert answer.status_code == 422
    assert "Mine &amp; yours" in answer.text
    assert asker.post(f"/talks/{talk_id}/read", {"number": "x"}).status_code == 422


def test_a_proposal_is_settled_by_the_other_side(forum: Forum) -> None:
    talk_id = talk_of(forum)
    asker, worker = forum.browser("asker"), forum.browser("worker")
    worker.post(f"/talks/{talk_id}/messages", {"body": "From the shop."})
    form = asker.get(f"/talks/{talk_id}/publication").text
    assert "My key broke." in form
    assert "From the shop." in form
    assert "inside" not in form, "only places where everybody reads"
    sent = {"title": "Where do I get a key?", "question": "It broke.", "answer": "From the shop.", "category": "parts"}
    assert asker.post(f"/talks/{talk_id}/publication", sent).status_code == 303
    waits = asker.get(f"/talks/{talk_id}").text
    assert "It waits for the other side." in waits
    assert "/agreement" not in waits
    assert "The question stands there without a name." in waits, "the box was not ticked"
    place = re.findall(r'formaction="([^"]+/agreement)"', worker.get(f"/talks/{talk_id}").text)[0]
    assert asker.post(place).status_code == 403
    agreed = worker.post(place)
    assert agreed.status_code == 303
    public = forum.browser().get(agreed.location, follow_redirects=True).text
    assert "Where do I get a key?" in public
    assert "Asker" not in public
    assert "A member" in public
    assert "Worker" in public


def send(forum: Forum, seconds: int) -> list[OutgoingMail]:
    with forum.app.app_context():
        take_all(MailFollower())
        with clock.at(clock.now() + timedelta(seconds=seconds)):
            send_due()
        return list(db.session.scalars(select(OutgoingMail).where(OutgoingMail.kind == "talk").order_by(OutgoingMail.id)))


def test_the_desk_is_heard_by_mail_unless_it_was_read(forum: Forum) -> None:
    talk_id = talk_of(forum)
    act(forum, actions.say, "worker", talk_id=talk_id, body="Which one?")
    act(forum, actions.say, "speaker", talk_id=talk_id, body="The **small** one?")
    (mail,) = send(forum, 30)
    assert mail.shown_text == "", "whoever has the talk open reads it there first"
    (mail,) = send(forum, 90)
    assert "Worker: Which one?" in mail.shown_text
    assert "Speaker: The **small** one?" in mail.shown_text
    assert f"/talks/{talk_id}" in mail.shown_text
    act(forum, actions.say, "worker", talk_id=talk_id, body="Hello?")
    act(forum, actions.mark_read, "asker", talk_id=talk_id, number=4)
    *_, second = send(forum, 300)
    assert (second.shown_text, second.sent_at, second.error) == ("", None, "not needed any more")


def test_the_api_reads_and_writes_talks(forum: Forum) -> None:
    asker, worker, friend = (program(forum, handle) for handle in ("asker", "worker", "friend"))
    assert program(forum)("GET", "/talks")[0] == 401
    sent = {"body": "My key **broke**."}
    status, begun = asker("POST", "/talks", sent, **{"Idempotency-Key": "one"})
    assert (status, begun["messages"][0]["html"]) == (201, "<p>My key <strong>broke</strong>.</p>\n")
    assert asker("POST", "/talks", sent, **{"Idempotency-Key": "one"})[1]["id"] == begun["id"]
    place = f"/talks/{begun['id']}"
    status, answered = worker("POST", f"{place}/messages", {"body": "Which one?"})
    assert (status, [each["by_staff"] for each in answered["messages"]]) == (201, [False, True])
    assert asker("GET", "/talks")[1]["talks"][0]["unread"] is True
    assert asker("GET", place)[1]["taken_by"]["name"] == "Worker"
    assert len(worker("GET", "/talks")[1]["talks"]) == 1
    assert friend("GET", "/talks")[1] == {"talks": []}
    assert friend("GET", place)[0] == 404
    assert friend("POST", f"{place}/messages", {"body": "Hi"})[0] == 404
    assert worker("POST", "/talks", {"body": "Hi"})[0] == 403
    assert asker("POST", f"{place}/messages", {"body": ""})[0] == 422
    events = program(forum)("GET", "/events?limit=100")[1]["events"]
    assert not [each for each in events if each["name"].startswith(("talk.", "duty."))], "nobody hears who talks with the desk"
