"""Which topics are near a text or another topic by their meaning, in time or not at all.

A web process keeps the vectors in memory, loads them on first use and then only what the log has changed. The model runs off
the event loop with a deadline; when it is late, missing or still being loaded there is no answer, and words alone rank.
"""

from __future__ import annotations

from collections import OrderedDict
from collections.abc import Collection
from typing import TYPE_CHECKING, Any, Final

import structlog
from flask import current_app
from sqlalchemy import select, tuple_

from community.categories.models import Category
from community.categories.queries import may_read
from community.core.follow import Cursor
from community.core.log import head
from community.core.native import NativeThreads, TooBusy
from community.extensions import db
from community.search.meaning import loading
from community.search.meaning.models import READER, TopicVector
from community.staff.viewer import Viewer

if TYPE_CHECKING:
    from community.search.meaning.matrix import Matrix

PIECES: Final = 96
"""Pieces of words that are read of what somebody types: about 35 ms of one core."""

_SECONDS: Final = 0.25  # Until a search goes on without.
_PORTION: Final = 500  # Vectors loaded at a time: about 5 ms, during which nobody else is served.
_PORTIONS: Final = 4  # At most before one answer; the next goes on.
_REMEMBERED: Final = 256  # Vectors of texts that were asked for: the same page turned, the same word typed again.

_threads = NativeThreads(at_once=2, seconds=_SECONDS)

logger = structlog.get_logger()


def near_text(viewer: Viewer, text: str, *, limit: int, also: Collection[int] = ()) -> dict[int, float]:
    """The nearness of the `limit` topics nearest to a text and of those of `also`, by the topic's id; empty without an answer.

    Only categories that the viewer may read are looked at, as the vectors know them: check each topic before it is shown.
    """
    known = _known(viewer, asks_model=True)
    if known is None:
        return {}
    matrix, categories = known

    def look() -> dict[int, float]:
        vector = _remembered.of(text)
        return matrix.nearest(vector, categories, limit, also) if vector is not None else {}

    return _in_time(look)


def near_topic(viewer: Viewer, topic_id: int, *, limit: int, also: Collection[int] = ()) -> dict[int, float]:
    """The same for a topic by its own vector; the model is not asked."""
    known = _known(viewer, asks_model=False)
    vector = known[0].of(topic_id) if known is not None else None
    if known is None or vector is None:
        return {}
    matrix, categories = known
    return _in_time(lambda: matrix.nearest(vector, categories, limit + 1, [*also, topic_id]))


def vectors_have_read(position: int) -> bool:
    """Whether the vectors were made of everything up to a position of the log, where there are any."""
    reached = db.session.scalar(select(Cursor.position).where(Cursor.name == READER)) if loading.is_wanted() else position
    return (reached or 0) >= position


def may_come_nearer(topic_id: int) -> bool:
    """Whether the vector of a topic is still to come, so that what is near it may be another soon."""
    memory: _Memory | None = current_app.extensions.get("meaning")
    return loading.is_wanted() and (memory is None or memory.matrix is None or memory.matrix.of(topic_id) is None)


class _Remembered:
    """The vectors of what was asked for last."""

    def __init__(self) -> None:
        self._vectors: OrderedDict[str, Any] = OrderedDict()

    def of(self, text: str) -> Any:
        found = self._vectors.get(text)
        if found is None:
            model = loading.model()
            if model is None:
                return None
            found = self._vectors[text] = model.vector(text, PIECES)
            while len(self._vectors) > _REMEMBERED:
                self._vectors.popitem(last=False)
        return found


_remembered = _Remembered()


class _Memory:
    """The matrix of one application, and how far its rows were read."""

    def __init__(self) -> None:
        self.matrix: Matrix | None = None
        self._epoch = ""
        self._reached = (0, 0)
        self._busy = False

    def refreshed(self) -> Matrix:
        """The matrix with what was written since, at most 2,000 topics more. Ends the read transaction of the session."""
        from community.search.meaning.matrix import Matrix

        epoch, _ = head(db.session())
        if self.matrix is None or epoch != self._epoch:
            self.matrix, self._epoch, self._reached = Matrix(), epoch, (0, 0)
        if not self._busy:
            self._busy = True
            try:
                for _ in range(_PORTIONS):
                    if self._read(self.matrix) < _PORTION:
                        break
            finally:
                self._busy = False
        return self.matrix

    def _read(self, matrix: Matrix) -> int:
        order = (TopicVector.position, TopicVector.topic_id)
        rows = db.session.execute(
            select(TopicVector.topic_id, TopicVector.category_id, TopicVector.vector, TopicVector.position)
            .where(tuple_(*order) > tuple_(*self._reached))
            .order_by(*order)
            .limit(_PORTION)
        ).all()
        for row in rows:
            matrix.put(row.topic_id, row.category_id, row.vector)
            self._reached = (row.position, row.topic_id)
        db.session.rollback()
        return len(rows)


def _known(viewer: Viewer, *, asks_model: bool) -> tuple[Matrix, frozenset[int]] | None:
    """The vectors, and the categories whose topics this viewer may see; None while there is no model."""
    if not loading.is_wanted():
        return None
    if asks_model and not loading.is_loaded():
        loading.begin(_threads)
        return None
    memory: _Memory = current_app.extensions.setdefault("meaning", _Memory())
    matrix = memory.refreshed()
    rows = db.session.execute(select(Category.id, Category.visibility).where(may_read(viewer))).all()
    db.session.rollback()
    matrix.centre_on([row.id for row in rows if row.visibility == "public"])
    return matrix, frozenset(row.id for row in rows)


def _in_time(look: Any) -> dict[int, float]:
    try:
        found: dict[int, float] = _threads.run(look)
    except TooBusy:
        logger.info("meaning.late", seconds=_SECONDS)
        return {}
    return found
