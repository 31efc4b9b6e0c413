"""What every page owes its reader: no complaint of axe, nothing wider than the window, a first view that is small and still."""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import pytest
from playwright.sync_api import Page, expect
from sqlalchemy import func, select

from community.app import create_app
from community.categories.models import Category
from community.config import Config
from community.demo.world import build
from community.extensions import db
from community.migrating import migrate
from community.posts.actions import edit_post, write_post
from community.settings.actions import change_settings
from community.talks import actions as talks
from community.topics.models import Topic
from community.updates.actions import add_figure, publish_update, save_update
from tests.journeys.conftest import PHONE, Volt, Windows, opened
from tests.running_site import followed, free_port, until

pytestmark = pytest.mark.browser

AXE = Path(__file__).resolve().parents[1] / "vendor" / "axe.min.js"
RULES = ["wcag2a", "wcag2aa", "wcag21a", "wcag21aa", "wcag22aa", "best-practice"]
LONG = "winter-range"
"""A question with everything that is filled up to a page of twenty posts."""

KB = 1024  # bytes
WATCH_SHIFTS = """
window.shift = 0;
new PerformanceObserver((list) => {
  for (const one of list.getEntries()) {
    window.shift += one.value;
    for (const { node } of one.sources) (window.moved ??= []).push(`${node?.nodeName} ${node?.id} ${node?.className}`);
  }
}).observe({ type: "layout-shift", buffered: true });
"""


@pytest.fixture(scope="module")
def volt(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Volt]:
    """The small world on SQLite alone, as on another database its pages look the same."""
    folder = tmp_path_factory.mktemp("pages")
    environ = {"BOTHWAYS_DATA": str(folder / "data"), "BOTHWAYS_ENV": "test", "BOTHWAYS_SECRET_KEY": "test" * 8}
    config = Config.from_environment({**environ, "BOTHWAYS_PORT": str(free_port()), "BOTHWAYS_LIMITS": "off"})
    app = create_app(config, durable=False)
    with app.app_context():
        migrate(db.engine)
        world = build(size="small")
        change_settings(by=None, values={"close_after_hours": "0"})  # or the worker closes what is written to below
        thread, who = world.topics[LONG], ("lena", "mara", "gustav", "sofie")
        db.session.remove()
        db.engine.dispose()
    with opened(config, world, folder / "processes.log") as started:
        for number in range(len(thread.posts), 20):
            write_post(by=started[who[number % 4]], topic_id=thread.id, body=f"Number {number}: {'it is **cold** here. ' * 12}")
        proposed_talk(started)
        until(followed, "what follows from these posts is written, so that no page changes while it is measured", 60)
        yield started


def proposed_talk(volt: Volt) -> None:
    """A talk that was handed over, in which the desk proposes to make it public: the first, with the number 1."""
    talk_id = talks.open_talk(by=volt["lena"], body="My key **broke**. Where do I get another one?")
    talks.say(by=volt["sofie"], talk_id=talk_id, body="In the shop, with the number that stands on it.")
    talks.hand_over(by=volt["sofie"], talk_id=talk_id, to_id=volt.world.people["johanna"], note="You know her")
    place, title = next(iter(volt.world.categories.values())), "Where do I get a key?"
    words = {"title": title, "question": "Mine broke.", "answer": "In the shop."}
    talks.propose(by=volt["johanna"], talk_id=talk_id, category_id=place, **words)
    talks.begin_duty(by=volt["johanna"])
    assert talk_id == 1


def pages_of(volt: Volt, handle: str | None) -> tuple[str, ...]:
    """The addresses that somebody looks at: a visitor, a customer, an admin."""
    topic = volt.world.topics[LONG]
    post = f"/posts/{topic.posts[1]}"
    match handle:
        case "lena":
            return (
                "/",
                topic.url,
                "/inbox",
                "/settings/notifications",
                "/settings/follows",
                "/settings",
                "/settings/sign-in",
                "/settings/keys",
                "/drafts",
                "/talks",
                "/talks/1",
                "/talks/1/publication",
            )
        case "johanna":
            admin = ("/admin", "/admin/people/mara", "/admin/categories", "/admin/settings", "/admin/outbox")
            desk = (
                "/moderation",
                "/moderation/appeals/1",
                "/desk",
                "/talks",
                "/talks/1",
                "/talks/1/hand-over",
                "/talks/1/publication",
            )
            return (*admin, *desk, "/updates/new", f"{post}/actions", f"{post}/edit", f"{post}/history")
        case _:
            lists = (
                "/",
                "/questions",
                "/c/battery",
                "/search?q=battery",
                "/search?q=zzzz",
                "/team",
                "/faq",
                "/promise",
                "/record",
                "/commitments",
                "/updates",
                corrected_update(volt),
                "/openness",
                "/u/mara",
            )
            too = f"/t/{topic.id}/me-too"
            topics = (topic.url, volt.world.topics["small-repairs"].url, *one_of_each_state())
            return (*lists, too, *topics, "/ask", "/talks/new", "/sign-in", "/sign-up", "/nothing-here")


