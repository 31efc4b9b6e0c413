"""Many rows by one statement."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from typing import Any

from sqlalchemy import insert

from community.core.base import Base
from community.core.unit import Unit


def insert_rows(u: Unit, model: type[Base], rows: Sequence[Mapping[str, Any]]) -> list[int]:
    """Inside a unit: insert the rows, which name the same columns, and return their ids in order (none without an `id`)."""
    if not rows:
        return []
    table: Any = model.__table__
    if "id" not in table.c:
        u.session.execute(insert(table), rows)
        return []
    return list(u.session.scalars(insert(table).returning(table.c.id, sort_by_parameter_order=True), rows))
