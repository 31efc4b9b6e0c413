"""Tables of staff."""

from __future__ import annotations

from datetime import datetime

from sqlalchemy import ForeignKey
from sqlalchemy.orm import Mapped, mapped_column

from community.core.base import Base, Id, PrimaryKey, never_reuse

ROLES = ("employee", "official", "moderator", "admin")
"""Every role of product.md 4 that grants something. An alum is somebody all of whose grants have ended."""


class Grant(Base):
    """Somebody holds a role from `starts_at` until `ends_at` (None: open end)."""

    __tablename__ = "staff_grants"
    __table_args__ = (never_reuse,)

    id: Mapped[PrimaryKey]
    account_id: Mapped[int] = mapped_column(ForeignKey("accounts.id"), index=True)
    role: Mapped[str]
    starts_at: Mapped[datetime]
    ends_at: Mapped[datetime | None]
    granted_by_id: Mapped[int | None] = mapped_column(Id)
    source: Mapped[str]
    announced_start: Mapped[bool] = mapped_column(default=True)
    announced_end: Mapped[bool] = mapped_column(default=False)

    def holds_at(self, moment: datetime) -> bool:
        """Whether the role is in force at this moment."""
        return self.starts_at <= moment and (self.ends_at is None or moment < self.ends_at)


class StaffProfile(Base):
    """What the team page says of an employee."""

    __tablename__ = "staff_profiles"

    account_id: Mapped[int] = mapped_column(ForeignKey("accounts.id"), primary_key=True)
    title: Mapped[str]
    team: Mapped[str] = mapped_column(default="")
    works_on: Mapped[str] = mapped_column(default="")
    at_desk: Mapped[str] = mapped_column(default="")
