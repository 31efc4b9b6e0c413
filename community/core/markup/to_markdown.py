"""HTML of other forums to Markdown that shows the same words: blocks, lists, quotes, code, tables."""

from __future__ import annotations

import re
from collections.abc import Iterable, Iterator
from itertools import pairwise
from typing import NamedTuple

from community.core.markup.escapes import longest_run
from community.core.markup.html_pieces import BLOCKS
from community.core.markup.html_tree import Node, parse_tree
from community.core.markup.inline_markdown import InlineWriter
from community.core.markup.text import without_invisible

_MAX_NESTING = 16
"""Levels of quotes (one each) and lists (two each); deeper ones are unfolded. `render` reads 24."""

_HEADING = re.compile(r"h[1-6]")
_LANGUAGE = re.compile(r"\b(?:lang|language|highlight-source|brush:)[-\s]*([a-z0-9+#]{1,20})\b")
_CELL_PIPE = re.compile(r"\|")
_ALIGNMENT = re.compile(r"text-align:\s*(left|center|right)")
_RULES = {"": "---", "left": ":---", "center": ":---:", "right": "---:"}


class _Block(NamedTuple):
    kind: str
    text: str


def html_to_markdown(html: str, *, base_url: str = "") -> str:
    """Convert `html` of a post elsewhere to Markdown in which `render` shows the same words.

    Text that Markdown (or our mentions, `#numbers` and emoji) would read as markup is escaped.
    Unknown elements count as what they hold; scripts, styles and comments are dropped. Relative
    addresses are resolved against `base_url` where it is given. Time is linear; broken HTML is
    read as well as it can be and never refused.
    """
    root = parse_tree(without_invisible(html))
    return "\n\n".join(block.text for block in _Converter(base_url).blocks(root.children))


class _Converter:
    def __init__(self, base_url: str) -> None:
        self._base_url = base_url
        self._nesting = 0

    def blocks(self, nodes: Iterable[Node]) -> list[_Block]:
        found: list[_Block] = []
        run: list[Node] = []
        for node in nodes:
            if node.tag in BLOCKS or _holds_blocks(node):
                found += self._paragraphs(run)
                run = []
                found += self._block(node, found[-1].kind if found else "")
            else:
                run.append(node)
        return found + self._paragraphs(run)

    def _block(self, node: Node, previous: str) -> list[_Block]:
        if node.tag == "hr":
            return [_Block("rule", "***")]
        if node.tag == "pre":
            return _code_block(node)
        if node.tag == "table":
            return self._table(node)
        if _HEADING.fullmatch(node.tag):
            return self._heading(node)
        if node.tag in ("blockquote", "ul", "ol"):
            depth = 1 if node.tag == "blockquote" else 2
            if self._nesting + depth <= _MAX_NESTING:
                self._nesting += depth
                found = self._quote(node) if node.tag == "blockquote" else self._list(node, previous)
                self._nesting -= depth
                return found
        return self.blocks(node.children)

    def _paragraphs(self, run: list[Node]) -> list[_Block]:
        if not run:
            return []
        writer = InlineWriter(self._base_url)
        writer.write(run)
        return [_Block("text", text) for text in writer.paragraphs()]

    def _line(self, nodes: Iterable[Node]) -> str:
        writer = InlineWriter(self._base_url)
        writer.write(nodes)
        return writer.line()

    def _heading(self, node: Node) -> list[_Block]:
        text = self._line(node.children)
        if text.endswith("#"):
            # A closing row of number signs is not shown.
            text = text[:-1] + "\\#"
        return [_Block("heading", f"{'#' * int(node.tag[1])} {text}")] if text else []

    def _quote(self, node: Node) -> list[_Block]:
        inner = "\n\n".join(block.text for block in self.blocks(node.children))
        return [_Block("quote", "\n".join(f"> {line}" if line else ">" for line in inner.split("\n")))] if inner else []

    def _list(self, node: Node, previous: str) -> list[_Block]:
        items = [blocks for item in _items(node) if (blocks := self.blocks(item))]
        if not items:
            return []
        # Two lists in a row would be one, so the second has the other marker.
        kind = f"{node.tag}2" if previous == node.tag else node.tag
        sign = {"ul": "-", "ul2": "+", "ol": ".", "ol2": ")"}[kind]
        start = _start_of(node) if node.tag == "ol" else 0
        apart = any(child.tag == "p" for item in node.children for child in item.children)
        lines = []
        for number, blocks in enumerate(items, start):
            marker = f"{number}{sign} " if node.tag == "ol" else f"{sign} "
            body = _joined(blocks, apart=apart)
            lines.append(marker + body.replace("\n", "\n" + " " * len(marker)).replace("\n" + " " * len(marker) + "\n", "\n\n"))
        return [_Block(kind, ("\n\n" if apart else "\n").join(lines))]

    def _table(self, node: Node) -> list[_Block]:
        rows = [[self._cell(cell) for cell in row] for row in _rows(node)]
        width = max(map(len, rows), default=0)
        if not width:
            return self.blocks(node.children)
        lines = [f"| {' | '.join([text for text, _ in row] + [''] * (width - len(row)))} |" for row in rows]
        alignments = [alignment for _, alignment in rows[0]] + [""] * (width - len(rows[0]))
        lines.insert(1, f"| {' | '.join(_RULES[alignment] for alignment in alignments)} |")
        captions = [block for child in node.children if child.tag == "caption" for block in self.blocks(child.children)]
        return [*captions, _Block("table", "\n".join(lines))]

    def _cell(self, cell: Node) -> tuple[str, str]:
        aligned = _ALIGNMENT.search(cell.attribute("style"))
        alignment = aligned[1] if aligned else cell.attribute("align").lower()
        return _CELL_PIPE.sub(r"\\|", self._line(cell.children)), alignment if alignment in _RULES else ""


def _holds_blocks(node: Node) -> bool:
    return any(child.tag in BLOCKS for child in node.children)


def _code_block(node: Node) -> list[_Block]:
    code = "".join(node.words()).removeprefix("\n").rstrip()
    if not code:
        return []
    inner = next((child for child in node.children if child.tag == "code"), node)
    language = _LANGUAGE.search(f"{node.attribute('class')} {inner.attribute('class')}")
    fence = "`" * max(3, longest_run(code) + 1)
    return [_Block("code", f"{fence}{language[1] if language else ''}\n{code}\n{fence}")]


def _items(node: Node) -> Iterator[list[Node]]:
    """Yield what each item of a list holds; what stands between items belongs to the one before."""
    item: list[Node] = []
    for child in node.children:
        if child.tag == "li":
            yield item
            item = list(child.children)
        else:
            item.append(child)
    yield item


def _start_of(node: Node) -> int:
    start = node.attribute("start")
    return int(start) if start.isascii() and start.isdigit() and len(start) < 9 else 1


def _joined(blocks: list[_Block], *, apart: bool) -> str:
    """Join the blocks of an item: a list directly after text needs no blank line, all else does."""
    out = blocks[0].text
    for before, block in pairwise(blocks):
        close = not apart and before.kind == "text" and (block.kind == "ul" or block.text.startswith("1. "))
        out += ("\n" if close else "\n\n") + block.text
    return out


def _rows(node: Node) -> Iterator[list[Node]]:
    for child in node.children:
        if child.tag == "tr":
            yield [cell for cell in child.children if cell.tag in ("td", "th")]
        elif child.tag in ("thead", "tbody", "tfoot"):
            yield from _rows(child)
