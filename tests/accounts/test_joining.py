"""Joining, confirming, signing in and out over HTTP."""

from __future__ import annotations

from collections.abc import Callable

import pytest
from flask import Flask
from flask.testing import FlaskClient
from sqlalchemy import select

from community.accounts import actions
from community.accounts.links import make_link
from community.accounts.models import Account, SignIn
from community.core.unit import unit
from community.extensions import db
from tests.conftest import browser

PASSWORD = "seven small hills"
JOIN = {"name": "Anna Berg", "email": "anna@example.com", "password": PASSWORD, "handle": "anna-berg"}


def row(app: Flask, handle: str) -> Account:
    """The account of this handle as it is now, detached."""
    with app.app_context():
        found = db.session.scalars(select(Account).where(Account.handle == handle)).one()
        db.session.expunge(found)
        return found


def link(app: Flask, purpose: str, handle: str) -> str:
    """The path of a mailed link, made as the sender of mail makes it."""
    with app.app_context(), unit() as u:
        account = u.session.scalars(select(Account).where(Account.handle == handle)).one()
        return make_link(u, purpose, account.id)


def test_somebody_joins_confirms_and_comes_back(app: Flask, client: FlaskClient) -> None:
    answer = client.post("/sign-up", data=JOIN | {"next": "/settings"})
    assert (answer.status_code, answer.headers["Location"]) == (303, "/welcome?next=/settings")
    assert "anna@example.com" in client.get("/welcome").text
    assert row(app, "anna-berg").confirmed_at is None

    path = link(app, "confirm", "anna-berg")
    assert "anna@example.com" in client.get(path).text
    assert row(app, "anna-berg").confirmed_at is None, "reading the page of a link must change nothing"
    assert client.post(path).status_code == 303
    confirmed = row(app, "anna-berg")
    assert (confirmed.email, confirmed.claimed_email, confirmed.confirmed_at is None) == ("anna@example.com", None, False)
    assert client.post(path).status_code == client.get(path).status_code == 404

    other = browser(app)
    for login in ("anna@example.com", " ANNA@example.com ", "anna-berg"):
        answer = other.post("/sign-in", data={"login": login, "password": PASSWORD, "next": "/settings/keys"})
        assert (answer.status_code, answer.headers["Location"]) == (303, "/settings/keys")
    assert other.get("/settings").status_code == 200
