"""The change log: what happened, in commit order, without gaps.

An event is written in the transaction of its change (`unit.py`) and read by position
(`read_after`). The tables are the truth; the log is never replayed to rebuild them.
"""

from __future__ import annotations

import json
import re
from collections.abc import Iterable, Sequence
from dataclasses import asdict, dataclass, fields
from datetime import datetime
from typing import Any, ClassVar

from sqlalchemy import BindParameter, ColumnElement, Index, select
from sqlalchemy.orm import Mapped, Session, mapped_column

from community.core.base import Base, Id

REGISTRY: dict[str, type[Event]] = {}
"""Every event class by its name; filled when the classes are defined."""


@dataclass(frozen=True, kw_only=True)
class Event:
    """Something that happened. Subclass as a frozen dataclass with ids and small facts only.

    `name` is `noun.verb` in the past and never reused; `channels` are patterns such as
    `topic:{topic_id}` filled from the fields, and left out where a field is None.
    """

    name: ClassVar[str]
    version: ClassVar[int] = 1
    channel_patterns: ClassVar[tuple[str, ...]] = ()

    by_id: int | None = None

    def __init_subclass__(cls, *, name: str = "", version: int = 1, channels: tuple[str, ...] = (), **rest: Any) -> None:
        super().__init_subclass__(**rest)
        if not name:
            return
        if not re.fullmatch(r"[a-z_]+\.[a-z_]+", name) or REGISTRY.get(name, cls).__qualname__ != cls.__qualname__:
            raise TypeError(f"event name {name!r} is malformed or taken")
        cls.name, cls.version, cls.channel_patterns = name, version, channels
        REGISTRY[name] = cls

    def channels(self) -> tuple[str, ...]:
        """The channels that this event touches, each once."""
        values = {f.name: getattr(self, f.name) for f in fields(self)}
        touched: dict[str, None] = {}
        for pattern in self.channel_patterns:
            wanted = re.findall(r"{(\w+)}", pattern)
            if all(values[name] is not None for name in wanted):
                touched[pattern.format(**values)] = None
        return tuple(touched)


@dataclass(frozen=True)
class Recorded:
    """An event as read from the log. `event` is None where its class is unknown to this release."""

    position: int
    at: datetime
    name: str
    event: Event | None


class EventHead(Base):
    """The one row that gives positions; its epoch changes when the log is replaced (a restore)."""

    __tablename__ = "event_head"

    id: Mapped[int] = mapped_column(primary_key=True)
    epoch: Mapped[str]
    position: Mapped[int] = mapped_column(Id)


class LoggedEvent(Base):
    """A row of the log. `at` may lie in the past, for imports and the demo world; `written_at` is when the row was written."""

    __tablename__ = "events"

    position: Mapped[int] = mapped_column(Id, primary_key=True, autoincrement=False)
    at: Mapped[datetime]
    written_at: Mapped[datetime]
    name: Mapped[str]
    version: Mapped[int]
    by_id: Mapped[int | None] = mapped_column(Id)
    payload: Mapped[str]


class EventChannel(Base):
    """Which channels an event touched; the newest position of a channel is that channel's version."""

    __tablename__ = "event_channels"
    __table_args__ = (Index("ix_event_channels_position", "position"),)

    channel: Mapped[str] = mapped_column(primary_key=True)
    position: Mapped[int] = mapped_column(Id, primary_key=True, autoincrement=False)


def encode(event: Event) -> str:
    """The payload of an event as JSON: its fields apart from `by_id`."""
    payload = asdict(event)
    del payload["by_id"]
    return json.dumps(payload, separators=(",", ":"), sort_keys=True)


def decode(row: LoggedEvent | Any) -> Recorded:
    """A log row as Recorded. Fields an older or newer release wrote and this one lacks are left out."""
    kind = REGISTRY.get(row.name)
    event = None
    if kind is not None:
        known = {f.name for f in fields(kind)}
        payload = {k: _frozen(v) for k, v in json.loads(row.payload).items() if k in known}
        event = kind(by_id=row.by_id, **payload)
    return Recorded(row.position, row.at, row.name, event)


def _frozen(value: Any) -> Any:
    return tuple(value) if isinstance(value, list) else value


def head(session: Session) -> tuple[str, int]:
    """The epoch and the newest position."""
    row = session.execute(select(EventHead.epoch, EventHead.position)).one()
    return row.epoch, row.position


def read_after(session: Session, position: int, limit: int) -> list[Recorded]:
    """At most `limit` events after `position`, oldest first."""
    rows = select(LoggedEvent.__table__).where(LoggedEvent.position > position).order_by(LoggedEvent.position).limit(limit)
    return [decode(row) for row in session.execute(rows)]


def read_channels_after(session: Session, channels: Iterable[str], position: int, limit: int) -> list[Recorded]:
    """At most `limit` events of these channels after `position`, oldest first, each once."""
    touched = (
        select(EventChannel.position)
        .where(EventChannel.channel.in_(list(channels)), EventChannel.position > position)
        .distinct()
        .order_by(EventChannel.position)
        .limit(limit)
    ).subquery()
    rows = select(LoggedEvent.__table__).join(touched, touched.c.position == LoggedEvent.position).order_by(LoggedEvent.position)
    return [decode(row) for row in session.execute(rows)]


def versions(session: Session, channels: Sequence[str], *, before: int | None = None) -> dict[str, int]:
    """Each channel's newest position (0 where nothing happened), optionally as it was before a position; one query."""
    columns = version_columns(channels, before=before)
    if not columns:
        return {}
    row = session.execute(select(*columns)).one()
    return {channel: row[number] or 0 for number, channel in enumerate(channels)}


def version_columns(channels: Sequence[str | BindParameter[str]], *, before: int | None = None) -> list[ColumnElement[int | None]]:
    """A column for each channel: its newest position, NULL where nothing happened."""
    columns: list[ColumnElement[int | None]] = []
    for number, channel in enumerate(channels):
        newest = select(EventChannel.position).where(EventChannel.channel == channel)
        if before is not None:
            newest = newest.where(EventChannel.position < before)
        columns.append(newest.order_by(EventChannel.position.desc()).limit(1).scalar_subquery().label(f"v{number}"))
    return columns
