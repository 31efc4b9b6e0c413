"""An open page of results in real browsers: one writes, the other is told once, and takes it when it likes."""

from __future__ import annotations

import pytest
from playwright.sync_api import Page, expect
from sqlalchemy import select

from community.categories.models import Category
from community.extensions import db
from community.posts.actions import edit_post, open_topic, remove_post, write_post
from community.posts.models import Post
from tests.journeys.conftest import OFFLINE, PHONE, Volt, Windows, stay, stayed
from tests.live.test_browser import listening
from tests.running_site import until

pytestmark = pytest.mark.browser

WORD = "quokkabell"
MISSED, MARKED, LOOSE, PLAIN = "wombatgong", "numbatdrum", "emuwhistle", "dingotriangle"
"""What nobody in the small community has written yet, a word a test: a search that finds little takes near spellings, too."""


def ask(volt: Volt, title: str, body: str = "It rings by itself.", handle: str = "lena") -> int:
    place = db.session.execute(select(Category.id).where(Category.slug == "battery")).scalar_one()
    db.session.rollback()
    return open_topic(by=volt[handle], kind="question", title=title, body=body, category_id=place).topic_id


def opened(page: Page, words: str, count: int) -> Page:
    """Open a page of results as soon as so many are found, and wait until it is live."""

    def found() -> bool:
        page.goto(f"/search?q={words}")
        return page.locator(".result").count() == count

    until(found, f"{count} results for {words}")
    listening(page)
    return page


def results(page: Page) -> list[str]:
    return page.locator(".result__title").all_inner_texts()


def test_a_new_match_is_offered_once_and_inserted_on_request(windows: Windows, volt: Volt) -> None:
    ask(volt, f"Known {WORD} before")
    reader, phone, writer = windows.open(), windows.open(**PHONE), windows.open("lena")
    for page in (reader, phone):
        stay(opened(page, WORD, 1))
    places = [page.locator(".result").first.bounding_box() for page in (reader, phone)]
    writer.goto("/ask")
    writer.get_by_label("Your question in one sentence").fill(f"Why does my {WORD} ring?")
    writer.get_by_label("Where does it belong?").select_option("battery")
    writer.get_by_label("Tell us more").fill("It rings by itself at night.")
    writer.get_by_role("button", name="Send").click()
    expect(writer.get_by_role("heading", level=1)).to_have_text(f"Why does my {WORD} ring?")
    for page, place in zip((reader, phone), places, strict=True):
        pill = page.locator("#pill_results")
        expect(pill).to_have_text("1 new result")
        expect(page.locator("live-feed [role=status]")).to_have_text("1 new result")
        assert results(page) == [f"Known {WORD} before"]
        assert page.locator(".result").first.bounding_box() == place, "nothing has moved"
        pill.click()
        expect(page.locator(".result")).to_have_count(2)
        expect(pill).to_have_count(0)
        expect(page.get_by_text("2 results")).to_be_visible()
        assert stayed(page)


def test_after_a_lost_network_what_was_missed_is_counted_once(windows: Windows, volt: Volt) -> None:
    known = ask(volt, f"The first {MISSED}")
    page = opened(windows.open(forgiven=OFFLINE), f"{MISSED}", 1)
    page.context.set_offline(True)
    expect(page.locator("#connection")).to_contain_text("Not live")
    missed = ask(volt, f"Another of the {MISSED}")
    write_post(by=volt["priya"], topic_id=missed, body=f"A {MISSED} is what comes first.")
    write_post(by=volt["priya"], topic_id=known, body=f"A {MISSED} is what comes first.")
    page.context.set_offline(False)
    expect(page.locator("#pill_results")).to_have_text("1 new result", timeout=30_000)
    write_post(by=volt["priya"], topic_id=missed, body=f"And a second {MISSED}.")
    ask(volt, f"The third {MISSED}")
    expect(page.locator("#pill_results")).to_have_text("2 new results")
    page.locator("#pill_results").click()
    expect(page.locator(".result")).to_have_count(3)
    expect(page.locator(f'.result[data-topic="{known}"]')).to_contain_text("1 reply")


def test_what_no_longer_fits_is_marked_and_what_is_removed_goes(windows: Windows, volt: Volt) -> None:
    marked, removed = ask(volt, "A bell", f"My {MARKED} rings."), ask(volt, f"No {MARKED} at all")
    page = opened(windows.open(), f"{MARKED}", 2)
    offered = ask(volt, f"One {MARKED} more")
    expect(page.locator("#pill_results")).to_have_text("1 new result")
    remove_post(by=volt["lena"], post_id=first_post(volt, offered), rule="other", reason="")
    expect(page.locator("#pill_results")).to_have_count(0)
    edit_post(by=volt["lena"], post_id=first_post(volt, marked), body="My horn rings.", version=None)
    expect(page.locator(f'.result[data-topic="{marked}"] .result__lost')).to_be_visible()
    expect(page.locator(f'.result[data-topic="{removed}"] .result__lost')).to_be_hidden()
    remove_post(by=volt["lena"], post_id=first_post(volt, removed), rule="other", reason="")
    expect(page.locator(f'.result[data-topic="{removed}"]')).to_have_count(0)


def test_what_was_found_without_some_of_the_words_is_not_marked_for_that(windows: Windows, volt: Volt) -> None:
    loose = ask(volt, f"A {LOOSE}", "It rings.")
    page = opened(windows.open(), f"{LOOSE}+unheardof", 1)
    write_post(by=volt["priya"], topic_id=loose, body="Mine too.")
    result = page.locator(f'.result[data-topic="{loose}"]')
    expect(result).to_contain_text("1 reply")
    expect(result.locator(".result__lost")).to_be_hidden()


def test_without_scripts_the_page_is_complete(windows: Windows, volt: Volt) -> None:
    ask(volt, f"Plain {PLAIN}")
    page = windows.open(java_script_enabled=False)

    def found() -> bool:
        page.goto(f"/search?q={PLAIN}")
        return results(page) == [f"Plain {PLAIN}"]

    until(found, "the question is found")
    expect(page.locator(".result__lost")).to_be_hidden()


def first_post(volt: Volt, topic_id: int) -> int:
    query = select(Post.id).where(Post.topic_id == topic_id, Post.number == 1)
    found = db.session.execute(query).scalar_one()
    db.session.rollback()
    return found
