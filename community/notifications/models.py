"""Tables of notifications."""

from __future__ import annotations

from datetime import datetime

from sqlalchemy import ForeignKey, Index, UniqueConstraint, text
from sqlalchemy.orm import Mapped, mapped_column

from community.core.base import Base, Id, PrimaryKey

_UNREAD = text("read_at IS NULL")
_TO_MAIL = text("mail_at IS NOT NULL")


class Notification(Base):
    """Somebody is told of the event at `position`, at most once. What they may not read any more is left out where it is shown.

    `kind` is one of notifications/kinds.py; `actor_id` did it (None: time or the site). `follow_id` is the follow that brought
    it. `mail_at` is when it is mailed unless it was read by then, None where it is not to be mailed or was put into the outbox
    (`mail_id`).
    """

    __tablename__ = "notifications"
    __table_args__ = (
        UniqueConstraint("account_id", "position"),
        Index("ix_notifications_unread", "account_id", "topic_id", sqlite_where=_UNREAD, postgresql_where=_UNREAD),
        Index("ix_notifications_account_id_topic_id", "account_id", "topic_id", "id"),
        Index("ix_notifications_mail_at", "mail_at", sqlite_where=_TO_MAIL, postgresql_where=_TO_MAIL),
        Index("ix_notifications_post_id", "post_id"),
    )

    id: Mapped[PrimaryKey]
    account_id: Mapped[int] = mapped_column(ForeignKey("accounts.id"))
    position: Mapped[int] = mapped_column(Id)
    kind: Mapped[str]
    topic_id: Mapped[int] = mapped_column(ForeignKey("topics.id"))
    post_id: Mapped[int | None] = mapped_column(ForeignKey("posts.id"))
    actor_id: Mapped[int | None] = mapped_column(Id)
    follow_id: Mapped[int | None] = mapped_column(Id)
    at: Mapped[datetime]
    read_at: Mapped[datetime | None]
    mail_at: Mapped[datetime | None]
    mail_id: Mapped[int | None] = mapped_column(Id)


class Telling(Base):
    """An event that many are to be told of, in portions: those up to the account `after_id` have been."""

    __tablename__ = "tellings"

    id: Mapped[PrimaryKey]
    position: Mapped[int] = mapped_column(Id)
    audience: Mapped[str]
    kind: Mapped[str]
    topic_id: Mapped[int] = mapped_column(Id)
    post_id: Mapped[int | None] = mapped_column(Id)
    actor_id: Mapped[int | None] = mapped_column(Id)
    at: Mapped[datetime]
    after_id: Mapped[int] = mapped_column(Id, default=0)


class MailChoice(Base):
    """Somebody wants mail of a kind of notification, or not, other than is usual."""

    __tablename__ = "mail_choices"

    account_id: Mapped[int] = mapped_column(ForeignKey("accounts.id"), primary_key=True)
    kind: Mapped[str] = mapped_column(primary_key=True)
    wanted: Mapped[bool]
