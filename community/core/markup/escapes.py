"""Escapes that keep words words: text of elsewhere that must not act as Markdown of ours."""

from __future__ import annotations

import re

from community.core.markup.emoji import EMOJI

_IN_TEXT = re.compile(
    r"(?P<url>https?://[^\s<>\[\]()*`~|\"'\\&]+)"
    r"|(?P<always>[`\[])"
    r"|(?P<in_link>\])"
    r"|\\(?=[ !-/:-@\[-`{-~]|\Z)"
    r"|(?<! )\*|\*(?! )"
    r"|(?<![A-Za-z0-9])_|_(?![A-Za-z0-9])"
    r"|(?<=~)~|~(?=~)|\A~|~\Z"
    r"|<(?=[A-Za-z][A-Za-z0-9+.-]{1,31}:|[^\s<>]{1,64}@)"
    r"|&(?=#?[A-Za-z0-9]{1,40};)"
    r"|(?<![\w@/.-])@(?=[A-Za-z0-9])"
    r"|(?<![\w&#/])#(?=[1-9])"
    r"|(?<!\w):(?=(?P<emoji>[a-z0-9_+-]{1,30}):)"
    r"|!\Z",
)
_LINE_START = re.compile(
    r"^(?:#{1,6}(?=[ \t]|$)|[-+*](?=[ \t]|$)|>|=+(?=[ \t]*$)|[-:|](?=[-:| \t]*$))|^(?P<number>[0-9]{1,9})(?=[.)](?:[ \t]|$))",
    re.MULTILINE,
)
_ENTITY = re.compile(r"&(?=#?[A-Za-z0-9]+;)")
_DESTINATION = {ord(character): f"%{ord(character):02X}" for character in " <>\\()`\"'"}


def escape_text(text: str, *, in_link: bool) -> str:
    """Escape what Markdown would read as markup inside a line of `text`; `in_link`, also a closing bracket."""

    def escaped(found: re.Match[str]) -> str:
        if found["url"] or (found["in_link"] and not in_link) or (found["emoji"] and found["emoji"] not in EMOJI):
            return found[0]
        return "\\" + found[0]

    return _IN_TEXT.sub(escaped, text)


def escape_line_starts(paragraph: str) -> str:
    """Escape what would turn a line of `paragraph` into a heading, list, quote, rule or table."""
    return _LINE_START.sub(lambda found: found[0] + "\\" if found["number"] else "\\" + found[0], paragraph)


def escape_destination(url: str) -> str:
    """Return `url` as the destination of a Markdown link."""
    return _ENTITY.sub("&amp;", url.translate(_DESTINATION))


def code_span(code: str) -> str:
    """Return `code`, without line feeds, as a code span whose fence is longer than any run of backticks in it."""
    fence = "`" * (longest_run(code) + 1)
    padding = " " if code.startswith("`") or code.endswith("`") else ""
    return f"{fence}{padding}{code}{padding}{fence}"


def longest_run(code: str) -> int:
    """Return the length of the longest run of backticks in `code`."""
    return max(map(len, re.findall("`+", code)), default=0)
