"""How new a page of results is, and how new it has to be."""

from __future__ import annotations

import time

from community.core.position import Position, parse_position
from community.search.indexes import indexes

MOST_FRESH = 40
"""New results that a page may ask for at once; who has more offered gets the first of them."""

PATIENCE = 1.5
"""Seconds to wait until what was announced is in the index; it takes a second at most (quality.md)."""

LOOK = 0.05
"""Seconds between looks at the index."""

OVERLAP = 100
"""Events told again to a page of which nobody knows how new it is; it knows what it shows."""


def fresh_topics(text: str) -> list[int]:
    """The ids in the argument `fresh` ("12,15"), as many as are asked for at once; strange ones are left out."""
    ids = (int(each) for each in text[: 20 * MOST_FRESH].split(",") if each.isascii() and each.isdigit() and len(each) <= 18)
    return list(dict.fromkeys(ids))[:MOST_FRESH]


def wait_for_index(position: Position) -> None:
    """Wait until the index has read the log up to a position, at most `PATIENCE`. Yields to other requests meanwhile."""
    until = time.monotonic() + PATIENCE
    while not _has_read(position) and time.monotonic() < until:
        time.sleep(LOOK)


def long_before(now: Position) -> str:
    """A position that what was found just now is certainly not older than."""
    return str(Position(now.epoch, max(0, now.number - OVERLAP)))


def _has_read(position: Position) -> bool:
    at = parse_position(indexes().position())
    return at is not None and at.epoch == position.epoch and at.number >= position.number
