"""A linear-time reader of HTML: text, opening tags, closing tags.

The standard library's parser rescans the rest of its input for each unclosed comment or quote,
which lets 30 kB of tag soup cost seconds. Here every character is looked at a bounded number of
times: no quoted value may hold a `<`, so a tag that never closes ends at the next one and is text.
"""

from __future__ import annotations

import re
from collections.abc import Iterator
from html import unescape
from typing import NamedTuple

_BLOCKS = (
    "p div section article aside main header footer nav center address details summary figure figcaption fieldset form "
    "h1 h2 h3 h4 h5 h6 blockquote pre ul ol li dl dt dd table caption thead tbody tfoot tr td th hr"
)
BLOCKS = frozenset(_BLOCKS.split())
"""Elements that stand on lines of their own."""

_UNSEEN = re.compile(r"<!--.*?(?:-->|\Z)|<[!?][^>]*(?:>|\Z)", re.DOTALL)
_RAW_TEXT = re.compile(r"<(script|style|template|noscript|iframe|textarea|title)\b.*?(?:</\1\s*>|\Z)", re.DOTALL | re.IGNORECASE)
_TAG = re.compile(r"""<(/?)([A-Za-z][A-Za-z0-9:-]*+)((?:[^<>"']|"[^"<]*"|'[^'<]*')*+)>""")
_ATTRIBUTE = re.compile(r"""([^\s=/"'<>]+)(?:\s*=\s*(?:"([^"]*)"|'([^']*)'|([^\s"'<>]+)))?""")


class Piece(NamedTuple):
    """One piece of HTML. `tag` is empty for text; `text` then holds it with entities decoded."""

    tag: str
    closing: bool
    text: str


def pieces(html: str) -> Iterator[Piece]:
    """Yield the pieces of `html` in order, without comments, declarations, scripts and styles.

    The `text` of a tag is its attributes as written; read them with `attributes`. Broken tags are
    text. Time is linear in the length of `html`.
    """
    html = _UNSEEN.sub("", html) if "<!" in html or "<?" in html else html
    html = _RAW_TEXT.sub("", html)
    end = 0
    for found in _TAG.finditer(html):
        if found.start() > end:
            yield Piece("", False, unescape(html[end : found.start()]))
        yield Piece(found[2].lower(), bool(found[1]), found[3])
        end = found.end()
    if end < len(html):
        yield Piece("", False, unescape(html[end:]))


def attributes(written: str) -> dict[str, str]:
    """Return the attributes of a tag by lower-case name, entities decoded; the first of a name wins."""
    found: dict[str, str] = {}
    for name, double, single, bare in _ATTRIBUTE.findall(written):
        found.setdefault(name.lower(), unescape(double or single or bare))
    return found
