"""Nothing that a member writes is dangerous, and nothing costs much."""

from __future__ import annotations

import json
import re
import time
from collections.abc import Callable
from html.parser import HTMLParser
from pathlib import Path
from typing import TypeVar

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from markdown_it.utils import read_fixture_file

from community.core.markup import html_to_markdown, plain_text, render
from community.core.markup.markdown import MAX_HTML_BYTES
from community.core.markup.sanitise import is_own_image, is_safe_url, sanitise

Result = TypeVar("Result")

_TAGS = "p br hr h3 h4 h5 h6 strong em s code pre blockquote ul ol li a img table thead tbody tr th td span"
TAGS = set(_TAGS.split())
VOID = {"br", "hr", "img"}
ATTRIBUTES = {
    ("a", "href"): r"https?://.*|mailto:.*|(?!//|[A-Za-z][A-Za-z0-9+.-]*:)[^\x00-\x20\\]*",
    ("a", "rel"): "nofollow ugc noopener",
    ("a", "title"): "(?s:.*)",
    ("a", "class"): "mention|",
    ("img", "src"): r"/uploads/[\w./~-]+(\?[\w=&-]*)?",
    ("img", "alt"): "(?s:.*)",
    ("img", "title"): "(?s:.*)",
    ("img", "loading"): "lazy",
    ("ol", "start"): "[0-9]+",
    ("ol", "class"): "contains-task-list|",
    ("ul", "class"): "contains-task-list|",
    ("li", "class"): "task-list-item|",
    ("span", "class"): "|(task-list-mark|[a-z][a-z0-9]{0,2})( [a-z][a-z0-9]{0,2})*",
    ("pre", "class"): "highlight|",
    ("pre", "tabindex"): "0",
    ("td", "align"): "left|center|right",
    ("th", "align"): "left|center|right",
}


class Inspector(HTMLParser):
    """Notes every tag, attribute and nesting that a post may not have."""

    def __init__(self) -> None:
        super().__init__()
        self.faults: list[str] = []
        self._open: list[str] = []

    def handle_starttag(self, tag: str, attrs: list[tuple[str, str | None]]) -> None:
        if tag not in TAGS:
            self.faults.append(f"<{tag}>")
        for name, value in attrs:
            allowed = ATTRIBUTES.get((tag, name))
            if allowed is None or not re.fullmatch(allowed, value or "", re.IGNORECASE):
                self.faults.append(f"<{tag} {name}={value!r}>")
        found = dict(attrs)
        if tag == "a" and re.match("https?:", found.get("href") or "", re.IGNORECASE) and not found.get("rel"):
            self.faults.append(f"{found['href']} is not marked as outside")
        if tag not in VOID:
            self._open.append(tag)

    def handle_endtag(self, tag: str) -> None:
        if not self._open or self._open.pop() != tag:
            self.faults.append(f"</{tag}> closes nothing")

    def handle_comment(self, data: str) -> None:
        self.faults.append(f"comment {data!r}")

    def handle_decl(self, decl: str) -> None:
        self.faults.append(f"declaration {decl!r}")

    def handle_pi(self, data: str) -> None:
        self.faults.append(f"instruction {data!r}")


def faults(html: str) -> list[str]:
    inspector = Inspector()
    inspector.feed(html)
    inspector.close()
    return inspector.faults


def hostile_sources(shared_data: Path) -> list[str]:
    payloads = [case["payload"] for case in json.loads((shared_data / "xss/dompurify_expect.json").read_text())]
    payloads += [path.read_text().split("\n--\n")[0] for path in sorted((shared_data / "xss/bleach").glob("*.test"))]
    payloads += [source for _, _, source, _ in read_fixture_file(shared_data / "markdown/xss.md")]
    return payloads


def test_known_attacks(shared_data: Path) -> None:
    sources = hostile_sources(shared_data)
    assert len(sources) > 240
    for source in sources:
        for written in (source, f"[x]({source})", f"![x](<{source}>)", f"`{source}`", html_to_markdown(source)):
            assert faults(render(written).html) == [], written
        assert [fault for fault in faults(sanitise(source)) if "is not marked" not in fault] == []


