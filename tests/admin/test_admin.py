"""The admin pages: not there for others, and what an admin does on them."""

from __future__ import annotations

import re
from typing import ClassVar

import pytest
from flask import Flask
from sqlalchemy import select

from community.accounts import actions
from community.accounts.events import AccountOpened
from community.admin.actions import retry_parked, settle_parked
from community.core.errors import Conflict, NotFound
from community.core.follow import Parked
from community.core.log import Recorded
from community.core.unit import Unit
from community.extensions import db
from community.mail.follow import MailFollower
from community.mail.sending import send_due
from tests.forum import Forum, small_forum, take_all

PAGES = ("/admin", "/admin/people", "/admin/people/asker", "/admin/settings", "/admin/outbox")
POSTS = ("/admin/settings", "/admin/people/asker/roles", "/admin/people/asker/staff-profile", "/admin/people/newcomer/confirmation")
POSTS += ("/admin/parked/1/retry", "/admin/parked/1/settlement", "/admin/people/asker/roles/1/end")


@pytest.fixture
def forum(app: Flask) -> Forum:
    with app.app_context():
        made = small_forum(app)
        made.person("boss", role="admin")
    return made


def masked(page: str) -> str:
    """A page without its token, which is another every second."""
    return re.sub(r'value="[\w.-]{60,}"', "", page)


def test_for_others_there_is_no_administration(app: Flask, forum: Forum) -> None:
    for handle in (None, "asker", "worker", "speaker", "keeper"):
        browser = forum.browser(handle)
        nowhere = browser.get("/nowhere")
        for address in PAGES:
            answer = browser.get(address)
            assert (answer.status_code, masked(answer.text)) == (404, masked(nowhere.text)), (handle, address)
        for address in POSTS:
            assert browser.post(address, {"role": "admin"}).status_code == 404, (handle, address)
    boss = forum.browser("boss")
    for address in PAGES:
        answer = boss.get(address)
        assert (answer.status_code, answer.headers["Cache-Control"]) == (200, "private, no-store"), address


def test_roles_are_granted_and_ended_on_a_persons_page(app: Flask, forum: Forum) -> None:
    boss = forum.browser("boss")
    person = "/admin/people/asker"
    assert boss.post(f"{person}/roles", {"role": "employee", "starts_on": "2020-01-31", "ends_on": "2021-01-31"}).status_code == 303
    assert boss.post(f"{person}/roles", {"role": "official"}).status_code == 303
    assert boss.post(f"{person}/staff-profile", {"title": "Mechanic <b>", "team": "Repairs"}).status_code == 303
    shown = forum.browser().get("/u/asker").text
    assert "Mechanic &lt;b&gt; at Community" in shown
    assert "Repairs" in forum.browser().get("/team").text
    for wrong in (
        {"role": "king"},
        {"role": "official"},
        {"role": "admin", "starts_on": "soon"},
        {"role": "admin", "starts_on": "0001-01-01"},
        {"role": "admin", "ends_on": "9999-12-31"},
        {"role": "admin", "ends_on": "2020-01-01"},
    ):
        assert boss.post(f"{person}/roles", wrong).status_code == 422, wrong
    grants = boss.get(person).text
    number = grants.split(f"{person}/roles/")[1].split("/")[0]
    assert boss.post(f"{person}/roles/{number}/end", {"ends_on": "never"}).status_code == 422
    assert boss.post(f"{person}/roles/{number}/end").status_code == 303
    assert "was at Community until" in forum.browser().get("/u/asker").text
    assert "asker" not in forum.browser().get("/.well-known/bothways-staff.json").text


def test_people_are_found_and_confirmed(app: Flask, forum: Forum) -> None:
    boss = forum.browser("boss")
    for words, found in (
        ("newc", True),
        ("NEWCOMER@example.com", True),
        ("%", False),
        ("newcomer@example", False),
        ("x" * 200, False),
    ):
        assert ("@newcomer" in boss.get("/admin/people", query_string={"q": words}).text) is found, words
    assert boss.get("/admin/people?page=9").status_code == 404
    assert boss.post("/admin/people/newcomer/confirmation").status_code == 303
    assert forum.browser().get("/u/newcomer").status_code == 200


def test_the_outbox_shows_mail_and_the_way_out_where_none_is_sent(app: Flask, forum: Forum) -> None:
    with app.app_context():
        actions.sign_up(handle="berta", name="<b>Berta", email="b@example.com", password="seven small hills")
        take_all(MailFollower())
        send_due()
    page = forum.browser("boss").get("/admin/outbox").text
    assert "Confirm your address" in page
    assert "BOTHWAYS_MAIL_URL" in page
    assert "/admin/people/berta/confirmation" in page
    assert "b@example.com" not in page
    assert "<b>Berta" not in page


def fail(_u: Unit, _recorded: Recorded, _event: AccountOpened) -> None:
    if Failing.broken:
        raise RuntimeError("<script>out of order")


class Failing(MailFollower):
    """Fails until it is mended."""

    broken: ClassVar[bool] = True
    reads: ClassVar = {AccountOpened: fail}


def test_parked_work_is_shown_tried_again_and_settled(app: Flask, forum: Forum, monkeypatch: pytest.MonkeyPatch) -> None:
    app.config["READERS"] = ("tests.admin.test_admin.Failing",)
    boss = forum.browser("boss")
    with app.app_context():
        park_two(Failing())
    page = boss.get("/admin").text
    assert "&lt;script&gt;out of order" in page
    with app.app_context():
        first, second = ids()
        with pytest.raises(NotFound):
            settle_parked(by=forum["keeper"], parked_id=first)
        with pytest.raises(RuntimeError):
            retry_parked(by=forum["boss"], parked_id=first)
        assert ids() == [first, second], "nothing has changed"
        monkeypatch.setattr(Failing, "broken", False)
    assert boss.post(f"/admin/parked/{first}/retry").status_code == 303
    assert boss.post(f"/admin/parked/{first}/retry").status_code == 409
    assert boss.post(f"/admin/parked/{second}/settlement").status_code == 303
    with app.app_context():
        assert ids() == []
        with pytest.raises(Conflict):
            settle_parked(by=forum["boss"], parked_id=second)


def ids() -> list[int]:
    db.session.rollback()
    return list(db.session.scalars(select(Parked.id).where(Parked.settled_at.is_(None)).order_by(Parked.id)))


def park_two(follower: MailFollower) -> None:
    """Let a follower give up on the first two events that it reads."""
    while len(ids()) < 2:
        try:
            follower.take_one()
        except RuntimeError as error:
            follower.park_next(error)
