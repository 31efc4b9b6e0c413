"""The picture by which others see a topic when its address is shared."""

from __future__ import annotations

import io
import re

import pytest
from flask import Flask
from PIL import Image

from community.answers.actions import accept_answer
from community.posts import card_child, cards
from community.posts.actions import edit_post, remove_post
from community.settings.actions import change_settings
from tests.forum import Browser, Forum, small_forum

TITLES = {
    "short": "Why?",
    "long": "Why does my motor rattle at 25 km/h when it is cold and I ride up the hill behind the house? " * 3,
    "german": "Rückfahrkamerabeleuchtungsanlagensteuerungseinheitsgeschwindigkeitsüberwachungsfahrradcomputer" * 2,
    "chinese": "电池在冬天的续航里程为什么会减少？我应该如何在零下十度的环境中保存和充电，才不会损坏电池？" * 4,
    "japanese and korean": "モーターから「カラカラ」という音がするのはなぜですか？ 배터리 소리가 나요",
    "emoji": "🎈🚲🔋 Party 👩‍🔧 on the bridge 🎉",
    "one word": "x" * 300,
    "many letters": "naïve Žluťoučký kůň, Ελλάδα and Москва",
}


@pytest.fixture
def forum(app: Flask) -> Forum:
    with app.app_context():
        return small_forum(app)


def card_of(browser: Browser, address: str) -> str:
    """The address of the card that a page names."""
    found = re.findall(r'<meta property="og:image" content="http://localhost([^"]+)"', browser.get(address).text)
    assert len(found) == 1
    return found[0]


def test_a_page_names_its_card_by_what_it_says(app: Flask, forum: Forum) -> None:
    with app.app_context():
        asked = forum.question()
        answer = forum.post("speaker", asked)
    page, browser = asked.url.partition("#")[0], forum.browser()
    first = card_of(browser, page)
    picture = browser.get(first)
    assert (picture.status_code, picture.mimetype) == (200, "image/png")
    assert "immutable" in picture.headers["Cache-Control"]
    with Image.open(io.BytesIO(picture.data)) as image:
        assert image.size == (1200, 630)
        assert len(image.convert("RGB").getcolors(1 << 20) or []) > 20, "something is drawn"
    seen = [first]
    with app.app_context():
        accept_answer(by=forum["asker"], post_id=answer.post_id)
    seen.append(card_of(browser, page))
    with app.app_context():
        edit_post(by=forum["asker"], post_id=asked.post_id, body="It rattles.", title="Why does it hum?", version=None)
    page = browser.get("/t/1").location
    seen.append(card_of(browser, page))
    with app.app_context():
        change_settings(by=None, values={"hue": "20"})
    seen.append(card_of(browser, page))
    assert len(set(seen)) == 4
    assert browser.get(first).location == seen[-1], "an old address leads to what is true now"
    assert browser.get("/cards/1.png").location == seen[-1]
    assert browser.get(seen[-1]).data != picture.data


def test_nothing_that_not_everybody_may_read_is_drawn(app: Flask, forum: Forum) -> None:
    with app.app_context():
        hidden = [forum.question("worker", title="Secret", category=slug).topic_id for slug in ("members", "inside")]
        held = forum.question("newcomer", title="Held").topic_id
        gone = forum.question(title="Gone")
        remove_post(by=forum["keeper"], post_id=gone.post_id, rule="spam", reason="It is an advertisement")
    for who in (None, "worker", "newcomer"):
        browser = forum.browser(who)
        unknown = browser.get("/cards/999.png")
        for number in (*hidden, held, gone.topic_id):
            for address in (f"/cards/{number}.png", f"/cards/{number}-0123456789abcdef.png"):
                answer = browser.get(address)
                assert answer.status_code == 404
                if who is None:
                    assert answer.data == unknown.data


def test_the_site_has_a_card(forum: Forum) -> None:
    browser = forum.browser()
    assert card_of(browser, "/") == "/cards/site.png"
    versioned = browser.get("/cards/site.png").location
    assert browser.get(versioned).mimetype == "image/png"


def test_pictures_are_drawn_once_and_old_ones_go(app: Flask, forum: Forum, monkeypatch: pytest.MonkeyPatch) -> None:
    drawn: list[str] = []

    def draw(card: cards.Card) -> bytes:
        drawn.append(card.title)
        return b"picture"

    monkeypatch.setattr(cards, "_drawn", draw)
    monkeypatch.setattr(cards, "MOST_KEPT", 3)
    with app.app_context():
        for title in ("a", "a", "b", "c", "d", "d"):
            assert cards.card_image(cards.Card(brand="Volt", hue=1, title=title)) == b"picture"
        assert drawn == ["a", "b", "c", "d"]
        assert len(list((app.config["BOTHWAYS"].data / "cards").glob("*.png"))) == 3


@pytest.mark.parametrize("name", TITLES)
def test_every_title_has_room(name: str) -> None:
    room = card_child.WIDTH - 2 * card_child.EDGE - 16
    title = card_child.without_missing(TITLES[name])
    size, lines = card_child.fitted(title, room)
    assert lines
    assert len(lines) <= card_child.MOST_LINES
    assert len(lines) * size * card_child.LEADING <= card_child.TITLE_HEIGHT
    assert all(card_child.length(line, size) <= room for line in lines)
    whole = re.sub(r"[\s-]", "", title)
    shown = re.sub(r"[\s-]", "", "".join(lines))
    assert shown == whole or (shown.endswith("…") and whole.startswith(shown[:-1]))


def test_letters_that_no_font_has_are_left_out() -> None:
    assert card_child.without_missing("مرحبا ABC \U0010fffe 漢 Ж Ω 한 🚲") == "ABC 漢 Ж Ω 한 🚲"
    told = {"brand": "Volt", "hue": 192, "title": "مرحبا", "state": "", "tone": "plain", "answered_by": "", "badge": ""}
    named = {**told, "title": "Volt"}
    assert card_child.drawn(told).tobytes() == card_child.drawn(named).tobytes()
