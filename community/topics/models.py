"""Tables of topics."""

from __future__ import annotations

from datetime import datetime

from sqlalchemy import ForeignKey, Index, text
from sqlalchemy.orm import Mapped, mapped_column, relationship

from community.accounts.models import Account
from community.categories.models import Category
from community.core.base import Base, Id, PrimaryKey, never_reuse

KINDS = ("question", "discussion", "update")
"""The kinds of product.md 1 that exist so far."""

OPENED = ("question", "discussion")
"""The kinds that people open where a category lets them; updates are published by the company (updates/)."""

SECTIONS = ("numbers", "making", "incident", "decision", "roadmap", "wrong")
"""Of an update: the numbers, how it is made, an incident, a decision, the roadmap, we were wrong (product.md 6)."""

STATES = ("new", "waiting", "answered", "needs_info", "solved", "answered_unconfirmed", "duplicate")
"""The states of a question, by rulings 19."""


_LISTED = text("held_at IS NULL AND removed_at IS NULL")
"""What lists and counts show: the index alone then answers how many topics a category has."""


class Topic(Base):
    """A question, discussion or update. `state` is computed by `topics/state.py` after every change and never set otherwise.

    `held_at` is set while the author's address is unconfirmed: only the author sees the topic.
    `removed_at` is set when the first post was removed: a tombstone for everybody.
    `unindexed_at`: since when search engines are asked to leave it out for as long as it has no answer.
    `post_count` counts the posts that everybody may see, the first included and removed ones not;
    `others_count` those of them that somebody else than the author wrote.
    `standing_count` counts the official answers that the asker has not rejected. `me_too_count` counts members and
    confirmed visitors who have the problem too (follows/models.py). `section` is one of SECTIONS for an update, else empty.
    `unsolved_at` is when the asker last said, other than by a post, that it is not solved: by a rejection that stands, or by
    opening it again.
    """

    __tablename__ = "topics"
    __table_args__ = (
        Index("ix_topics_category_id_active_at", "category_id", "active_at", sqlite_where=_LISTED, postgresql_where=_LISTED),
        Index("ix_topics_active_at", "active_at"),
        Index("ix_topics_created_at", "created_at"),
        Index("ix_topics_kind_created_at", "kind", "created_at"),
        Index("ix_topics_state_active_at", "state", "active_at"),
        Index("ix_topics_author_id_created_at", "author_id", "created_at"),
        never_reuse,
    )

    id: Mapped[PrimaryKey]
    kind: Mapped[str]
    title: Mapped[str]
    slug: Mapped[str]
    category_id: Mapped[int] = mapped_column(ForeignKey("categories.id"))
    author_id: Mapped[int] = mapped_column(ForeignKey("accounts.id"))
    created_at: Mapped[datetime]
    active_at: Mapped[datetime]
    state: Mapped[str | None]
    closed: Mapped[bool] = mapped_column(default=False)
    held_at: Mapped[datetime | None]
    removed_at: Mapped[datetime | None]
    post_count: Mapped[int] = mapped_column(default=1)
    unindexed_at: Mapped[datetime | None]
    others_count: Mapped[int] = mapped_column(default=0)
    official_count: Mapped[int] = mapped_column(default=0)
    accepted_count: Mapped[int] = mapped_column(default=0)
    standing_count: Mapped[int] = mapped_column(default=0)
    unsolved_at: Mapped[datetime | None]
    me_too_count: Mapped[int] = mapped_column(default=0, server_default="0")
    last_post_at: Mapped[datetime]
    last_by_id: Mapped[int] = mapped_column(Id)
    first_staff_answer_at: Mapped[datetime | None]
    due_at: Mapped[datetime | None]
    promise: Mapped[str | None]
    section: Mapped[str] = mapped_column(default="", server_default="")
    product: Mapped[str] = mapped_column(default="")
    product_version: Mapped[str] = mapped_column(default="")
    language: Mapped[str] = mapped_column(default="en")
    imported: Mapped[bool] = mapped_column(default=False)

    category: Mapped[Category] = relationship()
    author: Mapped[Account] = relationship()

    @property
    def is_question(self) -> bool:
        """Whether it asks for an answer."""
        return self.kind == "question"

    @property
    def last_word_at(self) -> datetime:
        """When somebody last wrote, or the asker last said that it is not solved."""
        return max(self.last_post_at, self.unsolved_at or self.last_post_at)

    @property
    def is_unsolved(self) -> bool:
        """Whether the asker has said that it is not solved, and nobody has written since."""
        return self.unsolved_at is not None and self.unsolved_at >= self.last_post_at


class Closure(Base):
    """Somebody closed a topic: no new posts until `undone_at`. `automatic`: it closed itself a while after it was solved."""

    __tablename__ = "closures"

    id: Mapped[PrimaryKey]
    topic_id: Mapped[int] = mapped_column(ForeignKey("topics.id"), index=True)
    by_id: Mapped[int | None] = mapped_column(Id)
    at: Mapped[datetime]
    reason: Mapped[str]
    automatic: Mapped[bool] = mapped_column(default=False)
    undone_at: Mapped[datetime | None]
    undone_by_id: Mapped[int | None] = mapped_column(Id)


class Duplicate(Base):
    """A question says the same as an older one, until `undone_at`."""

    __tablename__ = "duplicates"
    __table_args__ = (
        Index(
            "ix_duplicates_topic_id",
            "topic_id",
            unique=True,
            sqlite_where=text("undone_at IS NULL"),
            postgresql_where=text("undone_at IS NULL"),
        ),
    )

    id: Mapped[PrimaryKey]
    topic_id: Mapped[int] = mapped_column(ForeignKey("topics.id"))
    original_id: Mapped[int] = mapped_column(ForeignKey("topics.id"), index=True)
    by_id: Mapped[int | None] = mapped_column(Id)
    at: Mapped[datetime]
    undone_at: Mapped[datetime | None]


class InfoRequest(Base):
    """An employee asked the asker for something; cleared by the asker's next post, or by undoing it."""

    __tablename__ = "info_requests"

    id: Mapped[PrimaryKey]
    topic_id: Mapped[int] = mapped_column(ForeignKey("topics.id"), index=True)
    by_id: Mapped[int] = mapped_column(Id)
    at: Mapped[datetime]
    cleared_at: Mapped[datetime | None]
