"""A forgiving tree of HTML, no deeper than a fixed number of levels."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass, field

from community.core.markup.html_pieces import BLOCKS, attributes, pieces
from community.core.markup.text import without_invisible

MAX_DEPTH = 48
"""Open elements at one place; an element deeper is dropped and what it holds goes to its parent."""

_VOID = frozenset(["area", "base", "br", "col", "embed", "hr", "img", "input", "link", "meta", "param", "source", "track", "wbr"])
_CLOSED_BY: dict[str, frozenset[str]] = {
    "li": frozenset(["li"]),
    "dt": frozenset(["dt", "dd"]),
    "dd": frozenset(["dt", "dd"]),
    "tr": frozenset(["tr", "td", "th"]),
    "td": frozenset(["td", "th"]),
    "th": frozenset(["td", "th"]),
}
_SCOPES = frozenset(["ul", "ol", "dl", "table", "blockquote"])
"""An opening tag closes no element outside the innermost of these."""


@dataclass(slots=True)
class Node:
    """An element, or text where `tag` is empty. `written` is the text, or the attributes as written."""

    tag: str
    written: str = ""
    children: list[Node] = field(default_factory=list)

    def attribute(self, name: str) -> str:
        """Return the value of an attribute, empty where there is none."""
        return attributes(self.written).get(name, "") if self.written else ""

    def words(self) -> Iterator[str]:
        """Yield the text inside, a line feed for each break, as written."""
        if not self.tag:
            yield self.written
        elif self.tag == "br":
            yield "\n"
        for child in self.children:
            yield from child.words()


def parse_tree(html: str) -> Node:
    """Return the tree of `html` under a node of tag `root`; every text of `html` is in it, in order."""
    stack = [Node("root")]
    for tag, closing, text in pieces(html):
        if not tag:
            # Entities are decoded by now, those of invisible characters as well.
            stack[-1].children.append(Node("", text if text.isascii() else without_invisible(text)))
        elif closing:
            _close(stack, tag)
        else:
            _close_implied(stack, tag)
            node = Node(tag, text)
            stack[-1].children.append(node)
            if tag not in _VOID and len(stack) < MAX_DEPTH:
                stack.append(node)
    return stack[0]


def _close(stack: list[Node], tag: str) -> None:
    for place in range(len(stack) - 1, 0, -1):
        if stack[place].tag == tag:
            del stack[place:]
            return


def _close_implied(stack: list[Node], tag: str) -> None:
    if tag not in BLOCKS:
        return
    ends = _CLOSED_BY.get(tag, frozenset())
    cut = None
    for place in range(len(stack) - 1, 0, -1):
        if stack[place].tag in _SCOPES:
            break
        if stack[place].tag in ends or stack[place].tag == "p":
            cut = place
    if cut is not None:
        del stack[cut:]
