"""Tables of mail."""

from __future__ import annotations

from datetime import datetime

from sqlalchemy import ForeignKey, Index, UniqueConstraint
from sqlalchemy.orm import Mapped, mapped_column

from community.core.base import Base, Id, PrimaryKey


class OutgoingMail(Base):
    """A mail to somebody, from the event at `position`. Address, texts and tokens are made when it is sent.

    `account_id` is None for who has no account; `about_id` is the id of what the mail is about, by its kind (0: nothing more).
    """

    __tablename__ = "outgoing_mails"
    __table_args__ = (
        UniqueConstraint("position", "account_id", "kind", "about_id"),
        Index("ix_outgoing_mails_next_try_at", "next_try_at"),
    )

    id: Mapped[PrimaryKey]
    position: Mapped[int] = mapped_column(Id)
    account_id: Mapped[int | None] = mapped_column(ForeignKey("accounts.id"))
    about_id: Mapped[int] = mapped_column(Id, default=0, server_default="0")
    kind: Mapped[str]
    created_at: Mapped[datetime]
    next_try_at: Mapped[datetime | None]
    tries: Mapped[int] = mapped_column(default=0)
    sent_at: Mapped[datetime | None]
    given_up_at: Mapped[datetime | None]
    error: Mapped[str] = mapped_column(default="")
    subject: Mapped[str] = mapped_column(default="")
    shown_text: Mapped[str] = mapped_column(default="")

    @property
    def state(self) -> str:
        """`sent`, `given_up`, `waiting` for its next try, or `kept` because there is no mail server."""
        if self.sent_at is not None:
            return "sent"
        if self.given_up_at is not None:
            return "given_up"
        return "waiting" if self.next_try_at is not None else "kept"
