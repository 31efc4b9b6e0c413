"""Tables of answers."""

from __future__ import annotations

from datetime import datetime

from sqlalchemy import ForeignKey, Index, text
from sqlalchemy.orm import Mapped, declared_attr, mapped_column

from community.core.base import Base, Id, PrimaryKey


class _Mark:
    """Somebody marked an answer, until `undone_at`; at most one live mark of a kind an answer."""

    __tablename__: str

    id: Mapped[PrimaryKey]
    topic_id: Mapped[int] = mapped_column(ForeignKey("topics.id"), index=True)
    post_id: Mapped[int] = mapped_column(ForeignKey("posts.id"))
    by_id: Mapped[int | None] = mapped_column(Id)
    at: Mapped[datetime]
    undone_at: Mapped[datetime | None]
    undone_by_id: Mapped[int | None] = mapped_column(Id)

    @declared_attr.directive
    def __table_args__(cls) -> tuple[Index]:  # noqa: N805 - SQLAlchemy hands it the class
        live = text("undone_at IS NULL")
        return (Index(f"ix_{cls.__tablename__}_post_id", "post_id", unique=True, sqlite_where=live, postgresql_where=live),)


class Acceptance(_Mark, Base):
    """The mark "Solved it for me", by the asker, or by staff after seven silent days (`by_asker` false)."""

    __tablename__ = "acceptances"

    by_asker: Mapped[bool] = mapped_column(default=True)


class OfficialMark(_Mark, Base):
    """The mark "Official answer", by an employee who may speak for the company."""

    __tablename__ = "official_marks"
