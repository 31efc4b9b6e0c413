"""The main journey in real browsers: a customer asks, a named employee answers, a visitor finds it; all live."""

from __future__ import annotations

import re
import time

import pytest
from playwright.sync_api import Page, Response, expect

from community.answers.actions import reopen
from community.posts.actions import edit_post, write_post
from community.topics.actions import close_topic
from tests.journeys.conftest import OFFLINE, PHONE, Volt, Windows, stay, stayed, tab_to
from tests.world import PASSWORD

pytestmark = pytest.mark.browser

TITLE = "Why does my battery gauge jump from 40 to 12 percent?"
SEND = re.compile("Send (answer|reply)")
ANSWER = "Charge it to 100 % once and leave it plugged in for two more hours: the cells then level out and the gauge learns again."


def test_from_question_to_answer_found(windows: Windows) -> None:
    customer, employee = windows.open("lena"), windows.open()
    visitor = windows.open(**PHONE)
    visitor.goto("/")
    stay(visitor)
    sign_in_by_keyboard(employee)
    employee.goto("/c/battery")
    stay(employee)

    ask(customer)
    expect(employee.get_by_role("status").filter(has_text="1 topic with news")).to_be_attached()
    assert stayed(employee)
    open_by_keyboard(employee)
    stay(customer)

    written_at = answer_by_keyboard(employee)
    assert found_by_search(visitor, since=written_at) < 1.0
    expect(employee.locator(".post--answer")).to_contain_text("two more hours")
    stay(employee)
    answer = customer.locator(".post--answer")
    expect(answer).to_contain_text("two more hours")
    expect(answer.locator(".badge--staff")).to_have_text(re.compile("at Volt"))
    expect(customer.locator("header.title .state").first).to_have_text("Answered")
    assert stayed(customer)

    customer.get_by_role("button", name="This solved it").click()
    expect(customer.locator(".answer__head")).to_contain_text("Solved it for Lena")
    expect(employee.locator("header.title .state").first).to_have_text("Solved")
    expect(employee.locator(".answer__head")).to_contain_text("Solved it for Lena")
    assert stayed(employee)
    expect(visitor.locator("#home_solved")).to_contain_text(TITLE)
    assert stayed(visitor)

    visitor.get_by_role("searchbox").first.fill("battery gauge jumps")
    visitor.get_by_role("button", name="Ask or search").tap()
    result = visitor.locator(".result").first
    expect(result).to_contain_text("leave it plugged in")
    result.get_by_role("link", name=TITLE).tap()
    expect(visitor.locator(".answer")).to_contain_text("Solved it for Lena")
    assert visitor.locator(".answer").bounding_box()["y"] < 844  # type: ignore[index]


def test_a_visitor_looks_at_a_question_before_sending_it(windows: Windows) -> None:
    visitor = windows.open()
    visitor.goto("/ask")
    visitor.get_by_label("Tell us more").fill("It clicks, but **only uphill**.")
    visitor.get_by_role("button", name="Preview").click()
    expect(visitor.get_by_role("region", name="Preview").locator("strong")).to_have_text("only uphill")


def test_a_draft_survives_a_reload_and_another_browser(windows: Windows, volt: Volt) -> None:
    address = volt.world.topics["app-percent-vs-display"].url
    first = windows.open("lena")
    first.goto(address)
    first.locator("#reply").press_sequentially("The display says 61.")
    expect(first.locator("[data-draft-state]")).to_have_text("Draft saved")
    first.reload()
    expect(first.locator("#reply")).to_have_value("The display says 61.")
    second = windows.open("lena")
    second.goto(address)
    expect(second.locator("#reply")).to_have_value("The display says 61.")
    second.locator("#reply").press_sequentially(" The app says 58.")
    expect(second.locator("[data-draft-state]")).to_have_text("Draft saved")
    second.get_by_role("button", name=SEND).click()
    expect(second.locator(".post").last).to_contain_text("The app says 58.")
    expect(second.locator("#reply")).to_have_value("")
    # It has been sent: it must not come back anywhere, to be sent again.
    expect(first.locator(".post").last).to_contain_text("The app says 58.")
    first.reload()
    first.mouse.move(5, 5)
    first.wait_for_function("() => Boolean(customElements.get('draft-box'))")
    expect(first.locator("#reply")).to_have_value("")


