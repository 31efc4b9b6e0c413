"""What the doctor says."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Literal

Level = Literal["fine", "note", "mended", "wrong"]


@dataclass(frozen=True)
class Finding:
    """One sentence about the site; only `wrong` asks somebody to act."""

    level: Level
    sentence: str


def fine(sentence: str) -> Finding:
    """All is well."""
    return Finding("fine", sentence)


def note(sentence: str) -> Finding:
    """Good to know."""
    return Finding("note", sentence)


def wrong(sentence: str) -> Finding:
    """Somebody should act."""
    return Finding("wrong", sentence)


def mended(sentence: str) -> Finding:
    """It was wrong and is right now."""
    return Finding("mended", sentence)
