"""Tables of votes."""

from __future__ import annotations

from datetime import datetime

from sqlalchemy import ForeignKey, Index, UniqueConstraint, text
from sqlalchemy.orm import Mapped, mapped_column

from community.core.base import Base, PrimaryKey

_UNTOLD = text("value <> told")


class HelpfulMark(Base):
    """A member said that an answer helped them, or that it did not, until `undone_at`; one row a person and post."""

    __tablename__ = "helpful_marks"
    __table_args__ = (
        UniqueConstraint("post_id", "account_id"),
        Index("ix_helpful_marks_account_id_post_id", "account_id", "post_id"),
    )

    id: Mapped[PrimaryKey]
    post_id: Mapped[int] = mapped_column(ForeignKey("posts.id"))
    account_id: Mapped[int] = mapped_column(ForeignKey("accounts.id"))
    helpful: Mapped[bool]
    at: Mapped[datetime]
    undone_at: Mapped[datetime | None]


class VisitorsMark(Base):
    """What a visitor says today of an answer: `value` is 1 (helped), -1 (did not) or 0 (taken back).

    `told` is what the post's count and the log already say of it; the worker brings both together about once a
    minute. The row goes when its day is over.
    """

    __tablename__ = "visitors_marks"
    __table_args__ = (Index("ix_visitors_marks_post_id", "post_id", sqlite_where=_UNTOLD, postgresql_where=_UNTOLD),)

    digest: Mapped[str] = mapped_column(primary_key=True)
    day: Mapped[str] = mapped_column(index=True)
    post_id: Mapped[int] = mapped_column(ForeignKey("posts.id"))
    value: Mapped[int]
    told: Mapped[int] = mapped_column(default=0)
