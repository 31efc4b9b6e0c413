"""The migrations make exactly the tables of the models, on both databases, and follow one another in one line."""

from __future__ import annotations

from pathlib import Path

from alembic import command
from alembic.autogenerate import compare_metadata
from alembic.runtime.migration import MigrationContext
from alembic.script import ScriptDirectory
from sqlalchemy import Column, MetaData, Table, Text, create_engine, text
from sqlalchemy.engine import Engine
from sqlalchemy.pool import NullPool

from community.config import Config
from community.core.base import Base
from community.migrating import FOLDER, alembic_config, is_current, migrate


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


def test_ids_that_must_not_come_again_do_not(tmp_path: Path) -> None:
    engine = create_engine(f"sqlite:///{tmp_path / 'new.sqlite3'}", poolclass=NullPool)
    migrate(engine)
    with engine.connect() as connection:
        made = dict(connection.execute(text("SELECT name, sql FROM sqlite_master WHERE type = 'table'")).all())
    wanted = {name for name, table in Base.metadata.tables.items() if table.dialect_options["sqlite"]["autoincrement"]}
    assert {name for name in Base.metadata.tables if "AUTOINCREMENT" in made[name]} == wanted


def test_ids_of_links_that_were_mailed_before_the_upgrade_do_not_come_again(tmp_path: Path) -> None:
    engine = create_engine(f"sqlite:///{tmp_path / 'old.sqlite3'}", poolclass=NullPool)
    at = "2026-11-26 12:00:00"
    visitors = "INSERT INTO visitor_me_toos (topic_id, address, language, created_at) VALUES (1, :a, 'en', :at) RETURNING id"
    with engine.connect() as connection, connection.begin():
        command.upgrade(alembic_config(connection), "0010")
        for address in ("one@example.com", "two@example.com"):
            connection.execute(text(visitors), {"a": address, "at": at})
        mails = "INSERT INTO outgoing_mails (position, about_id, kind, created_at, tries, error, subject, shown_text)"
        connection.execute(text(f"{mails} VALUES (1, 7, 'me_too_confirm', :at, 1, '', '', '')"), {"at": at})
        entry = "INSERT INTO faq_entries (topic_id, post_id, entered_at, changed_at, worded_post_id, question, body, html, version"
        more = "left_because, doubted_because, dropped_reason, helped, looked_for"
        values = "(1, 4, :at, :at, :worded, '', '', '', 1, '', '', '', 0, 0)"
        connection.execute(text(f"{entry}, {more}) VALUES {values}"), {"at": at, "worded": 3})
        wording = "INSERT INTO faq_wordings (entry_id, version, question, body, reason, by_id, at)"
        connection.execute(text(f"{wording} VALUES (1, 2, '', 'Turn it.', 'Clearer', 1, :at)"), {"at": at})
    migrate(engine)
    with engine.connect() as connection, connection.begin():
        assert connection.execute(text("SELECT address FROM visitor_me_toos ORDER BY id")).scalars().all() == [
            "one@example.com",
            "two@example.com",
        ]
        added = connection.execute(text(visitors), {"a": "three@example.com", "at": at}).scalar_one()
        assert added == 8, "7 was given out, mailed and deleted"
        assert connection.execute(text("SELECT entry_id, post_id, body FROM faq_wordings")).one() == (1, 3, "Turn it.")
    assert differences(engine, Base.metadata) == []


def test_migrations_are_one_line() -> None:
    scripts = ScriptDirectory(str(FOLDER))
    assert len(scripts.get_heads()) == 1
    assert len(scripts.get_bases()) == 1
    assert all(not isinstance(script.down_revision, tuple) for script in scripts.walk_revisions())
