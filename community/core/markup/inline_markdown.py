"""Inline HTML to Markdown: emphasis, code, links, images and breaks of one paragraph."""

from __future__ import annotations

import re
import unicodedata
from collections.abc import Iterable
from dataclasses import dataclass
from typing import Self
from urllib.parse import urljoin

from community.core.markup.escapes import code_span, escape_destination, escape_line_starts, escape_text
from community.core.markup.html_pieces import BLOCKS
from community.core.markup.html_tree import Node
from community.core.markup.sanitise import is_safe_url

_EMPHASIS = {"strong": "**", "b": "**", "em": "*", "i": "*", "cite": "*", "del": "~~", "s": "~~", "strike": "~~"}
_CODE = frozenset(["code", "tt", "samp"])
_SPACE = re.compile(r"[ \t\n\f]+")
_AUTOLINK = re.compile(r"(?:https?|mailto):[^\s<>\\`|]+")
_ENDS_IN_ADDRESS = re.compile(r"(?:https?:|www\.)\S*\Z")
_BREAK = "\\\n"


@dataclass
class _Emphasis:
    marker: str
    nested: bool
    kept: bool = True


@dataclass
class _Mark:
    """One end of an emphasis."""

    emphasis: _Emphasis
    opens: bool


class _Code(str):
    """A code span as written in Markdown; `code` is what it shows."""

    code: str

    def __new__(cls, code: str) -> Self:
        span = super().__new__(cls, code_span(code))
        span.code = code
        return span


class InlineWriter:
    """Collects the Markdown of one run of inline nodes."""

    def __init__(self, base_url: str) -> None:
        self._base_url = base_url
        self._parts: list[str | _Mark] = []
        self._open: list[_Emphasis] = []
        self._last = "\n"
        self._in_link = False

    def write(self, nodes: Iterable[Node]) -> None:
        """Append `nodes`. A block among them counts as its words, apart from its neighbours."""
        for node in nodes:
            if not node.tag:
                self._text(node.written)
            elif node.tag in _EMPHASIS:
                self._emphasis(node)
            elif node.tag in _CODE:
                self._code(node)
            elif node.tag == "a":
                self._link(node)
            elif node.tag == "img":
                self._image(node)
            elif node.tag == "br":
                self._break()
            elif node.tag in BLOCKS:
                self._text(" ")
                self.write(node.children)
                self._text(" ")
            else:
                self.write(node.children)

    def paragraphs(self) -> list[str]:
        """Return what was written as Markdown paragraphs."""
        return [escape_line_starts(text) for part in self._markdown().split("\n\n") if (text := _trimmed(part))]

    def line(self) -> str:
        """Return what was written in one line, for a heading or a cell."""
        return _trimmed(self._markdown().replace("\n\n", " ").replace(_BREAK, " "))

    def _text(self, written: str) -> None:
        text = _SPACE.sub(" ", written)
        if text.startswith(" "):
            text = text[1:]
            if self._last not in " \n":
                self._space_before_marks()
        if text:
            self._add(escape_text(text, in_link=self._in_link))
            self._last = text[-1]

    def _space_before_marks(self) -> None:
        place = len(self._parts)
        while place and isinstance(mark := self._parts[place - 1], _Mark) and mark.opens:
            place -= 1
        self._parts.insert(place, " ")
        self._last = " "

    def _add(self, part: str) -> None:
        self._parts.append(part)
        self._last = part[-1]

    def _emphasis(self, node: Node) -> None:
        marker = _EMPHASIS[node.tag]
        if any(emphasis.marker == marker for emphasis in self._open):
            self.write(node.children)
            return
        emphasis = _Emphasis(marker, nested=bool(self._open))
        for outer in self._open:
            outer.nested = True
        self._open.append(emphasis)
        self._parts.append(_Mark(emphasis, opens=True))
        self.write(node.children)
        self._open.pop()
        after = ""
        while self._parts and isinstance(part := self._parts[-1], str) and not isinstance(part, _Code) and part[-1] in " \n":
            # Spaces and breaks go behind the closing mark, which must touch a word.
            kept = part.removesuffix(_BREAK) if part.endswith(_BREAK) else part.rstrip(" \n")
            after = part[len(kept) :] + after
            self._parts.pop()
            if kept:
                self._parts.append(kept)
        if isinstance(part := self._parts[-1], _Mark) and part.opens:
            self._parts.pop()
        else:
            self._parts.append(_Mark(emphasis, opens=False))
        if after:
            self._add(after)

    def _code(self, node: Node) -> None:
        code = _SPACE.sub(" ", "".join(node.words())).strip(" ")
        if not code:
            return
        if self._parts and isinstance(before := self._parts[-1], _Code):
            # Two code spans that touch would join their fences.
            self._parts.pop()
            code = before.code + code
        self._parts.append(_Code(code))
        self._last = "`"

    def _break(self) -> None:
        if self._in_link:
            self._text(" ")
        elif self._parts and self._parts[-1] == _BREAK and not self._open:
            self._parts[-1] = "\n\n"
        elif not self._parts or self._parts[-1] != "\n\n":
            self._add(_BREAK)

    def _link(self, node: Node) -> None:
        url = None if self._in_link else self._destination(node.attribute("href"))
        if url is None:
            self.write(node.children)
            return
        inner = InlineWriter(self._base_url)
        inner._in_link = True
        inner.write(node.children)
        label = inner.line()
        words = "".join(node.words())
        if not label:
            return
        if words[:1].isspace():
            self._text(" ")
        if self._parts and _ENDS_IN_ADDRESS.search(str(self._parts[-1])[-200:]):
            # The bare address before would swallow the link.
            self._text(words)
        elif words.strip() == url and _AUTOLINK.fullmatch(url):
            self._after_text(f"<{url}>")
        else:
            self._after_text(f"[{label}]({escape_destination(url)})")
        if words[-1:].isspace():
            self._text(" ")

    def _image(self, node: Node) -> None:
        alternative = node.attribute("alt")
        url = self._destination(node.attribute("src"))
        if self._in_link or url is None:
            self._text(alternative)
            return
        label = escape_text(_SPACE.sub(" ", alternative).strip(" "), in_link=True)
        self._after_text(f"![{label}]({escape_destination(url)})")

    def _after_text(self, link: str) -> None:
        """Add a link; an exclamation mark directly before it would make it an image."""
        before = self._parts[-1] if self._parts else ""
        if isinstance(before, str) and before.endswith("!") and not before.endswith("\\!"):
            self._parts[-1] = before[:-1] + "\\!"
        self._add(link)

    def _destination(self, written: str) -> str | None:
        """Return where an address leads, absolute where the base is known, or None where it must not lead."""
        url = _SPACE.sub("%20", written.strip())
        if url.startswith("//"):
            url = "https:" + url
        try:
            url = urljoin(self._base_url, url) if self._base_url else url
        except ValueError:  # an unfinished IPv6 address
            return None
        return url if url and not url.startswith("#") and is_safe_url(url) else None

    def _markdown(self) -> str:
        _drop_unreadable(self._parts)
        return "".join(
            part if isinstance(part, str) else part.emphasis.marker if part.emphasis.kept else "" for part in self._parts
        )


