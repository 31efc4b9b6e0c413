"""Tables of settings."""

from __future__ import annotations

from datetime import datetime
from typing import Any

from sqlalchemy import JSON
from sqlalchemy.orm import Mapped, mapped_column

from community.core.base import Base, Id


class Setting(Base):
    """A changed setting; what was never changed has no row and its default in definitions.py."""

    __tablename__ = "settings"

    name: Mapped[str] = mapped_column(primary_key=True)
    value: Mapped[Any] = mapped_column(JSON)
    changed_at: Mapped[datetime]
    by_id: Mapped[int | None] = mapped_column(Id)