def test_the_inspector_finds_faults() -> None:
    for html in (
        "<script>x</script>",
        "<p onclick=x>a</p>",
        "<a href='javascript:x'>a</a>",
        "<a href='//x'>a</a>",
        "<img src='https://x/y'>",
        "<p class='badge'>a</p>",
        "<p id=x>a</p>",
        "<a href='https://x'>a</a>",
        "<!-- x -->",
        "</p>",
    ):
        assert faults(html) != [], html


@pytest.mark.parametrize(
    "url",
    [
        *(
            "javascript:x",
            "JaVaScRiPt:x",
            "data:text/html,x",
            "vbscript:x",
            "file:///x",
            "blob:x",
            "//evil.example",
            "/\\evil.example",
        ),
        *("\\\\evil", "/\t/evil", "\x01javascript:x", " javascript:x", "java\nscript:x", "ftp://x", "view-source:x"),
    ],
)
def test_refused_addresses(url: str) -> None:
    assert not is_safe_url(url)
    assert sanitise(f'<a href="{url}">x</a>') in ("<a>x</a>", f"<a>x</a>{chr(10)}")
    assert "href" not in render(f"[x](<{url}>)").html or faults(render(f"[x](<{url}>)").html) == []


def test_own_images_are_paths_of_uploads() -> None:
    assert is_own_image("/uploads/ab/cd-1_2.webp?w=640")
    outside = "/uploads/ /uploads/../x /uploads/a/../../x /uploads//x /uploads/%2e%2e/x /uploads/a/./x /t/1 uploads/x"
    assert [path for path in outside.split() if is_own_image(path)] == []


def test_members_cannot_draw_what_is_the_sites() -> None:
    html = sanitise(
        '<span class="badge staff k">x</span><a class="mention badge" rel="me" href="/">x</a><li id="post_1" class="post">x</li>'
        '<p style="position:fixed" hidden>x</p><h1>x</h1><h2>x</h2><input><button form="act" formaction="/t/1/closure">x</button>'
    )
    assert html == '<span class="k">x</span><a class="mention" href="/">x</a><li class="">x</li><p>x</p>xxx'


def test_invisible_characters_do_not_pass() -> None:
    source = "a\u202eb\u200bc\u00add &#8238;&#x200b;e &rlm; [x\u2066](/y\u202e) \U000e0041\U000e0042 \x01\x7f"
    source += " f\ufe0f\ufe0f\ufe0fg \u3164"
    post = render(source)
    assert post.html == '<p>abcd e  <a href="/y">x</a>   f\ufe0fg</p>\n'
    meant = "👩\u200d💻 🏴\u200d☠️ ❤️\u200d🔥 می\u200cخواهم क्\u200dष 🏴\U000e0067\U000e0062\U000e0065\U000e006e\U000e0067\U000e007f"
    assert render(meant).text == meant


@given(st.text(alphabet=st.characters() | st.sampled_from("[]()<>*_`~#@:!&|\\\n -/.\"'=" * 3), max_size=400))
@settings(max_examples=80, deadline=None)
def test_anything_renders_to_allowed_html(source: str) -> None:
    post = render(
        source, mentions=lambda handles: dict.fromkeys(handles, "/u/x"), topics=lambda ids: dict.fromkeys(ids, ("/t/1", "x"))
    )
    assert faults(post.html) == []
    assert sanitise(post.html) == post.html
    assert render(html_to_markdown(source)).html == render(html_to_markdown(source)).html


PIECES = [
    "<b>",
    "</b>",
    "<a href=javascript:x>",
    '<a href="//x">',
    "</a>",
    "<img src=x onerror=y>",
    "<svg>",
    "<style>",
    "</style>",
    "<p>",
]
PIECES += [
    "<table><tr><td>",
    "</table>",
    "<!--",
    "-->",
    "<math><mi>",
    "<title>",
    "<noscript>",
    "<template>",
    "<li class=post>",
    "x",
    "&lt;",
    '"',
    "'",
]


