"""Tables of drafts."""

from __future__ import annotations

from datetime import datetime

from sqlalchemy import JSON, ForeignKey, UniqueConstraint
from sqlalchemy.orm import Mapped, mapped_column

from community.core.base import Base, PrimaryKey


class Draft(Base):
    """What `account` has begun at `place`: `ask`, `topic:12` or `post:73`. `fields` holds title, body, category, tags."""

    __tablename__ = "drafts"
    __table_args__ = (UniqueConstraint("account_id", "place"),)

    id: Mapped[PrimaryKey]
    account_id: Mapped[int] = mapped_column(ForeignKey("accounts.id"))
    place: Mapped[str]
    fields: Mapped[dict[str, str]] = mapped_column(JSON)
    version: Mapped[int] = mapped_column(default=1)
    saved_at: Mapped[datetime]
