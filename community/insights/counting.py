"""Counters raised by one statement each, whether or not their row exists yet."""

from __future__ import annotations

from datetime import date, datetime, timedelta
from typing import Any

from sqlalchemy.dialects import postgresql, sqlite

from community.core.base import Base
from community.core.unit import Unit


def raise_counters(
    u: Unit, model: type[Base], key: dict[str, Any], raised: dict[str, int], *, new: dict[str, Any] | None = None, **also: Any
) -> None:
    """Add `raised` to the row with this unique `key`, made with `new` where it is missing; `also` sets other columns either way."""
    made = postgresql.insert(model) if u.session.get_bind().dialect.name == "postgresql" else sqlite.insert(model)
    grown = {name: getattr(model, name) + number for name, number in raised.items()}
    statement = made.values(**key, **raised, **also, **(new or {}))
    u.session.execute(statement.on_conflict_do_update(index_elements=list(key), set_={**grown, **also}))


def day_of(moment: datetime) -> date:
    """The day in UTC that a moment is counted under."""
    return moment.date()


def week_of(day: date) -> date:
    """The Monday of the week of a day."""
    return day - timedelta(days=day.weekday())
