"""What a member writes becomes the HTML it should: CommonMark and what we add to it."""

from __future__ import annotations

import json
import re
from collections.abc import Callable
from concurrent.futures import ThreadPoolExecutor
from html.parser import HTMLParser
from pathlib import Path

import pytest
from markdown_it.utils import read_fixture_file

from community.core.markup import MAX_CHARS, render
from community.core.markup.emoji import EMOJI

REL = ' rel="nofollow ugc noopener"'


class Canonical(HTMLParser):
    """Tags, addresses and text; an image counts as the link that we make of those of other sites."""

    def __init__(self, html: str) -> None:
        super().__init__()
        self.pieces: list[tuple[str, ...] | str] = []
        self._in_link = False
        self.feed(html)
        self.close()

    def handle_starttag(self, tag: str, attrs: list[tuple[str, str | None]]) -> None:
        found = dict(attrs)
        if tag == "img" and not self._in_link:
            self.pieces.append(("a", found.get("src") or ""))
            self.handle_data(found.get("alt") or found.get("src") or "")
            self.pieces.append(("/a",))
        elif tag == "img":
            self.handle_data(found.get("alt") or "")
        elif tag != "span":  # colours of code, marks of tasks
            self._in_link = self._in_link or tag == "a"
            self.pieces.append((tag, found.get("href") or found.get("start") or ""))

    def handle_startendtag(self, tag: str, attrs: list[tuple[str, str | None]]) -> None:
        self.handle_starttag(tag, attrs)

    def handle_endtag(self, tag: str) -> None:
        if tag != "span":
            self._in_link = self._in_link and tag != "a"
            self.pieces.append((f"/{tag}",))

    def handle_data(self, data: str) -> None:
        if self.pieces and isinstance(last := self.pieces[-1], str):
            self.pieces[-1] = last + data
        else:
            self.pieces.append(data)


def canonical(html: str) -> list[tuple[str, ...] | str]:
    return [piece for piece in Canonical(html).pieces if not (isinstance(piece, str) and not piece.strip())]


def shifted(html: str) -> str:
    return re.sub(r"<(/?)h([1-6])>", lambda found: f"<{found[1]}h{min(6, int(found[2]) + 2)}>", html)


def differing(pairs: list[tuple[str, str]]) -> list[str]:
    return [source for source, expected in pairs if canonical(str(render(source).html)) != canonical(shifted(expected))]


def test_commonmark(shared_data: Path) -> None:
    examples = json.loads((shared_data / "markdown/commonmark-0.31.2.json").read_text())
    found = differing([(example["markdown"], example["html"]) for example in examples])
    # HTML is text here, other schemes are refused, bare addresses are links.
    unexpected = [source for source in found if not re.search(r"<[A-Za-z!?/]|://|@", source)]
    assert unexpected == []
    assert len(examples) == 652
    assert len(found) <= 80


@pytest.mark.parametrize(("fixture", "allowed"), [("tables.md", 0), ("strikethrough.md", 0), ("linkify.md", 4)])
def test_extensions(shared_data: Path, fixture: str, allowed: int) -> None:
    cases = read_fixture_file(shared_data / "markdown" / fixture)
    found = differing([(source, expected) for _, _, source, expected in cases])
    assert len(found) <= allowed, found


def profiles(*known: str) -> Callable[[list[str]], dict[str, str]]:
    return lambda handles: {handle: f"/u/{handle}" for handle in handles if handle in known}


def test_mentions_link_people_who_exist() -> None:
    post = render(
        "@Anna and @nobody, \\@anna `@anna` a@anna.example [@anna](/x) @anna@else.where @anna.",
        mentions=profiles("anna"),
    )
    assert post.html.count('<a class="mention" href="/u/anna">@') == 2
    assert '<a class="mention" href="/u/anna">@Anna</a> and @nobody, @anna <code>@anna</code>' in post.html
    assert post.mentions == ("anna", "nobody")
    assert post.text.startswith("@Anna and @nobody, @anna")


def test_topic_numbers_link_topics_that_exist() -> None:
    asked: list[list[int]] = []

    def topics(ids: list[int]) -> dict[int, tuple[str, str]]:
        asked.append(ids)
        return {12: ("/t/12/brakes", 'Say "stop"')}

    post = render("#12 #12, #13 \\#12 /#12 #012 &#12; #12a", topics=topics)
    assert asked == [[12, 13]]
    assert post.topic_ids == (12, 13)
    link = '<a href="/t/12/brakes" title="Say &quot;stop&quot;">#12</a>'
    assert post.html.startswith(f"<p>{link} {link}, #13 #12 /#12 #012 ")
    assert post.html.count("<a ") == 2


def test_references_are_bounded_and_need_no_resolver() -> None:
    many = " ".join(f"@u{number} #{number}" for number in range(1, 200))
    asked: list[int] = []

    def nobody(handles: list[str]) -> dict[str, str]:
        asked.append(len(handles))
        return {}

    def nothing(ids: list[int]) -> dict[int, tuple[str, str]]:
        asked.append(len(ids))
        return {}

    post = render(many, mentions=nobody, topics=nothing)
    assert asked == [50, 50]
    assert "<a" not in post.html
    assert render(many).html == post.html


