"""Plain text and excerpts of posts."""

from __future__ import annotations

import pytest
from hypothesis import given
from hypothesis import strategies as st

from community.core.markup import excerpt, plain_text, render, stored_html, without_invisible


def test_plain_text_has_a_line_for_each_block() -> None:
    html = render(
        "# a\n\nb *c*\\\nd\n\n- e\n- f\n\n```\ng  <h>\n\n  i\n```\n\n| j | k |\n|-|-|\n| l | m |\n\n![n](/uploads/n.png) &amp;"
    ).html
    assert plain_text(html).splitlines() == ["a", "b c", "d", "e", "f", "g <h>", "i", "j k", "l m", "n &"]


def test_plain_text_reads_any_html() -> None:
    assert plain_text('a<script>x</script><!-- y -->b<img alt="c > d"><p title=x>e</p></div>&nbsp;< 3 <') == "abc > d\ne\n\xa0< 3 <"
    assert plain_text(render('![a < "b"](/uploads/c.png) [d](/e "f <g>")').html) == 'a < "b" d'
    assert plain_text("") == ""


def test_excerpt_cuts_between_words() -> None:
    assert excerpt("a  b\n c", 10) == "a b c"
    assert excerpt("The battery, which is new, loses charge.", 24) == "The battery, which is…"
    assert excerpt("The battery, which is new", 13) == "The battery…"
    assert excerpt("word", 4) == "word"
    assert excerpt("电" * 50, 10) == "电" * 9 + "…"
    assert excerpt("x" * 50, 10) == "x" * 9 + "…"
    assert excerpt("a👩\u200d💻" * 9, 4) == "a👩…"
    assert excerpt("abc", 1) == "…"
    with pytest.raises(ValueError, match="at least one"):
        excerpt("abc", 0)


@given(st.text(), st.integers(1, 80))
def test_excerpt_never_exceeds_its_limit(text: str, limit: int) -> None:
    short = excerpt(text, limit)
    assert len(short) <= limit
    assert short.rstrip("…") in " ".join(text.split())
    assert "\n" not in short


@given(st.text(st.characters() | st.sampled_from("\u200d\u200c\u202e\ufe0f\U000e0041\r\n\ud800")))
def test_invisible_characters_are_gone_at_once(text: str) -> None:
    once = without_invisible(text)
    assert not set(once) & set("\u202e\u200b\u2066\ufeff\r\x00\x1b\x85")
    assert without_invisible(once) == once
    once.encode()


def test_stored_html_is_not_escaped_again() -> None:
    post = render("<b> & *c*")
    assert stored_html(str(post.html)) == post.html
    assert f"{stored_html('<p>x</p>')}" == "<p>x</p>"
