"""Keeping a search, naming it, letting it pause, giving it up."""

from __future__ import annotations

import json
from collections.abc import Mapping, Sequence
from hashlib import sha256

from flask_babel import gettext as _
from sqlalchemy import delete, func, select

from community.core.errors import Invalid, TooMany, require
from community.core.text import is_clean
from community.core.unit import unit
from community.searches.events import SearchChanged, SearchDropped, SearchSaved
from community.searches.models import TELLS, SavedSearch, SearchMatch
from community.searches.policy import MOST, may_save_search
from community.searches.queries import saved_search_for
from community.staff.viewer import Viewer, refreshed

LONGEST_NAME = 80
"""Characters of a name."""


def save_search(*, by: Viewer, arguments: Mapping[str, str], tells: str, known: Sequence[int] = (), name: str = "") -> SavedSearch:
    """Keep a search; the same one again is the one that is kept already, no longer paused.

    `arguments` are in their normal form (`search.normal`), `known` the topics that it finds now. Raises Invalid for an
    empty one or an unknown `tells`, TooMany beyond 20.
    """
    if tells not in TELLS:
        raise Invalid(_("A saved search tells of matches or of answers."))
    if not arguments:
        raise Invalid(_("An empty search finds nothing that could be told."))
    name = _checked_name(name)
    digest = sha256(json.dumps(sorted(arguments.items()), ensure_ascii=False).encode()).hexdigest()
    with unit() as u:
        by = refreshed(by)
        require(may_save_search(by))
        assert by.id is not None
        same = (SavedSearch.account_id == by.id, SavedSearch.digest == digest, SavedSearch.tells == tells)
        kept = u.session.scalars(select(SavedSearch).where(*same)).one_or_none()
        if kept is not None:
            if kept.paused_at is not None:
                kept.paused_at = None
                u.record(SearchChanged(by_id=by.id, account_id=by.id, saved_search_id=kept.id))
            return kept
        count = select(func.count(SavedSearch.id)).where(SavedSearch.account_id == by.id)
        if u.session.execute(count).scalar_one() >= MOST:
            raise TooMany(_("You keep %(count)s searches already. Please give one up first.", count=MOST), retry_after=3600)
        kept = u.add(
            SavedSearch(
                account_id=by.id,
                name=name,
                arguments=dict(arguments),
                digest=digest,
                tells=tells,
                known=sorted(set(known)),
                created_at=u.now,
            )
        )
        u.record(SearchSaved(by_id=by.id, account_id=by.id, saved_search_id=kept.id))
        return kept


def change_search(*, by: Viewer, saved_search_id: int, name: str | None = None, paused: bool | None = None) -> SavedSearch:
    """Give it another name (an empty one: the words it looks for), let it pause or go on. None leaves as it is.

    Raises NotFound for what is not one's own, Invalid for a name that is too long.
    """
    checked = None if name is None else _checked_name(name)
    with unit() as u:
        by = refreshed(by)
        kept = saved_search_for(by, saved_search_id)
        before = (kept.name, kept.paused_at)
        if checked is not None:
            kept.name = checked
        if paused is not None and paused != (kept.paused_at is not None):
            kept.paused_at = u.now if paused else None
        if (kept.name, kept.paused_at) != before:
            u.record(SearchChanged(by_id=by.id, account_id=kept.account_id, saved_search_id=kept.id))
        return kept


def drop_search(*, by: Viewer, saved_search_id: int) -> None:
    """Give it up, with what it remembers. Raises NotFound for what is not one's own."""
    with unit() as u:
        by = refreshed(by)
        kept = saved_search_for(by, saved_search_id)
        u.session.execute(delete(SearchMatch).where(SearchMatch.saved_search_id == kept.id))
        u.session.delete(kept)
        u.record(SearchDropped(by_id=by.id, account_id=kept.account_id, saved_search_id=kept.id))


def _checked_name(name: str) -> str:
    name = " ".join(name.split())
    if len(name) > LONGEST_NAME:
        raise Invalid(fields={"name": _("A name has at most %(count)s characters.", count=LONGEST_NAME)})
    if not is_clean(name):
        raise Invalid(fields={"name": _("This holds characters that cannot be stored.")})
    return name