def test_emoji() -> None:
    post = render("Ride :bike: :+1: [:bike:](/x) `:bike:` \\:bike: :no_such_thing: 12:30:45 a:bike:b")
    assert post.text == "Ride 🚲 👍 🚲 :bike: :bike: :no_such_thing: 12:30:45 a:bike:b"
    assert len(EMOJI) > 250


def test_outside_links_are_marked_and_counted() -> None:
    base = "https://forum.example"
    source = (
        f"[a](https://other.example) {base}/t/1 [b]({base}?x=1) [c](/t/2) [d](#post_3) "
        f"<mailto:a@b.example> https://forum.example.evil.example www.other.com [e]({base}@evil.example)"
    )
    post = render(source, base_url=base + "/")
    assert post.links == 4
    assert post.html.count(REL) == 4
    for inside in (f'<a href="{base}/t/1">', f'<a href="{base}?x=1">', '<a href="/t/2">', '<a href="#post_3">', '<a href="mailto:'):
        assert inside in post.html
    assert render(source).links == 6


@pytest.mark.parametrize(
    ("source", "shown"),
    [
        ("see http://a.example/b_c_d.", "http://a.example/b_c_d"),
        ("(http://a.example/w_(x)) and", "http://a.example/w_(x)"),
        ('"http://a.example/x", she', "http://a.example/x"),
        ("**http://a.example/**", "http://a.example/"),
        ("见http://a.example/中文。后", "http://a.example/中文"),
        ("www.a.travel/x?", "www.a.travel/x"),
        ("volt.com/help.", "volt.com/help"),
        ("Bücher.de", "Bücher.de"),
        ("a_b@mail.example.", "a_b@mail.example"),
        ("http://a.example/%C3%A9", "http://a.example/%C3%A9"),
        ("README.md main.py works.It 1.5 foo\\.com http\\://x.com a.b@ x@y foo.com.xyz //a.com ftp://a.com", None),
    ],
)
def test_bare_addresses(source: str, shown: str | None) -> None:
    links = re.findall(r"<a [^>]*>(.*?)</a>", render(source).html)
    assert links == ([shown] if shown else [])


def test_images_of_other_sites_are_links() -> None:
    post = render(
        "![a *b*](https://x.example/1.png) ![](https://x.example/2.png) [![c](https://x.example/3.png)](https://y.example) "
        "![own](/uploads/ab/c-1.png) ![abs](https://forum.example/uploads/d.webp?w=640) "
        "![up](/uploads/../t/1) ![up](/uploads/%2e%2e/t)",
        base_url="https://forum.example",
    )
    assert re.findall(r"<img [^>]*>", post.html) == [
        '<img src="/uploads/ab/c-1.png" alt="own" loading="lazy">',
        '<img src="/uploads/d.webp?w=640" alt="abs" loading="lazy">',
    ]
    assert f'<a href="https://x.example/1.png"{REL}>a b</a>' in post.html
    assert f'<a href="https://x.example/2.png"{REL}>https://x.example/2.png</a>' in post.html
    assert f'<a href="https://y.example"{REL}>c</a>' in post.html


def test_tasks_tables_and_code() -> None:
    post = render(
        "- [x] done\n- [ ] open\n\n| a | b |\n|:-:|--:|\n| 1 | `2` |\n\n```PY linenos\nif x: pass\n```\n\n```nonesuch\n<b>\n```\n"
    )
    assert '<li class="task-list-item"><span class="task-list-mark">☑</span> done</li>' in post.html
    assert '<th align="center">a</th>' in post.html
    assert "style=" not in post.html
    assert '<pre class="highlight" tabindex="0"><code><span class="k">if</span>' in post.html
    assert '<pre class="highlight" tabindex="0"><code>&lt;b&gt;' in post.html
    assert post.text.splitlines() == ["☑ done", "☐ open", "a b", "1 2", "if x: pass", "<b>"]


def test_headings_stay_below_those_of_the_page() -> None:
    html = render("# a\n## b\n### c\n#### d\n##### e\n###### f\n\ng\n===").html
    assert re.findall(r"<h(\d)>", html) == ["3", "4", "5", "6", "6", "6", "3"]


def test_too_long_is_cut() -> None:
    post = render("a" * MAX_CHARS)
    assert not post.clipped
    post = render("a" * (MAX_CHARS + 1))
    assert post.clipped
    assert len(post.text) == MAX_CHARS
    # Characters of four bytes reach the bound of bytes at 32,768, so that of characters comes first.
    assert len(render("\U0001f600" * MAX_CHARS).text) == MAX_CHARS


def test_threads_share_the_parser() -> None:
    sources = [
        f"@u{number} **b** http://a.example/{number}\n\n- [x] #{number}\n\n```py\nx = {number}\n```" for number in range(1, 60)
    ]
    alone = [render(source, mentions=profiles("u3")) for source in sources]
    with ThreadPoolExecutor(4) as threads:
        assert list(threads.map(lambda source: render(source, mentions=profiles("u3")), sources)) == alone
