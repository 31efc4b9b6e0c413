"""The desk shows what needs a human next, to employees alone, in the order of need, and follows live."""

from __future__ import annotations

from datetime import timedelta
from typing import Any

import pytest
from flask import Flask
from sqlalchemy import select
from werkzeug.test import TestResponse

from community.accounts.actions import make_key
from community.answers.actions import accept_answer, check_answer, make_official, mark_outdated, reject_answer
from community.answers.jobs import age_answers
from community.core import clock
from community.core.errors import NotFound
from community.core.fragments import drawing
from community.core.log import read_after
from community.core.position import position_now
from community.core.unit import unit
from community.desk.queries import QUEUES, desk_for
from community.extensions import db
from community.live.catch_up import catch_up
from community.posts.actions import Written, remove_post
from community.posts.queries import topic_page
from community.staff.actions import end_role
from community.staff.models import Grant
from community.topics.actions import ask_info, close_topic, mark_duplicate, move_topic
from community.topics.jobs import settle_quiet_questions
from community.topics.models import Topic
from tests.forum import VISITOR, Forum, small_forum, statements
from tests.live.turbo import OpenPage

DAY = timedelta(days=1)


def old_forum(app: Flask) -> Forum:
    """The small forum, made so long ago that its people could do things last year."""
    with clock.at(clock.now() - 500 * DAY):
        return small_forum(app)


@pytest.fixture
def forum(app: Flask):
    with app.test_request_context():
        yield old_forum(app)


def a_full_desk(forum: Forum) -> dict[str, int]:
    """One topic for each queue, a year after the answer that ages; ids by queue. Call it at the present."""
    topics: dict[str, int] = {}
    now = clock.now()
    with clock.at(now - 400 * DAY):
        aged = forum.question(title="Aged")
        accept_answer(by=forum["asker"], post_id=forum.post("friend", aged).post_id)
        topics["aged"] = aged.topic_id
        doubted = forum.question(title="Doubted")
        accept_answer(by=forum["asker"], post_id=forum.post("friend", doubted).post_id)
        topics["doubted"] = doubted.topic_id
    with clock.at(now - 30 * DAY):
        quiet = forum.question(title="Quiet")
        make_official(by=forum["speaker"], post_id=forum.post("speaker", quiet).post_id)
        topics["unconfirmed"] = quiet.topic_id
    with clock.at(now - 5 * DAY):
        needy = forum.question(title="Needy")
        ask_info(by=forum["worker"], topic_id=needy.topic_id)
        topics["needs_info"] = needy.topic_id
        waiting = forum.question(title="Waiting")
        forum.post("friend", waiting)
    with clock.at(now - 4 * DAY):
        forum.post("asker", waiting, "Which screw?")
        topics["waiting"] = waiting.topic_id
    with clock.at(now - 3 * DAY):
        topics["new"] = forum.question(title="New").topic_id
    with clock.at(now - 2 * DAY):
        rejected = forum.question(title="Rejected")
        post = forum.post("worker", rejected).post_id
    with clock.at(now - DAY):
        reject_answer(by=forum["asker"], post_id=post, body="It rattles on.")
        topics["rejected"] = rejected.topic_id
        answered = forum.question(title="Answered")
        forum.post("worker", answered)
        forum.question(title="Talk", kind="discussion")
        age_answers()
        check_answer(by=forum["worker"], post_id=_first_marked(doubted.topic_id))
        mark_outdated(by=forum["worker"], post_id=_first_marked(doubted.topic_id))
        settle_quiet_questions()
    return topics


def _first_marked(topic_id: int) -> int:
    return topic_page(VISITOR, topic_id, 1).cards[0].id


def test_every_queue_in_the_order_of_need(forum: Forum) -> None:
    topics = a_full_desk(forum)
    desk = desk_for(forum["worker"])
    assert [entry.queue for entry in desk.entries] == ["rejected", "waiting", "new", "doubted", "aged", "unconfirmed", "needs_info"]
    assert {entry.queue: entry.id for entry in desk.entries} == topics
    assert desk.counts == dict.fromkeys(QUEUES, 1)
    assert (desk.total, desk.all) == (7, 7)
    for queue, topic_id in topics.items():
        assert [entry.id for entry in desk_for(forum["worker"], queue=queue).entries] == [topic_id]
    assert next(entry for entry in desk.entries if entry.queue == "aged").url.startswith("/p/")


