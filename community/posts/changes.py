"""What an edit of a post was, as its history and the top of an update show it."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import datetime

from community.core.diff import Fold, Line


@dataclass(frozen=True)
class Change:
    """One kept edit: who made it, when, and what it changed; `title` is the former title and the new one where it changed.

    `note` says why an update was corrected.
    """

    by_name: str
    by_url: str
    at: datetime
    lines: list[Line | Fold]
    title: tuple[str, str] | None
    note: str = ""
