"""Tables of answers."""

from __future__ import annotations

from datetime import datetime

from sqlalchemy import ForeignKey, Index, UniqueConstraint, text
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


class Rejection(_Mark, Base):
    """The mark "This did not solve it", by the asker. Why, where they say so, is a reply of theirs."""

    __tablename__ = "rejections"


class OfficialMark(_Mark, Base):
    """The mark "Official answer", by an employee who may speak for the company."""

    __tablename__ = "official_marks"


class Check(Base):
    """An employee looked whether an answer still is true, for `version` of the product where they name one; until `undone_at`.

    The newest that stands is the answer's (`Post.checked_at`).
    """

    __tablename__ = "answer_checks"

    id: Mapped[PrimaryKey]
    topic_id: Mapped[int] = mapped_column(ForeignKey("topics.id"), index=True)
    post_id: Mapped[int] = mapped_column(ForeignKey("posts.id"), index=True)
    by_id: Mapped[int] = mapped_column(ForeignKey("accounts.id"))
    at: Mapped[datetime]
    version: Mapped[str] = mapped_column(default="")
    undone_at: Mapped[datetime | None]
    undone_by_id: Mapped[int | None] = mapped_column(Id)


_STANDING = text("ended_at IS NULL")


class OutdatedMark(Base):
    """Somebody says that an answer no longer works, until they take it back or a check settles it (`ended_at`).

    A member's has an account, a visitor's the day's digest of their network and browser (rulings 7).
    `by_staff`: an employee said so, whose word alone is enough for the desk.
    """

    __tablename__ = "outdated_marks"
    __table_args__ = (
        Index(
            "ix_outdated_marks_standing", "post_id", "account_id", unique=True, sqlite_where=_STANDING, postgresql_where=_STANDING
        ),
        UniqueConstraint("post_id", "visitor"),
    )

    id: Mapped[PrimaryKey]
    post_id: Mapped[int] = mapped_column(ForeignKey("posts.id"))
    account_id: Mapped[int | None] = mapped_column(ForeignKey("accounts.id"), index=True)
    visitor: Mapped[str | None]
    by_staff: Mapped[bool] = mapped_column(default=False)
    at: Mapped[datetime]
    ended_at: Mapped[datetime | None]
    check_id: Mapped[int | None] = mapped_column(ForeignKey("answer_checks.id"))


class Nudge(Base):
    """The asker was asked by mail whether an answer solved it; at most two a question, ever."""

    __tablename__ = "nudges"
    __table_args__ = (UniqueConstraint("topic_id", "number"),)

    id: Mapped[PrimaryKey]
    topic_id: Mapped[int] = mapped_column(ForeignKey("topics.id"))
    post_id: Mapped[int] = mapped_column(ForeignKey("posts.id"))
    account_id: Mapped[int] = mapped_column(ForeignKey("accounts.id"))
    number: Mapped[int]
    at: Mapped[datetime]
