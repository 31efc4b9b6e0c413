"""What only a browser can show of the pattern page: contrast as painted, sizes, shifts, keys, and elements of ours."""

from __future__ import annotations

import threading
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import pytest
from flask import Flask
from playwright.sync_api import Browser, Page, expect
from werkzeug.serving import make_server

AXE = Path(__file__).resolve().parents[1] / "vendor" / "axe.min.js"

pytestmark = pytest.mark.browser


@pytest.fixture(scope="module")
def address(app: Flask) -> Iterator[str]:
    """The pattern page behind a small server of its own; the real one is tested elsewhere."""
    server = make_server("127.0.0.1", 0, app, threaded=True)
    thread = threading.Thread(target=server.serve_forever)
    thread.start()
    yield f"http://127.0.0.1:{server.port}/patterns"
    server.shutdown()
    thread.join()
    server.server_close()


@pytest.fixture
def page(chromium: Browser, address: str) -> Iterator[Page]:
    """The pattern page on a wide screen; nothing may be said on the console, violations of the policy least of all."""
    context = chromium.new_context(viewport={"width": 1280, "height": 900}, permissions=["clipboard-read", "clipboard-write"])
    opened = context.new_page()
    said: list[str] = []
    opened.on("console", lambda message: said.append(message.text))
    opened.on("pageerror", lambda error: said.append(str(error)))
    opened.goto(address)
    yield opened
    context.close()
    assert said == []


@pytest.mark.parametrize(("scheme", "width"), [("light", 1280), ("dark", 390)])
def test_axe_finds_nothing(chromium: Browser, address: str, scheme: Any, width: int) -> None:
    # The checker is a script of ours from outside the page, which the page's policy rightly forbids.
    context = chromium.new_context(viewport={"width": width, "height": 900}, color_scheme=scheme, bypass_csp=True)
    page = context.new_page()
    page.goto(address)
    page.add_script_tag(path=AXE)
    rules = ["wcag2a", "wcag2aa", "wcag21a", "wcag21aa", "wcag22aa", "best-practice"]
    found = page.evaluate("rules => axe.run(document, { runOnly: rules })", rules)
    context.close()
    assert len(found["passes"]) > 20
    assert [(rule["id"], [node["html"] for node in rule["nodes"]]) for rule in found["violations"]] == []


def test_nothing_is_wider_than_the_window(chromium: Browser, address: str) -> None:
    context = chromium.new_context(bypass_csp=True)
    page = context.new_page()
    page.goto(address)
    for width, text in ((1280, 100), (320, 100), (390, 200)):
        page.set_viewport_size({"width": width, "height": 900})
        page.add_style_tag(content=f"html {{ font-size: {text}%; }}")
        spill = page.evaluate("document.documentElement.scrollWidth - document.documentElement.clientWidth")
        assert spill <= 0, f"{spill} px too wide at {width} px and {text} % text"
    context.close()


def test_the_frame_is_small_and_nothing_shifts(chromium: Browser, address: str) -> None:
    context = chromium.new_context(viewport={"width": 390, "height": 800})
    context.add_init_script(
        "window.shift = 0;"
        "new PerformanceObserver(list => { for (const one of list.getEntries()) window.shift += one.value; })"
        ".observe({ type: 'layout-shift', buffered: true });"
    )
    page = context.new_page()
    page.goto(address, wait_until="networkidle")
    loaded = page.evaluate("performance.getEntriesByType('resource').map(one => [new URL(one.name).pathname, one.transferSize])")
    style = [size for path, size in loaded if path.endswith("site.css")]
    assert len(loaded) <= 8, loaded
    # 120 KB a first view (interface.md), of which live updates need 15 and a page of 20 posts up to 15.
    assert sum(size for _, size in loaded) <= 90_000, loaded
    assert style[0] <= 16_000
    assert page.evaluate("window.shift") < 0.02
    context.close()


def test_the_theme_is_kept_and_there_before_the_first_paint(page: Page) -> None:
    page.get_by_role("button", name="Dark", exact=True).click()
    expect(page.locator("body")).to_have_css("color-scheme", "dark")
    page.reload(wait_until="commit")
    page.wait_for_function("() => document.body")
    assert page.evaluate("document.documentElement.dataset.theme") == "dark"
    page.get_by_role("button", name="As the system says").click()
    expect(page.locator("html")).not_to_have_attribute("data-theme", "dark")


