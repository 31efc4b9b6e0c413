"""Joining, confirming and resetting, and what none of it may tell about an address."""

from __future__ import annotations

import re

import pytest
from flask import Flask
from flask.testing import FlaskClient
from sqlalchemy import func, select

from community.accounts import actions
from community.accounts.models import Account
from community.core.errors import Conflict, Invalid
from community.extensions import db
from tests.accounts.browsing import JOIN, PASSWORD, is_in, link, row, send, signed_in
from tests.conftest import browser
from tests.forum import events, statements


def test_somebody_joins_confirms_and_comes_back(app: Flask, client: FlaskClient) -> None:
    answer = send(client, "/sign-up", JOIN | {"next": "/settings/keys"})
    assert (answer.status_code, answer.headers["Location"]) == (303, "/welcome?next=/settings/keys")
    assert "anna@example.com" in client.get("/welcome").text
    with app.app_context():
        account = row("anna-berg")
        assert (account.email, account.claimed_email, account.confirmed_at) == (None, "anna@example.com", None)
        path = link("confirm", account.id)
    assert "anna@example.com" in client.get(path).text
    with app.app_context():
        assert row("anna-berg").confirmed_at is None, "reading the page of a link changes nothing"
    assert send(client, path, {}).status_code == 303
    with app.app_context():
        account = row("anna-berg")
        assert (account.email, account.claimed_email) == ("anna@example.com", None)
        assert account.is_confirmed
        assert events() == ["account.opened", "account.confirmed"]
    assert client.get(path).status_code == browser(app).post(path).status_code == 404
    assert "nothing left to do" in client.get(path).text, "a used link says what is next"
    assert 'href="/reset"' in browser(app).get("/reset/unknown").text
    for login in ("anna@example.com", " ANNA@example.com ", "anna-berg"):
        assert is_in(signed_in(app, login))


@pytest.mark.parametrize(
    ("sent", "kept"), [("Europe/Berlin", "Europe/Berlin"), ("", "UTC"), ("Moon/Sea", "UTC"), ("x" * 70, "UTC")]
)
def test_a_new_account_begins_in_the_time_zone_of_its_browser(app: Flask, client: FlaskClient, sent: str, kept: str) -> None:
    assert send(client, "/sign-up", JOIN | {"time_zone": sent}).status_code in {303, 422}
    with app.app_context():
        zones = db.session.scalars(select(Account.time_zone)).all()
    assert zones == ([kept] if len(sent) <= 60 else [])


def test_a_taken_address_is_told_by_nothing(app: Flask) -> None:
    with app.app_context():
        actions.open_account(handle="owner", name="Owner", email="taken@example.com", confirmed=True, password="owner's own words")
    seen = []
    for handle, email in (("qqfirst", "taken@example.com"), ("qqsecond", "fresh@example.com")):
        client = browser(app)
        client.get("/sign-up")
        with app.app_context(), statements() as asked:
            joined = send(client, "/sign-up", JOIN | {"handle": handle, "email": email})
        pages = [joined, client.get("/welcome"), browser(app).post("/sign-in", data={"login": email, "password": PASSWORD})]
        with app.app_context(), statements() as reset_asked:
            pages.append(send(browser(app), "/reset", {"email": email}))
        pages.append(signed_in(app, handle).get("/settings"))
        told = [(page.status_code, masked(page.text, handle, email), page.headers.get("Location")) for page in pages]
        seen.append((told, [masked(one, handle, email) for one in asked], [masked(one, handle, email) for one in reset_asked]))
    assert seen[0] == seen[1]
    with app.app_context():
        assert row("owner").email == "taken@example.com"
        with pytest.raises(Conflict):
            actions.confirm_address(token=link("confirm", row("qqfirst").id).rsplit("/", 1)[1])


def masked(text: str, *words: str) -> str:
    """Text without what differs between any two people."""
    for word in words:
        text = text.replace(word, "…")
    return re.sub(r'value="[\w.-]{60,}"|hue-\d+|v=\w{12}|user:\d+|position="[^"]+"|\d\d:\d\d:\d\d[^"<]*', "…", text)


