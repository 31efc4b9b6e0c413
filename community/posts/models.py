"""Tables of posts."""

from __future__ import annotations

from datetime import datetime

from sqlalchemy import ForeignKey, Index, UniqueConstraint, text
from sqlalchemy.orm import Mapped, mapped_column, relationship

from community.accounts.models import Account
from community.core.base import Base, Id, PrimaryKey, never_reuse
from community.topics.models import Topic

POST_ROLES = ("question", "answer", "reply")
"""By rulings 18; the first post of a discussion is a `reply` with number 1 as well."""

RULES = ("spam", "abuse", "private_data", "illegal", "off_topic", "other")
"""Rules that a removal or suspension may name."""


_MARKED = text("(accepted OR official)")
_ANSWER = text("role = 'answer' AND held_at IS NULL AND removed_at IS NULL")
_EDITED = text("edited_at IS NOT NULL")
_QUESTIONED = text("(doubted_at IS NOT NULL OR aged_at IS NOT NULL)")


class Post(Base):
    """One post. `html` is rendered and sanitised at write time, `text` is its words for search.

    `badge` and `badge_title` keep what the author was when it was written: `staff` (spoke for the
    brand), `own` (employee, own opinion) or None. `version` counts edits, for simultaneous ones.

    `accepted`, `accepted_at`, `accepted_by_asker`, `official`, `rejected_at` (the asker said that it did not
    solve it), `checked_...` (an employee looked whether it still is true), and the counts of those who say
    that it no longer works, members and visitors apart, repeat the rows of answers, which `doctor` recounts.
    `helpful_count` and `unhelpful_count` repeat the marks of members;
    those of visitors are counted apart and nowhere else (rulings 7).
    `doubted_at` and `aged_at`: since when it waits on the desk for a check.

    `number` counts from 1 in a topic; a held post has a negative one until it is released, so that what
    others see has no gaps.
    """

    __tablename__ = "posts"
    __table_args__ = (
        UniqueConstraint("topic_id", "number"),
        Index("ix_posts_author_id_created_at", "author_id", "created_at"),
        Index("ix_posts_answers", "topic_id", sqlite_where=_ANSWER, postgresql_where=_ANSWER),
        Index("ix_posts_edited", "topic_id", "edited_at", sqlite_where=_EDITED, postgresql_where=_EDITED),
        Index("ix_posts_marked", "topic_id", sqlite_where=_MARKED, postgresql_where=_MARKED),
        Index("ix_posts_questioned", "topic_id", sqlite_where=_QUESTIONED, postgresql_where=_QUESTIONED),
        never_reuse,
    )

    id: Mapped[PrimaryKey]
    topic_id: Mapped[int] = mapped_column(ForeignKey("topics.id"))
    number: Mapped[int]
    author_id: Mapped[int] = mapped_column(ForeignKey("accounts.id"))
    role: Mapped[str]
    reply_to_id: Mapped[int | None] = mapped_column(ForeignKey("posts.id"))
    body: Mapped[str]
    html: Mapped[str]
    text: Mapped[str]
    created_at: Mapped[datetime]
    edited_at: Mapped[datetime | None]
    version: Mapped[int] = mapped_column(default=1)
    badge: Mapped[str | None]
    badge_title: Mapped[str] = mapped_column(default="")
    accepted: Mapped[bool] = mapped_column(default=False)
    accepted_at: Mapped[datetime | None]
    accepted_by_asker: Mapped[bool] = mapped_column(default=False)
    official: Mapped[bool] = mapped_column(default=False)
    rejected_at: Mapped[datetime | None]
    checked_at: Mapped[datetime | None]
    checked_by_id: Mapped[int | None] = mapped_column(Id)
    checked_version: Mapped[str] = mapped_column(default="")
    outdated_count: Mapped[int] = mapped_column(default=0)
    outdated_visitor_count: Mapped[int] = mapped_column(default=0)
    doubted_at: Mapped[datetime | None]
    aged_at: Mapped[datetime | None]
    helpful_count: Mapped[int] = mapped_column(default=0)
    unhelpful_count: Mapped[int] = mapped_column(default=0)
    visitors_helpful: Mapped[int] = mapped_column(default=0)
    visitors_unhelpful: Mapped[int] = mapped_column(default=0)
    held_at: Mapped[datetime | None]
    removed_at: Mapped[datetime | None]

    topic: Mapped[Topic] = relationship()
    author: Mapped[Account] = relationship()


class Edit(Base):
    """A former text of a post, kept for the public history. `version` is the version it was.

    `note` says why it was corrected: of an update nothing is changed without one (product.md 6).
    """

    __tablename__ = "post_edits"
    __table_args__ = (UniqueConstraint("post_id", "version"),)

    id: Mapped[PrimaryKey]
    post_id: Mapped[int] = mapped_column(ForeignKey("posts.id"))
    version: Mapped[int]
    body: Mapped[str]
    title: Mapped[str | None]
    by_id: Mapped[int] = mapped_column(ForeignKey("accounts.id"))
    at: Mapped[datetime]
    note: Mapped[str] = mapped_column(default="", server_default="")


class Removal(Base):
    """A moderator or the author took a post away, by a rule and for a reason, until `restored_at`."""

    __tablename__ = "removals"

    id: Mapped[PrimaryKey]
    post_id: Mapped[int] = mapped_column(ForeignKey("posts.id"), index=True)
    by_id: Mapped[int] = mapped_column(ForeignKey("accounts.id"))
    by_author: Mapped[bool] = mapped_column(default=False)
    rule: Mapped[str]
    reason: Mapped[str]
    at: Mapped[datetime]
    restored_at: Mapped[datetime | None]
    restored_by_id: Mapped[int | None] = mapped_column(Id)

    by: Mapped[Account] = relationship(foreign_keys=[by_id])


class Mention(Base):
    """A post names somebody by their handle (`@anna`). Those of a removed post or text go with it."""

    __tablename__ = "post_mentions"

    post_id: Mapped[int] = mapped_column(ForeignKey("posts.id"), primary_key=True)
    account_id: Mapped[int] = mapped_column(ForeignKey("accounts.id"), primary_key=True)


class Submission(Base):
    """A sent form or API call: the same key and content again leads to what it made (rulings 5)."""

    __tablename__ = "submissions"
    __table_args__ = (UniqueConstraint("account_id", "key", "digest"),)

    id: Mapped[PrimaryKey]
    account_id: Mapped[int] = mapped_column(ForeignKey("accounts.id"))
    key: Mapped[str]
    digest: Mapped[str]
    post_id: Mapped[int] = mapped_column(ForeignKey("posts.id"))
    at: Mapped[datetime]


class Source(Base):
    """Where an imported post comes from, who wrote it there, and under which licence. `score` is what it had there."""

    __tablename__ = "post_sources"

    post_id: Mapped[int] = mapped_column(ForeignKey("posts.id"), primary_key=True)
    author_name: Mapped[str]
    author_url: Mapped[str] = mapped_column(default="")
    url: Mapped[str] = mapped_column(default="")
    licence: Mapped[str] = mapped_column(default="")
    licence_url: Mapped[str] = mapped_column(default="")
    score: Mapped[int | None]
