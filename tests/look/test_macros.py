"""The shared macros, drawn from the made-up world of the pattern page: no database, no viewer, strict names."""

from __future__ import annotations

import re
from collections.abc import Iterator
from html.parser import HTMLParser
from types import SimpleNamespace
from typing import Any

import pytest
from flask import Flask

from community.branding import patterns
from community.core.fragments import drawing, fragment


@pytest.fixture
def drawn(app: Flask) -> Iterator[dict[str, Any]]:
    with drawing(app, "en"):
        yield patterns.examples()


class Tags(HTMLParser):
    """The start tags of a fragment, with its ids and what it leaves open."""

    VOID = frozenset({"img", "input", "br", "hr", "use", "meta", "link", "rect", "path"})

    def __init__(self, html: str) -> None:
        super().__init__()
        self.found: list[tuple[str, dict[str, str | None]]] = []
        self.open: list[str] = []
        self.feed(html)

    def handle_starttag(self, tag: str, attrs: list[tuple[str, str | None]]) -> None:
        self.found.append((tag, dict(attrs)))
        if tag not in self.VOID:
            self.open.append(tag)

    def handle_startendtag(self, tag: str, attrs: list[tuple[str, str | None]]) -> None:
        self.found.append((tag, dict(attrs)))

    def handle_endtag(self, tag: str) -> None:
        assert self.open.pop() == tag


def test_a_post_and_its_copy_share_their_parts_and_hold_no_form(drawn: dict[str, Any]) -> None:
    accepted = drawn["answer"]
    post = Tags(fragment("posts/_post.html", "post", accepted, drawn["topic"]))
    card = Tags(fragment("answers/_answer_card.html", "answer_card", accepted, drawn["topic"]))
    assert not post.open
    assert not card.open
    for html, own_id in ((post, "post_73"), (card, "post_73_answer")):
        first = html.found[0][1]
        assert (first["id"], first["data-post"], first["data-author"]) == (own_id, "73", str(accepted.author.id))
        parts = [attributes["data-part"] for _, attributes in html.found if "data-part" in attributes]
        assert {"body", "meta", "votes"} <= set(parts)
        assert len(parts) == len(set(parts))
        assert not [tag for tag, _ in html.found if tag == "form"]
        buttons = [attributes for tag, attributes in html.found if tag == "button"]
        assert {button["form"] for button in buttons} == {"act"}
        assert {"/posts/73/helpful", "/posts/73/helpful/undo", "/posts/73/unhelpful", "/posts/73/acceptance/undo"} <= {
            button["formaction"] for button in buttons
        }
    ids = [attributes["id"] for html in (post, card) for _, attributes in html.found if "id" in attributes]
    assert len(ids) == len(set(ids))


def test_only_the_author_record_makes_a_badge_and_a_ring(drawn: dict[str, Any]) -> None:
    for badge in ("staff", "own", "alum", None):
        html = fragment("posts/_post.html", "post", drawn_post(badge), drawn["topic"])
        classes = {word for _, attributes in Tags(html).found for word in (attributes.get("class") or "").split()}
        assert ({"post--staff", "face--staff"} <= classes) is (badge == "staff")
        assert {word for word in classes if word.startswith("badge--")} == ({f"badge--{badge}"} if badge else set())


def drawn_post(badge: str | None) -> SimpleNamespace:
    text = '<span class="badge badge--staff">Chief at Volt</span> <b class="post--staff face--staff">x</b>'
    return patterns.post(80, "answer", patterns.person(9, "Ann <b>Li</b>", 3, badge, "works <i>here</i>"), text)


def test_names_are_escaped_everywhere(drawn: dict[str, Any]) -> None:
    one = drawn_post("staff")
    topic = patterns.topic(9, "A <script>title</script>", one.author, state="solved", answered_by=one.author, tags=("<b>",))
    html = fragment("posts/_post.html", "post", one, topic) + fragment("answers/_answer_card.html", "answer_card", one, topic)
    html += fragment("_tile.html", "tile", topic)
    assert "<script>" not in html
    assert "<b>Li" not in html
    assert "<i>here" not in html
    assert "Ann &lt;b&gt;Li" in html


def test_a_removed_post_keeps_its_place_and_none_of_its_words(drawn: dict[str, Any]) -> None:
    [removed] = [one for one in drawn["posts"] if one.removed]
    removed.html = "the removed words"
    html = fragment("posts/_post.html", "post", removed, drawn["topic"])
    assert 'id="post_78"' in html
    assert "Personal data" in html
    assert "It showed a home address." in html
    assert "the removed words" not in html
    assert "<button" not in html


def test_every_state_of_the_rulings_has_words_and_a_glyph(drawn: dict[str, Any]) -> None:
    words = [re.sub(r"<[^>]+>", "", fragment("_state.html", "state", one)).strip() for one in drawn["states"]]
    assert len(set(words)) == 7
    assert all(words)
    assert fragment("_state.html", "state", None).strip() == ""
    assert "Closed" in fragment("_state.html", "state", "solved", True)
    assert all("<use href=" in fragment("_state.html", "state", one) for one in drawn["states"])


def test_a_field_is_tied_to_its_hint_and_its_error(drawn: dict[str, Any]) -> None:
    html = fragment("_field.html", "field", drawn["form"].title)
    [(_, field)] = [(tag, attributes) for tag, attributes in Tags(html).found if tag == "input"]
    assert field["aria-invalid"] == "true"
    assert field["aria-describedby"] == "title-hint title-error"
    assert 'id="title-hint"' in html
    assert 'id="title-error"' in html
    assert 'for="title"' in html


def test_a_pager_draws_the_ends_and_the_neighbours(drawn: dict[str, Any]) -> None:
    html = fragment("_pager.html", "pager", drawn["page"])
    assert [int(n) for n in re.findall(r'href="\?page=(\d+)"', html)] == [4, 1, 4, 6, 11, 6]
    assert fragment("_pager.html", "pager", SimpleNamespace(number=1, count=1, url=str)).strip() == ""


def test_no_inline_style_or_script_anywhere(drawn: dict[str, Any]) -> None:
    html = "".join(fragment("posts/_post.html", "post", one, drawn["topic"]) for one in drawn["posts"])
    html += fragment("_meter.html", "meter", 93, "27 of 29") + fragment("_diff.html", "diff", drawn["changes"])
    html += fragment("_editor.html", "editor", "reply") + fragment("_window.html", "window", drawn["team"], "Who answers")
    for tag, attributes in Tags(html).found:
        assert tag not in {"style", "script"}
        assert "style" not in attributes
        assert not [name for name in attributes if name.startswith("on")]
