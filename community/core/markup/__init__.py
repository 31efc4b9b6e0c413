"""Markdown to safe HTML and back: the one renderer of page, preview, mail, feed and API.

`render` turns what a member wrote into sanitised HTML, `stored_html` marks up HTML that `render`
made earlier, `html_to_markdown` converts imported posts. Nothing else makes `Markup` of strings.
"""

from community.core.markup.markdown import MAX_BYTES, MAX_CHARS, Rendered, render, stored_html
from community.core.markup.text import excerpt, plain_text, without_invisible
from community.core.markup.to_markdown import html_to_markdown

__all__ = [
    "MAX_BYTES",
    "MAX_CHARS",
    "Rendered",
    "excerpt",
    "html_to_markdown",
    "plain_text",
    "render",
    "stored_html",
    "without_invisible",
]
