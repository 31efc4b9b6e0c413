"""A small forum for tests: people, categories, topics, and browsers that are signed in."""

from __future__ import annotations

import hashlib
import re
from collections.abc import Iterator
from contextlib import contextmanager
from typing import Any

from flask import Flask, session
from flask.testing import FlaskClient
from flask_wtf.csrf import generate_csrf
from sqlalchemy import event, select
from werkzeug.test import TestResponse

from community.accounts.actions import open_account, start_session
from community.categories.actions import make_category
from community.core.follow import Follower
from community.core.log import LoggedEvent
from community.extensions import db
from community.posts.actions import Written, open_topic, write_post
from community.posts.release import PostRelease
from community.staff.actions import grant_role
from community.staff.viewer import Viewer, viewer_unchecked

VISITOR = Viewer()


class Forum:
    """Everything is made by actions. Ids are kept by handle and slug; viewers are read fresh at each use."""

    def __init__(self, app: Flask) -> None:
        self.app = app
        self.people: dict[str, int] = {}
        self.categories: dict[str, int] = {}

    def person(self, handle: str, *, confirmed: bool = True, role: str | None = None, title: str = "") -> int:
        """Somebody, who may hold a role."""
        email = f"{handle}@example.com"
        self.people[handle] = open_account(handle=handle, name=handle.title(), email=email, confirmed=confirmed)
        if role:
            grant_role(by=None, account_id=self.people[handle], role=role, title=title, source="command")
        return self.people[handle]

    def __getitem__(self, handle: str) -> Viewer:
        """Somebody as they are now."""
        viewer = viewer_unchecked(self.people[handle])
        db.session.rollback()
        return viewer

    def category(self, slug: str, **fields: Any) -> int:
        """A category."""
        self.categories[slug] = make_category(by=None, slug=slug, name=slug.title(), **fields)
        return self.categories[slug]

    def question(
        self, handle: str = "asker", title: str = "Why does it rattle?", body: str = "It rattles.", **fields: Any
    ) -> Written:
        """A question in the first category, or the one named by `category`."""
        category_id = self.categories[fields.pop("category", next(iter(self.categories)))]
        fields.setdefault("kind", "question")
        return open_topic(by=self[handle], title=title, body=body, category_id=category_id, **fields)

    def post(self, handle: str, topic: Written, body: str = "Tighten the screw.", **fields: Any) -> Written:
        """A post in a topic."""
        return write_post(by=self[handle], topic_id=topic.topic_id, body=body, **fields)

    def browser(self, handle: str | None = None) -> Browser:
        """A browser, signed in when a handle is given."""
        return Browser(self.app, self.people[handle] if handle else None)


def small_forum(app: Flask) -> Forum:
    """An asker, a friend, somebody unconfirmed, an employee, an official, a moderator; a category of each visibility."""
    forum = Forum(app)
    forum.category("parts")
    forum.category("members", visibility="members")
    forum.category("inside", visibility="staff")
    for handle in ("asker", "friend"):
        forum.person(handle)
    forum.person("newcomer", confirmed=False)
    forum.person("worker", role="employee", title="Mechanic")
    forum.person("speaker", role="official", title="Head of repairs")
    forum.person("keeper", role="moderator", title="Community keeper")
    return forum


class Browser:
    """A cookie jar that sends forms as our own pages would, with the session's token."""

    def __init__(self, app: Flask, account_id: int | None = None) -> None:
        self.client: FlaskClient = app.test_client()
        self.client.environ_base["HTTP_SEC_FETCH_SITE"] = "same-origin"
        self._app, self._token = app, ""
        if account_id is not None:
            self.sign_in(account_id)

    def sign_in(self, account_id: int) -> None:
        """Let this browser be somebody's."""
        with self._app.test_request_context():
            token = start_session(account_id)
            made = hashlib.sha256(token.encode()).hexdigest()
            session["csrf_token"] = made
            self._token = generate_csrf()
            db.session.remove()
        with self.client.session_transaction() as kept:
            kept.update(_user_id=token, _fresh=True, csrf_token=made)

    def take_token(self, page: str) -> None:
        """Use the token that a page with a form of its own gave a visitor."""
        self._token = re.findall(r'name="csrf_token" value="([^"]+)"', page)[0]

    def get(self, address: str, **options: Any) -> TestResponse:
        """The answer to a link."""
        return self.client.get(address, **options)

    def post(self, address: str, data: dict[str, Any] | None = None, **options: Any) -> TestResponse:
        """The answer to a form."""
        return self.client.post(address, data={"csrf_token": self._token, **(data or {})}, **options)


def take_all(follower: Follower) -> None:
    """Let a follower read to the end of the log."""
    while follower.catch_up():
        pass


def release_posts() -> None:
    """What the worker does after a confirmation."""
    take_all(PostRelease())


def events() -> list[str]:
    """The names of all events, oldest first."""
    return list(db.session.scalars(select(LoggedEvent.name).order_by(LoggedEvent.position)))


@contextmanager
def statements() -> Iterator[list[str]]:
    """The statements that the database is sent inside, transactions aside."""
    seen: list[str] = []

    def note(_connection: Any, _cursor: Any, statement: str, *_rest: Any) -> None:
        if not re.match(r"\s*(BEGIN|COMMIT|ROLLBACK|PRAGMA)", statement, re.IGNORECASE):
            seen.append(statement)

    event.listen(db.engine, "before_cursor_execute", note)
    try:
        yield seen
    finally:
        event.remove(db.engine, "before_cursor_execute", note)
