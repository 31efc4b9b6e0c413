"""Pages of a list: numbers from 1, checked before anything is counted."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from urllib.parse import urlencode

from community.core.errors import NotFound

PAGE_SIZE = 20
"""Things a page (rulings 12)."""

MAX_PAGES = 500
"""Pages of a list; what lies deeper is found by filters and search. Bounds what OFFSET costs."""


@dataclass(frozen=True)
class Page:
    """Which page of how many, and where the others are. `address` is a path; `kept` its other arguments."""

    number: int
    count: int
    address: str
    kept: tuple[tuple[str, str], ...] = ()

    def url(self, number: int) -> str:
        """The address of another page; the first has no number of its own."""
        arguments = [*self.kept, *([("page", str(number))] if number > 1 else [])]
        return f"{self.address}?{urlencode(arguments)}" if arguments else self.address


def page_number(arguments: Mapping[str, str]) -> int:
    """The page that a request asks for. Raises NotFound for anything but a plain number from 1."""
    text = arguments.get("page", "1")
    if not (text.isascii() and text.isdigit() and len(text) <= 7 and text[0] != "0"):
        raise NotFound
    return int(text)


def page_count(total: int) -> int:
    """How many pages so many things fill; an empty list has one."""
    return max(1, min(MAX_PAGES, -(-total // PAGE_SIZE)))
