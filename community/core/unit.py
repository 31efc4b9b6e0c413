"""The write unit: one transaction, in which a change and the event that tells of it are stored.

    with unit() as u:
        topic = u.fetch(Topic, topic_id)
        require(may_close(by, topic))
        u.add(Closure(topic_id=topic.id, ...))
        u.record(TopicClosed(by_id=by.id, topic_id=topic.id))

Nothing inside a unit yields, renders, hashes or calls out: every other writer waits for it.
"""

from __future__ import annotations

import threading
from collections.abc import Iterator
from contextlib import contextmanager
from datetime import datetime
from typing import Any, TypeVar

from sqlalchemy import insert, update
from sqlalchemy.orm import Session

from community.core import clock, wake
from community.core.base import Base
from community.core.database import BUSY_SECONDS, WRITE, Busy
from community.core.errors import NotFound
from community.core.log import Event, EventChannel, EventHead, LoggedEvent, encode
from community.extensions import db

Row = TypeVar("Row", bound=Base)

# Writers of one process line up here, awake at once when it is their turn; those of other
# processes are waited for in the database.
_turn = threading.Lock()


class Unit:
    """One open write transaction. `now` is the moment that everything in it happened."""

    def __init__(self, session: Session, now: datetime) -> None:
        self.session = session
        self.now = now
        self._events: list[Event] = []

    def record(self, event: Event) -> None:
        """Tell the log, at commit, that this happened."""
        self._events.append(event)

    def add(self, row: Row) -> Row:
        """Insert a row now, so that it has its id."""
        self.session.add(row)
        self.session.flush()
        return row

    def fetch(self, model: type[Row], key: Any) -> Row:
        """The row as it is inside this unit. Raises NotFound when it is gone."""
        row = self.session.get(model, key)
        if row is None:
            raise NotFound
        return row

    def write_log(self) -> None:
        """The last statements before COMMIT: raise the head, insert the events at the positions it gave."""
        count = len(self._events)
        if not count:
            return
        raised = update(EventHead).values(position=EventHead.position + count).returning(EventHead.position)
        first = self.session.execute(raised).scalar_one() - count + 1
        moments = {"at": self.now, "written_at": clock.real()}
        rows = [
            {"position": position, **moments, "name": e.name, "version": e.version, "by_id": e.by_id, "payload": encode(e)}
            for position, e in enumerate(self._events, first)
        ]
        touched = [
            {"channel": channel, "position": position} for position, e in enumerate(self._events, first) for channel in e.channels()
        ]
        self.session.execute(insert(LoggedEvent), rows)
        if touched:
            self.session.execute(insert(EventChannel), touched)
        wake.notify(self.session)


@contextmanager
def unit() -> Iterator[Unit]:
    """Open a write unit; commit at its end, roll back on any exception.

    Ends the read transaction of the request first and forgets what it read. Raises RuntimeError
    inside another unit or when rows were changed outside one, `Busy` when the database stays locked.
    """
    session: Session = db.session()
    if session.info.get("unit"):
        raise RuntimeError("a unit inside a unit")
    if session.new or session.dirty or session.deleted:
        session.rollback()
        raise RuntimeError("rows were changed outside a unit")
    session.rollback()
    session.expire_all()
    if not _turn.acquire(timeout=BUSY_SECONDS):
        raise Busy("the database is busy")
    try:
        session.connection(execution_options=WRITE)
        session.info["unit"] = True
        opened = Unit(session, clock.now())
        yield opened
        session.flush()
        opened.write_log()
        session.commit()
    except BaseException:
        session.rollback()
        raise
    finally:
        session.info.pop("unit", None)
        _turn.release()
