"""The rules of product.md 5, one by one, in a real browser: what changes while it is on the screen changes on the screen.

Posts, edits, removals, lists, presence, rights and a lost network are in test_browser.py, notifications and counts of who has it
too in test_bell.py, open searches in tests/journeys/test_open_results.py.
"""

from __future__ import annotations

from collections.abc import Callable

import pytest
from playwright.sync_api import Page, expect

from community.answers.actions import accept_answer, make_official, undo_acceptance
from community.posts.actions import edit_post
from community.topics.actions import ask_info, close_topic
from community.votes.actions import rate_answer
from tests.live.conftest import House
from tests.live.test_browser import answer, ask, listening, live, signed_in
from tests.running_site import RunningSite

Window = Callable[..., Page]

pytestmark = [pytest.mark.browser, pytest.mark.onedatabase]

NO_SOCKETS = """window.WebSocket = class {
    constructor() { setTimeout(() => { this.onerror?.(new Event("error")); this.onclose?.(new CloseEvent("close")); }); }
    send() {}
    close() {}
};"""
"""As behind a proxy that lets none through."""


def test_marks_states_and_votes_change_where_they_stand(site: RunningSite, house: House, window: Window) -> None:
    topic_id = ask(house, "Which key fits?")
    post_id = answer(house, topic_id, "The small one.")
    topic, questions, home = (live(window(), address) for address in (f"/t/{topic_id}", "/questions", "/"))
    desk = live(signed_in(window(), site, house.eva), "/desk")
    other = ask(house, "Does it wait?")
    expect(desk.locator(f'#desk_topics [data-topic="{other}"], .pill').first).to_be_visible()
    tile = questions.locator(f"#topic_{topic_id}")

    ask_info(by=house.viewer(house.eva), topic_id=topic_id)
    expect(topic.locator(f"#topic_{topic_id}_head")).to_contain_text("Needs info")
    expect(tile).to_contain_text("Needs info")
    accept_answer(by=house.viewer(house.ana), post_id=post_id)
    expect(topic.locator(f"#topic_{topic_id}_head")).to_contain_text("Solved")
    expect(tile).to_contain_text("Solved")
    expect(home.locator("#home_solved")).to_contain_text("Which key fits?")
    make_official(by=house.viewer(house.eva), post_id=post_id)
    expect(topic.locator(f"#post_{post_id}")).to_contain_text("Official answer")
    rate_answer(by=house.viewer(house.ben), post_id=post_id, helpful=True)
    expect(topic.locator(f"#post_{post_id}")).to_contain_text("1")
    expect(tile).to_contain_text("helped 1 person")
    undo_acceptance(by=house.viewer(house.ana), post_id=post_id)
    expect(home.locator("#home_solved")).not_to_contain_text("Which key fits?")
    close_topic(by=house.viewer(house.eva), topic_id=topic_id, reason="Enough said")
    expect(topic.locator("main")).to_contain_text("Enough said")
    expect(tile).to_contain_text("Closed")


def test_how_much_waits_on_the_desk_is_right_all_the_time(site: RunningSite, house: House, window: Window) -> None:
    topic_id = ask(house, "Is somebody there?")
    desk = live(signed_in(window(), site, house.eva), "/desk")
    count = desk.locator("#desk_count_new")
    before = int(count.inner_text())
    second = ask(house, "Anybody at all?")
    expect(count).to_have_text(str(before + 1))
    expect(desk.locator(".pill")).to_be_visible()
    expect(desk.locator(f'#desk_topics [data-topic="{second}"]')).to_have_count(0)
    answer(house, topic_id, "I am.")
    expect(count).to_have_text(str(before))
    expect(desk.locator(f'#desk_topics [data-topic="{topic_id}"]')).to_have_count(0)


def test_nothing_is_taken_from_under_the_focus(house: House, window: Window) -> None:
    topic_id = ask(house, "May I stay here?")
    post_id = answer(house, topic_id, "Here it is.")
    page = live(window(), f"/t/{topic_id}")
    link = page.locator(f"#post_{post_id} .post__body, #post_{post_id} a[href^='/u/']").last
    link.focus()
    where = page.evaluate("[document.activeElement.tagName, document.activeElement.getAttribute('href')]")
    place = page.evaluate("document.activeElement.getBoundingClientRect().top")
    edit_post(by=house.viewer(house.eva), post_id=post_id, body="Here it **was**.", version=None)
    expect(page.locator(f"#post_{post_id} strong")).to_have_text("was")
    assert page.evaluate("[document.activeElement.tagName, document.activeElement.getAttribute('href')]") == where
    assert abs(page.evaluate("document.activeElement.getBoundingClientRect().top") - place) < 2


def test_screen_readers_hear_a_polite_count(house: House, window: Window) -> None:
    topic_id = ask(house, "Is it said?")
    for number in range(8):
        answer(house, topic_id, f"Answer {number}\n\n" * 4)
    page = live(window(), f"/t/{topic_id}")
    answer(house, topic_id, "One")
    answer(house, topic_id, "Two")
    expect(page.locator("live-feed [role=status]")).to_have_text("2 new replies")
    assert page.evaluate("document.activeElement === document.body")


def test_a_page_outlives_a_restart_of_the_server(house: House, site: RunningSite, window: Window) -> None:
    topic_id = ask(house, "Does it last?")
    page = live(window(), f"/t/{topic_id}")
    try:
        site.stop()
        missed = [answer(house, topic_id, f"While it was down {n}") for n in range(2)]
        expect(page.locator("#connection")).to_contain_text("Not live")
    finally:
        site.start("web")
    expect(page.locator(f"#post_{missed[-1]}")).to_have_count(1)
    expect(page.locator("#connection")).to_have_attribute("data-state", "live")
    later = answer(house, topic_id, "And on")
    expect(page.locator(f"#post_{later}")).to_have_count(1)
    ids = page.locator(f"#topic_{topic_id}_posts > [data-post]").evaluate_all("all => all.map(post => Number(post.dataset.post))")
    assert ids == [*missed, later]


def test_without_sockets_a_page_asks_every_fifteen_seconds(house: House, window: Window) -> None:
    topic_id = ask(house, "No sockets here?")
    page = window()
    page.add_init_script(NO_SOCKETS)
    page.goto(f"/t/{topic_id}")
    expect(page.locator("#connection")).to_contain_text("Not live")
    first = answer(house, topic_id, "By asking")
    expect(page.locator(f"#post_{first}")).to_have_count(1)


def test_a_page_from_the_back_button_is_up_to_date(house: House, window: Window) -> None:
    topic_id = ask(house, "Do I come back?")
    page = live(window(), f"/t/{topic_id}")
    page.get_by_role("link", name="FAQ").first.click()
    expect(page.locator("h1")).not_to_have_text("Do I come back?")
    missed = answer(house, topic_id, "While away")
    page.go_back()
    listening(page)
    expect(page.locator(f"#post_{missed}")).to_have_count(1)
