"""Volt's small community behind real processes, and browsers in which its people sit."""

from __future__ import annotations

import re
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import pytest
from playwright.sync_api import Browser, BrowserContext, Locator, Page, expect

from community.app import SESSION_COOKIE
from community.config import Config
from community.demo.world import World
from community.extensions import db
from community.posts.models import Post
from community.staff.viewer import Viewer, viewer_unchecked
from tests.conftest import empty_site
from tests.running_site import Person, RunningSite, free_port
from tests.world import Template, copy_world

expect.set_options(timeout=15_000)

PHONE = {"viewport": {"width": 390, "height": 844}, "is_mobile": True, "has_touch": True}
OFFLINE = r"net::ERR_INTERNET_DISCONNECTED"
"""What the browser itself says on the console when it has no network."""


@dataclass(frozen=True)
class Volt:
    """A site with its community. An application on its database is at hand in this process, its context pushed."""

    site: RunningSite
    world: World

    def __getitem__(self, handle: str) -> Viewer:
        """Somebody as they are now."""
        viewer = viewer_unchecked(self.world.people[handle])
        db.session.rollback()
        return viewer

    def post(self, post_id: int) -> Post:
        """A post as it is now, detached."""
        post = db.session.get_one(Post, post_id)
        db.session.refresh(post)
        db.session.expunge(post)
        db.session.rollback()
        return post


@contextmanager
def opened(config: Config, world: World, log: Path) -> Iterator[Volt]:
    """Web and worker processes on a site that holds this world."""
    running = RunningSite(config, log)
    try:
        running.start("web", "worker")
        with running.app():
            yield Volt(running, world)
    finally:
        running.stop()


@pytest.fixture(scope="module")
def volt(
    tmp_path_factory: pytest.TempPathFactory, database_kind: str, template_database: str, world_template: Template
) -> Iterator[Volt]:
    """The small world behind real processes, shared by the tests of a file."""
    folder = tmp_path_factory.mktemp("journey")
    port = str(free_port())
    with empty_site(folder / "data", database_kind, template_database, BOTHWAYS_PORT=port, BOTHWAYS_LIMITS="off") as made:
        copy_world(world_template.config, made)
        with opened(made, world_template.world, folder / "processes.log") as started:
            yield started


class Windows:
    """Browsers on the site, each with a profile of its own; what their consoles say is kept."""

    def __init__(self, chromium: Browser, volt: Volt) -> None:
        self._chromium, self._volt = chromium, volt
        self._contexts: list[BrowserContext] = []
        self.complaints: list[str] = []
        self.always: dict[str, Any] = {}
        """Options of every browser that is opened from now on."""

    def open(self, handle: str | None = None, *, forgiven: str = "", **options: Any) -> Page:
        """A browser in which somebody is signed in; `forgiven` matches what its console may say."""
        options = {"viewport": {"width": 1280, "height": 900}, **self.always, **options}
        context = self._chromium.new_context(base_url=self._volt.site.base_url, **options)
        self._contexts.append(context)
        if handle:
            cookie = Person(self._volt.site, self._volt.world.people[handle]).requests.cookies[SESSION_COOKIE]
            context.add_cookies([{"name": SESSION_COOKIE, "value": cookie, "url": self._volt.site.base_url}])
        context.on("console", lambda message: self._note(f"{message.text} {message.location.get('url', '')}", forgiven))
        context.on("weberror", lambda error: self._note(str(error.error), forgiven))
        return context.new_page()

    def _note(self, said: str, forgiven: str) -> None:
        if not (forgiven and re.search(forgiven, said)):
            self.complaints.append(said)

    def close(self) -> None:
        for context in self._contexts:
            context.close()


@pytest.fixture
def windows(chromium: Browser, volt: Volt) -> Iterator[Windows]:
    """Opens browsers. In the end no console may have said anything: no error, no violation of the policy, no warning."""
    opened = Windows(chromium, volt)
    yield opened
    opened.close()
    assert opened.complaints == []


def stay(page: Page) -> None:
    """Mark the document that is shown; `stayed` tells whether it is still the same one."""
    page.evaluate("document.body.stayed = true")


def stayed(page: Page) -> bool:
    """Whether the page was neither loaded nor visited again since `stay`."""
    return bool(page.evaluate("document.body.stayed === true"))


def tab_to(page: Page, wanted: Locator, most: int = 40) -> None:
    """Press Tab until the focus is on `wanted`, as somebody without a mouse would."""
    for _ in range(most):
        page.keyboard.press("Tab")
        if wanted.evaluate("element => element === document.activeElement"):
            return
    raise AssertionError(f"{most} times Tab did not lead to {wanted}")
