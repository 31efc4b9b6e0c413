"""Tables of the record. Triggers of the database refuse to change or delete entries and heads."""

from __future__ import annotations

from datetime import datetime

from sqlalchemy import JSON, ForeignKey, Index, UniqueConstraint
from sqlalchemy.orm import Mapped, mapped_column

from community.core.base import Base, Id, PrimaryKey


class RecordEntry(Base):
    """One entry, number `n` of the chain, hashed as `chain.py` says. `by_id` is the employee who acted, for the filter alone."""

    __tablename__ = "record_entries"
    __table_args__ = (Index("ix_record_entries_kind_n", "kind", "n"), Index("ix_record_entries_by_id_n", "by_id", "n"))

    n: Mapped[int] = mapped_column(Id, primary_key=True, autoincrement=False)
    position: Mapped[int] = mapped_column(Id, unique=True)
    at: Mapped[datetime]
    kind: Mapped[str]
    by_id: Mapped[int | None] = mapped_column(Id)
    about: Mapped[dict[str, int]] = mapped_column(JSON)
    parts: Mapped[dict[str, str]] = mapped_column(JSON)
    prev: Mapped[str]
    hash: Mapped[str]


class RecordPart(Base):
    """Words of an entry, and the salt of their digest. Those that name a person (`account_id`) go when that person is erased."""

    __tablename__ = "record_parts"
    __table_args__ = (UniqueConstraint("entry_n", "name"),)

    id: Mapped[PrimaryKey]
    entry_n: Mapped[int] = mapped_column(ForeignKey("record_entries.n"))
    name: Mapped[str]
    salt: Mapped[str]
    text: Mapped[str]
    account_id: Mapped[int | None] = mapped_column(Id, index=True)


class RecordHead(Base):
    """The last entry of a day, signed; `key` is the public key of the signature, in PEM."""

    __tablename__ = "record_heads"

    n: Mapped[int] = mapped_column(Id, primary_key=True, autoincrement=False)
    hash: Mapped[str]
    at: Mapped[datetime]
    signature: Mapped[str]
    key: Mapped[str]
