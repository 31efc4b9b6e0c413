"""The reader of the log that writes the record."""

from __future__ import annotations

import secrets
from collections.abc import Mapping
from datetime import UTC, datetime
from typing import ClassVar

from sqlalchemy import select

from community.core.follow import Follower, Reading
from community.core.log import Event, Recorded
from community.core.unit import Unit
from community.record.chain import FIRST, entry_hash, part_digest
from community.record.events import RecordGrown
from community.record.models import RecordEntry, RecordPart
from community.record.wording import ENTERS, words_of

SALT_BYTES = 16
"""Bytes of a salt: whoever has the digest of a short reason cannot try all reasons (rulings 27)."""


def enter(u: Unit, recorded: Recorded, event: Event) -> None:
    """Add what happened to the end of the chain; cursor and entry share a transaction, so it enters once."""
    words = words_of(u, event)
    if words is None:
        return
    last = last_entry(u)
    n, prev = (last.n + 1, last.hash) if last else (1, FIRST)
    salts = {name: secrets.token_hex(SALT_BYTES) for name in words.parts}
    digests = {name: part_digest(salts[name], text) for name, text in words.parts.items()}
    at = written(recorded.at)
    made = entry_hash(n=n, at=at, kind=words.kind, about=words.about, parts=digests, prev=prev)
    entry = RecordEntry(
        n=n,
        position=recorded.position,
        at=moment(at),
        kind=words.kind,
        by_id=words.people.get("by"),
        about=dict(words.about),
        parts=digests,
        prev=prev,
        hash=made,
    )
    u.add(entry)
    u.session.flush()
    for name, text in words.parts.items():
        u.add(RecordPart(entry_n=n, name=name, salt=salts[name], text=text, account_id=words.people.get(name)))
    u.record(RecordGrown(n=n))


def last_entry(u: Unit) -> RecordEntry | None:
    """The end of the chain."""
    return u.session.scalars(select(RecordEntry).order_by(RecordEntry.n.desc()).limit(1)).one_or_none()


def written(at: datetime) -> str:
    """A moment as the record writes it: UTC, to the second."""
    return at.astimezone(UTC).replace(microsecond=0).isoformat().replace("+00:00", "Z")


def moment(at: str) -> datetime:
    """What `written` wrote."""
    return datetime.fromisoformat(at)


class RecordFollower(Follower):
    """Writes the record. What is not in the allow-list does not enter, events that are yet to be invented among it."""

    name = "record"
    reads: ClassVar[Mapping[type[Event], Reading]] = dict.fromkeys(ENTERS, enter)
    ignores_the_rest: ClassVar = True
