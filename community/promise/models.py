"""Tables of the promise."""

from __future__ import annotations

from datetime import datetime
from typing import Any

from sqlalchemy import JSON, ForeignKey, Index
from sqlalchemy.orm import Mapped, mapped_column

from community.core.base import Base, Id, PrimaryKey
from community.promise.deskclock import Desk

STATES = ("open", "paused", "kept", "late", "settled", "none")
"""Of the promise to one question.

`open`: due and not yet answered. `paused`: the asker owes the team something. `kept` and `late`: answered in time or not,
and `late` too when it fell due unanswered. `settled`: the asker was helped by a member, closed as a duplicate or took the
question back before it fell due; nobody was kept waiting, so it counts on neither side. `none`: the desk never opens.
"""


class Terms(Base):
    """When the desk was open and how much was promised, from `at` until the next row.

    What was promised when somebody asked holds for their question, whatever the settings say later.
    """

    __tablename__ = "promise_terms"

    id: Mapped[PrimaryKey]
    at: Mapped[datetime]
    desk: Mapped[dict[str, Any]] = mapped_column(JSON)
    hours: Mapped[int]
    share: Mapped[int]

    @property
    def clock(self) -> Desk:
        """The desk's clock by these terms."""
        return Desk.load(self.desk)


class Promise(Base):
    """The promise to one question: computed by `settling.py` from its terms and from what happened, never set otherwise.

    `hours`: desk hours promised. `due_at`: None while paused, or where the desk never opens. `answered_at`, `answer_id`: the
    first answer by an employee who speaks for the company that its asker has not rejected. `solved_at`: the first
    acceptance that stands. `answer_minutes`, `solve_minutes`: minutes of desk time until then.
    """

    __tablename__ = "promises"
    __table_args__ = (Index("ix_promises_state_due_at", "state", "due_at"), Index("ix_promises_asked_at", "asked_at"))

    topic_id: Mapped[int] = mapped_column(ForeignKey("topics.id"), primary_key=True, autoincrement=False)
    terms_id: Mapped[int] = mapped_column(ForeignKey("promise_terms.id"))
    hours: Mapped[int]
    asked_at: Mapped[datetime]
    due_at: Mapped[datetime | None]
    state: Mapped[str]
    answered_at: Mapped[datetime | None]
    answer_id: Mapped[int | None] = mapped_column(Id)
    answer_minutes: Mapped[int | None]
    solved_at: Mapped[datetime | None]
    solve_minutes: Mapped[int | None]
