"""Whether the parts of a site are usable, each check by itself and cheap enough to be asked every second."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass, replace
from datetime import datetime, timedelta

import structlog
from flask import current_app
from sqlalchemy import func, select
from werkzeug.utils import import_string

from community.core import clock
from community.core.follow import Follower, Parked
from community.core.log import LoggedEvent, head, read_after
from community.core.schedule import Due
from community.extensions import db
from community.migrating import is_current

PULSE = "worker.pulse"
"""The job whose row in `schedules` a living worker moves on."""

PULSE_EVERY = timedelta(seconds=10)

logger = structlog.get_logger()


@dataclass(frozen=True)
class Lag:
    """How far a follower is behind: in events, and in seconds since the oldest that it has not taken was written.

    A leisurely one may be far behind with nothing wrong.
    """

    events: int
    seconds: float
    leisurely: bool = False


def followers() -> list[Follower]:
    """One of each class that app.py lists under READERS and that this installation wants. Needs an application context."""
    classes: list[type[Follower]] = [import_string(name) for name in current_app.config["READERS"]]
    return [each() for each in classes if each.is_wanted()]


def readiness() -> dict[str, bool]:
    """Whether database, log and index are usable; the cause of a failure is logged."""
    return {
        "database": _works("database", _database_is_current),
        "log": _works("log", _log_is_readable),
        "index": _works("index", _index_is_usable),
    }


def worker_seen_at() -> datetime | None:
    """When a worker last gave a sign of life, to ten seconds; None when none ever ran."""
    due = db.session.execute(select(Due.due_at).where(Due.name == PULSE)).scalar_one_or_none()
    return None if due is None else due - PULSE_EVERY


def lags() -> dict[str, Lag]:
    """The lag of every follower, by its name."""
    _, newest = head(db.session())
    return {each.name: replace(_lag(each.reached(), newest), leisurely=each.leisurely) for each in followers()}


def parked_count() -> int:
    """How many events some follower gave up on and nobody has settled."""
    return db.session.execute(select(func.count()).select_from(Parked).where(Parked.settled_at.is_(None))).scalar_one()


def _lag(reached: int, newest: int) -> Lag:
    if reached >= newest:
        return Lag(0, 0.0)
    oldest = db.session.execute(select(LoggedEvent.written_at).where(LoggedEvent.position == reached + 1)).scalar_one_or_none()
    return Lag(newest - reached, 0.0 if oldest is None else max(0.0, (clock.real() - oldest).total_seconds()))


def _works(name: str, check: Callable[[], bool]) -> bool:
    try:
        return check()
    except Exception as error:  # noqa: BLE001 - whatever stands in the way, the answer is that it is not usable
        logger.warning("not ready", part=name, error=str(error))
        return False
    finally:
        db.session.rollback()


def _database_is_current() -> bool:
    return is_current(db.engine)


def _log_is_readable() -> bool:
    _, newest = head(db.session())
    return newest == 0 or len(read_after(db.session(), newest - 1, 1)) == 1


def _index_is_usable() -> bool:
    from community.search.queries import index_is_usable

    return index_is_usable()
