"""Plain text of posts: invisible characters out, tags out, excerpts."""

from __future__ import annotations

import re

from community.core.markup.html_pieces import BLOCKS, attributes, pieces

_JOINED = "\u0600-\u1aff\u2190-\u2bff\ua8e0-\uabff\ufb50-\ufeff\U0001f000-\U0001faff"
"""Scripts from Arabic to Balinese, symbols and emoji: where a joiner between characters is meant."""

_INVISIBLE = re.compile(
    # Controls except tab and line feed (carriage returns are folded first), noncharacters.
    "[\x00-\x08\x0b-\x1f\x7f-\x9f\ufdd0-\ufdef\ufffe\uffff"
    # Format characters: soft hyphen, bidi controls, byte order mark, interlinear, musical.
    "\u00ad\u061c\u180e\u200b\u200e\u200f\u202a-\u202e\u2060-\u206f\ufeff\ufff9-\ufffb\U0001bca0-\U0001bca3\U0001d173-\U0001d17a"
    # Fillers that draw nothing.
    "\u034f\u115f\u1160\u17b4\u17b5\u3164\uffa0]"
    # Tags, except in the flags of England, Scotland and Wales.
    "|(?<![\U0001f3f4\U000e0020-\U000e007e])[\U000e0000-\U000e007f]+"
    # Joiners outside emoji and the scripts that need them.
    f"|(?<![{_JOINED}])[\u200c\u200d]+|[\u200c\u200d]+(?![{_JOINED}])"
    # A second variation selector in a row carries nothing a reader could see.
    "|(?<=[\ufe00-\ufe0f\U000e0100-\U000e01ef])[\ufe00-\ufe0f\U000e0100-\U000e01ef]+"
)
_SURROGATE = re.compile("[\ud800-\udfff]")
_OPENS_LINE = (BLOCKS | {"br"}) - {"td", "th"}
_SPACES = re.compile(r"[ \t]+")
_BLANK_LINES = re.compile(r" ?\n[ \n]*")
_CUT_AFTER = re.compile(r"\s\S*\Z")
_DANGLING = re.compile("[\u0300-\u036f\u200d\ufe00-\ufe0f\U0001f3fb-\U0001f3ff\\s,;:.!?(\\[-]+\\Z")


def without_invisible(text: str) -> str:
    """Return `text` without characters that draw nothing or reorder what stands around them.

    Bidirectional controls can show text other than the one stored; invisible ones defeat filters
    and look-alike checks (Unicode Technical Report 36). Joiners stay within emoji and in scripts
    that need them. Line ends become line feeds, lone surrogates U+FFFD.
    """
    if "\r" in text:
        text = text.replace("\r\n", "\n").replace("\r", "\n")
    if text.isascii() and text.isprintable():
        return text
    return _INVISIBLE.sub("", _SURROGATE.sub("\ufffd", text))


def plain_text(html: str) -> str:
    """Return the words of `html`, a line a block, images as their alternative text, for search and mail.

    The answer is text, not HTML: whoever shows it escapes it.
    """
    out: list[str] = []
    between_blocks = True
    for tag, closing, text in pieces(html):
        if not tag:
            if not (between_blocks and text.isspace()):
                out.append(text)
            between_blocks = False
            continue
        between_blocks = tag in BLOCKS
        if tag in _OPENS_LINE:
            out.append("\n")
        elif between_blocks:
            out.append(" ")
        elif tag == "img" and not closing:
            out.append(attributes(text).get("alt", ""))
    return _BLANK_LINES.sub("\n", _SPACES.sub(" ", "".join(out))).strip(" \n")


def excerpt(text: str, limit: int) -> str:
    """Return `text` in one line of at most `limit` characters, cut between words and ended by an ellipsis.

    A text without spaces in its last third (Chinese, an address) is cut between characters, never
    inside an emoji sequence. Raises ValueError where `limit` is below 1.
    """
    if limit < 1:
        raise ValueError("An excerpt needs room for at least one character.")
    # Only the beginning matters: splitting a whole long text would cost for nothing.
    line = " ".join(text[: limit * 4 + 200].split())
    if len(line) <= limit and len(text) <= limit * 4 + 200:
        return line
    room = line[: limit - 1]
    if line[limit - 1 : limit].strip():
        between_words = _CUT_AFTER.sub("", room)
        room = between_words if len(between_words) * 3 >= len(room) * 2 else room
    return _DANGLING.sub("", room) + "…"
