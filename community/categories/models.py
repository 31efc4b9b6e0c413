"""Tables of categories."""

from __future__ import annotations

from sqlalchemy import JSON, ForeignKey, String
from sqlalchemy.orm import Mapped, mapped_column

from community.core.base import Base, PrimaryKey, never_reuse

VISIBILITIES = ("public", "members", "staff")
"""Who may read a category: everybody, who has an account with a confirmed address, employees."""


class Category(Base):
    """A place for topics. `opens` maps a kind of topic to who may open it: `members`, `staff`, or absent for nobody.

    `promise_hours`: desk hours within which questions here are answered; None: as many as everywhere.
    """

    __tablename__ = "categories"
    __table_args__ = (never_reuse,)

    id: Mapped[PrimaryKey]
    slug: Mapped[str] = mapped_column(String(60), unique=True)
    name: Mapped[str]
    description: Mapped[str] = mapped_column(default="")
    hue: Mapped[int] = mapped_column(default=0)
    parent_id: Mapped[int | None] = mapped_column(ForeignKey("categories.id"))
    sort: Mapped[int] = mapped_column(default=0)
    visibility: Mapped[str] = mapped_column(default="public")
    opens: Mapped[dict[str, str]] = mapped_column(JSON)
    language: Mapped[str] = mapped_column(default="en")
    promise_hours: Mapped[int | None]

    @property
    def is_public(self) -> bool:
        """Whether visitors may read it."""
        return self.visibility == "public"
