"""Tables of commitments."""

from __future__ import annotations

from datetime import date, datetime

from sqlalchemy import ForeignKey, Index
from sqlalchemy.orm import Mapped, mapped_column

from community.core.base import Base, PrimaryKey, never_reuse

STATES = ("open", "late", "kept", "withdrawn")
"""As they are at a moment: `late` is open and past its day."""

DEEDS = ("made", "moved", "handed_on", "kept", "withdrawn", "late")


class Commitment(Base):
    """What somebody of the team promised in a post: `what`, by the end of the day `due_on` in the desk's time zone, of `owner`.

    `first_due_on` is the day that was named first. `kept_on` is the day on which it was kept; `late_at` when time told that
    it is late.
    """

    __tablename__ = "commitments"
    __table_args__ = (
        Index("ix_commitments_topic_id", "topic_id"),
        Index("ix_commitments_due_on", "due_on"),
        never_reuse,
    )

    id: Mapped[PrimaryKey]
    post_id: Mapped[int] = mapped_column(ForeignKey("posts.id"))
    topic_id: Mapped[int] = mapped_column(ForeignKey("topics.id"))
    what: Mapped[str]
    owner_id: Mapped[int] = mapped_column(ForeignKey("accounts.id"))
    made_by_id: Mapped[int] = mapped_column(ForeignKey("accounts.id"))
    made_at: Mapped[datetime]
    first_due_on: Mapped[date]
    due_on: Mapped[date]
    kept_on: Mapped[date | None]
    withdrawn_at: Mapped[datetime | None]
    late_at: Mapped[datetime | None]

    @property
    def is_settled(self) -> bool:
        """Whether it was kept or withdrawn."""
        return self.kept_on is not None or self.withdrawn_at is not None

    def state(self, today: date) -> str:
        """Which of STATES it is in on this day."""
        if self.withdrawn_at is not None:
            return "withdrawn"
        if self.kept_on is not None:
            return "kept"
        return "late" if self.due_on < today else "open"


class CommitmentDeed(Base):
    """What was done with a commitment, one row each: the history that its page shows. `kind` is one of DEEDS.

    `former_due_on` is the day that a moved one was due before, `to_id` whom one was handed on to; `words` the reason or the note.
    """

    __tablename__ = "commitment_deeds"
    __table_args__ = (Index("ix_commitment_deeds_commitment_id", "commitment_id", "id"),)

    id: Mapped[PrimaryKey]
    commitment_id: Mapped[int] = mapped_column(ForeignKey("commitments.id"))
    kind: Mapped[str]
    at: Mapped[datetime]
    by_id: Mapped[int | None] = mapped_column(ForeignKey("accounts.id"))
    to_id: Mapped[int | None] = mapped_column(ForeignKey("accounts.id"))
    former_due_on: Mapped[date | None]
    due_on: Mapped[date | None]
    words: Mapped[str] = mapped_column(default="")
