"""How fast searches are on this site's own index, for who looks after it."""

from __future__ import annotations

import time
from typing import Final

from sqlalchemy import func, select

from community.extensions import db
from community.search.indexes import indexes
from community.search.querying import parse
from community.topics.models import Topic

MANY: Final = 20_000
"""Topics from which on the engine for large sites is worth installing."""

SLOW_MS: Final = 40.0
"""Milliseconds that one search in twenty may take at most (quality.md)."""

_ASKED: Final = 20  # Searches that are timed: a few words of the newest titles each.
_WORDS: Final = 3


def topic_count() -> int:
    """How many topics the site has."""
    return db.session.execute(select(func.count()).select_from(Topic)).scalar_one()


def slowest_ms() -> float:
    """What the second slowest of twenty searches takes in milliseconds, the first of each kept aside; 0 without topics."""
    titles = db.session.scalars(select(Topic.title).order_by(Topic.id.desc()).limit(_ASKED)).all()
    db.session.rollback()
    index, taken = indexes(), []
    for title in titles:
        query = parse(" ".join(title.split()[:_WORDS]))
        index.find(query, limit=1)  # reads what is not in memory yet
        start = time.perf_counter()
        index.find(query, limit=100)
        taken.append((time.perf_counter() - start) * 1e3)
    return sorted(taken)[-2:][0] if taken else 0.0
