"""Whatever a network does to what is pushed, every page ends as a fresh load shows it: nothing missed, nothing doubled."""

from __future__ import annotations

import os
from collections.abc import Iterator
from contextlib import suppress
from dataclasses import dataclass
from pathlib import Path

import pytest
from lxml.html import fromstring
from playwright.sync_api import Browser, Page, expect

from community.core.errors import Refused
from community.core.position import position_now
from community.extensions import db
from tests.conftest import empty_site
from tests.live.conftest import WebProcess, cookie_of
from tests.live.following import FollowingPage
from tests.live.test_convergence import MOVES, Scene, confirm_newcomer, difference, scene
from tests.live.turbo import OpenPage, normal
from tests.live.unruly import Unruly
from tests.running_site import free_port, until

OPERATIONS = int(os.environ.get("BOTHWAYS_OPERATIONS", "100"))
"""Random changes; `BOTHWAYS_OPERATIONS=2000` is the long run of docs/operating.md."""

SHOWS = """() => {
    const main = document.querySelector("main").cloneNode(true);
    main.querySelectorAll(".presence, .pill, relative-time, [data-draft-state]").forEach((each) => each.remove());
    return main.outerHTML.replace(/ (data-turbo[\\w-]*|data-stale|style|aria-busy|position|v)="[^"]*"/g, "");
}"""
"""What a page shows, without what differs from second to second or is a browser's own."""


@dataclass
class World:
    """A forum behind a bad network, and who has its pages open."""

    site: WebProcess
    network: Unruly
    scene: Scene

    def cookie(self, handle: str) -> str:
        """The cookie of somebody's browser."""
        return cookie_of(self.site, self.scene.forum.people[handle])


@pytest.fixture
def world(tmp_path: Path, database_kind: str, template_database: str) -> Iterator[World]:
    front, back = free_port(), free_port()
    options = {"BOTHWAYS_PORT": str(back), "BOTHWAYS_BASE_URL": f"http://127.0.0.1:{front}", "BOTHWAYS_LIMITS": "off"}
    with empty_site(tmp_path / "data", database_kind, template_database, **options) as made:
        network = Unruly(front, back, seed=7)
        running = WebProcess(made, tmp_path / "web.log")
        try:
            running.start("web")
            with running.app() as app:
                yield World(running, network, scene(app))
        finally:
            running.stop()
            network.close()


def pages_of(world: World) -> list[FollowingPage]:
    """Twenty pages: topics, lists, the first page and the desk; visitors, a member, an asker and an employee."""
    topic, other = f"/t/{world.scene.topic}", f"/t/{world.scene.other}"
    open_to_all = [topic] * 5 + ["/"] * 3 + ["/c/parts"] * 2 + ["/questions?state=solved", "/questions", "/tags/motor", other]
    pages = [FollowingPage(world.site, address) for address in open_to_all]
    for handle, addresses in (("friend", (topic, "/")), ("asker", (topic, "/")), ("worker", (topic, "/desk"))):
        pages += [FollowingPage(world.site, address, world.cookie(handle)) for address in addresses]
    return pages


def windows_of(world: World, chromium: Browser) -> list[Page]:
    """Three browsers."""
    windows = []
    for handle, address in ((None, f"/t/{world.scene.topic}"), ("friend", "/"), ("worker", "/desk")):
        context = chromium.new_context(base_url=world.site.base_url, viewport={"width": 1280, "height": 900})
        if handle is not None:
            name, _, value = world.cookie(handle).partition("=")
            context.add_cookies([{"name": name, "value": value, "url": world.site.base_url}])
        windows.append(context.new_page())
        windows[-1].goto(address)
    return windows


def change(scene: Scene, operations: int) -> None:
    """So many changes, one after another as fast as they go."""
    made, confirm_at = 0, operations // 2
    while made < operations:
        before = position_now().number
        with suppress(Refused):  # by chance what cannot be done
            scene.random.choice(MOVES)(scene)
        if confirm_at is not None and made >= confirm_at:
            confirm_newcomer(scene)
            confirm_at = operations + 1
        made += max(0, position_now().number - before)
        db.session.rollback()


def settled(page: FollowingPage) -> bool:
    """Whether a page shows what a fresh load does."""
    if not page.is_idle:
        return False
    with page.lock:
        page.press_pill()
        return page.shown() == OpenPage(page.client, page.address).shown()


def told(page: FollowingPage) -> str:
    with page.lock:
        return f"{page.address}:\n{difference(page.shown(), OpenPage(page.client, page.address).shown())}"


def shown(window: Page) -> tuple[str, str]:
    """What a browser's page shows, and what a fresh load in the same browser does; what it offers is taken first."""
    pill = window.locator(".pill:visible")
    if pill.count():
        pill.first.click()
    fresh = window.context.new_page()
    try:
        fresh.goto(window.url.partition("#")[0])
        fresh.wait_for_load_state("networkidle")
        return normal(fromstring(window.evaluate(SHOWS))), normal(fromstring(fresh.evaluate(SHOWS)))
    finally:
        fresh.close()


def is_fresh(window: Page) -> bool:
    one, other = shown(window)
    return one == other


@pytest.mark.browser
@pytest.mark.timeout(1200)
def test_pages_behind_a_bad_network_end_as_a_fresh_load(world: World, chromium: Browser) -> None:
    pages, windows = pages_of(world), windows_of(world, chromium)
    try:
        for window in windows:
            expect(window.locator("#connection, main").first).to_be_attached()
        change(world.scene, OPERATIONS)
        assert all(world.network.did[fate] for fate in ("dropped", "doubled", "delayed")), world.network.did
        world.network.calm = True
        # What was dropped last is noticed by what comes next.
        world.scene.write("friend")
        world.scene.forum.question("friend", title="Is this the last one?", tags=["motor"])
        world.scene.forum.post("speaker", world.scene.forum.question("asker", title="And this?", tags=["motor"]), "It is.")
        db.session.rollback()
        for page in pages:
            try:
                until(lambda page=page: settled(page), page.address, 60)  # type: ignore[misc]
            except AssertionError:
                raise AssertionError(told(page)) from None
        for window in windows:
            try:
                until(lambda window=window: is_fresh(window), window.url, 60)  # type: ignore[misc]
            except AssertionError:
                raise AssertionError(f"{window.url}:\n{difference(*shown(window))}") from None
        assert sum(page.asked for page in pages) > len(pages), "nothing was ever missing"
    finally:
        for page in pages:
            page.close()
        for window in windows:
            window.context.close()
