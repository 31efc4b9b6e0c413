"""Reading one's own saved searches; nobody sees anybody else's."""

from __future__ import annotations

from collections.abc import Mapping

from sqlalchemy import select

from community.core.errors import NotFound
from community.extensions import db
from community.searches.models import SavedSearch
from community.staff.viewer import Viewer


def saved_searches_of(viewer: Viewer) -> list[SavedSearch]:
    """What this viewer keeps, newest first."""
    if not viewer.signed_in:
        return []
    query = select(SavedSearch).where(SavedSearch.account_id == viewer.id).order_by(SavedSearch.id.desc())
    return list(db.session.scalars(query))


def saved_search_for(viewer: Viewer, saved_search_id: int) -> SavedSearch:
    """One that this viewer keeps. Raises NotFound."""
    query = select(SavedSearch).where(SavedSearch.id == saved_search_id, SavedSearch.account_id == viewer.id)
    found = db.session.scalars(query).one_or_none() if viewer.signed_in else None
    if found is None:
        raise NotFound
    return found


def saved_here(viewer: Viewer, arguments: Mapping[str, str]) -> dict[str, int]:
    """Which searches with these arguments (in their normal form) this viewer keeps: ids by what they tell of."""
    return {kept.tells: kept.id for kept in saved_searches_of(viewer) if kept.arguments == dict(arguments)}