def test_who_waits_longest_comes_first_and_a_fresh_look_clears(forum: Forum) -> None:
    topics = a_full_desk(forum)
    older = clock.now() - 6 * DAY
    with clock.at(older):
        first = forum.question(title="Older").topic_id
    ids = [entry.id for entry in desk_for(forum["worker"]).entries]
    assert ids[1:4] == [first, topics["waiting"], topics["new"]]
    for queue in ("aged", "doubted"):
        for entry in desk_for(forum["worker"], queue=queue).entries:
            assert entry.post_id is not None
            check_answer(by=forum["worker"], post_id=entry.post_id)
    counts = desk_for(forum["worker"]).counts
    assert (counts["aged"], counts["doubted"]) == (0, 0)


def test_what_needs_nobody_is_not_there(forum: Forum) -> None:
    original = forum.question(title="Original")
    closed, gone, held, double, imported = (forum.question(who) for who in ("asker", "asker", "newcomer", "friend", "asker"))
    close_topic(by=forum["keeper"], topic_id=closed.topic_id, reason="Enough.")
    remove_post(by=forum["keeper"], post_id=gone.post_id, rule="spam", reason="Spam.")
    mark_duplicate(by=forum["worker"], topic_id=double.topic_id, original_id=original.topic_id)
    with unit() as u:
        u.fetch(Topic, imported.topic_id).imported = True
        assert u.fetch(Topic, held.topic_id).held_at is not None
    assert [entry.id for entry in desk_for(forum["worker"]).entries] == [original.topic_id]


def test_the_desk_is_for_employees_as_long_as_they_are(app: Flask) -> None:
    with app.app_context():
        forum = old_forum(app)
        forum.question()
    for who, status in ((None, 404), ("asker", 404), ("worker", 200), ("keeper", 200)):
        browser = forum.browser(who)
        assert browser.get("/desk").status_code == status
        assert ("/desk" in browser.get("/").text) is (status == 200)
    for address in ("/desk?queue=heat", "/desk?category=nowhere", "/desk?page=2", "/desk?page=0"):
        assert forum.browser("worker").get(address).status_code == 404
    with app.app_context():
        for viewer in (VISITOR, forum["asker"]):
            with pytest.raises(NotFound):
                desk_for(viewer)
            assert catch_up(viewer, ["desk"], "")["refused"] == ["desk"]
    worker = forum.browser("worker")
    with app.app_context():
        end_role(by=None, grant_id=db.session.scalars(select(Grant.id).where(Grant.account_id == forum.people["worker"])).one())
    assert worker.get("/desk").status_code == 404


def test_places_narrow_it_and_count(app: Flask) -> None:
    with app.app_context():
        forum = old_forum(app)
        forum.question(title="Out")
        inside = forum.question("worker", title="In", category="inside").topic_id
        desk = desk_for(forum["worker"], category="inside")
    assert ([entry.id for entry in desk.entries], desk.total, desk.counts["new"]) == ([inside], 1, 2)
    assert [place.slug for place in desk.places] == ["inside", "members", "parts"]
    page = forum.browser("worker").get("/desk?queue=new&category=inside").text
    assert ">In</a>" in page
    assert ">Out</a>" not in page
    assert "/desk?queue=needs_info&amp;category=inside" in page or "/desk?queue=needs_info&category=inside" in page
    empty = forum.browser("worker").get("/desk?queue=aged").text
    assert "Nothing waits here" in empty


