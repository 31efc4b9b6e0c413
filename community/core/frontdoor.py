"""What a part of the house that is open to everybody says of itself on `/openness`: made by that part, shown by the page."""

from __future__ import annotations

from dataclasses import dataclass, field
from typing import Any


@dataclass(frozen=True, slots=True)
class Figure:
    """A number that matters, as it is written; `url` leads to where it can be checked."""

    label: Any
    value: str
    url: str


@dataclass(frozen=True, slots=True)
class Opened:
    """A section of the page: what is open there, in a sentence, and its few numbers."""

    title: Any
    url: str
    words: Any
    figures: tuple[Figure, ...] = field(default=())
