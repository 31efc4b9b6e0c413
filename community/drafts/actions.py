"""Keeping what somebody has begun to write. Drafts are nobody else's business, so no event tells of them."""

from __future__ import annotations

import re
from collections.abc import Mapping

from flask_babel import gettext as _
from sqlalchemy import func, select

from community.core.errors import Conflict, Invalid, TooMany
from community.core.markup import MAX_BYTES
from community.core.text import is_clean
from community.core.unit import Unit, unit
from community.drafts.models import Draft
from community.staff.viewer import Viewer, refreshed

PLACES = re.compile(r"ask|update|(?:topic|post|update):[1-9][0-9]{0,17}")
FIELDS = frozenset(
    {
        "kind",
        "title",
        "body",
        "category",
        "tags",
        "product",
        "product_version",
        "reply_to",
        "version",
        "section",
        "publish_at",
        "note",
    }
)
"""`version` is that of the post which an edit began from."""
MOST = 200
"""Drafts that one person may keep; beyond it the oldest place has to be cleared first."""


class DraftConflict(Conflict):
    """Another device saved this draft in between: `fields` and `version` are what it saved."""

    def __init__(self, draft: Draft) -> None:
        super().__init__(_("Another device saved this draft in the meantime."))
        self.fields = dict(draft.fields)
        self.version = draft.version


def save_draft(*, by: Viewer, place: str, fields: Mapping[str, str], version: int | None = None) -> Draft:
    """Keep what was begun at a place and return the draft; nothing but blanks discards it (the answer is then not stored).

    `version` is the one that was changed; None overwrites. Raises DraftConflict where another device
    saved in between, Invalid for a place or text that does not fit, TooMany beyond 200 places.
    """
    kept = _checked(place, fields)
    with unit() as u:
        by = refreshed(by)
        draft = _found(u, by, place)
        if draft is not None and version is not None and version != draft.version:
            raise DraftConflict(draft)
        if not any(kept.get(name, "").strip() for name in ("title", "body")):
            if draft is not None:
                u.session.delete(draft)
            return Draft(account_id=by.id, place=place, fields={}, version=0, saved_at=u.now)
        if draft is None:
            if u.session.execute(select(func.count(Draft.id)).where(Draft.account_id == by.id)).scalar_one() >= MOST:
                raise TooMany(_("You have too many drafts. Please send or discard some."), retry_after=3600)
            return u.add(Draft(account_id=by.id, place=place, fields=kept, version=1, saved_at=u.now))
        if draft.fields != kept:
            draft.fields, draft.version = kept, draft.version + 1
        draft.saved_at = u.now
        return draft


def discard_draft(*, by: Viewer, place: str) -> None:
    """Forget what was begun at a place. Raises Invalid for a place that is none."""
    _check_place(place)
    with unit() as u:
        draft = _found(u, refreshed(by), place)
        if draft is not None:
            u.session.delete(draft)


def _found(u: Unit, by: Viewer, place: str) -> Draft | None:
    return u.session.scalars(select(Draft).where(Draft.account_id == by.id, Draft.place == place)).one_or_none()


def _check_place(place: str) -> None:
    if not PLACES.fullmatch(place):
        raise Invalid(_("There is no such place for a draft."))


def _checked(place: str, fields: Mapping[str, str]) -> dict[str, str]:
    _check_place(place)
    kept = {name: text.replace("\r\n", "\n") for name, text in fields.items() if name in FIELDS and text}
    if not all(is_clean(text) for text in kept.values()):
        raise Invalid(_("This holds characters that cannot be stored."))
    if sum(len(text.encode()) for text in kept.values()) > MAX_BYTES * 2:
        raise Invalid(_("This text is too long."))
    return kept