def test_of_two_who_claim_an_address_its_owner_chooses(app: Flask) -> None:
    with app.app_context():
        ids = [actions.sign_up(handle=h, name="Some Body", email="box@example.com", password=PASSWORD) for h in ("thief", "real")]
        links = [link("confirm", account_id).rsplit("/", 1)[1] for account_id in ids]
        assert actions.confirm_address(token=links[1]) == ids[1]
        with pytest.raises(Conflict):
            actions.confirm_address(token=links[0])
        assert actions.authenticate("box@example.com", PASSWORD) == ids[1]


WRONG = [
    ("handle", "ab", "3 to 30"),
    ("handle", "-anna", "3 to 30"),
    ("handle", "änna", "3 to 30"),
    ("name", "x", "2 to 60"),
    ("name", "\u200b\u200b\u200b", "2 to 60"),
    ("name", "a\x00b", "ordinary"),
    ("name", "n" * 61, "ordinary"),
    ("email", "nobody", "such as"),
    ("email", "a@b", "such as"),
    ("email", "a@exa mple.com", "such as"),
    ("email", "anna@example.com\nBcc: x@example.com", "such as"),
    ("password", "short", "10 to 200"),
    ("password", "aaaaaaaaaaaaaaa", "easy to guess"),
    ("password", "anna@example.com", "easy to guess"),
    ("handle", "support", "kept for"),
    ("name", "Cоmmunity Team", "kept for"),
]


def test_what_does_not_fit_is_told_at_its_field_and_stores_nothing(app: Flask, client: FlaskClient) -> None:
    for field, value, told in WRONG:
        answer = send(client, "/sign-up", JOIN | {field: value})
        errors = re.findall(r'id="(\w+)-error">.*?<span>(.*?)</span>', answer.text, re.DOTALL)
        assert answer.status_code == 422, (field, value)
        assert [name for name, sentence in errors if told in sentence] == [field], (field, value, errors)
        assert PASSWORD not in answer.text
    with app.app_context():
        assert db.session.scalar(select(func.count()).select_from(Account)) == 0


def test_everything_that_does_not_fit_is_told_at_once(app: Flask, client: FlaskClient) -> None:
    answer = send(client, "/sign-up", {"name": "C0mmunity", "email": "x", "password": "y", "handle": ""})
    assert re.findall(r'id="(\w+)-error"', answer.text) == ["name", "email", "password"]
    assert 'id="handle-error"' in send(client, "/sign-up", {"handle": "x"}).text


def test_handles_are_made_of_names_and_taken_ones_come_with_another(app: Flask, client: FlaskClient) -> None:
    for expected in ("jose-lukasz", "jose-lukasz-2", "jose-lukasz-3"):
        assert send(browser(app), "/sign-up", JOIN | {"handle": "", "name": "José Łukasz"}).status_code == 303
        with app.app_context():
            assert row(expected).name == "José Łukasz"
    assert "jose-lukasz-4" in send(client, "/sign-up", JOIN | {"handle": "jose-lukasz"}).text


def test_links_to_set_a_password_end_sessions_and_one_another(app: Flask) -> None:
    with app.app_context():
        account_id = actions.sign_up(**JOIN)
        first, second = (link("reset", account_id) for _ in range(2))
    client = signed_in(app, "anna-berg")
    visitor = browser(app)
    assert send(visitor, first, {"password": "short"}).status_code == 422
    assert is_in(client)
    assert send(visitor, first, {"password": "another long one"}).headers["Location"] == "/sign-in"
    assert not is_in(client)
    assert visitor.get(first).status_code == visitor.get(second).status_code == 404
    assert is_in(signed_in(app, "anna@example.com", "another long one")), "whoever reads the link owns the address"


def test_a_command_makes_confirmed_people_with_a_link(app: Flask) -> None:
    with app.app_context():
        account_id = actions.open_account(handle="support", name="Support", email="s@example.com", confirmed=True)
        path = actions.password_link(account_id=account_id)
        assert actions.authenticate("support", "") is None
        assert actions.set_password(token=path.rsplit("/", 1)[1], password=PASSWORD) == account_id
        assert actions.authenticate("s@example.com", PASSWORD) == account_id
        with pytest.raises(Invalid):
            actions.open_account(handle="other", name="Other", email="S@example.com", confirmed=True)
        with pytest.raises(Invalid):
            actions.open_account(handle="support", name="Other")
