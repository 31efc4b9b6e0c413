"""What every page owes its reader: no complaint of axe, nothing wider than the window, a first view that is small and still."""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import pytest
from playwright.sync_api import Page, expect

from community.app import create_app
from community.config import Config
from community.demo.world import build
from community.extensions import db
from community.migrating import migrate
from community.posts.actions import write_post
from tests.journeys.conftest import PHONE, Volt, Windows, opened
from tests.running_site import free_port

pytestmark = pytest.mark.browser

AXE = Path(__file__).resolve().parents[1] / "vendor" / "axe.min.js"
RULES = ["wcag2a", "wcag2aa", "wcag21a", "wcag21aa", "wcag22aa", "best-practice"]
LONG = "winter-range"
"""A question with everything that is filled up to a page of twenty posts."""

KB = 1024  # bytes
WATCH_SHIFTS = """
window.shift = 0;
new PerformanceObserver((list) => {
  for (const one of list.getEntries()) window.shift += one.value;
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
        thread, who = world.topics[LONG], ("lena", "mara", "gustav", "sofie")
        db.session.remove()
        db.engine.dispose()
    with opened(config, world, folder / "processes.log") as started:
        for number in range(len(thread.posts), 20):
            write_post(by=started[who[number % 4]], topic_id=thread.id, body=f"Number {number}: {'it is **cold** here. ' * 12}")
        yield started


def pages_of(volt: Volt) -> dict[str | None, tuple[str, ...]]:
    """The addresses to look at, by who looks."""
    topic = volt.world.topics[LONG]
    return {
        None: (
            *("/", "/questions", "/c/battery", topic.url, volt.world.topics["small-repairs"].url, "/ask", "/team", "/u/mara"),
            *("/search?q=battery", "/search?q=zzzz", "/sign-in", "/sign-up", "/nothing-here"),
        ),
        "lena": ("/", topic.url, "/settings", "/settings/sign-in", "/settings/keys", "/drafts"),
        "johanna": (
            *("/admin", "/admin/people/mara", "/admin/categories", "/admin/settings", "/admin/outbox"),
            *(topic.url, f"/posts/{topic.posts[1]}/actions", f"/posts/{topic.posts[1]}/edit", f"/posts/{topic.posts[1]}/history"),
        ),
    }


@pytest.mark.parametrize(("scheme", "width"), [("light", 1280), ("dark", 390)])
def test_axe_finds_nothing(windows: Windows, volt: Volt, scheme: str, width: int) -> None:
    found: list[tuple[str, str, list[str]]] = []
    for handle, addresses in pages_of(volt).items():
        # The checker is a script from outside, which the pages' policy rightly forbids.
        page = windows.open(handle, forgiven="404", viewport={"width": width, "height": 900}, color_scheme=scheme, bypass_csp=True)
        for address in addresses:
            page.goto(address)
            checked = axe(page)
            assert checked["passes"] > 10, address
            found += [(address, rule["id"], [node["html"][:300] for node in rule["nodes"]]) for rule in checked["violations"]]
    assert found == []


def axe(page: Page) -> dict[str, Any]:
    """What axe says of the page that is shown: how many rules it holds, and those that it breaks."""
    page.add_script_tag(path=AXE)
    result: dict[str, Any] = page.evaluate(
        """async (rules) => {
          const { passes, violations } = await axe.run(document, { runOnly: rules, resultTypes: ["violations"] });
          return { passes: passes.length, violations };
        }""",
        RULES,
    )
    return result


def test_nothing_is_wider_than_a_small_phone(windows: Windows, volt: Volt) -> None:
    too_wide: list[tuple[str | None, str, int]] = []
    for handle, addresses in pages_of(volt).items():
        page = windows.open(handle, forgiven="404", viewport={"width": 320, "height": 700})
        for address in addresses:
            page.goto(address)
            spill = page.evaluate("document.documentElement.scrollWidth - document.documentElement.clientWidth")
            if spill > 0:
                too_wide.append((handle, address, spill))
    assert too_wide == []


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
    network.on("Network.responseReceived", lambda event: kinds.update({event["requestId"]: event["type"]}))
    network.on("Network.loadingFinished", lambda event: sizes.update({kinds[event["requestId"]]: int(event["encodedDataLength"])}))
    page.goto(volt.world.topics[LONG].url, wait_until="networkidle")
    expect(page.locator("#connection")).to_have_attribute("data-state", "live")
    assert page.locator(".post").count() == 20
    assert page.evaluate("window.shift") < 0.02
    seen = f"{dict(sizes)} in {len(kinds)} requests"
    assert len(kinds) <= (18 if handle else 16), seen  # two small stylesheets say what is one's own
    if handle is None:
        assert sizes.total() <= 120 * KB, seen
        assert sizes["Document"] + sizes["Stylesheet"] <= 35 * KB, seen
