"""Alembic's environment: migrations run on the connection that `community.migrating` hands over."""

from __future__ import annotations

from typing import Any

from alembic import context
from alembic.autogenerate.api import AutogenContext

import community.tables
from community.core.base import Base, UtcDateTime

assert community.tables


def render_item(kind: str, item: Any, autogen: AutogenContext) -> str | bool:
    """Write our column type by its name."""
    if kind == "type" and isinstance(item, UtcDateTime):
        autogen.imports.add("from community.core.base import UtcDateTime")
        return "UtcDateTime()"
    return False


def run() -> None:
    """Run the migrations on the given connection."""
    connection = context.config.attributes["connection"]
    context.configure(
        connection=connection,
        target_metadata=Base.metadata,
        render_item=render_item,
        render_as_batch=connection.dialect.name == "sqlite",
        compare_type=True,
        transaction_per_migration=True,
    )
    with context.begin_transaction():
        context.run_migrations()


run()