def test_the_keys_of_the_site(page: Page) -> None:
    page.keyboard.press("?")
    expect(page.locator("#keys-dialog")).to_be_visible()
    page.keyboard.press("Escape")
    page.keyboard.press("/")
    expect(
        page.locator("main input").first.or_(page.locator(".bar input[type=search]")).and_(page.locator(":focus"))
    ).to_have_count(1)
    page.keyboard.type("a?j")
    expect(page.locator("#keys-dialog")).not_to_be_visible()
    page.evaluate("document.activeElement.blur()")
    page.keyboard.press("j")
    expect(page.locator(".tile").first.locator(":focus")).to_have_count(1)
    page.keyboard.press("r")
    expect(page.locator("#reply")).to_be_focused()


def test_a_draft_survives_a_reload_and_words_can_be_quoted(page: Page) -> None:
    page.locator("#reply").press_sequentially("Half a sentence")
    expect(page.locator("[data-draft-state]")).to_have_text("Draft kept in this browser")
    page.reload()
    page.mouse.move(5, 5)
    expect(page.locator("#reply")).to_have_value("Half a sentence")
    page.locator("#post_72 .post__body p").select_text()
    page.get_by_role("button", name="Quote in reply").click()
    quoted = page.locator("#reply").input_value()
    assert quoted.startswith("Half a sentence\n\n> [Jonas Saar](/p/72):\n>\n> A smear of silicone grease")
    expect(page.locator("#reply")).to_be_focused()


def test_words_typed_before_the_draft_came_are_kept(page: Page) -> None:
    page.locator("#reply").press_sequentially("An old draft")
    expect(page.locator("[data-draft-state]")).to_have_text("Draft kept in this browser")
    page.reload()
    page.locator("#reply").evaluate("field => { field.value = 'Newer words' }")  # as quick as somebody on a slow line
    page.mouse.move(5, 5)
    page.wait_for_function("() => Boolean(customElements.get('draft-box'))")
    expect(page.locator("[data-draft-state]")).to_have_text("Draft kept in this browser")
    expect(page.locator("#reply")).to_have_value("Newer words")


def test_an_at_sign_offers_the_people_of_the_page(page: Page) -> None:
    page.mouse.move(5, 5)
    page.wait_for_function("() => Boolean(customElements.get('text-expander') && customElements.get('post-editor'))")
    page.locator("#reply").press_sequentially("Thanks @al")
    option = page.get_by_role("option", name="Alma Keller")
    expect(option).to_be_visible()
    option.click()
    expect(page.locator("#reply")).to_have_value("Thanks @alma ")


def test_a_question_comes_first_and_a_link_is_copied(page: Page) -> None:
    page.mouse.move(5, 5)
    page.locator("button[data-turbo-confirm]").click()
    dialog = page.locator("#confirm-dialog")
    expect(dialog).to_contain_text("Remove this post?")
    page.get_by_role("button", name="Cancel").click()
    expect(dialog).not_to_be_visible()
    assert page.url.endswith("/patterns")
    page.wait_for_function("() => Boolean(customElements.get('copy-link'))")
    page.locator("#post_72").get_by_role("link", name="Link").click()
    expect(page.get_by_text("Link copied")).to_be_visible()
    assert page.evaluate("navigator.clipboard.readText()").endswith("/patterns#post_72")


def test_the_menu_works_without_scripts_and_closes_on_escape_with_them(chromium: Browser, address: str, page: Page) -> None:
    page.set_viewport_size({"width": 390, "height": 800})
    menu = page.locator(".bar .menu")
    menu.locator("summary").click()
    expect(menu.get_by_role("link", name="Sign in")).to_be_visible()
    page.wait_for_function("() => Boolean(customElements.get('menu-box'))")
    page.keyboard.press("Escape")
    expect(menu.get_by_role("link", name="Sign in")).not_to_be_visible()
    expect(menu.locator("summary")).to_be_focused()
    context = chromium.new_context(viewport={"width": 390, "height": 800}, java_script_enabled=False)
    plain = context.new_page()
    plain.goto(address)
    plain.locator(".bar .menu summary").click()
    expect(plain.locator(".bar .menu").get_by_role("link", name="Sign in")).to_be_visible()
    expect(plain.locator(".editor__tools")).not_to_be_visible()
    context.close()
