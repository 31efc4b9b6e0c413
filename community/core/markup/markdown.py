"""Markdown to sanitised HTML, with bounds on input, output and work."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from html import escape

from markdown_it import MarkdownIt
from markdown_it.common.utils import escapeHtml
from markdown_it.renderer import RendererHTML
from markdown_it.rules_block import StateBlock, table
from markdown_it.token import Token
from markdown_it.utils import EnvType, OptionsDict
from markupsafe import Markup

from community.core.markup.highlight import highlight
from community.core.markup.references import Mentions, Reading, Topics, shape_post
from community.core.markup.sanitise import is_safe_url, sanitise
from community.core.markup.text import plain_text, without_invisible

MAX_CHARS = 32_000
"""Characters of one post (rulings 22). Callers refuse longer ones; `render` cuts."""

MAX_BYTES = 131_072
"""The same in bytes of UTF-8 (rulings 22)."""

MAX_HTML_BYTES = 524_288
"""Bytes of HTML that one post may become."""

_MAX_NESTING = 24
"""Levels of quotes and list items (a list takes two). Time for 32,000 brackets grows with it: 0.4 s here."""

_DOMAINS = "com net org edu gov info biz shop app dev io eu au br ca ch cz de dk es fi fr gr hu ie jp kr mx nl nz pl pt ro se uk za"
"""Endings that make a bare `name.ending` a link: no country whose code ends files or sentences (md, py, it, is)."""


@dataclass(frozen=True, slots=True)
class Rendered:
    """A rendered post.

    `text` is its words without markup. `mentions` holds every handle found, in lower case, whether
    or not it exists; `topic_ids` every `#number`; `links` counts links to other sites. `clipped`
    tells that something was cut, or that the post is shown without its markup, as it was too much.
    """

    html: Markup
    text: str
    mentions: tuple[str, ...] = ()
    links: int = 0
    topic_ids: tuple[int, ...] = ()
    clipped: bool = False


def render(source: str, *, mentions: Mentions | None = None, topics: Topics | None = None, base_url: str = "") -> Rendered:
    """Render Markdown `source` (CommonMark with tables, strikethrough, tasks, links, mentions, emoji).

    `mentions` gets the handles found (lower case, at most 50) and returns the profile addresses of
    those that exist; `topics` the same for `#12`, with address and title. Each is called at most
    once; without one, its references stay text. `base_url` is this site's own address, whose links
    are not outside links. HTML in `source` is shown as text. Raises nothing of its own.
    """
    source, cut = _within_limits(source)
    source = without_invisible(source)
    reading = Reading(base_url=base_url.rstrip("/"))
    env: EnvType = {"reading": reading}
    tokens = _PARSER.parse(source, env)
    if any(token.level >= _MAX_NESTING - 1 and token.nesting == 1 for token in tokens):
        # The parser drops what stands deeper.
        return _unformatted(source)
    reading.resolve(mentions, topics)
    # Entities such as &#8238; are decoded by now, so invisible characters are removed once more.
    html = without_invisible(_PARSER.renderer.render(tokens, _PARSER.options, env))
    if len(html) > MAX_HTML_BYTES or len(html := sanitise(html)) > MAX_HTML_BYTES or len(html.encode()) > MAX_HTML_BYTES:
        return _unformatted(source)
    return Rendered(
        html=Markup(html),  # noqa: S704 - sanitised in this function
        text=plain_text(html),
        mentions=tuple(reading.handles),
        links=reading.links,
        topic_ids=tuple(reading.topic_ids),
        clipped=cut,
    )


def stored_html(html: str) -> Markup:
    """Mark HTML that `render` made, and that was kept in our own database since, as safe to show."""
    return Markup(html)  # noqa: S704 - only what `render` returned is stored


def _within_limits(source: str) -> tuple[str, bool]:
    cut = source[:MAX_CHARS]
    encoded = cut.encode("utf-8", "replace")
    if len(encoded) > MAX_BYTES:
        cut = encoded[:MAX_BYTES].decode("utf-8", "ignore")
    return cut, len(cut) < len(source)


def _unformatted(source: str) -> Rendered:
    """Show `source` as the plain paragraphs it is."""
    paragraphs = (part.strip("\n") for part in source.split("\n\n"))
    html = sanitise("".join(f"<p>{escape(part).replace(chr(10), '<br>' + chr(10))}</p>\n" for part in paragraphs if part))
    return Rendered(html=Markup(html), text=plain_text(html), clipped=True)  # noqa: S704 - sanitised above


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
            "maxNesting": _MAX_NESTING,
            "strikethrough_single_tilde": False,
            "xhtmlOut": False,
        },
        renderer_cls=_PostRenderer,
    )
    parser.disable(["html_block", "html_inline"])
    parser.block.ruler.at("table", _bounded_table, {"alt": ["paragraph", "reference"]})
    parser.core.ruler.after("linkify", "shape_post", shape_post)
    assert parser.linkify is not None
    for scheme in ("ftp:", "//"):
        parser.linkify.add(scheme, None)
    parser.linkify.tlds(_DOMAINS.split())
    return parser


_PARSER = _make_parser()
"""One parser for all: it keeps no state between calls, what belongs to a post is in its `env`."""
