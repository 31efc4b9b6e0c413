"""A stranger types a question in a real browser and ends with "This answers it"."""

from __future__ import annotations

from collections.abc import Iterator
from contextlib import contextmanager

import pytest
from playwright.sync_api import Page, expect
from sqlalchemy import select

from community.answers.actions import accept_answer
from community.extensions import db
from community.faq.actions import add_topic, drop_entry
from community.insights.models import OutcomeDay
from community.insights.queries import looked_for_unchecked
from community.posts.actions import open_topic, write_post
from tests.journeys.conftest import PHONE, Volt, Windows, stay, stayed, tab_to
from tests.running_site import until

pytestmark = pytest.mark.browser

TITLE = "Squeaking from the left pedal when it is wet"


@pytest.fixture(scope="module")
def pedal(volt: Volt) -> int:
    category = next(iter(volt.world.categories.values()))
    asked = open_topic(by=volt["lena"], kind="question", title=TITLE, body="It squeaks, only in rain.", category_id=category)
    answer = write_post(by=volt["sofie"], topic_id=asked.topic_id, body="Grease the **pedal thread**, left hand turning.")
    accept_answer(by=volt["lena"], post_id=answer.post_id)
    db.session.rollback()
    return asked.topic_id


def begin(page: Page, pedal: int) -> None:
    """Open the page and type until the answer is offered; it may take the index a moment to know it."""
    page.goto("/ask")
    title = page.get_by_label("Your question in one sentence")
    title.press_sequentially("My left")
    expect(page.locator("[data-status]")).to_have_text("Questions like yours appear here while you type.")
    title.press_sequentially(" pedal is squeaking")
    expect(page.locator(f'.finder [data-topic="{pedal}"]')).to_be_attached()
    expect(page.locator("[data-status]")).to_contain_text("near yours")


def outcomes() -> tuple[int, int, int]:
    """Successful, potential and failed askings of all days: the test may run at midnight."""
    db.session.rollback()
    days = db.session.scalars(select(OutcomeDay)).all()
    potential = sum(day.opened - day.opened_successful - day.opened_failed for day in days)
    told = sum(day.successful for day in days), potential, sum(day.failed for day in days)
    db.session.rollback()
    return told


@contextmanager
def one_is_opened() -> Iterator[None]:
    """Wait until the opening of an answer is counted: browsers send it even when they are closed, so it may come late."""
    before = outcomes()[1]
    yield
    until(lambda: outcomes()[1] == before + 1, "the opened answer is counted")


def test_a_stranger_ends_with_this_answers_it(windows: Windows, volt: Volt, pedal: int) -> None:
    before = outcomes()
    stranger = windows.open()
    begin(stranger, pedal)
    body = stranger.get_by_label("Tell us more")
    place = body.bounding_box()
    assert stranger.locator("*:focus").get_attribute("name") == "title"
    one = stranger.locator(f'[data-topic="{pedal}"]')
    tab_to(stranger, one.locator("summary"))
    with one_is_opened():
        stranger.keyboard.press("Enter")
    expect(one.locator(".finder__text")).to_contain_text("pedal thread")
    assert stranger.url.endswith("/ask")  # read in place
    assert body.bounding_box() == place  # and nothing that is typed in has moved
    tab_to(stranger, one.get_by_role("button", name="This answers it"))
    stranger.keyboard.press("Enter")
    expect(stranger.get_by_role("heading", level=1)).to_have_text("Good that the answer was here")
    expect(stranger.locator("main")).to_contain_text("pedal thread")
    assert outcomes() == (before[0] + 1, before[1], before[2])
    stranger.goto("/ask")
    expect(stranger.get_by_label("Your question in one sentence")).to_have_value("")


def test_on_a_phone_one_line_is_kept_and_unfolds(windows: Windows, volt: Volt, pedal: int) -> None:
    phone = windows.open(**PHONE)
    phone.goto("/ask")
    body = phone.get_by_label("Tell us more")
    place = body.bounding_box()
    begin(phone, pedal)
    one = phone.locator(f'[data-topic="{pedal}"]')
    expect(one).not_to_be_visible()
    assert body.bounding_box() == place
    phone.get_by_role("button", name="Show", exact=True).tap()
    with one_is_opened():
        one.locator("summary").tap()
    expect(one.get_by_role("button", name="This answers it")).to_be_visible()
    assert phone.evaluate("document.documentElement.scrollWidth") <= 390


def test_what_is_being_read_stays_while_more_is_typed(windows: Windows, volt: Volt, pedal: int) -> None:
    reader = windows.open()
    begin(reader, pedal)
    one = reader.locator(f'[data-topic="{pedal}"]')
    with one_is_opened():
        one.locator("summary").click()
    expect(one.locator(".finder__text")).to_be_visible()
    text = one.locator(".finder__text").element_handle()
    assert text is not None
    reader.locator(f'[data-topic="{pedal}"] summary').hover()
    with reader.expect_response("**/ask/similar"):
        reader.keyboard.press("Shift+Tab")  # the pointer stays where it is
        reader.get_by_label("Your question in one sentence").evaluate(
            "field => { field.value += ' loudly'; field.dispatchEvent(new Event('input', { bubbles: true })); }"
        )
    assert text.evaluate("node => node.isConnected")
    reader.mouse.move(5, 5)
    expect(reader.locator(f'[data-topic="{pedal}"][open]')).to_be_attached()


def test_what_is_opened_from_results_is_counted(windows: Windows, volt: Volt, pedal: int) -> None:
    searcher = windows.open()
    begin(searcher, pedal)  # until the index knows it
    searcher.goto("/search?q=pedal+squeaking&before=zxylofon")
    searcher.wait_for_function("() => Boolean(customElements.get('search-trail'))")
    searcher.locator(f'.result[data-topic="{pedal}"] a').first.click()
    expect(searcher.get_by_role("heading", level=1)).to_have_text(TITLE)
    until(lambda: found(pedal) == 1, "the opened result is counted")


def found(topic_id: int) -> int:
    db.session.rollback()
    looked = looked_for_unchecked([topic_id]).get(topic_id)
    db.session.rollback()
    return looked.found if looked else 0


def test_an_open_faq_takes_in_a_new_entry_and_loses_a_removed_one(windows: Windows, volt: Volt, pedal: int) -> None:
    reader = windows.open()
    reader.goto("/faq")
    stay(reader)
    entry_id = add_topic(by=volt["mara"], topic_id=pedal)
    entry = reader.locator(f'[data-entry="{entry_id}"]')
    expect(entry).to_contain_text("pedal thread")
    expect(entry).to_contain_text("Sofie")
    drop_entry(by=volt["mara"], entry_id=entry_id, reason="Only to see it go")
    expect(entry).not_to_be_attached()
    assert stayed(reader)
