"""Tables of tags."""

from __future__ import annotations

from sqlalchemy import ForeignKey, String
from sqlalchemy.orm import Mapped, mapped_column

from community.core.base import Base, PrimaryKey

TAGS_A_TOPIC = 5
"""product.md 1."""


class Tag(Base):
    """A tag; `name` is lower-case letters, digits, dots, pluses and hyphens, at most 35."""

    __tablename__ = "tags"

    id: Mapped[PrimaryKey]
    name: Mapped[str] = mapped_column(String(35), unique=True)


class TopicTag(Base):
    """A topic carries a tag, in the order its author gave."""

    __tablename__ = "topic_tags"

    topic_id: Mapped[int] = mapped_column(ForeignKey("topics.id"), primary_key=True)
    tag_id: Mapped[int] = mapped_column(ForeignKey("tags.id"), primary_key=True, index=True)
    sort: Mapped[int] = mapped_column(default=0)
