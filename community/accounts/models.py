"""Tables of accounts."""

from __future__ import annotations

from datetime import datetime

from sqlalchemy import ForeignKey, Index, String, false
from sqlalchemy.orm import Mapped, mapped_column, relationship

from community.core.base import Base, Id, PrimaryKey, never_reuse


class Account(Base):
    """A person who writes here. `name` is shown; `handle` is the address and never changes.

    `skeleton` folds confusable letters of the handle, for look-alikes. `hue` (0 to 11) colours the
    face without a photo. Imported authors have no e-mail and no password. `shows_presence`: others see by name that they
    read or write where they do; without it they are counted.

    `email` is a confirmed address and belongs to one account. `claimed_email` is what was given at
    sign-up: several may claim one address, and only the link sent there makes it theirs. So a sign-up
    cannot tell whether an address has an account.
    """

    __tablename__ = "accounts"
    __table_args__ = (never_reuse,)

    id: Mapped[PrimaryKey]
    handle: Mapped[str] = mapped_column(String(40), unique=True)
    skeleton: Mapped[str] = mapped_column(index=True)
    name: Mapped[str] = mapped_column(String(80))
    email: Mapped[str | None] = mapped_column(unique=True)
    claimed_email: Mapped[str | None] = mapped_column(index=True)
    confirmed_at: Mapped[datetime | None]
    password_hash: Mapped[str | None]
    created_at: Mapped[datetime]
    seen_at: Mapped[datetime | None]
    time_zone: Mapped[str] = mapped_column(default="UTC")
    language: Mapped[str] = mapped_column(default="en")
    theme: Mapped[str] = mapped_column(default="system")
    shows_presence: Mapped[bool] = mapped_column(default=False, server_default=false())
    about: Mapped[str] = mapped_column(default="")
    hue: Mapped[int] = mapped_column(default=0)
    photo: Mapped[str | None]
    imported_from: Mapped[str | None]
    erased_at: Mapped[datetime | None]

    @property
    def is_confirmed(self) -> bool:
        """Whether the address was confirmed; only then do others see what this account writes."""
        return self.confirmed_at is not None


class SignIn(Base):
    """One signed-in browser. The cookie holds a token; the row holds its digest."""

    __tablename__ = "sessions"

    id: Mapped[PrimaryKey]
    token_digest: Mapped[str] = mapped_column(unique=True)
    account_id: Mapped[int] = mapped_column(ForeignKey("accounts.id"), index=True)
    created_at: Mapped[datetime]
    seen_at: Mapped[datetime]
    expires_at: Mapped[datetime]
    ended_at: Mapped[datetime | None]
    browser: Mapped[str] = mapped_column(default="")

    account: Mapped[Account] = relationship(lazy="joined")


class MailedLink(Base):
    """A one-time link of a purpose (`links.py`). The row holds the token's digest.

    `subject_id` is what it is about, such as a post; `address_digest` that of the address it was mailed
    to, where it is to end when the account gets another one.
    """

    __tablename__ = "mailed_links"

    id: Mapped[PrimaryKey]
    purpose: Mapped[str]
    token_digest: Mapped[str] = mapped_column(unique=True)
    account_id: Mapped[int | None] = mapped_column(ForeignKey("accounts.id"), index=True)
    subject_id: Mapped[int | None] = mapped_column(Id)
    address_digest: Mapped[str | None]
    created_at: Mapped[datetime]
    expires_at: Mapped[datetime]
    used_at: Mapped[datetime | None]

    account: Mapped[Account | None] = relationship()


class ApiKey(Base):
    """A key of the JSON API: shown once, kept as a digest, dead with its owner. `scopes` is space-separated."""

    __tablename__ = "api_keys"

    id: Mapped[PrimaryKey]
    account_id: Mapped[int] = mapped_column(ForeignKey("accounts.id"), index=True)
    name: Mapped[str]
    key_digest: Mapped[str] = mapped_column(unique=True)
    scopes: Mapped[str]
    created_at: Mapped[datetime]
    used_at: Mapped[datetime | None]
    revoked_at: Mapped[datetime | None]


class Suspension(Base):
    """Somebody may not sign in or write from `started_at` until `ends_at` (None: for good) or `lifted_at`."""

    __tablename__ = "suspensions"
    __table_args__ = (Index("ix_suspensions_account_id_lifted_at", "account_id", "lifted_at"),)

    id: Mapped[PrimaryKey]
    account_id: Mapped[int] = mapped_column(ForeignKey("accounts.id"))
    by_id: Mapped[int] = mapped_column(ForeignKey("accounts.id"))
    rule: Mapped[str]
    reason: Mapped[str]
    started_at: Mapped[datetime]
    ends_at: Mapped[datetime | None]
    lifted_at: Mapped[datetime | None]
    lifted_by_id: Mapped[int | None] = mapped_column(Id)
