"""Readers of the log: each has a name, a cursor, a lease, and is told every event at least once, in order.

Effects in the database share a transaction with the cursor, so they happen exactly once. An event
that keeps failing is parked where an admin sees it, and the reader goes on.
"""

from __future__ import annotations

import os
import socket
import threading
import traceback
from collections.abc import Callable, Mapping
from datetime import datetime, timedelta
from typing import Any, ClassVar

import structlog
from flask import Flask
from sqlalchemy import select
from sqlalchemy.orm import Mapped, Session, mapped_column

from community.core.base import Base, Id, PrimaryKey
from community.core.log import Event, Recorded, read_after
from community.core.unit import Unit, unit
from community.core.wake import Watch
from community.extensions import db

LEASE = timedelta(seconds=15)
"""How long a follower belongs to the process that ran it last; a killed one is followed up after this."""

PAUSES = (0.2, 1.0, 5.0, 30.0)
"""Seconds between the tries of one event; after the last it is parked."""

logger = structlog.get_logger()


class Cursor(Base):
    """How far a follower has come, and which process may run it until when."""

    __tablename__ = "cursors"

    name: Mapped[str] = mapped_column(primary_key=True)
    position: Mapped[int] = mapped_column(Id, default=0)
    owner: Mapped[str | None]
    owned_until: Mapped[datetime | None]


class Parked(Base):
    """An event that a follower could not take, with the error, until somebody settles it."""

    __tablename__ = "parked_events"

    id: Mapped[PrimaryKey]
    follower: Mapped[str]
    position: Mapped[int] = mapped_column(Id)
    event_name: Mapped[str]
    error: Mapped[str]
    parked_at: Mapped[datetime]
    settled_at: Mapped[datetime | None]


Reading = Callable[[Unit, Recorded, Any], None]
"""Told of one event, `reading(unit, recorded, event)`; writes through the unit only."""


class Follower:
    """A reader whose cursor is a row. Give it a name, what it reads and, in writing, what it ignores.

    A capability that brings about one thing later sets `ignores_the_rest` instead: of events further out it may not know.
    """

    name: ClassVar[str]
    batch: ClassVar[int] = 100
    reads: ClassVar[Mapping[type[Event], Reading]]
    ignores: ClassVar[frozenset[type[Event]]] = frozenset()
    ignores_the_rest: ClassVar[bool] = False
    leisurely: ClassVar[bool] = False
    """Whether it may be behind for long with nothing wrong: it computes much, and nobody waits for it."""
    comes_after: ClassVar[type[Follower] | None] = None
    """A reader whose effects this one builds on: no event is taken before that one has passed it."""

    @classmethod
    def is_wanted(cls) -> bool:
        """Whether this installation has what the follower needs; one that is not wanted does not run and is not behind."""
        return True

    def catch_up(self) -> int:
        """Take the next batch; returns how many events were passed. Raises what a reading raised, nothing then moved."""
        return self._take(self.batch)

    def park_next(self, error: BaseException) -> None:
        """Give up on the event behind the cursor: store it with its error and step over it."""
        with unit() as u:
            cursor = self._cursor(u)
            for recorded in read_after(u.session, cursor.position, 1):
                park(u, self.name, recorded, error)
                cursor.position = recorded.position

    def take_one(self) -> int:
        """Like `catch_up`, for one event: finds the failing one in a failing batch."""
        return self._take(1)

    def reached(self) -> int:
        """The position up to which everything was taken, as far as this transaction sees."""
        return db.session.execute(select(Cursor.position).where(Cursor.name == self.name)).scalar_one_or_none() or 0

    def _take(self, limit: int) -> int:
        # A look without the write lock first: most looks find nothing.
        waiting = bool(self._next(db.session(), self.reached(), 1))
        db.session.rollback()
        if not waiting:
            return 0
        with unit() as u:
            cursor = self._cursor(u)
            if not leased(cursor, u.now):
                return 0
            batch = self._next(u.session, cursor.position, limit)
            for recorded in batch:
                reading = self.reads.get(type(recorded.event)) if recorded.event else None
                if reading is not None:
                    reading(u, recorded, recorded.event)
            if batch:
                cursor.position = batch[-1].position
            return len(batch)

    def _next(self, session: Session, position: int, limit: int) -> list[Recorded]:
        before = self.comes_after().reached() if self.comes_after is not None else None
        return [each for each in read_after(session, position, limit) if before is None or each.position <= before]

    def _cursor(self, u: Unit) -> Cursor:
        cursor = u.session.get(Cursor, self.name)
        return cursor or u.add(Cursor(name=self.name, position=0))


def park(u: Unit, follower: str, recorded: Recorded, error: BaseException) -> None:
    """Store that `follower` gave up on an event."""
    trace = "".join(traceback.format_exception(error))[-4000:]
    row = Parked(follower=follower, position=recorded.position, event_name=recorded.name, error=trace, parked_at=u.now)
    u.add(row)


def follow(app: Flask, follower: Follower, watch: Watch, stop: threading.Event) -> None:
    """Run one follower until `stop` is set: retry with growing pauses, then park and go on."""
    tries = 0
    while not stop.is_set():
        with app.app_context():  # one context, so one session, a batch: an old read transaction would stop checkpoints
            try:
                passed = follower.take_one() if tries else follower.catch_up()
                tries = 0
            except Exception as error:
                passed = 0
                logger.exception("follower failed", follower=follower.name, tries=tries)
                if tries == len(PAUSES):
                    follower.park_next(error)
                    tries = 0
                else:
                    tries += 1
        if tries:
            stop.wait(PAUSES[tries - 1])
        elif not passed:
            watch.wait(1.0)


def this_process() -> str:
    """The name under which this process holds leases."""
    return f"{socket.gethostname()}:{os.getpid()}"


def leased(cursor: Cursor, now: datetime) -> bool:
    """Take or renew the lease; the unit's write lock makes this safe against other processes."""
    me = this_process()
    if cursor.owner not in {None, me} and cursor.owned_until is not None and cursor.owned_until > now:
        return False
    cursor.owner, cursor.owned_until = me, now + LEASE
    return True
