"""Wake-up hints: tell readers of the log that there may be something new.

A hint may be lost and costs nothing when it is: every reader also looks by itself.
"""

from __future__ import annotations

import sqlite3
import time
from pathlib import Path
from typing import Any, Protocol

from sqlalchemy import text
from sqlalchemy.engine import make_url
from sqlalchemy.orm import Session

_CHANNEL = "bothways_log"
_LOOK_SECONDS = 0.02
"""Between two looks at `data_version`: rulings 14."""


def notify(session: Session) -> None:
    """Inside a unit on PostgreSQL: wake the watches of other processes at commit."""
    if session.get_bind().dialect.name == "postgresql":
        session.execute(text(f"NOTIFY {_CHANNEL}"))


class Watch(Protocol):
    """Waits until the log may have grown. Each belongs to one thread or greenlet."""

    def wait(self, seconds: float) -> None:
        """Return when something may be new, at the latest after `seconds`."""

    def close(self) -> None:
        """Give the connection back."""


def watch(database_url: str, look: float = _LOOK_SECONDS) -> Watch:
    """A watch over the database at this SQLAlchemy address, on a connection of its own.

    `look` are the seconds between two looks where the database tells nothing by itself (SQLite).
    """
    if database_url.startswith("sqlite"):
        return SqliteWatch(str(make_url(database_url).database), look)
    return PostgresWatch(make_url(database_url).set(drivername="postgresql").render_as_string(hide_password=False))


class SqliteWatch:
    """Looks at `PRAGMA data_version` on a dedicated connection; a pooled one would not notice its own process."""

    def __init__(self, path: str, look: float = _LOOK_SECONDS) -> None:
        self._look = look
        self._connection = sqlite3.connect(
            Path(path).as_uri() + "?mode=ro", uri=True, isolation_level=None, check_same_thread=False
        )
        self._connection.execute("PRAGMA busy_timeout=1000")
        self._seen = self._version()

    def _version(self) -> int:
        return int(self._connection.execute("PRAGMA data_version").fetchone()[0])

    def wait(self, seconds: float) -> None:
        deadline = time.monotonic() + seconds
        while True:
            version = self._version()
            if version != self._seen:
                self._seen = version
                return
            left = deadline - time.monotonic()
            if left <= 0:
                return
            time.sleep(min(self._look, left))

    def close(self) -> None:
        self._connection.close()


class PostgresWatch:
    """Listens for NOTIFY on a dedicated connection, made again after it breaks."""

    def __init__(self, address: str) -> None:
        self._address = address
        self._connection: Any = None

    def _listen(self) -> Any:
        import psycopg

        if self._connection is None or self._connection.closed:
            self._connection = psycopg.connect(self._address, autocommit=True)
            self._connection.execute(f"LISTEN {_CHANNEL}")
        return self._connection

    def wait(self, seconds: float) -> None:
        import psycopg

        deadline = time.monotonic() + seconds
        try:
            connection = self._listen()
            for _ in connection.notifies(timeout=max(0.0, deadline - time.monotonic()), stop_after=1):
                return
        except psycopg.Error:
            self.close()
            time.sleep(max(0.0, min(1.0, deadline - time.monotonic())))

    def close(self) -> None:
        if self._connection is not None:
            self._connection.close()
            self._connection = None
