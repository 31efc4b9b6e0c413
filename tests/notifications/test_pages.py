"""The inbox, the bell, the choice of mails, and the same by the API."""

from __future__ import annotations

import re
from typing import Any

from flask import Flask

from community.accounts.actions import make_key
from community.extensions import db
from community.follows.keeping import FollowKeeper
from community.live.catch_up import catch_up
from community.notifications.follow import NotificationFollower
from community.notifications.queries import mail_choices
from tests.forum import Forum, small_forum, statements, take_all


def busy(app: Flask, posts: int = 1, topics: int = 1) -> tuple[Forum, list[Any]]:
    """A forum in which the asker was answered."""
    forum = small_forum(app)
    made = [forum.question(title=f"Question {n}") for n in range(topics)]
    for topic in made:
        for n in range(posts):
            forum.post("friend", topic, f"Answer {n}.")
    take_all(FollowKeeper())
    take_all(NotificationFollower())
    return forum, made


def test_the_bell_counts_on_every_page_and_reading_a_topic_empties_it(app: Flask) -> None:
    with app.app_context():
        forum, (topic,) = busy(app, posts=2)
    asker, visitor = forum.browser("asker"), forum.browser()
    for address in ("/", "/questions", "/team", "/settings", topic.url):
        assert 'aria-label="2 unread notifications"' in asker.get(address).text
    assert "own-bell" not in visitor.get("/").text
    page = asker.get(topic.url).text
    assert "2 notifications are about this topic." in page
    assert 'aria-label="2 unread notifications"' in asker.get(topic.url).text, "a GET reads nothing"
    told = asker.get("/inbox").text
    assert told.count("Friend answered your question") == 2
    assert asker.post(f"/t/{topic.topic_id}/read").status_code == 303
    assert 'aria-label="Notifications"' in asker.get("/").text
    assert "notifications are about this topic" not in asker.get(topic.url).text
    assert visitor.get("/inbox").status_code == 303
    assert visitor.post("/inbox/read").status_code == 401
    assert forum.browser("friend").get("/inbox").text.count("Nothing yet") == 1
    stream = asker.post(f"/t/{topic.topic_id}/read", headers={"Accept": "text/vnd.turbo-stream.html"})
    assert 'target="bell"' in stream.text


def test_the_inbox_has_pages_with_what_is_unread_first(app: Flask) -> None:
    with app.app_context():
        forum, topics = busy(app, topics=23)
    asker = forum.browser("asker")
    first = asker.get("/inbox").text
    assert re.findall(r'id="told_(\d+)"', first)[0] == str(topics[-1].topic_id)
    asker.post(f"/t/{topics[-1].topic_id}/read", {"back": "inbox"})
    assert str(topics[-1].topic_id) not in re.findall(r'id="told_(\d+)"', asker.get("/inbox").text)
    assert re.findall(r'id="told_(\d+)"', asker.get("/inbox?page=2").text)[-1] == str(topics[-1].topic_id)
    assert asker.get("/inbox?page=3").status_code == 404
    assert asker.post("/inbox/read").location.endswith("/inbox")
    assert "0 unread" in asker.get("/inbox").text


def test_the_inbox_asks_as_much_for_two_topics_as_for_twenty(app: Flask) -> None:
    with app.app_context():
        forum, _topics = busy(app, topics=2, posts=3)
    counts = []
    browser = forum.browser("asker")
    for _ in range(2):
        with app.app_context(), statements() as seen:
            browser.get("/inbox")
            counts.append(len(seen))
        with app.app_context():
            for n in range(18):
                forum.post("friend", forum.question(title=f"More {n}"))
            take_all(FollowKeeper())
            take_all(NotificationFollower())
    assert counts[0] == counts[1]