@given(st.lists(st.sampled_from(PIECES), max_size=25).map("".join))
@settings(max_examples=80, deadline=None)
def test_sanitising_is_final(html: str) -> None:
    once = sanitise(html)
    assert [fault for fault in faults(once) if "is not marked" not in fault] == []
    assert sanitise(once) == once
    assert faults(render(html_to_markdown(html)).html) == []


def within_a_second(work: Callable[[], Result]) -> Result:
    """Return what `work` returns; on a busy machine the best of up to three runs must take under 1 s of CPU."""
    taken = []
    while len(taken) < 3:
        began = time.process_time()
        result = work()
        taken.append(time.process_time() - began)
        if taken[-1] < 1:
            return result
    raise AssertionError(f"took {taken} seconds")


HEAVY = {
    "brackets": "[" * 32_000,
    "images": "![" * 16_000,
    "brackets and words": "http://![&#1;^" * 2_500,
    "brackets and lines": "[a\n" * 10_000,
    "references": "[a]: <" * 5_300,
    "addresses in brackets": "(http://a.example/(" * 1_700,
    "addresses cut short": "http://a)" * 3_500,
    "almost addresses": "www.1.=" * 4_500,
    "almost mail": "a@b." * 8_000,
    "stars": "*a_ " * 8_000,
    "stars and lines": "_*" * 16_000,
    "backticks": "".join("`" * count + " " for count in range(1, 252)),
    "quotes": ">" * 32_000,
    "lists": "- " * 15_000 + "a",
    "list of lists": "".join(" " * (2 * depth) + "- a\n" for depth in range(170)),
    "wide table": "|" + "a|" * 4_000 + "\n|" + "-|" * 4_000 + "\n" + "a\n" * 8_000,
    "long table": "|" + "a|" * 60 + "\n|" + "-|" * 60 + "\n" + "|\n" * 15_000,
    "tables": "a|b\n-|-\n" * 4_000,
    "code": "```css\n" + "\\'" * 15_000,
    "code in lines": ("```c\n" + "\n" * 4_000 + "```\n") * 3,
    "entities": "&amp;" * 6_400,
    "paragraphs": ">a\n\n" * 8_000,
}


@pytest.mark.parametrize("name", HEAVY)
def test_no_text_costs_much(name: str) -> None:
    # Measured: at most 0.5 s; promise 4 of the design is 1 s of CPU.
    post = within_a_second(lambda: render(HEAVY[name]))
    assert len(post.html.encode()) <= MAX_HTML_BYTES
    assert faults(post.html) == []


def test_what_is_too_deep_is_shown_without_markup() -> None:
    post = render("> " * 30 + "deep\n\nlast & <b>least</b>")
    assert post.clipped
    assert post.html.endswith("<p>last &amp; &lt;b&gt;least&lt;/b&gt;</p>\n")
    assert "deep" in post.text
    assert not render("> " * 20 + "deep").clipped


HEAVY_HTML = {
    "comments": "<!--" * 8_000,
    "quotes": '<a "' * 8_000,
    "elements": "<b><i>" * 5_000,
    "one name": "<http:" + ":smile:" * 4_500,
    "emphasis": "<em>a </em>" * 2_900,
    "lists": "<ul><li>a" * 3_500,
    "cells": "<table><tr>" + "<td>|" * 6_000,
    "spaces": "<b> </b>" * 4_000,
    "raw": "<title" * 5_000,
    "breaks": "<b>" + "<br>" * 8_000,
}


@pytest.mark.parametrize("name", HEAVY_HTML)
def test_no_foreign_html_costs_much(name: str) -> None:
    within_a_second(lambda: (html_to_markdown(HEAVY_HTML[name]), plain_text(HEAVY_HTML[name])))
