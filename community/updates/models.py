"""Tables of updates."""

from __future__ import annotations

from datetime import datetime

from sqlalchemy import JSON, ForeignKey, Index
from sqlalchemy.orm import Mapped, mapped_column

from community.core.base import Base, PrimaryKey, never_reuse


class Update(Base):
    """An update as its author writes it, until `topic_id` is the topic that it became.

    `publish_at`: when it publishes itself; None: by hand. `problem`: why that failed, in a sentence for its author.
    """

    __tablename__ = "updates"
    __table_args__ = (
        Index("ix_updates_author_id", "author_id", "id"),
        Index("ix_updates_publish_at", "publish_at"),
        never_reuse,
    )

    id: Mapped[PrimaryKey]
    author_id: Mapped[int] = mapped_column(ForeignKey("accounts.id"))
    category_id: Mapped[int] = mapped_column(ForeignKey("categories.id"))
    section: Mapped[str]
    title: Mapped[str]
    body: Mapped[str]
    tags: Mapped[list[str]] = mapped_column(JSON)
    version: Mapped[int] = mapped_column(default=1)
    saved_at: Mapped[datetime]
    publish_at: Mapped[datetime | None]
    problem: Mapped[str] = mapped_column(default="")
    topic_id: Mapped[int | None] = mapped_column(ForeignKey("topics.id"), unique=True)

    @property
    def is_scheduled(self) -> bool:
        """Whether it publishes itself at its time."""
        return self.topic_id is None and self.publish_at is not None and not self.problem
