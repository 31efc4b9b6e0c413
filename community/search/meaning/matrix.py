"""The vectors of all topics in memory, and how near each is to one.

What all topics of a site have in common says nothing about which one is meant, so the mean of the public ones is taken off
first. It comes from public topics alone: what is restricted must not move what others see (rulings 31).
"""

from __future__ import annotations

import os
from collections.abc import Collection, Iterable
from typing import Any, Final

os.environ.setdefault("OPENBLAS_NUM_THREADS", "1")

import numpy as np

from community.search.meaning.model import SIZE, Numbers

_ROOM: Final = 1024
_HABIT: Final = 20  # Topics of which the mean counts for half: that of a few would be the topics themselves.
_NOISE, _NOISE_OF_FEW = 0.27, 0.03  # Nearness of strangers: nine of ten are below it; more so where no mean could be taken.
_STALE: Final = 0.01  # Share of topics that may change before the mean is taken anew.
_LOWEST: Final = 1e-6
_DIGITS: Final = 5  # Of a nearness: beyond, sums of floating numbers depend on how many rows there are in all.
_NOWHERE: Final = -1  # The category of a topic that nobody may find.


class Matrix:
    """Rows of vectors by topic. One thread changes it; others may ask meanwhile and see a row as it was or as it is."""

    def __init__(self) -> None:
        self._row: dict[int, int] = {}
        self._topics = np.zeros(_ROOM, np.int64)
        self._categories = np.zeros(_ROOM, np.int64)
        self._vectors = np.zeros((_ROOM, SIZE), np.float32)
        self._changes = 0
        self._centre: _Centre | None = None

    def __len__(self) -> int:
        return len(self._row)

    def put(self, topic_id: int, category_id: int, vector: bytes | None) -> None:
        """Take a topic in, with a vector as the table holds it, or None where nobody may find it."""
        row = self._row.get(topic_id)
        if row is None:
            if vector is None:
                return
            row = len(self._row)
            if row == len(self._topics):
                self._grow()
            self._topics[row], self._categories[row] = topic_id, _NOWHERE
            self._row[topic_id] = row
        place = category_id if vector is not None else _NOWHERE
        if self._centre is not None and {place, int(self._categories[row])} & self._centre.public:
            self._changes += 1
        self._categories[row] = place
        self._vectors[row] = 0 if vector is None else np.frombuffer(vector, np.dtype("<f2"))

    def of(self, topic_id: int) -> Numbers | None:
        """The vector of a topic; None where there is none yet."""
        row = self._row.get(topic_id)
        if row is None or self._categories[row] == _NOWHERE:
            return None
        found: Numbers = self._vectors[row].copy()
        return found

    def centre_on(self, public: Collection[int]) -> None:
        """Take the mean of what stands in these categories, if that changed noticeably. Belongs to the thread that changes."""
        known, wanted = self._centre, frozenset(public)
        if known is None or known.public != wanted or self._changes > known.total * _STALE:
            among = np.isin(self._categories[: len(self._row)], list(wanted))
            total = int(among.sum())
            self._centre = _Centre(wanted, total, self._vectors[: len(self._row)][among].sum(axis=0) / np.float32(total + _HABIT))
            self._changes = 0

    def nearest(self, vector: Numbers, categories: Collection[int], limit: int, also: Iterable[int]) -> dict[int, float]:
        """The nearness, from -1 to 1, of the `limit` nearest topics of these categories, by the topic's id; strangers are left out.

        Those of `also` are in it however near they are.
        """
        count = len(self._row)
        topics, places, vectors = self._topics[:count], self._categories[:count], self._vectors[:count]
        if not count:
            return {}
        near = self._nearness(vector, vectors)
        rows = {self._row[topic_id] for topic_id in also if topic_id in self._row}
        open_rows = np.flatnonzero(np.isin(places, list(categories)) & (near > self._noise()))
        if len(open_rows) > limit:
            open_rows = open_rows[np.argpartition(-near[open_rows], limit)[:limit]]
        rows.update(open_rows.tolist())
        return {int(topics[row]): round(float(near[row]), _DIGITS) for row in rows if row < count and places[row] != _NOWHERE}

    def _noise(self) -> float:
        total = self._centre.total if self._centre is not None else 0
        return _NOISE + _NOISE_OF_FEW * _HABIT / (total + _HABIT)

    def _nearness(self, vector: Numbers, vectors: Numbers) -> Any:
        products = vectors @ vector
        if self._centre is None:
            return products
        mean = self._centre.mean
        square = float(mean @ mean)
        shared = vectors @ mean
        lengths = np.sqrt(np.maximum(1 - 2 * shared + square, _LOWEST))
        length = max(1 - 2 * float(vector @ mean) + square, _LOWEST) ** 0.5
        return (products - shared - float(vector @ mean) + square) / (lengths * length)

    def _grow(self) -> None:
        for name in ("_topics", "_categories", "_vectors"):
            old = getattr(self, name)
            setattr(self, name, np.concatenate([old, np.zeros_like(old)]))


class _Centre:
    """The mean of the `total` topics of some categories."""

    def __init__(self, public: frozenset[int], total: int, mean: Numbers) -> None:
        self.public, self.total, self.mean = public, total, mean
