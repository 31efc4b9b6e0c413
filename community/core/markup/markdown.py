"""Markdown to sanitised HTML, with bounds on input, output and work."""

from __future__ import annotations

from dataclasses import dataclass
from html import escape

from markupsafe import Markup

from community.core.markup.parser import MAX_NESTING, PARSER
from community.core.markup.references import Mentions, Reading, Topics
from community.core.markup.sanitise import sanitise
from community.core.markup.text import plain_text, without_invisible

MAX_CHARS = 32_000
"""Characters of one post (rulings 22). Callers refuse longer ones; `render` cuts."""

MAX_BYTES = 131_072
"""The same in bytes of UTF-8 (rulings 22)."""

MAX_HTML_BYTES = 524_288
"""Bytes of HTML that one post may become."""


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
    env = {"reading": reading}
    tokens = PARSER.parse(source, env)
    if any(token.level >= MAX_NESTING - 1 and token.nesting == 1 for token in tokens):
        # The parser drops what stands deeper.
        return _unformatted(source)
    reading.resolve(mentions, topics)
    # Entities such as &#8238; are decoded by now, so invisible characters are removed once more.
    html = without_invisible(PARSER.renderer.render(tokens, PARSER.options, env))
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
