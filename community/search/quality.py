"""What makes one topic worth more than another before anybody asks: mild, so that it decides between likes only."""

from __future__ import annotations

import math
from typing import Final

from community.search.engine import Document

_RECENT, _RECENT_DAYS = 0.1, 180.0  # What a topic active today is worth more, and the days until e times less.
_DAY: Final = 86_400


def prior(document: Document) -> float:
    """About 0.7 to 1.3: solved, official, answered by staff and helpful topics stand higher."""
    solved = document.accepted or document.state == "solved"
    worth = 1.0 + 0.08 * solved + 0.08 * document.official + 0.04 * document.staff_answered
    worth += min(0.12, 0.03 * math.log2(1 + max(0, document.helpful)))
    worth += min(0.12, 0.02 * math.log2(1 + max(0, document.me_too)))
    # A duplicate leads to its original, which should stand above it.
    return worth * (0.7 if document.state == "duplicate" else 1.0)


def lifted(prior_: float, active: int, now: float) -> float:
    """A prior with what the last activity adds. Both times are in seconds since 1970."""
    age = max(0.0, now - active) / _DAY
    return float(prior_ * (1 + _RECENT * math.exp(-age / _RECENT_DAYS)))
