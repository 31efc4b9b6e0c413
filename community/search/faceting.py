"""How many of the topics found have each value of a filter, counted among those that the viewer may see (rulings 20).

A value's count says what choosing it would find: all other filters hold, its own does not. Nothing is counted but topics that
were looked at again in the database, so no number speaks of what is restricted.
"""

from __future__ import annotations

from collections import Counter
from collections.abc import Callable, Iterable, Sequence
from dataclasses import dataclass, replace
from typing import Any, Final

from sqlalchemy import exists, select

from community.categories.models import Category
from community.extensions import db
from community.posts.models import Post
from community.search.querying import Query
from community.topics.models import Topic

EXACT: Final = 100
"""Topics up to which a count is exact."""

STAFF: Final = "staff"
"""The one value of the filter `by`."""


@dataclass(frozen=True, slots=True)
class Count:
    """Of a value's topics, how many there are; that many or more where `at_least`."""

    number: int
    at_least: bool


Facets = dict[str, dict[str, Count]]
"""Counts by filter (`kind`, `state`, `category`, `by`) and value; a category's value is its slug. No value has a count of 0."""


def without_facets(query: Query) -> Query:
    """The query without the filters that are counted; itself where nothing else would be left to look for."""
    wider = replace(query, kinds=(), states=(), categories=(), category_ids=None, by_staff=False)
    return query if wider.is_empty else wider


def facets_unchecked(query: Query, topic_ids: Sequence[int], *, cut: bool) -> Facets:
    """The counts for a query among topics of its wider form that the viewer may see. `cut`: there are more of them.

    One statement.
    """
    staff = exists().where(
        *(Post.topic_id == Topic.id, Post.badge == "staff", Post.role == "answer", Post.number > 1),
        *(Post.held_at.is_(None), Post.removed_at.is_(None)),
    )
    columns = select(Topic.kind, Topic.state, Topic.category_id, Category.slug, staff.label("staff")).join(
        Category, Category.id == Topic.category_id
    )
    rows = db.session.execute(columns.where(Topic.id.in_(topic_ids))).all() if topic_ids else []
    return {
        "kind": _counted(rows, query, "kind", lambda row: row.kind, cut),
        "state": _counted(rows, query, "state", lambda row: row.state, cut),
        "category": _counted(rows, query, "category", lambda row: row.slug, cut),
        "by": _counted(rows, query, "by", lambda row: STAFF if row.staff else None, cut),
    }


def _counted(rows: Iterable[Any], query: Query, name: str, value: Callable[[Any], str | None], cut: bool) -> dict[str, Count]:
    found = Counter(value(row) for row in rows if all(fits(query, row) for key, fits in _FITS.items() if key != name))
    return {each: Count(min(count, EXACT), cut or count > EXACT) for each, count in found.items() if each is not None}


_FITS: Final[dict[str, Callable[[Query, Any], bool]]] = {
    "kind": lambda query, row: not query.kinds or row.kind in query.kinds,
    "state": lambda query, row: not query.states or row.state in query.states,
    "category": lambda query, row: query.category_ids is None or row.category_id in query.category_ids,
    "by": lambda query, row: row.staff or not query.by_staff,
}