def test_words_typed_without_a_network_are_not_lost(windows: Windows, volt: Volt) -> None:
    page = windows.open("lena", forgiven=OFFLINE)
    page.goto(volt.world.topics["lights-flicker"].url)
    page.locator("#reply").press_sequentially("Saved words")
    expect(page.locator("[data-draft-state]")).to_have_text("Draft saved")
    page.context.set_offline(True)
    page.locator("#reply").press_sequentially(", and words of the tunnel")
    expect(page.locator("[data-draft-state]")).to_have_text("Draft kept in this browser")
    page.context.set_offline(False)
    page.reload()
    page.mouse.move(5, 5)
    expect(page.locator("#reply")).to_have_value("Saved words, and words of the tunnel")


def test_what_one_writes_outlives_what_happens_meanwhile(windows: Windows, volt: Volt) -> None:
    thread = volt.world.topics["new-charger-noise"]
    writer = windows.open("gustav")
    writer.context.add_init_script("Math.random = () => 0")  # readers fetch a changed page at random moments; this one at once
    writer.goto(thread.url)
    writer.locator("#reply").press_sequentially("Mine hums as well, but only")
    stay(writer)
    asked = write_post(by=volt["mara"], topic_id=thread.id, body="Which charger is it?")
    retitle(volt, thread.posts[0], "The new charger hums")
    expect(writer.locator(".post").last).to_contain_text("Which charger is it?")
    expect(writer.get_by_role("heading", level=1)).to_have_text("The new charger hums")
    expect(writer.locator("#reply")).to_be_focused()
    writer.keyboard.type(" in winter.")
    close_topic(by=volt["emeka"], topic_id=thread.id, reason="Answered by phone.")
    expect(writer.locator(".notice")).to_contain_text("Answered by phone.")
    for words in ("Which charger?", "Which charger and which year?"):  # two more changes, which take a while to arrive
        edit_post(by=volt["mara"], post_id=asked.post_id, body=words, version=None)
        expect(writer.locator(f"#post_{asked.post_id} .post__body")).to_have_text(words)
    expect(writer.locator("#reply")).to_have_value("Mine hums as well, but only in winter.")
    assert stayed(writer)
    writer.locator("#reply").blur()
    expect(writer.locator("#composer")).not_to_be_attached()  # nobody can write there any more
    reopen(by=volt["emeka"], topic_id=thread.id)
    expect(writer.locator("#reply")).to_have_value("Mine hums as well, but only in winter.")


def test_who_edits_second_gets_both_texts(windows: Windows, volt: Volt) -> None:
    thread = volt.world.topics["winter-range"]
    author = windows.open("mara", forgiven="409")
    author.goto(f"/posts/{thread.posts[1]}/edit")
    author.get_by_label("Text").fill("My own wording.")
    expect(author.locator("[data-draft-state]")).to_have_text("Draft saved")
    post = volt.post(thread.posts[1])
    edit_post(by=volt["emeka"], post_id=post.id, body="The moderator's wording.", version=post.version)
    author.reload()  # what is begun comes back, and it began before the other edit
    expect(author.get_by_label("Text")).to_have_value("My own wording.")
    author.get_by_role("button", name="Save", exact=True).click()
    expect(author.get_by_label("What is there now")).to_have_value("The moderator's wording.")
    expect(author.get_by_label("Your text")).to_have_value("My own wording.")
    author.get_by_role("button", name="Save over it").click()
    expect(author.locator(f"#post_{post.id}")).to_contain_text("My own wording.")


def test_a_lost_connection_is_shown_and_heals(windows: Windows, volt: Volt) -> None:
    thread = volt.world.topics["lights-flicker"]
    page = windows.open(forgiven=f"{OFFLINE}|ERR_CONNECTION_RE|ERR_CONTENT_LENGTH_MISMATCH|WebSocket connection to")
    page.goto(thread.url)
    said = page.locator("#connection")
    expect(said).to_have_text("")
    stay(page)
    page.context.set_offline(True)
    expect(said).to_contain_text("Not live at the moment")
    first, second = (write_post(by=volt[who], topic_id=thread.id, body=f"While you were away, {who}.") for who in ("mara", "lena"))
    post = volt.post(first.post_id)
    edit_post(by=volt["mara"], post_id=post.id, body="While you were away, and changed since.", version=post.version)
    page.context.set_offline(False)
    expect(page.locator(f"#post_{second.post_id}")).to_contain_text("lena")
    expect(page.locator(f"#post_{first.post_id}")).to_contain_text("changed since")
    expect(said).to_have_text("")
    assert numbers_in_order(page)
    volt.site.kill("web")
    expect(said).to_contain_text("Not live at the moment")
    third = write_post(by=volt["sofie"], topic_id=thread.id, body="While the server was away.")
    volt.site.start("web")
    expect(page.locator(f"#post_{third.post_id}")).to_contain_text("While the server was away.")
    expect(said).to_have_text("")
    assert numbers_in_order(page)
    assert stayed(page)


