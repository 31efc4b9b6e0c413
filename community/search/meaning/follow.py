"""The reader of the log that keeps a vector for every topic.

It looks at whatever topic an event names and makes a vector only where the words have changed, so an event may be taken any number
of times. The model runs before the unit is opened: no writer waits for it.
"""

from __future__ import annotations

import hashlib
import os
import threading
from collections.abc import Collection, Mapping
from dataclasses import dataclass
from functools import cached_property
from typing import Any, ClassVar, Final

from sqlalchemy import func, select

from community.core.follow import Follower, Reading, leased
from community.core.log import REGISTRY, Event, Recorded, read_after
from community.core.unit import Unit, unit
from community.extensions import db
from community.posts.models import Post
from community.search.best_answer import answers_and_question
from community.search.meaning import loading, weights
from community.search.meaning.models import READER, TopicVector
from community.topics.models import Topic

PIECES: Final = 128
"""Pieces of words that are read of a question, its title first, and of its answer: more tell little and cost their time."""

ANSWERS_SHARE: Final = 0.3
"""How much the best answer adds to the vector of its question; measured by `bench/meaning.py`."""

_CHARACTERS: Final = 2_000  # Of a question or an answer that are looked at to find them.
_KNOWN: Final = (TopicVector.topic_id, TopicVector.category_id, TopicVector.digest, TopicVector.vector)
_KINDNESS: Final = 10  # How far the thread that computes stands back for everything else (nice).


@dataclass(frozen=True, slots=True)
class _Made:
    topic_id: int
    category_id: int
    digest: str
    vector: bytes | None


def _note(_u: Unit, _recorded: Recorded, _event: Event) -> None:
    """Nothing to do for the single event: `_follow` looks at the topics of a whole batch."""


class MeaningFollower(Follower):
    """Makes vectors. Runs only where the extra `semantic` is installed; there it begins at the beginning of the log."""

    name = READER
    batch = 20
    leisurely = True

    @cached_property
    def reads(self) -> Mapping[type[Event], Reading]:  # type: ignore[override]
        """Every event: what a topic says is looked up, not told by them."""
        return dict.fromkeys(REGISTRY.values(), _note)

    ignores: ClassVar[frozenset[type[Event]]] = frozenset()

    @classmethod
    def is_wanted(cls) -> bool:
        """Whether there is a model to ask."""
        return loading.is_wanted()

    def catch_up(self) -> int:
        """Look at the topics of the next events; returns how many events were passed."""
        return self._follow(self.batch)

    def take_one(self) -> int:
        """The same for one event."""
        return self._follow(1)

    def _follow(self, limit: int) -> int:
        reached = self.reached()
        batch = read_after(db.session(), reached, limit)
        db.session.rollback()
        if not batch or not self._hold() or loading.model() is None:
            return 0
        made = _made({each.event.topic_id for each in batch if hasattr(each.event, "topic_id")})  # type: ignore[union-attr]
        with unit() as u:
            cursor = self._cursor(u)
            if not leased(cursor, u.now) or cursor.position != reached:
                return 0  # It took so long that somebody else went on.
            cursor.position = batch[-1].position
            for each in made:
                row = u.session.get(TopicVector, each.topic_id)
                if row is None:
                    row = u.add(TopicVector(topic_id=each.topic_id, category_id=0, digest="", vector=None, position=0))
                row.category_id, row.digest, row.vector = each.category_id, each.digest, each.vector
                row.position = cursor.position
        return len(batch)

    def _hold(self) -> bool:
        """Whether the lease is ours, so that not two workers compute the same."""
        with unit() as u:
            return leased(self._cursor(u), u.now)


def _made(topic_ids: Collection[int]) -> list[_Made]:
    """What is to be stored for these topics: of those whose words are new a vector, of those that moved the place."""
    known = {row.topic_id: row for row in db.session.execute(select(*_KNOWN).where(TopicVector.topic_id.in_(topic_ids)))}
    topics = db.session.execute(_topics(topic_ids)).all()
    answers = _best_answers(topic_ids)
    db.session.rollback()
    made = (_of(topic, known.get(topic.id), answers.get(topic.id, "")) for topic in topics)
    return [each for each in made if each is not None]


def _of(topic: Any, known: Any, answer: str) -> _Made | None:
    """What is to be stored for a topic; None where nothing has changed."""
    if topic.held_at is not None or topic.removed_at is not None:
        return _Made(topic.id, topic.category_id, "", None) if known is not None and known.digest else None
    question = f"{topic.title}\n{topic.question or ''}"
    words = "\0".join([weights.DIGEST, str(PIECES), str(ANSWERS_SHARE), question, answer])
    digest = hashlib.sha256(words.encode()).hexdigest()
    if known is None or known.digest != digest:
        return _Made(topic.id, topic.category_id, digest, vector_of(question, answer))
    return _Made(topic.id, topic.category_id, digest, known.vector) if known.category_id != topic.category_id else None


def vector_of(question: str, answer: str) -> bytes:
    """The vector of a topic as the table holds it; the model must be there."""
    import numpy as np

    model = loading.model()
    assert model is not None
    _stand_back()
    vector = model.vector(question, PIECES)
    if answer:
        vector += np.float32(ANSWERS_SHARE) * model.vector(answer, PIECES)
        vector /= np.sqrt(vector @ vector)
    return bytes(vector.astype(np.dtype("<f2")).tobytes())


def _topics(topic_ids: Collection[int]) -> Any:
    """Title and question of these topics, and whether somebody may find them."""
    question = func.substr(Post.text, 1, _CHARACTERS).label("question")
    return (
        select(Topic.id, Topic.title, Topic.category_id, Topic.held_at, Topic.removed_at, question)
        .outerjoin(Post, (Post.topic_id == Topic.id) & (Post.number == 1))
        .where(Topic.id.in_(topic_ids))
        .order_by(Topic.id)
    )


def _best_answers(topic_ids: Collection[int]) -> dict[int, str]:
    """The beginning of the best answer of each of these topics, by the topic's id."""
    beginning = func.substr(Post.text, 1, _CHARACTERS).label("beginning")
    rows = answers_and_question(Post.topic_id, beginning).where(Post.topic_id.in_(topic_ids), Post.role == "answer")
    return {row.topic_id: row.beginning for row in db.session.execute(rows)}


def _stand_back() -> None:
    """Let every other thread of the machine go first (Linux counts kindness by thread)."""
    if hasattr(os, "setpriority") and threading.current_thread() is not threading.main_thread():
        thread = threading.get_native_id()
        if os.getpriority(os.PRIO_PROCESS, thread) < _KINDNESS:
            os.setpriority(os.PRIO_PROCESS, thread, _KINDNESS)