def _trimmed(text: str) -> str:
    """Strip spaces and breaks around a paragraph; a backslash at its end would show."""
    text = text.strip(" \n")
    while text.startswith(_BREAK):
        text = text[len(_BREAK) :].lstrip(" ")
    # Stripping took the line feed of a closing break.
    while (backslashes := len(text) - len(text.rstrip("\\"))) % 2:
        text = text[:-1].rstrip(" \n") if backslashes else text
    return text


def _drop_unreadable(parts: list[str | _Mark]) -> None:
    """Drop emphasis that CommonMark would not read as such ("left- and right-flanking", section 6.2)."""
    before, ends = " ", list[_Mark]()
    for part in [*parts, " "]:
        if isinstance(part, _Mark):
            ends.append(part)
            continue
        if ends:
            readable = _readable(ends, before, part[0])
            for mark in ends:
                mark.emphasis.kept = mark.emphasis.kept and readable
            ends = []
        before = part[-1]


def _readable(ends: list[_Mark], before: str, after: str) -> bool:
    """Tell whether `ends`, marks that touch, are read as what they are between two characters."""
    if all(mark.opens for mark in ends):
        return _touches(after, before, ends)
    # Where one emphasis ends and the next begins at once, their marks would join.
    return not any(mark.opens for mark in ends) and _touches(before, after, ends)


def _touches(inside: str, outside: str, marks: list[_Mark]) -> bool:
    """Tell whether `marks` between `inside` and `outside` are read as ends of the emphasis on the inside.

    Marks of nested emphasis must not be readable as ends on the outside as well, since they could
    then pair with another.
    """
    if inside.isspace() or outside.isspace():
        return outside.isspace() and not inside.isspace()
    if any(mark.emphasis.nested for mark in marks):
        return _is_punctuation(outside) and not _is_punctuation(inside)
    return _is_punctuation(outside) or not _is_punctuation(inside)


def _is_punctuation(character: str) -> bool:
    return unicodedata.category(character)[0] in "PS"
