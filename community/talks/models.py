"""Tables of desk talk."""

from __future__ import annotations

from datetime import datetime

from sqlalchemy import ForeignKey, Index, UniqueConstraint, text
from sqlalchemy.orm import Mapped, mapped_column

from community.core.base import Base, PrimaryKey, never_reuse

KINDS = ("words", "taken", "handed_over", "ended", "proposed", "withdrawn", "declined", "agreed", "published")
"""What stands in a talk: words of one side, or something that was done, written down where it was done."""

OUTCOMES = ("agreed", "declined", "withdrawn")

_RUNNING = text("ended_at IS NULL")
_OPEN = text("outcome IS NULL")


class Duty(Base):
    """An employee is on duty from `began_at` on, and says so. It ends by their switch, or by itself once nobody has seen them."""

    __tablename__ = "duties"
    __table_args__ = (Index("ix_duties_running", "account_id", unique=True, sqlite_where=_RUNNING, postgresql_where=_RUNNING),)

    id: Mapped[PrimaryKey]
    account_id: Mapped[int] = mapped_column(ForeignKey("accounts.id"))
    began_at: Mapped[datetime]
    seen_at: Mapped[datetime]
    ended_at: Mapped[datetime | None]


class Talk(Base):
    """A conversation of one customer with the desk.

    `page` is where they were when they began. `waiting_since` is from when the customer waits for an answer, None while they do
    not; `last_at` and `last_number` are those of the newest message; `customer_read` and `staff_read` the numbers up to which each
    side has read. `topic_id` is the question it became.
    """

    __tablename__ = "talks"
    __table_args__ = (
        Index("ix_talks_customer_id", "customer_id", "last_at"),
        Index("ix_talks_ended_at", "ended_at", "last_at"),
        Index("ix_talks_open_of", "customer_id", unique=True, sqlite_where=_RUNNING, postgresql_where=_RUNNING),
        never_reuse,
    )

    id: Mapped[PrimaryKey]
    customer_id: Mapped[int] = mapped_column(ForeignKey("accounts.id"))
    page: Mapped[str] = mapped_column(default="")
    opened_at: Mapped[datetime]
    taken_by_id: Mapped[int | None] = mapped_column(ForeignKey("accounts.id"))
    waiting_since: Mapped[datetime | None]
    last_at: Mapped[datetime]
    last_number: Mapped[int] = mapped_column(default=0)
    customer_read: Mapped[int] = mapped_column(default=0)
    staff_read: Mapped[int] = mapped_column(default=0)
    ended_at: Mapped[datetime | None]
    topic_id: Mapped[int | None] = mapped_column(ForeignKey("topics.id"))


class TalkMessage(Base):
    """The `number`th message of a talk, from 1. `by_staff` says on which side its author stood when it was written.

    `kind` is one of KINDS. `note` is said among employees, with a hand-over to `to_id`; customers never see it. `submission` keeps
    a message that is sent twice from being there twice.
    """

    __tablename__ = "talk_messages"
    __table_args__ = (UniqueConstraint("talk_id", "number"), UniqueConstraint("talk_id", "author_id", "submission"))

    id: Mapped[PrimaryKey]
    talk_id: Mapped[int] = mapped_column(ForeignKey("talks.id"))
    number: Mapped[int]
    author_id: Mapped[int] = mapped_column(ForeignKey("accounts.id"))
    by_staff: Mapped[bool]
    kind: Mapped[str] = mapped_column(default="words")
    body: Mapped[str] = mapped_column(default="")
    html: Mapped[str] = mapped_column(default="")
    note: Mapped[str] = mapped_column(default="")
    to_id: Mapped[int | None] = mapped_column(ForeignKey("accounts.id"))
    submission: Mapped[str | None]
    at: Mapped[datetime]


class Publication(Base):
    """What one side wants to make public of a talk, word for word, until the other has said yes or no.

    `by_staff` proposed it. The customer writes under their name (`customer_named`) or as a member without one; the employee who
    proposes or agrees, `answerer_id`, answers under theirs. `outcome` is one of OUTCOMES, None while it is open; `asker_id` is the
    account under which the question stands, `topic_id` the question.
    """

    __tablename__ = "talk_publications"
    __table_args__ = (
        Index("ix_talk_publications_open", "talk_id", unique=True, sqlite_where=_OPEN, postgresql_where=_OPEN),
        never_reuse,
    )

    id: Mapped[PrimaryKey]
    talk_id: Mapped[int] = mapped_column(ForeignKey("talks.id"))
    by_id: Mapped[int] = mapped_column(ForeignKey("accounts.id"))
    by_staff: Mapped[bool]
    at: Mapped[datetime]
    category_id: Mapped[int] = mapped_column(ForeignKey("categories.id"))
    title: Mapped[str]
    question: Mapped[str]
    answer: Mapped[str]
    customer_named: Mapped[bool | None]
    solved: Mapped[bool] = mapped_column(default=False)
    answerer_id: Mapped[int | None] = mapped_column(ForeignKey("accounts.id"))
    outcome: Mapped[str | None]
    settled_at: Mapped[datetime | None]
    asker_id: Mapped[int | None] = mapped_column(ForeignKey("accounts.id"))
    topic_id: Mapped[int | None] = mapped_column(ForeignKey("topics.id"))
