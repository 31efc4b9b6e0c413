"""Reading accounts: always one's own, or what everybody may see."""

from __future__ import annotations

from dataclasses import replace

from sqlalchemy import or_, select

from community.accounts import seen
from community.accounts.models import Account, ApiKey, SignIn, Suspension
from community.accounts.tokens import digest
from community.core import clock
from community.core.errors import NotFound, Unauthorized
from community.core.text import is_clean
from community.extensions import db
from community.staff.viewer import Viewer, viewer_of_session, viewer_unchecked


def account_of(viewer: Viewer) -> Account:
    """The viewer's own account. Raises Unauthorized for a visitor."""
    account = db.session.get(Account, viewer.id) if viewer.id is not None else None
    if account is None:
        raise Unauthorized
    return account


def account_by_handle(viewer: Viewer, handle: str) -> Account:
    """The account that the viewer may see under this handle; of it only what is public is shown. Raises NotFound.

    Whoever has not confirmed an address is seen by themselves and the team alone, like what they write.
    """
    if not is_clean(handle):
        raise NotFound
    found = db.session.scalars(select(Account).where(Account.handle == handle.lower(), Account.erased_at.is_(None))).first()
    if found is None:
        raise NotFound
    shown = found.is_confirmed or found.imported_from is not None
    if not shown and not viewer.is_staff and viewer.id != found.id:
        raise NotFound
    return found


def sessions_of(viewer: Viewer) -> list[SignIn]:
    """The viewer's living sessions, the one used last first."""
    living = (SignIn.account_id == viewer.id, SignIn.ended_at.is_(None), SignIn.expires_at > clock.now())
    return list(db.session.scalars(select(SignIn).where(*living).order_by(SignIn.seen_at.desc(), SignIn.id.desc())))


def keys_of(viewer: Viewer) -> list[ApiKey]:
    """The viewer's living API keys, newest first."""
    living = (ApiKey.account_id == viewer.id, ApiKey.revoked_at.is_(None))
    return list(db.session.scalars(select(ApiKey).where(*living).order_by(ApiKey.id.desc())))


def suspension_unchecked(account_id: int) -> Suspension | None:
    """The suspension in force, for whom it concerns and for moderators."""
    in_force = (
        Suspension.account_id == account_id,
        Suspension.lifted_at.is_(None),
        or_(Suspension.ends_at.is_(None), Suspension.ends_at > clock.now()),
    )
    return db.session.scalars(select(Suspension).where(*in_force).order_by(Suspension.id.desc())).first()


def viewer_of_token(token: str) -> Viewer | None:
    """The viewer of a session's token, or None when it has ended; one query."""
    found = viewer_of_session(digest(token))
    return replace(found, session_token=token) if found else None


def viewer_of_key(key: str) -> Viewer | None:
    """The owner of an API key with the scopes it allows, or None for a key that is unknown, revoked or its owner suspended.

    Notes that the key was used; `seen.flusher()` on the answer writes it, at most once a minute.
    """
    row = db.session.execute(
        select(ApiKey.id, ApiKey.account_id, ApiKey.scopes).where(ApiKey.key_digest == digest(key), ApiKey.revoked_at.is_(None))
    ).first()
    if row is None:
        return None
    try:
        owner = viewer_unchecked(row.account_id)
    except Unauthorized:
        return None
    if owner.suspended:
        return None
    seen.note_key(row.id)
    return replace(owner, scopes=frozenset(row.scopes.split()))
