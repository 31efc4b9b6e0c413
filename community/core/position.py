"""Where in the log a page, a push or a client stands: `epoch:number`, an opaque string to clients (rulings 9)."""

from __future__ import annotations

import re
from dataclasses import dataclass
from functools import cache
from typing import Any

from sqlalchemy import Select, bindparam, select
from sqlalchemy.orm import Session

from community.core.log import EventHead, head, version_columns
from community.extensions import db

_FORM = re.compile(r"([0-9a-zA-Z]{1,40}):([0-9]{1,18})", re.ASCII)


@dataclass(frozen=True)
class Position:
    """A place in the log of one epoch. A restore begins a new epoch, whose numbers mean other things."""

    epoch: str
    number: int

    def __str__(self) -> str:
        return f"{self.epoch}:{self.number}"


def parse_position(text: str) -> Position | None:
    """The position that a client sent, or None where it is none of ours."""
    found = _FORM.fullmatch(text)
    return Position(found[1], int(found[2])) if found else None


def position_now(session: Session | None = None) -> Position:
    """The newest position. A page reads it before its queries, so that what it shows is never older than it says."""
    return Position(*head(session or db.session()))


@dataclass(frozen=True)
class Standing:
    """Where the log stood before a page's queries: its position, and the version of each channel that the page shows."""

    position: Position
    versions: dict[str, int]


def standing(*channels: str) -> Standing:
    """Position and versions by one query. Call it before everything else that a page reads."""
    names = {f"c{number}": channel for number, channel in enumerate(channels)}
    epoch, number, *newest = db.session.execute(_standing(len(channels)), names).one()
    return Standing(
        Position(epoch, number), {channel: int(version or 0) for channel, version in zip(channels, newest, strict=True)}
    )


@cache
def _standing(count: int) -> Select[*tuple[Any, ...]]:
    """The statement for so many channels `:c0`, `:c1` and so on, built once: each page asks it."""
    return select(EventHead.epoch, EventHead.position, *version_columns([bindparam(f"c{number}") for number in range(count)]))
