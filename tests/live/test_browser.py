"""Live in a real browser: what arrives shows at once, moves nothing, destroys nothing, and is never missed or doubled."""

from __future__ import annotations

from collections.abc import Callable

from playwright.sync_api import Page, WebSocket, expect

from community.posts.actions import edit_post, open_topic, remove_post, write_post
from community.topics.actions import move_topic
from tests.live.conftest import House, cookie_of
from tests.running_site import RunningSite, until

Window = Callable[..., Page]

expect.set_options(timeout=20_000)  # ms; a busy machine is slow, and waiting costs nothing where all is well


def ask(house: House, title: str, category_id: int | None = None) -> int:
    place = category_id or house.public
    return open_topic(by=house.viewer(house.ana), kind="question", title=title, body="It is so.", category_id=place).topic_id


def answer(house: House, topic_id: int, body: str) -> int:
    return write_post(by=house.viewer(house.eva), topic_id=topic_id, body=body).post_id


def live(page: Page, address: str) -> Page:
    """Open a page and wait until its feed has its answer."""
    page.goto(address)
    listening(page)
    return page


def listening(page: Page) -> None:
    """Wait until everything that the page shows is subscribed."""
    is_live = """async () => {
        const { isLive } = await import(document.querySelector("script[type=module]").src.replace("main.js", "live.js"));
        return isLive();
    }"""
    until(lambda: page.evaluate(is_live), "the page is live")  # wait_for_function takes a promise for an answer


def signed_in(page: Page, site: RunningSite, account_id: int) -> Page:
    name, _, value = cookie_of(site, account_id).partition("=")
    page.context.add_cookies([{"name": name, "value": value, "url": site.base_url}])
    return page


def test_a_topic_grows_before_a_readers_eyes_by_one_socket(house: House, window: Window) -> None:
    topic_id = ask(house, "Does it grow?")
    page = window()
    sockets: list[WebSocket] = []
    page.on("websocket", lambda socket: sockets.append(socket))
    live(page, f"/t/{topic_id}")
    first = answer(house, topic_id, "Yes, it does.")
    expect(page.locator(f"#post_{first} .post__body")).to_have_text("Yes, it does.")
    edit_post(by=house.viewer(house.eva), post_id=first, body="Yes, **always**.", version=None)
    expect(page.locator(f"#post_{first} strong")).to_have_text("always")
    remove_post(by=house.viewer(house.eva), post_id=first, rule="other", reason="By mistake")
    expect(page.locator(f"#post_{first}")).to_contain_text("By mistake")
    page.get_by_role("link", name="Questions").first.click()
    expect(page.get_by_role("heading", level=1)).to_have_text("Questions")
    page.go_back()
    expect(page.locator("h1")).to_have_text("Does it grow?")
    listening(page)
    second = answer(house, topic_id, "And on.")
    expect(page.locator(f"#post_{second}")).to_have_count(1)
    assert len(sockets) == 1


def test_what_arrives_out_of_sight_is_told_and_nothing_moves(house: House, window: Window) -> None:
    topic_id = ask(house, "Is it long?")
    for n in range(12):
        answer(house, topic_id, f"Answer number {n}\n\n" * 3)
    page = live(window(), f"/t/{topic_id}")
    before = page.evaluate("scrollY")
    posts = [answer(house, topic_id, "Down here") for _ in range(2)]
    pill = page.locator("a.pill")
    expect(pill).to_have_text("2 new replies")
    expect(page.locator("live-feed [role=status]")).to_have_text("2 new replies")
    assert page.evaluate("scrollY") == before
    pill.click()
    expect(page.locator(f"#post_{posts[0]}")).to_be_in_viewport()
    expect(pill).to_have_count(0)


def test_a_list_offers_what_is_new_and_takes_it_when_asked(house: House, window: Window) -> None:
    known = ask(house, "Known before")
    page = live(window(), "/questions")
    new = ask(house, "Asked just now")
    pill = page.locator("a.pill")
    expect(pill).to_have_text("1 topic with news")
    expect(page.locator(f"#topic_{new}")).to_have_count(0)
    answer(house, known, "By the team")
    expect(page.locator(f"#topic_{known}")).to_contain_text("1 reply")
    pill.click()
    expect(page.locator(f"#topic_{new}")).to_be_visible()
    expect(pill).to_have_count(0)


def test_what_somebody_edits_stays_until_they_are_done(house: House, window: Window) -> None:
    topic_id = ask(house, "May I edit?")
    post_id = answer(house, topic_id, "Before")
    page = live(window(), f"/t/{topic_id}")
    post = page.locator(f"#post_{post_id}")
    post.evaluate("post => post.toggleAttribute('data-editing', true)")
    for words in ("Between", "After"):
        edit_post(by=house.viewer(house.eva), post_id=post_id, body=words, version=None)
    page.wait_for_selector(f"#post_{post_id}[data-stale]")
    later = answer(house, topic_id, "Meanwhile")
    expect(page.locator(f"#post_{later}")).to_have_count(1)
    expect(post.locator(".post__body")).to_have_text("Before")
    post.evaluate("post => post.toggleAttribute('data-editing', false)")
    expect(post.locator(".post__body")).to_have_text("After")


