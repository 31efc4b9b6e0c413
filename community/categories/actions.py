"""Changes of categories."""

from __future__ import annotations

import re
from collections.abc import Mapping
from typing import Any

from flask_babel import gettext as _
from sqlalchemy import select

from community.categories.events import CategoryChanged, CategoryMade
from community.categories.models import VISIBILITIES, Category
from community.categories.policy import BREADTH, may_change_categories
from community.core.errors import Invalid, require
from community.core.markup import without_invisible
from community.core.text import is_clean
from community.core.unit import Unit, unit
from community.staff.viewer import Viewer, refreshed

OPENS = {"question": "members", "discussion": "members"}
"""Who may open what in a category of which nothing else was said."""

MOST_HOURS = 200
"""Desk hours that can be promised at most, as in the settings."""

_SLUG = re.compile(r"[a-z0-9]+(?:-[a-z0-9]+)*")
_CHANGEABLE = frozenset({"name", "description", "hue", "visibility", "opens", "sort", "language", "promise_hours"})


def make_category(
    *,
    by: Viewer | None,
    slug: str,
    name: str,
    description: str = "",
    hue: int = 0,
    parent_id: int | None = None,
    visibility: str = "public",
    opens: Mapping[str, str] | None = None,
    sort: int = 0,
    language: str = "en",
    promise_hours: int | None = None,
) -> int:
    """Make a category and return its id. `by` None is a command or an import.

    Raises Invalid for a slug that is taken or malformed, for a third level, and for a category that
    would be wider than the one above it.
    """
    if not _SLUG.fullmatch(slug) or len(slug) > 60:
        raise Invalid(fields={"slug": _("An address is made of lower-case letters, digits and hyphens, at most 60.")})
    made = Category(slug=slug, parent_id=parent_id, name="", description="", visibility="public", opens={})
    _set(
        made,
        name=name,
        description=description,
        hue=hue,
        visibility=visibility,
        opens=dict(opens or OPENS),
        sort=sort,
        language=language,
        promise_hours=promise_hours,
    )
    with unit() as u:
        _may(by)
        if u.session.scalar(select(Category.id).where(Category.slug == slug)) is not None:
            raise Invalid(fields={"slug": _("Another category has this address.")})
        if parent_id is not None:
            _check_parent(u, made, parent_id)
        u.add(made)
        u.record(CategoryMade(by_id=by.id if by else None, category_id=made.id))
        return made.id


def change_category(*, by: Viewer | None, category_id: int, **changes: Any) -> None:
    """Change name, description, hue, visibility, opens, sort, language or promised hours of a category.

    A category that becomes narrower takes those below it along. Raises Invalid for values that do not fit.
    """
    with unit() as u:
        _may(by)
        category = u.fetch(Category, category_id)
        former, promised = category.visibility, category.promise_hours
        _set(category, **changes)
        if category.parent_id is not None:
            _check_parent(u, category, category.parent_id)
        u.record(
            CategoryChanged(
                by_id=by.id if by else None,
                category_id=category.id,
                visibility_changed=former != category.visibility,
                promise_changed=promised != category.promise_hours,
                promise_hours=category.promise_hours,
            )
        )
        for below in u.session.scalars(select(Category).where(Category.parent_id == category.id)):
            if BREADTH[below.visibility] < BREADTH[category.visibility]:
                below.visibility = category.visibility
                u.record(CategoryChanged(by_id=by.id if by else None, category_id=below.id, visibility_changed=True))


def _may(by: Viewer | None) -> None:
    if by is not None:
        require(may_change_categories(refreshed(by)))


def _check_parent(u: Unit, category: Category, parent_id: int) -> None:
    parent = u.session.get(Category, parent_id)
    if parent is None or parent.parent_id is not None:
        raise Invalid(fields={"parent_id": _("Categories are two levels deep.")})
    if BREADTH[category.visibility] < BREADTH[parent.visibility]:
        raise Invalid(fields={"visibility": _("A category cannot be open to more people than the one above it.")})


def _set(category: Category, **values: Any) -> None:
    unknown = values.keys() - _CHANGEABLE
    if unknown:
        raise TypeError(f"not a field of a category: {', '.join(sorted(unknown))}")
    values = {name: " ".join(value.split()) if name in {"name", "description"} else value for name, value in values.items()}
    _check(values)
    for name, value in values.items():
        setattr(category, name, value)


def _check(values: Mapping[str, Any]) -> None:
    wrong: dict[str, str] = {}
    for name, longest in (("name", 60), ("description", 500)):
        text = values.get(name, "-")
        if len(text) > longest or not is_clean(text) or (name == "name" and not without_invisible(text).strip()):
            wrong[name] = _("Please write at most %(num)s characters.", num=longest)
    if values.get("visibility", "public") not in VISIBILITIES:
        wrong["visibility"] = _("Please choose who may read it.")
    if not set(values.get("opens", {}).values()) <= {"members", "staff"}:
        wrong["opens"] = _("Please choose who may open topics.")
    if not 0 <= values.get("hue", 0) <= 11:
        wrong["hue"] = _("Please choose one of the twelve colours.")
    hours = values.get("promise_hours")
    if hours is not None and not 1 <= hours <= MOST_HOURS:
        wrong["promise_hours"] = _("Please give 1 to %(num)s hours.", num=MOST_HOURS)
    if wrong:
        raise Invalid(fields=wrong)
