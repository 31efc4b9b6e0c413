"""Tables of follows."""

from __future__ import annotations

from datetime import datetime
from typing import Final

from sqlalchemy import ForeignKey, Index, UniqueConstraint
from sqlalchemy.orm import Mapped, mapped_column

from community.core.base import Base, Id, PrimaryKey, never_reuse

LEVELS: Final = {
    "topic": ("everything", "answers", "muted"),
    "category": ("topics", "answers", "everything", "muted"),
    "tag": ("topics", "answers", "everything", "muted"),
    "person": ("everything", "topics"),
    "updates": ("topics",),
}
"""What can be followed, and how, the usual way first. `everything`: each post; `answers`: what was accepted or made official;
`topics`: what is opened there; `muted`: nothing."""


ALL_UPDATES: Final = 0
"""The target of who follows the updates of the company: all of them."""


class Follow(Base):
    """Somebody wants to hear of a topic, a category, a tag or what a person writes, at a level; or not at all (`muted`).

    `chosen` tells a choice by hand from a follow that came by writing in a topic: only the first is never changed by the site.
    """

    __tablename__ = "follows"
    __table_args__ = (
        UniqueConstraint("account_id", "kind", "target_id"),
        Index("ix_follows_kind_target_id_account_id", "kind", "target_id", "account_id"),
        never_reuse,
    )

    id: Mapped[PrimaryKey]
    account_id: Mapped[int] = mapped_column(ForeignKey("accounts.id"))
    kind: Mapped[str]
    target_id: Mapped[int] = mapped_column(Id)
    level: Mapped[str]
    chosen: Mapped[bool] = mapped_column(default=True)
    at: Mapped[datetime]


class MeToo(Base):
    """A member has the problem of a question too. The row stands where it counts: at the original, once it is a duplicate."""

    __tablename__ = "me_toos"
    __table_args__ = (UniqueConstraint("topic_id", "account_id"),)

    id: Mapped[PrimaryKey]
    topic_id: Mapped[int] = mapped_column(ForeignKey("topics.id"))
    account_id: Mapped[int] = mapped_column(ForeignKey("accounts.id"), index=True)
    at: Mapped[datetime]


class VisitorMeToo(Base):
    """Somebody without an account has the problem too, and left an address to hear of its solution, for that purpose alone.

    It counts from `confirmed_at`. `address` is deleted once the solution was told; a row that nobody confirmed goes after
    three days, and with it the address. `token_digest` is of the link that was mailed to confirm. Links that withdraw an
    address carry the row's id and are good for ever, so no other row ever gets it.
    """

    __tablename__ = "visitor_me_toos"
    __table_args__ = (
        UniqueConstraint("topic_id", "address"),
        Index("ix_visitor_me_toos_address", "address"),
        Index("ix_visitor_me_toos_created_at", "created_at"),
        never_reuse,
    )

    id: Mapped[PrimaryKey]
    topic_id: Mapped[int] = mapped_column(ForeignKey("topics.id"))
    address: Mapped[str | None]
    language: Mapped[str]
    created_at: Mapped[datetime]
    mailed_at: Mapped[datetime | None]
    token_digest: Mapped[str | None] = mapped_column(unique=True)
    confirmed_at: Mapped[datetime | None]
    told_at: Mapped[datetime | None]


class Move(Base):
    """What went from a duplicate to its original, so that undoing the duplicate can bring it back.

    `what` is `follow`, `me_too`, `asker` (who asked the duplicate has the problem of the original too) or `visitor`.
    `made` tells whether a row at the original was made for it; `level`, `chosen` and `at` are those of the moved row. Of a
    visitor who stood at both, `visitor_id` is the row at the original and `level` has the id of the one that was given up.
    """

    __tablename__ = "follow_moves"
    __table_args__ = (Index("ix_follow_moves_topic_id_original_id", "topic_id", "original_id", "what"),)

    id: Mapped[PrimaryKey]
    topic_id: Mapped[int] = mapped_column(ForeignKey("topics.id"))
    original_id: Mapped[int] = mapped_column(ForeignKey("topics.id"))
    what: Mapped[str]
    account_id: Mapped[int | None] = mapped_column(Id)
    visitor_id: Mapped[int | None] = mapped_column(Id)
    made: Mapped[bool]
    level: Mapped[str] = mapped_column(default="")
    chosen: Mapped[bool] = mapped_column(default=False)
    at: Mapped[datetime]
    moved_at: Mapped[datetime]
