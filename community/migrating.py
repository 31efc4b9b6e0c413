"""Bring the database to this release's tables. Safe to run again, to interrupt and to start twice."""

from __future__ import annotations

from pathlib import Path
from uuid import uuid4

from alembic import command
from alembic.config import Config as AlembicConfig
from alembic.runtime.migration import MigrationContext
from alembic.script import ScriptDirectory
from sqlalchemy import inspect, select
from sqlalchemy.engine import Connection, Engine
from sqlalchemy.orm import Session

from community.core.database import WRITE
from community.core.log import EventHead

FOLDER = Path(__file__).resolve().parent.parent / "migrations"


def alembic_config(connection: Connection) -> AlembicConfig:
    """Alembic's configuration for one open connection."""
    config = AlembicConfig()
    config.set_main_option("script_location", str(FOLDER))
    config.attributes["connection"] = connection
    return config


def migrate(engine: Engine) -> None:
    """Run every migration that is missing and make the head row of the log where there is none.

    Two processes may call it at once: the write lock makes the second wait, and then find nothing to do.
    """
    with engine.connect().execution_options(**WRITE) as connection, connection.begin():
        command.upgrade(alembic_config(connection), "head")
        with Session(bind=connection, join_transaction_mode="create_savepoint") as session:
            if session.execute(select(EventHead.id)).first() is None:
                session.add(EventHead(id=1, epoch=uuid4().hex[:12], position=0))
                session.commit()


def is_current(engine: Engine) -> bool:
    """Whether the database has exactly this release's tables."""
    with engine.connect() as connection:
        if not inspect(connection).has_table("alembic_version"):
            return False
        heads = set(ScriptDirectory.from_config(alembic_config(connection)).get_heads())
        return set(MigrationContext.configure(connection).get_current_heads()) == heads
