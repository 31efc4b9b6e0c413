"""From what a post was written in elsewhere to our Markdown and its safe HTML. Slow, so never inside a unit.

Child processes run this too (renderers.py): it imports nothing that starts slowly.
"""

from __future__ import annotations

import re
from typing import Final, NamedTuple

from community.core.markup import MAX_BYTES, MAX_CHARS, html_to_markdown, render, without_invisible
from community.core.markup.escapes import escape_line_starts

_SPACES: Final = re.compile(r"\s+")
_CODE: Final = re.compile(r"(`[^`]*`)")
_REFERENCE: Final = re.compile(r"(?<![\w@/.\\-])@(?=[A-Za-z0-9])|(?<![\w&#/\\])#(?=[1-9])")
_LONGEST_SOURCE: Final = 4 * MAX_BYTES
"""HTML beyond this could only end beyond our own limit: it is cut before it costs."""


class Raw(NamedTuple):
    """A post as it was written: `markup` is html or comment, `url` the address that relative links start from."""

    markup: str
    source: str
    url: str


class Phrases(NamedTuple):
    """What stands where a post has no text, and behind one that was cut, with or without an original to look at."""

    no_text: str
    cut_see_original: str
    cut: str


class Text(NamedTuple):
    """The words of a post as they are stored; `cut` where they were longer than a post may be (rulings 22)."""

    body: str
    html: str
    text: str
    cut: bool


def text_of(raw: Raw, phrases: Phrases) -> Text:
    """Convert and render a post."""
    source = raw.source[:_LONGEST_SOURCE]
    body = _comment(source) if raw.markup == "comment" else html_to_markdown(source, base_url=raw.url)
    body, cut = _within_limits(body, phrases.cut_see_original if raw.url else phrases.cut)
    body = body or phrases.no_text
    rendered = render(body)
    return Text(body, str(rendered.html), rendered.text, cut or len(source) < len(raw.source))


def _comment(source: str) -> str:
    """Comments of Stack Exchange are one paragraph of a small Markdown: emphasis, code and links, no blocks.

    Their @names are people of that site, not of ours.
    """
    pieces = _CODE.split(_SPACES.sub(" ", without_invisible(source)).strip())
    pieces[::2] = [_REFERENCE.sub(r"\\\g<0>", piece) for piece in pieces[::2]]
    return escape_line_starts("".join(pieces))


def _within_limits(body: str, notice: str) -> tuple[str, bool]:
    """The text as long as a post may be, cut between paragraphs where that loses little, with a notice behind it."""
    if len(body) <= MAX_CHARS and len(body.encode()) <= MAX_BYTES:
        return body, False
    notice = f"\n\n{notice}"
    kept = body[: MAX_CHARS - len(notice)].encode()[: MAX_BYTES - len(notice.encode())].decode("utf-8", "ignore")
    paragraphs, _sep, _rest = kept.rpartition("\n\n")
    return (paragraphs if len(paragraphs) > len(kept) // 2 else kept).rstrip() + notice, True
