"""Posts of other forums become Markdown that shows the same words."""

from __future__ import annotations

import gzip
import json
from collections.abc import Iterator
from html.parser import HTMLParser
from itertools import islice
from pathlib import Path
from xml.etree import ElementTree as ET

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from community.core.markup import MAX_CHARS, html_to_markdown, render, without_invisible


class Words(HTMLParser):
    """The visible characters of HTML; an image counts as its description, or its address where there is none."""

    def __init__(self) -> None:
        super().__init__()
        self.found: list[str] = []

    def handle_data(self, data: str) -> None:
        self.found.append(data)

    def handle_starttag(self, tag: str, attrs: list[tuple[str, str | None]]) -> None:
        if tag == "img":
            self.found.append(dict(attrs).get("alt") or dict(attrs).get("src") or "")


def visible(html: str) -> str:
    words = Words()
    words.feed(html)
    words.close()
    return "".join(without_invisible("".join(words.found)).split())


def differing(posts: Iterator[str] | list[str]) -> list[str]:
    converted = ((html, html_to_markdown(html)) for html in posts)
    return [html for html, source in converted if len(source) <= MAX_CHARS and visible(render(source).html) != visible(html)]


def test_every_post_of_a_stack_exchange_site(shared_data: Path) -> None:
    rows = ET.parse(shared_data / "stackexchange/bicycles-meta/Posts.xml").getroot()
    posts = [body for row in rows if (body := row.get("Body"))]
    assert len(posts) == 1443
    assert differing(posts) == []


def test_posts_of_a_support_forum(shared_data: Path) -> None:
    with gzip.open(shared_data / "support/questions.jsonl.gz", "rt") as lines:
        questions = [json.loads(line) for line in islice(lines, 0, 3000, 12)]
    posts = [post["html"] for question in questions for post in (question, *question["answers"])]
    assert len(posts) > 1000
    assert differing(posts) == []


@pytest.mark.parametrize(
    ("html", "markdown"),
    [
        ("<p>a <b>b </b><i> c</i>d<br>e</p>", "a **b** *c*d\\\ne"),
        ("<p>a<em><strong>b</strong></em>, <del>c</del> <kbd>Ctrl</kbd> H<sub>2</sub></p>", "ab, ~~c~~ Ctrl H2"),
        ("<em>a</em><strong>b</strong>", "ab"),
        ('<strong>"a"</strong>b', '"a"b'),
        ("a<br><br>b<br>", "a\n\nb"),
        ("<h1>A #</h1>b<h3>c</h3><hr>", "# A \\#\n\nb\n\n### c\n\n***"),
        ("<ul><li>a<ul><li>b</li></ul></li><li><p>c</p><p>d</p></li></ul>", "- a\n\n  - b\n\n- c\n\n  d"),
        ("<ul><li>a<ul><li>b<li>c</ul></ul>", "- a\n  - b\n  - c"),
        ("<ol start=9><li>a<li>b</ol><ol><li>c</ol>", "9. a\n10. b\n\n1) c"),
        ("<blockquote><p>a</p><ul><li>b</ul></blockquote>", "> a\n>\n> - b"),
        ('<pre class="lang-py"><code>a = "```"\n</code></pre>', '````py\na = "```"\n````'),
        ("<code>a`b</code><code> c</code>", "``a`bc``"),
        ('<a href="https://a.example/x y(1)">b]</a>', "[b\\]](https://a.example/x%20y%281%29)"),
        ('<a href="https://a.example/">https://a.example/</a>', "<https://a.example/>"),
        ('<a href="javascript:x">a</a> <a href="#top">b</a> <a href="//c.example">c</a>', "a b [c](https://c.example)"),
        ('wow!<a href="http://a.example"><img src="http://a.example/i.png" alt="pic"></a>', "wow\\![pic](http://a.example)"),
        ('<img src="http://a.example/i.png" alt="[x]">', "![\\[x\\]](http://a.example/i.png)"),
        (
            "<table><tr><th>a<th style='text-align: right'>b|</tr><tr><td>1</table>",
            "| a | b\\| |\n| --- | ---: |\n| 1 |  |",
        ),
        ("<p>1986. A\n- b</p><p>1) c</p><p># d</p><p>+ e</p><p>===</p>", "1986\\. A - b\n\n1\\) c\n\n\\# d\n\n\\+ e\n\n\\==="),
        ("a<br>- b<br>&gt; c<br>---", "a\\\n\\- b\\\n\\> c\\\n\\---"),
        ("*a* _b_ c_d 2 * 3 [e](f) `g` ~~h~~ &lt;http://i&gt; &amp;copy; C:\\dir\\!", None),
        ("@anna #12 :bike: a@b.example :no: #x", "\\@anna \\#12 \\:bike: a@b.example :no: #x"),
        ("<script>x</script><!-- y --><style>z</style>a<title>t</title>", "a"),
        ("<div>a<div>b</div>c</div><dl><dt>d<dd>e</dl>", "a\n\nb\n\nc\n\nd\n\ne"),
        ("a\u202eb &#8203;c", "ab c"),
        ("", ""),
    ],
)
def test_conversion(html: str, markdown: str | None) -> None:
    source = html_to_markdown(html)
    if markdown is not None:
        assert source == markdown
    else:
        assert visible(render(source).html) == visible(html)


