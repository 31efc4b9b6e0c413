"""A consistent copy of the database in one file, under load, and back again."""

from __future__ import annotations

import shutil
import sqlite3
import subprocess
from pathlib import Path

from sqlalchemy import Engine, create_engine, text
from sqlalchemy.engine import URL, Connection
from sqlalchemy.pool import NullPool

from community.core import strangers
from community.core.errors import Invalid


def copy_database(engine: Engine, target: Path) -> tuple[str, int]:
    """Copy the database into the file `target`; returns epoch and position of the log at that moment.

    SQLite by VACUUM INTO (page-wise copying never ends under a writer, and the file alone lacks what
    is in its log), PostgreSQL by pg_dump. Raises Invalid with a sentence when that fails.
    """
    if engine.dialect.name == "sqlite":
        return _copy_sqlite(Path(str(engine.url.database)), target)
    return _copy_postgresql(engine, target)


def check_sqlite(path: Path) -> None:
    """Raise Invalid unless every page of an SQLite file is in order."""
    connection = sqlite3.connect(path)
    try:
        found = connection.execute("PRAGMA quick_check").fetchone()[0]
    except sqlite3.DatabaseError as error:
        found = str(error)
    finally:
        connection.close()
    if found != "ok":
        raise Invalid(f"The database is damaged: {found}.")


def load_postgresql(dump: Path, url: URL) -> None:
    """Replace the tables of a PostgreSQL database by those of a dump, in one transaction."""
    _run(
        "pg_restore",
        "--clean",
        "--if-exists",
        "--no-owner",
        "--single-transaction",
        "--exit-on-error",
        *_target(url),
        str(dump),
        url=url,
    )


def require_nobody_connected(engine: Engine) -> None:
    """Raise Invalid while other connections to a PostgreSQL database are open."""
    count = text("SELECT count(*) FROM pg_stat_activity WHERE datname = current_database() AND pid <> pg_backend_pid()")
    alone = create_engine(engine.url, poolclass=NullPool)
    with alone.connect() as connection:
        others = connection.execute(count).scalar_one()
    if others:
        raise Invalid(f"{others} other connections to the database are open; stop the site on every host first.")


def _copy_sqlite(source: Path, target: Path) -> tuple[str, int]:
    connection = sqlite3.connect(source, isolation_level=None)
    try:
        connection.execute("VACUUM INTO ?", (str(target),))
    finally:
        connection.close()
    check_sqlite(target)
    _forget_strangers(target)
    copy = sqlite3.connect(target)
    try:
        epoch, position = copy.execute("SELECT epoch, position FROM event_head").fetchone()
    finally:
        copy.close()
    return epoch, position


def _forget_strangers(path: Path) -> None:
    """Overwrite the key by which today's visitors are told apart: who has the copy may not have it."""
    connection = sqlite3.connect(path, isolation_level=None)
    try:
        connection.execute("PRAGMA secure_delete = ON")
        connection.execute(f"DELETE FROM {strangers.TABLE}")  # noqa: S608 - a name of our own
    finally:
        connection.close()


def _copy_postgresql(engine: Engine, target: Path) -> tuple[str, int]:
    with engine.connect().execution_options(isolation_level="REPEATABLE READ") as connection, connection.begin():
        epoch, position = _head(connection)
        snapshot = connection.execute(text("SELECT pg_export_snapshot()")).scalar_one()
        arguments = (
            "--format=custom",
            "--no-owner",
            f"--exclude-table-data={strangers.TABLE}",
            f"--snapshot={snapshot}",
            f"--file={target}",
        )
        _run("pg_dump", *arguments, *_target(engine.url), url=engine.url)
    return epoch, position


def _head(connection: Connection) -> tuple[str, int]:
    row = connection.execute(text("SELECT epoch, position FROM event_head")).one()
    return row.epoch, row.position


def _target(url: URL) -> tuple[str, ...]:
    # The password goes by environment: arguments are seen by everybody on the machine.
    plain = url.set(drivername="postgresql", password=None).render_as_string()
    return (f"--dbname={plain}",)


def _run(program: str, *arguments: str, url: URL) -> None:
    path = shutil.which(program)
    if path is None:
        raise Invalid(f"{program} was not found; install PostgreSQL's client programs (Debian: apt install postgresql-client).")
    environ = {"PGPASSWORD": str(url.password)} if url.password else {}
    ran = subprocess.run([path, *arguments], env=environ, capture_output=True, text=True, check=False)
    if ran.returncode:
        raise Invalid(f"{program} failed: {ran.stderr.strip().splitlines()[-1] if ran.stderr.strip() else ran.returncode}")
