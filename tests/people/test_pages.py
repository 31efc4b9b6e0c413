"""The team, everybody's page, and what one viewer's stylesheet shows."""

from __future__ import annotations

import pytest
from flask import Flask

from community.accounts import actions
from community.answers.actions import accept_answer
from community.posts.actions import Written
from community.settings.actions import change_settings
from tests.forum import Forum, small_forum, statements


@pytest.fixture
def forum(app: Flask) -> Forum:
    with app.app_context():
        change_settings(by=None, values={"brand_name": "Volt"})
        return small_forum(app)


@pytest.fixture
def topic(app: Flask, forum: Forum) -> Written:
    with app.app_context():
        asked = forum.question(title="Why does it rattle so?")
        answer = forum.post("worker", asked)
        inside = forum.question(title="Seen by members alone", category="members")
        forum.post("worker", inside)
        forum.question("newcomer", title="Held until confirmed")
        accept_answer(by=forum["asker"], post_id=answer.post_id)
    return asked


def test_a_page_shows_what_its_reader_may_see(forum: Forum, topic: Written) -> None:
    visitor, friend = forum.browser(), forum.browser("friend")
    assert "Why does it rattle so?" in visitor.get("/u/asker").text
    assert "Seen by members alone" not in visitor.get("/u/asker").text
    assert "Seen by members alone" in friend.get("/u/ASKER").text
    worker = visitor.get("/u/worker").text
    assert "Mechanic at Volt" in worker
    assert worker.count("<b>1</b>") == 2, "one answer given, which solved it"
    assert "/t/1/why-does-it-rattle-so#post_2" in worker, "their answers are listed, each leading to itself"
    assert "Seen by members alone" not in worker
    assert "Seen by members alone" in friend.get("/u/worker").text
    for handle in ("nobody", "newcomer", "%00", "a" * 5000, "..%2fadmin"):
        assert visitor.get(f"/u/{handle}").status_code == 404, handle
    assert visitor.get("/u/asker?page=2").status_code == visitor.get("/u/asker?page=0").status_code == 404


def test_the_team_is_listed_for_people_and_machines(app: Flask, forum: Forum) -> None:
    page = forum.browser().get("/team").text
    assert "Head of repairs at Volt" in page
    assert "asker" not in page.lower()
    told = forum.browser().get("/.well-known/bothways-staff.json").json
    assert told["brand"] == "Volt"
    assert {one["handle"]: one["title"] for one in told["staff"]}["worker"] == "Mechanic"
    assert all(one["url"] == f"http://localhost/u/{one['handle']}" for one in told["staff"])
    with app.app_context():
        for number in range(5):
            forum.person(f"extra-{number}", role="employee")
    browser = forum.browser()
    with app.app_context(), statements() as asked:
        browser.get("/team")
    assert len(asked) <= 2


STYLES = {
    None: ("", ""),
    "friend": ("member", ""),
    "asker": ("member", "all"),
    "worker": ("member staff", "undo"),
    "speaker": ("member staff official", "undo"),
    "keeper": ("member staff moderator", "undo"),
}


def test_a_viewers_stylesheet_shows_what_is_theirs(app: Flask, forum: Forum, topic: Written) -> None:
    for handle, (roles, deciding) in STYLES.items():
        browser = forum.browser(handle)
        answer = browser.get(f"/viewer.css?topic={topic.topic_id}")
        assert answer.mimetype == "text/css"
        assert answer.headers["Cache-Control"] == "private, no-cache"
        for role in ("member", "staff", "official", "moderator", "admin"):
            assert (f'[data-only="{role}"]' in answer.text) is (role in roles.split()), (handle, role)
        for other, account_id in forum.people.items():
            assert (f'[data-author="{account_id}"] ' in answer.text.replace("]", "] ")) is (other == handle)
        plain = '[data-only="asker"] {' in answer.text
        assert ("all" if plain else "undo" if '[data-only="asker"]:has' in answer.text else "") == deciding, handle
        assert (
            browser.get(f"/viewer.css?topic={topic.topic_id}", headers={"If-None-Match": answer.headers["ETag"]}).status_code == 304
        )
    hidden = forum.browser("friend").get("/viewer.css?topic=3").text
    assert (
        hidden
        == forum.browser("friend").get("/viewer.css?topic=999").text
        == forum.browser("friend").get("/viewer.css?topic=x").text
    )


def test_moderators_find_the_way_to_suspend_and_others_do_not(app: Flask, forum: Forum) -> None:
    assert "/u/friend/suspension" in forum.browser("keeper").get("/u/friend").text
    for by, target, status in (
        ("keeper", "friend", 200),
        ("keeper", "keeper", 403),
        ("worker", "friend", 404),
        (None, "friend", 404),
    ):
        browser = forum.browser(by)
        assert browser.get(f"/u/{target}/suspension").status_code == status, (by, target)
        assert browser.post(f"/u/{target}/suspension/undo").status_code in {404, 403, 409}, (by, target)
    with app.app_context():
        actions.suspend(by=forum["keeper"], account_id=forum.people["friend"], rule="spam", reason="too loud")
    for by, seen in (("keeper", True), ("worker", False), (None, False)):
        assert ("too loud" in forum.browser(by).get("/u/friend").text) is seen, by
