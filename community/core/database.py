"""How connections behave: transactions of SQLite, and the one lock that orders writers.

Writers take turns on both databases, so what a unit decides on cannot change under it:
SQLite by `BEGIN IMMEDIATE`, PostgreSQL by a transaction's advisory lock. See docs/decisions.md.
"""

from __future__ import annotations

import sqlite3
import time
from typing import Any

from sqlalchemy import event
from sqlalchemy.engine import Connection, Engine
from sqlalchemy.exc import OperationalError

WRITE = {"bothways_write": True}
"""Execution options that make a transaction a writer."""

_WRITERS = 0x626F7468  # the advisory lock's number: "both" in ASCII
_LOCK_NOT_AVAILABLE = "55P03"  # of PostgreSQL, when lock_timeout has passed

BUSY_SECONDS = 30.0  # a writer that waited this long is told so; measured longest wait with 8 writers: 1.3 s


class Busy(Exception):
    """The database could not be had for writing within 30 seconds."""


def prepare(engine: Engine, *, durable: bool = True) -> None:
    """Make `engine` follow the house's transaction rules. Call once per engine.

    `durable=False` skips fsync on SQLite, for tests that do not cut the power.
    """
    if engine.dialect.name == "sqlite":
        event.listen(engine, "connect", _connect_sqlite)
        event.listen(engine, "begin", _begin_sqlite)
    else:
        event.listen(engine, "begin", _begin_postgresql)
    if engine.dialect.name == "sqlite" and not durable:
        event.listen(engine, "connect", _sync_off)


def _connect_sqlite(connection: sqlite3.Connection, _record: Any) -> None:
    # The driver's own transaction handling loses updates (traps); we send every BEGIN ourselves.
    connection.isolation_level = None
    for pragma in ("journal_mode=WAL", "foreign_keys=ON", "synchronous=FULL", "busy_timeout=5000", "wal_autocheckpoint=0"):
        connection.execute(f"PRAGMA {pragma}")


def _sync_off(connection: sqlite3.Connection, _record: Any) -> None:
    connection.execute("PRAGMA synchronous=OFF")


def _begin_sqlite(connection: Connection) -> None:
    if not connection.get_execution_options().get("bothways_write"):
        connection.exec_driver_sql("BEGIN")
        return
    # Waiting inside SQLite would stop the whole event loop: ask without waiting, and sleep between
    # tries (gevent's sleep in the web process).
    driver: Any = connection.connection.driver_connection
    deadline = time.monotonic() + BUSY_SECONDS
    pause = 0.001
    driver.execute("PRAGMA busy_timeout=0")
    try:
        while True:
            try:
                driver.execute("BEGIN IMMEDIATE")
                return
            except sqlite3.OperationalError as error:
                if "locked" not in str(error) and "busy" not in str(error):
                    raise
                if time.monotonic() > deadline:
                    raise Busy("the database is busy") from error
            time.sleep(pause)
            pause = min(pause * 1.5, 0.02)
    finally:
        driver.execute("PRAGMA busy_timeout=5000")


def _begin_postgresql(connection: Connection) -> None:
    if connection.get_execution_options().get("bothways_write"):
        connection.exec_driver_sql(f"SET LOCAL lock_timeout = '{BUSY_SECONDS:.0f}s'")
        try:
            connection.exec_driver_sql(f"SELECT pg_advisory_xact_lock({_WRITERS})")
        except OperationalError as error:
            if getattr(error.orig, "sqlstate", None) == _LOCK_NOT_AVAILABLE:
                raise Busy("the database is busy") from error
            raise


def checkpoint(engine: Engine) -> None:
    """Move SQLite's write-ahead log into the database file; only one connection may, so only the worker and commands call it."""
    if engine.dialect.name != "sqlite":
        return
    connection = engine.raw_connection()
    try:
        connection.cursor().execute("PRAGMA wal_checkpoint(PASSIVE)")
    finally:
        connection.close()
