"""A browser that reads a page before it sends the form on it, as people do."""

from __future__ import annotations

import re
from typing import Any

from flask import Flask
from flask.testing import FlaskClient
from sqlalchemy import select
from werkzeug.test import TestResponse

from community.accounts.links import make_link
from community.accounts.models import Account
from community.core.unit import unit
from community.extensions import db
from tests.conftest import browser

PASSWORD = "seven small hills"
JOIN = {"name": "Anna Berg", "email": "anna@example.com", "password": PASSWORD, "handle": "anna-berg"}


def send(client: FlaskClient, page: str, data: dict[str, Any], to: str = "") -> TestResponse:
    """The answer to the form on `page`, sent with the token that stands there; `to` is the form's address where it differs."""
    token = re.search(r'name="csrf_token" value="([^"]+)"', client.get(page).text)
    return client.post(to or page, data={"csrf_token": token[1] if token else "", **data})


def signed_in(app: Flask, login: str, password: str = PASSWORD, **fields: Any) -> FlaskClient:
    """A browser in which somebody has signed in by the form."""
    client = browser(app)
    answer = send(client, "/sign-in", {"login": login, "password": password, **fields})
    assert answer.status_code == 303, answer.text
    return client


def is_in(client: FlaskClient) -> bool:
    """Whether this browser is signed in."""
    return client.get("/settings").status_code == 200


def row(handle: str) -> Account:
    """The account of this handle as it is now."""
    db.session.rollback()
    return db.session.scalars(select(Account).where(Account.handle == handle)).one()


def link(purpose: str, account_id: int | None) -> str:
    """The path of a mailed link, made as the sender of mail makes it."""
    with unit() as u:
        return make_link(u, purpose, account_id)
