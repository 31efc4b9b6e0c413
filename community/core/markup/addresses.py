"""Bare addresses in text: `https://...`, `www....`, `name.com`, mail addresses.

In place of linkify-it-py, whose expressions take time with the square of a text: 7,000 characters of
`www.1.=` cost 1.7 s, 28,000 cost 29 s. Here each character is looked at a bounded number of times.
The rules are those of GitHub's autolinks, and a list of endings for names without `www.`.
"""

from __future__ import annotations

import re
from collections.abc import Iterator
from typing import NamedTuple

from markdown_it.rules_inline import StateInline

_ENDINGS = "com net org edu gov info biz shop app dev io eu au br ca ch cz de dk es fi fr gr hu ie jp kr mx nl nz pl pt ro se uk za"
"""Endings that make a bare name a link: no country whose code ends files or sentences (md, py, it, is)."""

_MAX_LENGTH = 2_000
"""Characters of an address; browsers and proxies stop near it."""

_LABEL = r"[^\W_](?:[^\W_]|-){0,62}\."
_RUN = rf"[^\s<>\u3001\u3002\uff01\uff0c\uff1f\uff1b\uff1a\uff09\u300d\u300f\u3011\u300b]{{0,{_MAX_LENGTH}}}"
_ADDRESS = re.compile(rf"://(?=[^\W_]|\[){_RUN}")
_SCHEME = re.compile(r"(?:\A|[^A-Za-z0-9.+-])(https?)\Z", re.IGNORECASE)
_BARE = re.compile(
    r"(?<![\w.%+@-])(?P<mail>(?:mailto:)?[A-Za-z0-9][A-Za-z0-9._%+-]{0,63}+@(?:[A-Za-z0-9-]{1,63}+\.){1,8}[A-Za-z]{2,24}+)(?![\w@-])"
    rf"|(?<![\w.@/:%+=-])(?P<site>(?:www\.(?:{_LABEL}){{1,8}}[^\W\d_]{{2,24}}|(?:{_LABEL}){{1,8}}(?:{'|'.join(_ENDINGS.split())}))"
    rf"(?![\w@-]|\.\w)(?::[0-9]{{1,5}}(?![0-9]))?(?:[/?#]{_RUN})?)",
    re.IGNORECASE,
)
_MAY_HOLD = re.compile(r"\w\.\w|@\w")
_TRAILING = "?!.,:;*_~'\""
_PAIRS = {")": "(", "]": "["}


class Address(NamedTuple):
    """A bare address in a text: where it stands, what is shown and where it leads."""

    start: int
    shown: str
    url: str


def take_address(state: StateInline, silent: bool) -> bool:
    """Inline rule: make a link of `https://...` before its underscores and stars are read as emphasis."""
    if silent or state.linkLevel > 0 or not state.src.startswith("://", state.pos):
        # While the parser looks for the end of a link's text, an address must not swallow it.
        return False
    scheme = _SCHEME.search(state.pending[-6:])
    found = _ADDRESS.match(state.src, state.pos, state.posMax)
    if scheme is None or found is None:
        return False
    shown = scheme[1] + _trimmed(found[0])
    url = state.md.normalizeLink(shown)
    if not state.md.validateLink(url):
        return False
    state.pending = state.pending[: -len(scheme[1])]
    state.push("link_open", "a", 1).attrs = {"href": url}
    state.push("text", "", 0).content = shown
    state.push("link_close", "a", -1)
    state.pos += len(shown) - len(scheme[1])
    return True


def bare_addresses(text: str) -> Iterator[Address]:
    """Yield the addresses without a scheme in `text`, in order; sites lead to http, as who answers is not known."""
    if not _MAY_HOLD.search(text):
        return
    for found in _BARE.finditer(text):
        if found["mail"]:
            yield Address(found.start(), found[0], f"mailto:{found[0][found[0].find(':') + 1 :]}")
        else:
            shown = _trimmed(found[0])
            yield Address(found.start(), shown, f"http://{shown}")


def _trimmed(address: str) -> str:
    """Cut an address before a bracket that closes none of its own, and before punctuation of the sentence."""
    opened = {"(": 0, "[": 0}
    for place, character in enumerate(address):
        if character in opened:
            opened[character] += 1
        elif character in _PAIRS:
            opened[_PAIRS[character]] -= 1
            if opened[_PAIRS[character]] < 0:
                address = address[:place]
                break
    return address.rstrip(_TRAILING)