def test_mails_are_chosen_by_kind(app: Flask) -> None:
    with app.app_context():
        forum = small_forum(app)
    asker = forum.browser("asker")
    page = asker.get("/settings/notifications").text
    assert re.search(r'value="answer" checked', page)
    assert not re.search(r'value="thanked" checked', page)
    assert re.search(r'value="nudge" checked', page), "its letter is another one, and has a switch too"
    assert asker.post("/settings/notifications", {"kind": ["mention", "thanked"]}).status_code == 303
    with app.app_context():
        chosen = mail_choices(forum["asker"])
        assert {kind for kind, wanted in chosen.items() if wanted} == {"mention", "thanked"}


def test_an_open_page_hears_of_its_bell_and_nobody_else_does(app: Flask) -> None:
    with app.app_context():
        forum, (topic,) = busy(app)
    asker = forum.browser("asker")
    position = re.search(r'<own-bell channels="(user:\d+)" position="([^"]+)"', asker.get("/").text)
    assert position
    with app.app_context():
        forum.post("worker", topic)
        take_all(FollowKeeper())
        take_all(NotificationFollower())
    answer = asker.get(f"/live?channels={position[1]}&position={position[2]}").json
    assert [stream["channel"] for stream in answer["streams"]] == [position[1]]
    assert "2 unread notifications" in answer["streams"][0]["html"]
    assert answer["reload"] == []
    assert asker.get(f"/live?channels={position[1]}&position=old:1").json["reload"] == [], "a bell is whole in itself"
    friend = forum.browser("friend").get(f"/live?channels={position[1]}&position={position[2]}").json
    assert (friend["granted"], friend["streams"], friend["refused"]) == ([], [], [position[1]])
    with app.test_request_context():
        assert catch_up(forum["friend"], [position[1]], position[2])["streams"] == []


def test_the_api_tells_the_same(app: Flask) -> None:
    with app.test_request_context():
        forum, (topic,) = busy(app, posts=3)
        keys = {
            handle: make_key(by=forum[handle], account_id=forum.people[handle], name="key", scopes=["read", "write"])
            for handle in ("asker", "keeper")
        }
        db.session.remove()
    client = app.test_client()

    def ask(handle: str, method: str, path: str, body: Any = None) -> Any:
        headers = {"Authorization": f"Bearer {keys[handle]}"}
        answer = client.open(f"/api/v1{path}", method=method, json=body, headers=headers)
        assert answer.status_code < 300, answer.text
        return answer.json

    page = ask("asker", "GET", "/notifications?limit=2")
    assert [(one["kind"], one["by"], one["read"]) for one in page["notifications"]] == [("answer", "friend", False)] * 2
    assert page["unread"] == 3
    rest = ask("asker", "GET", page["next"].partition("/api/v1")[2])
    assert (len(rest["notifications"]), rest["next"]) == (1, None)
    assert ask("asker", "POST", "/notifications/read", {"ids": [page["notifications"][0]["id"]]}) == {"unread": 2}
    assert len(ask("asker", "GET", "/notifications?unread=true")["notifications"]) == 2
    assert ask("keeper", "POST", "/notifications/read") == {"unread": 0}
    assert ask("asker", "GET", "/notifications")["unread"] == 2
    assert ask("asker", "POST", "/notifications/read", {"topic_id": topic.topic_id}) == {"unread": 0}
    assert ask("keeper", "POST", f"/topics/{topic.topic_id}/me-too")["me_too_count"] == 1
    listed = ask("keeper", "GET", "/follows")["follows"]
    assert [(one["kind"], one["target"], one["level"]) for one in listed] == [("topic", str(topic.topic_id), "answers")]
    ask("keeper", "POST", "/follows", {"kind": "category", "target": "parts"})
    ask("keeper", "POST", "/follows", {"kind": "person", "target": "asker", "level": "topics"})
    assert len(ask("keeper", "DELETE", "/follows?kind=person&target=asker")["follows"]) == 2
    assert ask("keeper", "DELETE", f"/topics/{topic.topic_id}/me-too")["me_too_count"] == 0
    assert client.get("/api/v1/notifications").status_code == 401
    assert client.post("/api/v1/follows", json={}, headers={"Authorization": f"Bearer {keys['keeper']}"}).status_code == 422
