"""What our Markdown adds to CommonMark, as one walk over the parsed tokens.

Mentions, links to topics and emoji are found in text; headings are shifted below the page's own;
images of other sites become links; outside links are marked. Mentions and topics are resolved
afterwards in one call each, so parsing never waits for a database.
"""

from __future__ import annotations

import re
from collections.abc import Callable, Iterator
from dataclasses import dataclass, field
from typing import TypeVar

from markdown_it.common.normalize_url import normalizeLink
from markdown_it.rules_core import StateCore
from markdown_it.token import Token

from community.core.markup.addresses import bare_addresses
from community.core.markup.emoji import EMOJI
from community.core.markup.highlight import MAX_HIGHLIGHTED
from community.core.markup.sanitise import OUTSIDE_REL, is_own_image

Mentions = Callable[[list[str]], dict[str, str]]
Topics = Callable[[list[int]], dict[int, tuple[str, str]]]

_Key = TypeVar("_Key")

MAX_TABLE_CELLS = 10_000
"""Cells of all tables of a post; a table beyond is shown as text (12 kB of table can become 5 MB of HTML)."""

MAX_REFERENCES = 50
"""Different people, and different topics, that one post can point to; more stay text (bounds the look-up)."""

_REFERENCE = re.compile(
    r"(?<![\w@/.-])@(?P<handle>(?>[A-Za-z0-9](?:[A-Za-z0-9_-]{0,38}[A-Za-z0-9_])?))(?![\w@])"
    r"|(?<![\w&#/])#(?P<topic>[1-9][0-9]{0,8})(?!\w)"
    r"|(?<!\w):(?P<emoji>[a-z0-9_+-]{1,30}):(?!\w)",
    re.ASCII,
)
_HEADINGS = {"h1": "h3", "h2": "h4", "h3": "h5", "h4": "h6", "h5": "h6", "h6": "h6"}
_STYLES = {"text-align:left": "left", "text-align:center": "center", "text-align:right": "right"}


class Link:
    """The two tokens around the text of a link; they draw nothing until it is shown."""

    def __init__(self) -> None:
        self.opening = Token("link_open", "a", 1, hidden=True)
        self.closing = Token("link_close", "a", -1, hidden=True)

    def show(self, **attrs: str) -> None:
        """Draw the link with these attributes."""
        self.opening.attrs = dict(attrs)
        self.opening.hidden = self.closing.hidden = False


@dataclass
class Reading:
    """What one post was found to hold, and what its parsing may still spend."""

    base_url: str
    handles: dict[str, list[Link]] = field(default_factory=dict)
    topic_ids: dict[int, list[Link]] = field(default_factory=dict)
    links: int = 0
    table_cells_left: int = MAX_TABLE_CELLS
    highlight_left: int = MAX_HIGHLIGHTED

    def note(self, found: re.Match[str]) -> Link | None:
        """Note a mention or topic and return its still hidden link; None where the post has too many."""
        link = Link()
        if found["handle"]:
            return _noted(self.handles, found["handle"].lower(), link)
        return _noted(self.topic_ids, int(found["topic"]), link)

    def resolve(self, mentions: Mentions | None, topics: Topics | None) -> None:
        """Turn the references that exist into links; the others stay the text they are."""
        if mentions is not None and self.handles:
            for handle, url in mentions(list(self.handles)).items():
                for link in self.handles.get(handle, ()):
                    link.show(**{"class": "mention"}, href=url)
        if topics is not None and self.topic_ids:
            for topic_id, (url, title) in topics(list(self.topic_ids)).items():
                for link in self.topic_ids.get(topic_id, ()):
                    link.show(href=url, title=title)

    def is_outside(self, href: str) -> bool:
        """Tell whether `href` leads away from this site; mail addresses do not count."""
        if self.base_url and href.startswith(self.base_url) and href[len(self.base_url) :][:1] in ("", "/", "?", "#"):
            return False
        return href.lower().startswith(("http:", "https:"))


def _noted(known: dict[_Key, list[Link]], key: _Key, link: Link) -> Link | None:
    if key not in known and len(known) >= MAX_REFERENCES:
        return None
    known.setdefault(key, []).append(link)
    return link


def shape_post(state: StateCore) -> None:
    """Core rule, after links are found and before escapes are joined, as an escaped name is no mention."""
    reading: Reading = state.env["reading"]
    for token in state.tokens:
        if token.type == "inline" and token.children:
            token.children = list(_shape_inline(token.children, reading))
        elif token.tag in _HEADINGS:
            token.tag = _HEADINGS[token.tag]
        elif "style" in token.attrs:
            # A style attribute is forbidden by the content security policy.
            token.attrs["align"] = _STYLES[str(token.attrs.pop("style"))]


def _shape_inline(children: list[Token], reading: Reading) -> Iterator[Token]:
    in_link = False
    for token in children:
        if token.type == "link_open":
            in_link = True
            _mark_outside(token, reading)
        elif token.type == "link_close":
            in_link = False
        if token.type == "image":
            yield from _image(token, reading, in_link=in_link)
        elif token.type == "text":
            yield from _references(token.content, reading, in_link=True) if in_link else _addresses(token.content, reading)
        else:
            yield token


def _mark_outside(token: Token, reading: Reading) -> None:
    if reading.is_outside(str(token.attrs.get("href", ""))):
        token.attrs["rel"] = OUTSIDE_REL
        reading.links += 1


def _image(token: Token, reading: Reading, *, in_link: bool) -> Iterator[Token]:
    """Keep an image of this site; make one of another site a link, as loading it would tell on the reader."""
    url = str(token.attrs["src"])
    path = url.removeprefix(reading.base_url) if reading.base_url else url
    if is_own_image(path):
        token.attrs.update({"src": path, "loading": "lazy"})
        yield token
        return
    label = _text("".join(_alternative(token.children or ())).strip() or url)
    if in_link:
        yield label
        return
    yield from _shown_link(url, label, reading)


def _alternative(tokens: list[Token] | tuple[()]) -> Iterator[str]:
    for token in tokens:
        yield " " if token.type in ("softbreak", "hardbreak") else token.content
        if token.type != "image":
            yield from _alternative(token.children or ())


def _addresses(text: str, reading: Reading) -> Iterator[Token]:
    end = 0
    for address in bare_addresses(text):
        yield from _references(text[end : address.start], reading, in_link=False)
        yield from _shown_link(normalizeLink(address.url), _text(address.shown), reading)
        end = address.start + len(address.shown)
    yield from _references(text[end:], reading, in_link=False)


def _references(text: str, reading: Reading, *, in_link: bool) -> Iterator[Token]:
    end = 0
    for found in _REFERENCE.finditer(text):
        emoji = EMOJI.get(found["emoji"] or "")
        link = None if in_link or found["emoji"] else reading.note(found)
        if emoji is None and link is None:
            continue
        yield _text(text[end : found.start()])
        yield from [_text(emoji or "")] if link is None else [link.opening, _text(found[0]), link.closing]
        end = found.end()
    yield _text(text[end:])


def _shown_link(url: str, label: Token, reading: Reading) -> Iterator[Token]:
    link = Link()
    link.show(href=url)
    _mark_outside(link.opening, reading)
    yield from (link.opening, label, link.closing)


def _text(content: str) -> Token:
    return Token("text", "", 0, content=content)
