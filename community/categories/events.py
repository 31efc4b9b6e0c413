"""What categories record."""

from __future__ import annotations

from dataclasses import dataclass

from community.core.log import Event


@dataclass(frozen=True, kw_only=True)
class CategoryMade(Event, name="category.made", channels=("category:{category_id}", "home", "site")):
    """A category was made."""

    category_id: int


@dataclass(frozen=True, kw_only=True)
class CategoryChanged(Event, name="category.changed", channels=("category:{category_id}", "home", "site")):
    """A category's texts or rights changed. `visibility_changed` asks readers to look again at all its topics.

    `promise_changed`: other desk hours are promised here, `promise_hours` (None: as many as everywhere).
    """

    category_id: int
    visibility_changed: bool = False
    promise_changed: bool = False
    promise_hours: int | None = None
