"""The one clock. Imports and the demo world write in the past with `at`; tests travel with time-machine."""

from __future__ import annotations

from collections.abc import Iterator
from contextlib import contextmanager
from contextvars import ContextVar
from datetime import UTC, datetime
from functools import cache
from zoneinfo import available_timezones

_set: ContextVar[datetime | None] = ContextVar("clock", default=None)


def now() -> datetime:
    """Tell the moment in UTC, to the microsecond."""
    return _set.get() or datetime.now(UTC)


def real() -> datetime:
    """Tell the moment in UTC whatever `at` says: for how long something has truly waited."""
    return datetime.now(UTC)


@contextmanager
def at(moment: datetime) -> Iterator[None]:
    """Let what happens inside have happened at `moment` (with a time zone): for imports and the demo world."""
    token = _set.set(moment.astimezone(UTC))
    try:
        yield
    finally:
        _set.reset(token)


@cache
def zones() -> frozenset[str]:
    """The names of the time zones that there are; read once, as finding them takes 40 ms."""
    return frozenset(available_timezones())
