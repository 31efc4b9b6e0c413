"""Triggers that refuse to change or delete what is in the record (rulings 28: they refuse accidents; the chain finds the rest)."""

from __future__ import annotations

from sqlalchemy import Connection, text

TABLES = ("record_entries", "record_heads")


def create(connection: Connection) -> None:
    """Make the triggers in this database."""
    if connection.dialect.name == "postgresql":
        connection.execute(
            text(
                "CREATE FUNCTION record_is_fixed() RETURNS trigger LANGUAGE plpgsql AS "
                "$$ BEGIN RAISE EXCEPTION 'the record is never changed'; END $$"
            )
        )
    for table in TABLES:
        for what in ("UPDATE", "DELETE"):
            connection.execute(text(_statement(connection.dialect.name, table, what)))


def standing(connection: Connection) -> set[str]:
    """The names of those of our triggers that this database has."""
    if connection.dialect.name == "postgresql":
        query = "SELECT tgname FROM pg_trigger WHERE NOT tgisinternal AND tgenabled <> 'D'"
    else:
        query = "SELECT name FROM sqlite_master WHERE type = 'trigger'"
    return set(connection.execute(text(query)).scalars()) & names()


def names() -> set[str]:
    """What they are called."""
    return {_name(table, what) for table in TABLES for what in ("UPDATE", "DELETE")}


def _name(table: str, what: str) -> str:
    return f"{table}_refuse_{what.lower()}"


def _statement(dialect: str, table: str, what: str) -> str:
    if dialect == "postgresql":
        return f"CREATE TRIGGER {_name(table, what)} BEFORE {what} ON {table} FOR EACH ROW EXECUTE FUNCTION record_is_fixed()"
    return (
        f"CREATE TRIGGER {_name(table, what)} BEFORE {what} ON {table} "
        "BEGIN SELECT RAISE(ABORT, 'the record is never changed'); END"
    )
