"""The table of appeals."""

from __future__ import annotations

from datetime import datetime

from sqlalchemy import ForeignKey, Index, text
from sqlalchemy.orm import Mapped, mapped_column

from community.core.base import Base, PrimaryKey, never_reuse

OUTCOMES = ("upheld", "reversed")

_OPEN = text("outcome IS NULL")


class Appeal(Base):
    """Whom a removal or a suspension concerns (`account_id`) objects to it: one of both ids is set, and each only once.

    `by_id` decided what is objected to, `decided_by_id` the appeal; `outcome` is one of OUTCOMES, None while it is open.
    """

    __tablename__ = "appeals"
    __table_args__ = (Index("ix_appeals_open", "at", sqlite_where=_OPEN, postgresql_where=_OPEN), never_reuse)

    id: Mapped[PrimaryKey]
    removal_id: Mapped[int | None] = mapped_column(ForeignKey("removals.id"), unique=True)
    suspension_id: Mapped[int | None] = mapped_column(ForeignKey("suspensions.id"), unique=True)
    account_id: Mapped[int] = mapped_column(ForeignKey("accounts.id"))
    by_id: Mapped[int] = mapped_column(ForeignKey("accounts.id"))
    words: Mapped[str]
    at: Mapped[datetime]
    outcome: Mapped[str | None]
    decided_by_id: Mapped[int | None] = mapped_column(ForeignKey("accounts.id"))
    decided_at: Mapped[datetime | None]
    decision: Mapped[str] = mapped_column(default="")
