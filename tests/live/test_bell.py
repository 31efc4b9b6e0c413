"""The bell and the counts of a question in real browsers: they change by themselves, and looking at a page reads it."""

from __future__ import annotations

from collections.abc import Callable

from playwright.sync_api import Page, expect

from community.follows.keeping import FollowKeeper
from community.notifications.follow import NotificationFollower
from community.posts.actions import write_post
from tests.forum import take_all
from tests.live.conftest import House
from tests.live.test_browser import ask, live, signed_in
from tests.running_site import RunningSite

Window = Callable[..., Page]


def answered(house: House, topic_id: int, body: str) -> None:
    """Somebody answers, and the worker tells of it."""
    write_post(by=house.viewer(house.eva), topic_id=topic_id, body=body)
    take_all(FollowKeeper())
    take_all(NotificationFollower())


def test_the_bell_rings_on_any_page_and_falls_silent_by_reading(house: House, site: RunningSite, window: Window) -> None:
    topic_id = ask(house, "Does the bell ring?")
    ana = live(signed_in(window(), site, house.ana), "/team")
    bell = ana.locator("#bell a")
    before = bell.get_attribute("aria-label")
    answered(house, topic_id, "It does.")
    expect(ana.locator("#bell .bubble")).to_have_text("1")
    expect(bell).to_have_attribute("aria-label", "1 unread notification")
    assert before == "Notifications"
    expect(ana.locator("own-bell [role=status]")).to_have_text("1 unread notification")
    second = live(signed_in(window(), site, house.ana), "/questions")
    expect(second.locator("#bell .bubble")).to_have_text("1")
    bell.click()
    expect(ana.locator("h1")).to_have_text("Inbox")
    expect(ana.locator("#bell .bubble")).to_have_text("1")
    ana.get_by_role("link", name="Eva answered your question").click()
    expect(ana.locator("h1")).to_have_text("Does the bell ring?")
    expect(ana.locator("#bell .bubble")).to_have_count(0)
    expect(second.locator("#bell .bubble")).to_have_count(0)
    answered(house, topic_id, "And again.")
    expect(ana.get_by_text("And again.")).to_be_visible()
    expect(ana.locator("#bell .bubble")).to_have_count(0)  # it may ring for a moment: the page is being looked at
    expect(second.locator("#bell .bubble")).to_have_count(0)


def test_having_it_too_is_counted_before_everybodys_eyes(house: House, site: RunningSite, window: Window) -> None:
    topic_id = ask(house, "Who has it too?")
    visitor = live(window(), f"/t/{topic_id}")
    ben = live(signed_in(window(), site, house.ben), f"/t/{topic_id}")
    head = visitor.locator(f"#topic_{topic_id}_head")
    expect(head).not_to_contain_text("has this problem too")
    ben.get_by_role("button", name="I have this problem too").click()
    expect(head).to_contain_text("1 has this problem too")
    undo = ben.get_by_role("button", name="You have this problem too")
    expect(undo).to_be_visible()
    expect(ben.get_by_role("button", name="I have this problem too")).to_be_hidden()
    ben.locator("summary", has_text="Following").click()
    ben.get_by_role("button", name="Everything").click()
    ben.reload()
    ben.locator("summary", has_text="Following").click()
    expect(ben.locator('[data-level="everything"]')).to_be_visible()
    ben.keyboard.press("Escape")
    undo.click()
    expect(head).not_to_contain_text("has this problem too")
    expect(visitor.get_by_role("link", name="I have this problem too")).to_have_attribute("href", f"/t/{topic_id}/me-too")


def test_a_visitor_leaves_an_address_without_scripts(house: House, window: Window) -> None:
    topic_id = ask(house, "Is it known?")
    page = window(java_script_enabled=False)
    page.goto(f"/t/{topic_id}")
    page.get_by_role("link", name="I have this problem too").click()
    page.get_by_label("E-mail").fill("vera@example.com")
    page.get_by_role("button", name="Tell me when it is solved").click()
    expect(page.locator("h1")).to_have_text("Look into your mail")
