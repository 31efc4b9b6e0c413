"""Keys of the JSON API."""

from __future__ import annotations

from typing import Final

from flask_babel import gettext
from sqlalchemy import func, select

from community.accounts.models import Account, ApiKey
from community.accounts.tokens import digest, new_token
from community.core.errors import Conflict, Invalid, NotFound
from community.core.text import is_clean
from community.core.unit import unit
from community.staff.viewer import Viewer, refreshed, viewer_unchecked

SCOPES: Final = ("read", "write", "moderate", "admin")
PREFIX: Final = "bw_"
MOST: Final = 20
"""How many living keys somebody may have."""


def make_key(*, by: Viewer | None, account_id: int, name: str, scopes: tuple[str, ...]) -> str:
    """A new key for an account, shown this once. `by` is its owner, or None for commands.

    A key never allows more than its owner may do; scopes only narrow that. Raises Invalid without a
    name or a known scope, or for `moderate` and `admin` where the owner lacks the role.
    """
    name = " ".join(name.split())
    wrong = {}
    if not 1 <= len(name) <= 60 or not is_clean(name):
        wrong["name"] = gettext("Please give the key a name of at most 60 characters.")
    if not scopes or set(scopes) - set(SCOPES):
        wrong["scopes"] = gettext("Please choose what the key may do.")
    if wrong:
        raise Invalid(fields=wrong)
    key = new_token(PREFIX)
    with unit() as u:
        if by is not None and refreshed(by).id != account_id:
            raise NotFound
        owner = viewer_unchecked(u.fetch(Account, account_id).id)
        if ("moderate" in scopes and not owner.is_moderator) or ("admin" in scopes and not owner.is_admin):
            raise Invalid(fields={"scopes": gettext("You do not have the role that this scope needs.")})
        living = select(func.count()).select_from(ApiKey).where(ApiKey.account_id == account_id, ApiKey.revoked_at.is_(None))
        if u.session.execute(living).scalar_one() >= MOST:
            raise Conflict(gettext("You have %(most)s keys already. Revoke one that you no longer use.", most=MOST))
        stored = " ".join(scope for scope in SCOPES if scope in scopes)
        u.add(ApiKey(account_id=account_id, name=name, key_digest=digest(key), scopes=stored, created_at=u.now))
    return key


def revoke_key(*, by: Viewer, key_id: int) -> None:
    """End one of the viewer's own keys. Raises NotFound for another's."""
    with unit() as u:
        by = refreshed(by)
        row = u.fetch(ApiKey, key_id)
        if row.account_id != by.id:
            raise NotFound
        row.revoked_at = row.revoked_at or u.now