def test_signing_out_in_one_tab_ends_live_in_the_other(windows: Windows, volt: Volt) -> None:
    thread = volt.world.topics["meetup-hamburg"]
    tab = windows.open("gustav", forgiven="404|401|Clear-Site-Data")
    tab.goto(thread.url)
    expect(tab.locator("#composer")).to_be_attached()
    write_post(by=volt["lena"], topic_id=thread.id, body="I bring cake.")
    expect(tab.locator(".post").last).to_contain_text("I bring cake.")
    other = tab.context.new_page()
    other.goto("/")
    other.locator("summary").filter(has=other.locator(".face")).click()
    other.get_by_role("button", name="Sign out").click()
    expect(other.get_by_role("link", name="Sign in").first).to_be_visible()
    write_post(by=volt["lena"], topic_id=thread.id, body="And a secret.")
    expect(tab.get_by_role("link", name="Sign in").first).to_be_visible()
    assert "cake" not in tab.content()
    assert "secret" not in tab.content()


def retitle(volt: Volt, post_id: int, title: str) -> None:
    edit_post(by=volt["emeka"], post_id=post_id, body=volt.post(post_id).body, version=None, title=title)


def numbers_in_order(page: Page) -> bool:
    """Whether every post stands there once, and in order."""
    ids = page.locator("[data-post]:not(.answer)").evaluate_all("posts => posts.map(post => Number(post.dataset.post))")
    return ids == sorted(set(ids))


def sign_in_by_keyboard(page: Page) -> None:
    page.goto("/sign-in")
    tab_to(page, page.get_by_label("E-mail or handle"))
    page.keyboard.type("mara")
    page.keyboard.press("Tab")
    page.keyboard.type(PASSWORD)
    with page.expect_navigation():
        page.keyboard.press("Enter")
    assert page.url.endswith("/")


def ask(page: Page) -> None:
    page.goto("/")
    page.keyboard.press("a")
    expect(page).to_have_url(re.compile("/ask$"))
    page.get_by_label("Your question in one sentence").fill(TITLE)
    page.get_by_label("Where does it belong?").select_option("battery")
    page.get_by_label("Tell us more").fill("It says **40 %**, then at once *12 %*.")
    page.get_by_role("button", name="Preview").click()
    expect(page.get_by_role("region", name="Preview").locator("strong")).to_have_text("40 %")
    page.get_by_role("button", name="Send").click()
    expect(page.get_by_role("heading", level=1)).to_have_text(TITLE)
    expect(page.locator("header.title .state").first).to_have_text("New")


def open_by_keyboard(page: Page) -> None:
    page.keyboard.press("/")
    expect(page.locator("input[type=search]:focus")).to_be_attached()  # the first key of all has to be fetched
    page.keyboard.type("battery gauge jump")
    page.keyboard.press("Enter")
    result = page.get_by_role("link", name=TITLE)
    expect(result).to_be_visible()
    tab_to(page, result)
    page.keyboard.press("Enter")
    expect(page.get_by_role("heading", level=1)).to_have_text(TITLE)


def answer_by_keyboard(page: Page) -> float:
    """Answer; when the site said that it has the answer, in seconds since the epoch."""
    page.keyboard.press("r")
    expect(page.locator("#reply")).to_be_focused()
    page.keyboard.type(ANSWER)
    tab_to(page, page.get_by_role("button", name="Send answer"))
    with page.expect_response(is_sent) as sent:
        page.keyboard.press("Enter")
    expect(page.locator("#reply")).to_have_value("")
    timing = sent.value.request.timing
    return (timing["startTime"] + timing["responseStart"]) / 1000


def is_sent(response: Response) -> bool:
    return response.request.method == "POST" and response.url.endswith("/posts") and response.status in {200, 303}


def found_by_search(visitor: Page, since: float) -> float:
    """Ask for the answer's words until they are found; how long after `since` the search was asked that found them, in seconds."""
    while (asked := time.time()) < since + 20:
        if "leave it plugged in" in re.sub("<[^>]+>", "", visitor.request.get("/search?q=plugged+in+level+out").text()):
            return asked - since
    raise AssertionError("not found within twenty seconds")