def corrected_update(volt: Volt) -> str:
    """The address of an update that was corrected."""
    fields = {"section": "wrong", "title": "We counted twice", "body": "| month | parts |\n|---|---|\n| May | 1,200 |"}
    kept = save_update(by=volt["mara"], category_id=volt.world.categories["battery"], **fields)
    for chart in ("bar", "stacked", "line", "area", "share", "table"):
        shown = {"caption": f"Parts that we sent, as {chart}", "measured_in": "parts", "chart": chart}
        add_figure(by=volt["mara"], update_id=kept, data="Month,Sent,Returned\nMarch,120,3\nApril,150,4", **shown)
    written = publish_update(by=volt["mara"], update_id=kept)
    edit_post(by=volt["mara"], post_id=written.post_id, body="It was **900**.", version=1, note="Returns were counted twice")
    return written.url


def one_of_each_state() -> list[str]:
    """The address of a question in every state that the small world has, a duplicate among them."""
    first = select(func.min(Topic.id)).join(Topic.category).where(Topic.state.is_not(None), Category.visibility == "public")
    questions = first.where(Topic.held_at.is_(None), Topic.removed_at.is_(None)).group_by(Topic.state)
    found = [f"/t/{topic_id}" for topic_id in db.session.scalars(questions)]
    db.session.rollback()
    assert len(found) >= 6
    return found


@pytest.mark.parametrize("handle", [None, "lena", "johanna"])
def test_axe_finds_nothing_and_nothing_is_wider_than_the_window(windows: Windows, volt: Volt, handle: str | None) -> None:
    """Light at 1280 pixels and dark at 390 for axe; 320 pixels, the narrowest that WCAG 1.4.10 names, for the width."""
    # The checker is a script from outside, which the pages' policy rightly forbids.
    page = windows.open(handle, forgiven="404", bypass_csp=True)
    wrong: list[tuple[str, str, object]] = []
    for address in pages_of(volt, handle):
        page.set_viewport_size({"width": 1280, "height": 900})
        page.emulate_media(color_scheme="light")
        page.goto(address)
        page.add_script_tag(path=AXE)
        wrong += [(address, "light", broken) for broken in violations(page)]
        page.set_viewport_size({"width": 390, "height": 844})
        page.emulate_media(color_scheme="dark")
        wrong += [(address, "dark", broken) for broken in violations(page)]
        page.set_viewport_size({"width": 320, "height": 700})
        wrong += [(address, "narrow", spilling) for spilling in too_wide(page)]
    assert wrong == []


def violations(page: Page) -> list[object]:
    """The rules that the page breaks, each with where."""
    found = page.evaluate(
        """async (rules) => {
          // A colour on its way is none. By the clock: a frame or the end of an animation may never come where nothing is to draw.
          const soon = () => new Promise((done) => setTimeout(done, 30));
          const until = performance.now() + 5000;
          do await soon();
          while (document.getAnimations().some(({ playState }) => playState === "running") && performance.now() < until);
          const { passes, violations } = await axe.run(document, { runOnly: rules, resultTypes: ["violations"] });
          const broken = violations.map(({ id, nodes }) => [id, nodes.map(({ html }) => html.slice(0, 300))]);
          return { held: passes.length, broken };
        }""",
        RULES,
    )
    assert found["held"] > 10, page.url
    broken: list[object] = found["broken"]
    return broken


def too_wide(page: Page) -> list[object]:
    """What reaches beyond the window, where the page can be pushed sideways; moments are written out, as without scripts."""
    spilling: list[object] = page.evaluate(
        """() => {
          for (const moment of document.querySelectorAll("relative-time")) moment.replaceWith(...moment.childNodes);
          const { scrollWidth, clientWidth } = document.documentElement;
          if (scrollWidth <= clientWidth) return [];
          const reaches = (one) => one.getBoundingClientRect().right > clientWidth + 0.5;
          return [...document.body.querySelectorAll("*")].filter(reaches).map((one) => one.outerHTML.slice(0, 200));
        }"""
    )
    return spilling


@pytest.mark.parametrize(("handle", "device"), [(None, {}), (None, PHONE), ("lena", PHONE)])
def test_a_first_view_of_a_topic_is_small_and_still(
    windows: Windows, volt: Volt, handle: str | None, device: dict[str, Any]
) -> None:
    """The budget of interface.md, Markup, style and script. Who is signed in gets the page uncompressed (docs/decisions.md)."""
    page = windows.open(handle, **device)
    page.context.add_init_script(WATCH_SHIFTS)
    network = page.context.new_cdp_session(page)
    network.send("Network.enable")
    kinds: dict[str, str] = {}
    sizes: Counter[str] = Counter()
    urls: list[str] = []
    network.on(
        "Network.responseReceived",
        lambda event: urls.append(event["response"]["url"].partition("/static/")[2] or event["response"]["url"]),
    )
    network.on("Network.responseReceived", lambda event: kinds.update({event["requestId"]: event["type"]}))
    network.on("Network.loadingFinished", lambda event: sizes.update({kinds[event["requestId"]]: int(event["encodedDataLength"])}))
    page.goto(volt.world.topics[LONG].url, wait_until="networkidle")
    expect(page.locator("#connection")).to_have_attribute("data-state", "live")
    assert page.locator(".post").count() == 20
    assert page.evaluate("window.shift") < 0.02, page.evaluate("window.moved")
    seen = f"{dict(sizes)} in {len(kinds)} requests: {' '.join(sorted(urls))}"
    assert len(kinds) <= (19 if handle else 16), seen  # small stylesheets and what marks as read are one's own
    if handle is None:
        assert sizes.total() <= 120 * KB, seen
        assert sizes["Document"] + sizes["Stylesheet"] <= 35 * KB, seen
