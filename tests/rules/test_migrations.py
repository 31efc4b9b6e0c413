"""The migrations make exactly the tables of the models, on both databases, and follow one another in one line."""

from __future__ import annotations

from alembic.autogenerate import compare_metadata
from alembic.runtime.migration import MigrationContext
from alembic.script import ScriptDirectory
from sqlalchemy import Column, MetaData, Table, Text, create_engine
from sqlalchemy.engine import Engine
from sqlalchemy.pool import NullPool

from community.config import Config
from community.core.base import Base
from community.migrating import FOLDER, is_current, migrate


def differences(engine: Engine, metadata: MetaData) -> list[object]:
    with engine.connect() as connection:
        return compare_metadata(MigrationContext.configure(connection, opts={"compare_type": True}), metadata)


def test_migrations_equal_the_models(config: Config) -> None:
    engine = create_engine(config.database_url, poolclass=NullPool)
    assert differences(engine, Base.metadata) == []
    more = MetaData()
    for table in Base.metadata.tables.values():
        table.to_metadata(more)
    Table("forgotten", more, Column("name", Text))
    assert len(differences(engine, more)) == 1


def test_migrating_again_changes_nothing(config: Config) -> None:
    engine = create_engine(config.database_url, poolclass=NullPool)
    assert is_current(engine)
    migrate(engine)
    assert is_current(engine)


def test_migrations_are_one_line() -> None:
    scripts = ScriptDirectory(str(FOLDER))
    assert len(scripts.get_heads()) == 1
    assert len(scripts.get_bases()) == 1
    assert all(not isinstance(script.down_revision, tuple) for script in scripts.walk_revisions())