def test_programs_read_it_too(app: Flask) -> None:
    with app.app_context():
        forum = old_forum(app)
        topics = a_full_desk(forum)
        keys = {
            who: make_key(by=None, account_id=forum.people[who], name="desk", scopes=("read", "write"))
            for who in ("worker", "asker")
        }
        answer = _first_marked(topics["doubted"])
    client = app.test_client()

    def call(method: str, path: str, who: str | None = None, **options: Any) -> TestResponse:
        headers = {"Authorization": f"Bearer {keys[who]}"} if who else {}
        return client.open(f"/api/v1{path}", method=method, headers=headers, **options)

    desk = call("GET", "/desk", "worker").get_json()
    assert [entry["queue"] for entry in desk["entries"]][:2] == ["rejected", "waiting"]
    assert (desk["total"], desk["counts"]["new"], desk["next"]) == (7, 1, None)
    assert {entry["topic_id"] for entry in call("GET", "/desk?queue=aged", "worker").get_json()["entries"]} == {topics["aged"]}
    assert [call("GET", "/desk", who).status_code for who in ("asker", None)] == [404, 401]
    assert call("GET", "/desk?queue=heat", "worker").status_code == 422
    checked = call("POST", f"/posts/{answer}/check", "worker", json={"version": "2026.1"}).get_json()
    assert (checked["checked"]["version"], checked["checked"]["by"], checked["needs_check"]) == ("2026.1", "worker", False)
    assert call("GET", f"/topics/{topics['doubted']}").get_json()["checked"]["by"] == "worker"
    assert call("POST", f"/posts/{answer}/outdated", "asker").get_json()["outdated"] == 1
    assert call("DELETE", f"/posts/{answer}/outdated", "asker").get_json()["outdated"] == 0
    rejected = call("POST", f"/posts/{answer}/rejection", "asker", json={"body": "It came back."}).get_json()
    assert (rejected["rejected"], rejected["accepted"]) == (True, False)
    assert call("GET", f"/topics/{topics['doubted']}").get_json()["state"] == "waiting"
    assert call("DELETE", f"/posts/{answer}/rejection", "asker").get_json()["rejected"] is False
    assert call("POST", f"/posts/{answer}/rejection", "worker").status_code == 403
    assert call("DELETE", f"/topics/{topics['new']}/closure", "asker").get_json()["closed"] is False
    assert call("POST", f"/topics/{topics['new']}/closure", "asker", json={"reason": "Enough."}).status_code == 403


def test_an_empty_desk_says_so(app: Flask) -> None:
    with app.app_context():
        forum = old_forum(app)
    assert "The desk is clear" in forum.browser("worker").get("/desk").text


def test_it_costs_the_same_for_two_and_for_twenty(forum: Forum) -> None:
    def cost() -> int:
        viewer = forum["worker"]
        with statements() as seen:
            desk_for(viewer)
        return len(seen)

    forum.question()
    few = cost()
    for number in range(24):
        asked = forum.question(title=f"Question {number}")
        if number % 2:
            reject_answer(by=forum["asker"], post_id=forum.post("worker", asked).post_id)
    assert (cost(), few) == (3, 3)
    assert len(desk_for(forum["worker"], number=2).entries) == 5


def test_an_open_desk_follows_every_change(app: Flask) -> None:
    with app.test_request_context():
        forum = old_forum(app)
        topics = a_full_desk(forum)
        db.session.remove()
    pages = [
        OpenPage(forum.browser("worker").client, address)
        for address in ("/desk", "/desk?queue=new", "/desk?category=parts", "/desk?queue=doubted")
    ]
    acts = (
        lambda: forum.question(title="Another"),
        lambda: forum.post("worker", _written(topics["new"])),
        lambda: forum.post("asker", _written(topics["needs_info"]), "Here it is."),
        lambda: check_answer(by=forum["speaker"], post_id=_first_marked(topics["doubted"])),
        lambda: mark_outdated(by=forum["speaker"], post_id=_first_marked(topics["doubted"])),
        lambda: move_topic(by=forum["keeper"], topic_id=topics["waiting"], category_id=forum.categories["inside"]),
        lambda: close_topic(by=forum["keeper"], topic_id=topics["waiting"], reason="Enough."),
        lambda: accept_answer(by=forum["asker"], post_id=_first_marked(topics["unconfirmed"])),
    )
    for number, act in enumerate(acts):
        with app.test_request_context():
            act()
            db.session.remove()
        for page in pages:
            page.catch_up()
            page.press_pill()
            assert page.shown() == OpenPage(page.client, page.address).shown(), (number, page.address)


def _written(topic_id: int) -> Written:
    return Written(0, topic_id, 0, "", True, False)


def test_what_happens_on_the_desk_is_told_to_employees_only(app: Flask) -> None:
    with app.app_context():
        forum = small_forum(app)
        start = position_now()
        forum.question("worker", title="A secret", category="inside")
        told = [each.event.channels() for each in read_after(db.session(), start.number, 10) if each.event]
        assert all("desk" in channels for channels in told)
        worker, asker = forum["worker"], forum["asker"]
    with drawing(app, "en"):
        assert "A secret" in str(catch_up(worker, ["desk"], str(start))["streams"])
        answer = catch_up(asker, ["desk"], str(start))
    assert (answer["granted"], answer["streams"], answer["reload"]) == ([], [], [])