def test_a_lost_network_is_said_and_nothing_is_missed_or_doubled(house: House, window: Window) -> None:
    topic_id = ask(house, "Are you there?")
    page = live(window(), f"/t/{topic_id}")
    page.context.set_offline(True)
    expect(page.locator("#connection")).to_contain_text("Not live")
    missed = [answer(house, topic_id, f"While away {n}") for n in range(3)]
    page.context.set_offline(False)
    expect(page.locator(f"#post_{missed[-1]}")).to_have_count(1)
    expect(page.locator("#connection")).to_have_attribute("data-state", "live")
    later = answer(house, topic_id, "And now")
    expect(page.locator(f"#post_{later}")).to_have_count(1)
    ids = page.locator(f"#topic_{topic_id}_posts > [data-post]").evaluate_all(
        "posts => posts.map(post => Number(post.dataset.post))"
    )
    assert ids == [*missed, later]


def test_who_may_not_see_it_any_more_does_not(house: House, window: Window) -> None:
    topic_id = ask(house, "Is it public?")
    page = live(window(), f"/t/{topic_id}")
    asleep = live(window(), f"/t/{topic_id}")
    asleep.context.set_offline(True)
    move_topic(by=house.viewer(house.eva), topic_id=topic_id, category_id=house.staff)
    expect(page.get_by_text("Is it public?")).to_have_count(0)
    asleep.context.set_offline(False)
    expect(asleep.get_by_text("Is it public?")).to_have_count(0)


def test_what_is_not_for_everybody_comes_by_ones_own_rights(house: House, window: Window, site: RunningSite) -> None:
    topic_id = ask(house, "Only for us?", house.members)
    page = live(signed_in(window(), site, house.ben), f"/t/{topic_id}")
    post_id = answer(house, topic_id, "Among ourselves")
    expect(page.locator(f"#post_{post_id}")).to_contain_text("Among ourselves")


def test_readers_see_who_is_there_and_who_is_writing(site: RunningSite, house: House, window: Window) -> None:
    topic_id = ask(house, "Who is there?")
    reader = live(window(), f"/t/{topic_id}")
    reading, writing = (reader.locator(f".presence [data-part={part}]") for part in ("reading", "writing"))
    eva, ben = (live(signed_in(window(), site, who), f"/t/{topic_id}") for who in (house.eva, house.ben))
    expect(reading).to_have_text("Eva from Community is reading · 1 other is reading")
    eva.locator("#composer textarea").press_sequentially("It is")
    expect(writing).to_have_text("Eva from Community is writing an answer")
    expect(eva.locator(".presence")).to_have_text("2 others are reading")
    ben.locator("#composer textarea").press_sequentially("Me too")
    expect(writing).to_have_text("Eva from Community is writing an answer · Somebody is writing")
    expect(ben.locator(".presence [data-part=writing]")).to_have_text("Eva from Community is writing an answer")
    eva.locator("#composer").get_by_role("button", name="Send").click()
    expect(reader.locator(".post").last).to_contain_text("It is")
    expect(writing).to_have_text("Somebody is writing")
    ben.context.close()  # like a crash: its socket is gone, and nobody said goodbye
    expect(writing).to_have_text("")
    home = live(window(), "/")
    live(eva, "/desk")
    expect(home.locator(".presence")).to_have_text("Eva is at the desk now")


def test_the_desk_sees_where_a_colleague_writes(site: RunningSite, house: House, window: Window) -> None:
    topic_id = ask(house, "Who takes this?")
    desk = live(signed_in(window(), site, house.eva), "/desk")
    row = desk.locator(f'#desk_topics [data-topic="{topic_id}"]')
    expect(row).to_contain_text("Who takes this?")
    eva = live(signed_in(window(), site, house.eva), f"/t/{topic_id}")
    eva.locator("#composer textarea").press_sequentially("I do")
    expect(desk.locator(f'[data-presence="topic:{topic_id}"]')).to_have_text("")  # oneself is no news
    frey = house.colleague("frey")
    other = live(signed_in(window(), site, frey), f"/t/{topic_id}")
    other.locator("#composer textarea").press_sequentially("Let me")
    expect(row.locator(".presence")).to_have_text("Frey is writing")
    write_post(by=house.viewer(house.ana), topic_id=topic_id, body="It is urgent.")
    expect(row).to_contain_text("1 reply")
    expect(row.locator(".presence")).to_have_text("Frey is writing")
    other.context.close()
    expect(row.locator(".presence")).to_have_text("")


def test_members_choose_to_be_named(site: RunningSite, house: House, window: Window) -> None:
    topic_id = ask(house, "Who reads?")
    mia = signed_in(window(), site, house.member("mia"))
    mia.goto("/settings")
    mia.get_by_label("Show my name where I read and write").check()
    mia.get_by_role("button", name="Save").first.click()
    expect(mia.get_by_text("Saved.")).to_be_visible()
    live(mia, f"/t/{topic_id}")
    reader = live(window(), f"/t/{topic_id}")
    expect(reader.locator(".presence [data-part=reading]")).to_have_text("Mia is reading")
    mia.locator("#composer textarea").press_sequentially("I do")
    expect(reader.locator(".presence [data-part=writing]")).to_have_text("Mia is writing")
