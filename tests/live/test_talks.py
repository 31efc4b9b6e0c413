"""A talk in two real browsers: the door opens by itself, words, signs of writing and reading arrive, and nothing typed is lost."""

from __future__ import annotations

from collections.abc import Callable, Iterator

import pytest
from playwright.sync_api import Page, expect

from community.extensions import db
from community.talks import actions
from community.talks.queries import is_on_duty
from tests.live.conftest import House
from tests.live.test_browser import live, signed_in
from tests.running_site import RunningSite, until

Window = Callable[..., Page]

pytestmark = [pytest.mark.browser, pytest.mark.onedatabase]


@pytest.fixture
def off_duty(house: House) -> Iterator[None]:
    yield
    actions.end_duty(by=house.viewer(house.eva))


def on(house: House) -> bool:
    db.session.rollback()
    return is_on_duty(house.viewer(house.eva))


def test_a_customer_and_the_desk_talk_live(site: RunningSite, house: House, window: Window, off_duty: None) -> None:
    visitor = live(window(), "/questions")
    ana = live(signed_in(window(), site, house.ana), "/questions")
    eva = live(signed_in(window(), site, house.eva), "/talks")
    for page in (visitor, ana):
        expect(page.locator("#door")).to_have_text("Leave us a message")
    eva.get_by_role("button", name="Be on duty").click()
    expect(eva.get_by_role("button", name="I am on duty")).to_be_visible()
    for page in (visitor, ana):
        expect(page.locator("#door")).to_have_text("Talk to us now")
    late = live(window(), "/questions")
    expect(late.locator("#door")).to_have_text("Talk to us now")
    until(lambda: on(house), "the duty is stored")

    ana.get_by_role("link", name="Talk to us now").click()
    ana.get_by_label("Your message").fill("My key broke.")
    ana.get_by_role("button", name="Send").click()
    expect(ana.locator(".said").first).to_contain_text("My key broke.")
    expect(eva.locator("#talks_inbox")).to_contain_text("My key broke.")
    eva.locator("#talks_inbox").get_by_role("link", name="Ana").click()
    expect(eva.get_by_role("heading", level=1)).to_have_text("Talk with Ana")
    expect(ana.locator(".talk__read")).to_contain_text("Read by")
    expect(ana.locator(".presence [data-part=reading]")).to_have_text("Eva from Community is here")

    field = eva.get_by_label("Your message")
    field.press_sequentially("Which one")
    expect(ana.locator(".presence [data-part=writing]")).to_have_text("Eva from Community is writing")
    theirs = ana.get_by_label("Your message")
    theirs.press_sequentially("the sm")
    expect(eva.locator(".presence [data-part=writing]")).to_have_text("Ana is writing")
    field.press("Control+Enter")
    expect(ana.locator(".said--desk")).to_contain_text("Which one")
    assert theirs.input_value() == "the sm", "what is being typed stays"
    expect(field).to_have_value("")
    expect(field).to_be_focused()
    expect(eva.locator(".said--desk")).to_have_count(1)
    theirs.press_sequentially("all one")
    theirs.press("Control+Enter")
    expect(eva.locator(".said").last).to_contain_text("the small one")
    expect(ana.locator(".talk__read")).to_contain_text("Read by")

    ana.get_by_role("link", name="Make this public").click()
    ana.get_by_label("The question in one sentence").fill("Where do I get a small key?")
    ana.get_by_label("The answer").fill("In the shop.")
    if ana.locator("select[name=category] option").count() > 1:
        ana.get_by_label("Place").select_option("public")
    ana.get_by_label("This solved it for me").check()
    ana.get_by_role("button", name="Propose").click()
    expect(ana.locator("main")).to_contain_text("It waits for the other side.")
    eva.get_by_role("button", name="Agree, under my name").click()
    expect(eva.get_by_role("heading", level=1)).to_have_text("Where do I get a small key?")
    expect(ana.get_by_role("link", name="The public question")).to_be_visible()


def test_a_talk_that_slept_catches_up(site: RunningSite, house: House, window: Window) -> None:
    talk_id = actions.open_talk(by=house.viewer(house.ben), body="Are you there?")
    ben = live(signed_in(window(), site, house.ben), f"/talks/{talk_id}")
    ben.get_by_label("Your message").fill("half a sent")
    ben.context.set_offline(True)
    for words in ("Yes.", "What is it?"):
        actions.say(by=house.viewer(house.eva), talk_id=talk_id, body=words)
    actions.end_talk(by=house.viewer(house.eva), talk_id=talk_id)
    ben.context.set_offline(False)
    expect(ben.locator(".said")).to_have_count(4)
    expect(ben.locator(".talk__head")).to_contain_text("Ended")
    assert ben.get_by_label("Your message").input_value() == "half a sent"
    elsewhere = live(signed_in(window(), site, house.ben), "/questions")
    expect(elsewhere.locator("#door .bubble")).to_have_count(0)
    actions.say(by=house.viewer(house.ben), talk_id=talk_id, body="My lamp.")
    ben.goto("about:blank")
    actions.say(by=house.viewer(house.eva), talk_id=talk_id, body="Which one?")
    expect(elsewhere.locator("#door .bubble")).to_contain_text("1")