def test_structure_survives() -> None:
    html = (
        '<h3>T</h3>\n<p>a <strong>b</strong> <em>c</em> <code>d</code></p>\n<ul>\n<li>e\n<ol start="3">\n<li>f</li>\n</ol>\n</li>\n'
        "<li>g</li>\n</ul>\n<blockquote>\n<p>h</p>\n</blockquote>\n<p>i<br>\nj</p>\n<hr>\n"
    )
    assert render(html_to_markdown(html.replace("h3", "h1"))).html.replace("<p>e</p>\n", "e\n").replace(
        "<p>g</p>", "g"
    ) == html.replace("<li>e\n<ol", "<li>\ne\n<ol").replace("<li>g</li>", "<li>\ng\n</li>")


def test_relative_addresses_need_a_base() -> None:
    html = '<a href="/q/1">a</a> <a href="http://[x">b</a>'
    assert html_to_markdown(html, base_url="https://meta.example/t/") == "[a](https://meta.example/q/1) b"
    assert html_to_markdown(html).startswith("[a](/q/1)")


def test_deep_nesting_is_unfolded() -> None:
    source = html_to_markdown("<blockquote>" * 200 + "<p>deep</p>" + "</blockquote>" * 200)
    assert source == "> " * 16 + "deep"
    post = render(html_to_markdown("<ul><li>a" * 100))
    assert not post.clipped
    assert post.text.split() == ["a"] * 100


@given(st.text(alphabet=st.sampled_from("ab1 .!?*_`~#@:[]()<>&|\\/-+=\"'"), max_size=40))
@settings(max_examples=100, deadline=None)
def test_text_stays_text(text: str) -> None:
    escaped = text.replace("&", "&amp;").replace("<", "&lt;").replace(">", "&gt;")
    for html in (f"<p>{escaped}</p>", f"<ul><li>{escaped}</li></ul>", f"<p>x<br>{escaped}</p>"):
        assert visible(render(html_to_markdown(html)).html) == visible(html)


INLINE = ["<b>", "</b>", "<em>", "</em>", "<del>", "</del>", "<code>", "</code>", '<a href="http://a.example/b_c">', "</a>", "<br>"]
INLINE += ["a", " ", ".", "b c", "!", "_", "(", '"', "*", "<p>", "</p>", "<ul><li>", "</ul>", "1. "]


@given(st.lists(st.sampled_from(INLINE), max_size=16).map("".join))
@settings(max_examples=150, deadline=None)
def test_marks_are_never_shown(html: str) -> None:
    assert visible(render(html_to_markdown(html)).html) == visible(html)
