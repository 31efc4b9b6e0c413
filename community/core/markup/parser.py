"""The Markdown dialect of posts, set up once: CommonMark and what we add, with bounds on work."""

from __future__ import annotations

from collections.abc import Callable, Sequence

from markdown_it import MarkdownIt
from markdown_it.common.utils import escapeHtml
from markdown_it.renderer import RendererHTML
from markdown_it.rules_block import StateBlock, table
from markdown_it.rules_inline import StateInline, image, link
from markdown_it.token import Token
from markdown_it.utils import EnvType, OptionsDict

from community.core.markup.addresses import take_address
from community.core.markup.highlight import highlight
from community.core.markup.references import Reading, shape_post
from community.core.markup.sanitise import is_safe_url

MAX_NESTING = 24
"""Levels of quotes and list items (a list takes two); the parser drops what stands deeper."""

_MAX_BRACKETS = 5
"""Open brackets inside one another that may still be links. Each level makes 32,000 of them cost as much again."""


class _PostParser(MarkdownIt):
    def validateLink(self, url: str) -> bool:  # noqa: N802 - the library's name
        return is_safe_url(url)

    def normalizeLinkText(self, link: str) -> str:  # noqa: N802 - the library's name
        """Show an address as it was typed: decoding it could hide where it leads."""
        return link


class _PostRenderer(RendererHTML):
    def fence(self, tokens: Sequence[Token], idx: int, options: OptionsDict, env: EnvType) -> str:
        del options
        token, reading = tokens[idx], env["reading"]
        language = (token.info.split(maxsplit=1) or [""])[0]
        coloured = None
        if len(token.content) <= reading.highlight_left and (coloured := highlight(token.content, language)):
            reading.highlight_left -= len(token.content)
        # A wide block scrolls, so it must be reachable by keyboard.
        return f'<pre class="highlight" tabindex="0"><code>{coloured or escapeHtml(token.content)}</code></pre>\n'

    def code_block(self, tokens: Sequence[Token], idx: int, options: OptionsDict, env: EnvType) -> str:
        return self.fence(tokens, idx, options, env)

    def list_item_open(self, tokens: Sequence[Token], idx: int, options: OptionsDict, env: EnvType) -> str:
        """Draw the box of a task as a character: it prints, mails and reads aloud, and is no form field."""
        del env
        checked = tokens[idx].meta.get("checked")
        mark = "" if checked is None else f'<span class="task-list-mark">{"☑" if checked else "☐"}</span> '
        return self.renderToken(tokens, idx, options, {}) + mark


_InlineRule = Callable[[StateInline, bool], bool]


def _shallow(rule: _InlineRule) -> _InlineRule:
    """Give up a bracket that too many open ones stand before, as the parser itself does at its deepest level."""

    def bounded(state: StateInline, silent: bool) -> bool:
        if silent and state.level > _MAX_BRACKETS and state.src[state.pos] in "![":
            state.pos = state.posMax
            return True
        return rule(state, silent)

    return bounded


def _bounded_table(state: StateBlock, start_line: int, end_line: int, silent: bool) -> bool:
    """Parse a table unless the post's tables have too many cells; then it is a paragraph."""
    reading: Reading = state.env["reading"]
    if reading.table_cells_left <= 0 or not table(state, start_line, end_line, True):
        return False
    if silent:
        return True
    line = start_line
    columns = state.src.count("|", state.bMarks[start_line], state.eMarks[start_line]) + 1
    while line < end_line and not state.isEmpty(line):
        line += 1
    reading.table_cells_left -= columns * (line - start_line)
    return reading.table_cells_left > 0 and table(state, start_line, end_line, False)


def _make_parser() -> MarkdownIt:
    parser = _PostParser(
        "gfm-like2",
        {
            "html": False,
            "alerts": False,
            "linkify": False,
            "maxNesting": MAX_NESTING,
            "strikethrough_single_tilde": False,
            "xhtmlOut": False,
        },
        renderer_cls=_PostRenderer,
    )
    parser.disable(["html_block", "html_inline"])
    parser.core.ruler.disable("linkify")
    parser.inline.ruler.at("linkify", take_address)
    parser.inline.ruler.at("link", _shallow(link))
    parser.inline.ruler.at("image", _shallow(image))
    parser.block.ruler.at("table", _bounded_table, {"alt": ["paragraph", "reference"]})
    parser.core.ruler.after("linkify", "shape_post", shape_post)
    return parser


PARSER = _make_parser()
"""One parser for all: it keeps no state between calls, what belongs to a post is in its `env`."""
