"""The table of vectors."""

from __future__ import annotations

from typing import Final

from sqlalchemy import ForeignKey, String
from sqlalchemy.orm import Mapped, mapped_column

from community.core.base import Base, Id
from community.topics.models import Topic

READER: Final = "meaning"
"""The name of the log's reader that makes vectors."""


class TopicVector(Base):
    """What a topic means: the vector of its question and best answer, as 384 half-precision numbers, little end first.

    `digest` is that of the model and the text it was made of, so that nothing is computed twice; `vector` is None for a topic
    that nobody finds (held, removed). `position` is how far the log had been read when the row was written: readers load what
    is beyond the position that they know. `category_id` is where it stood then: a guess at who may read it.
    """

    __tablename__ = "topic_vectors"

    topic_id: Mapped[int] = mapped_column(ForeignKey(Topic.id), primary_key=True, autoincrement=False)
    digest: Mapped[str] = mapped_column(String(64))
    vector: Mapped[bytes | None]
    category_id: Mapped[int] = mapped_column(Id)
    position: Mapped[int] = mapped_column(Id, index=True)
