"""What the record records of itself."""

from __future__ import annotations

from dataclasses import dataclass

from community.core.log import Event


@dataclass(frozen=True, kw_only=True)
class RecordGrown(Event, name="record.grown", channels=("record",)):
    """The public record has a new entry."""

    n: int


@dataclass(frozen=True, kw_only=True)
class RecordSigned(Event, name="record.signed", channels=("record",)):
    """The newest entry of the public record was signed."""

    n: int
