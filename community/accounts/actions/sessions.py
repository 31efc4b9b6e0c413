"""Signing in and out: sessions are rows, and the cookie holds a token of which the row keeps the digest."""

from __future__ import annotations

from datetime import timedelta
from typing import Final

from sqlalchemy import select, update

from community.accounts.events import SessionEnded
from community.accounts.models import Account, SignIn
from community.accounts.passwords import hash_password, needs_rehash, verify_password
from community.accounts.tokens import digest, new_token
from community.core.errors import NotFound
from community.core.text import is_clean
from community.core.unit import Unit, unit
from community.extensions import db
from community.staff.viewer import Viewer, refreshed

REMEMBERED: Final = timedelta(days=90)
BRIEF: Final = timedelta(hours=12)
"""How long a session lives: on a device that is to remember it, and on a shared one."""


def authenticate(email_or_handle: str, password: str) -> int | None:
    """The account whose confirmed address or handle and password these are, or None.

    One hash is computed whatever happens, so that the time tells nothing. An address that is only
    claimed signs nobody in: it would tell whether it has an account. Raises TooMany when too many wait.
    """
    name = email_or_handle.strip().lower()
    column = Account.email if "@" in name else Account.handle
    query = select(Account.id, Account.password_hash).where(column == name, Account.erased_at.is_(None))
    row = db.session.execute(query).first() if is_clean(name) else None
    stored = row.password_hash if row else None
    db.session.rollback()  # hashing takes a while: keep no transaction open meanwhile
    if not verify_password(stored, password) or row is None or stored is None:
        return None
    if needs_rehash(stored):
        _store_rehashed(row.id, stored, hash_password(password))
    return int(row.id)


def start_session(account_id: int, browser: str = "", remember: bool = True) -> str:
    """Open a session and return its token, which is stored nowhere. `browser` is what it calls itself."""
    token = new_token()
    with unit() as u:
        u.add(
            SignIn(
                token_digest=digest(token),
                account_id=account_id,
                created_at=u.now,
                seen_at=u.now,
                expires_at=u.now + (REMEMBERED if remember else BRIEF),
                browser=browser[:300],
            )
        )
    return token


def end_session(*, by: Viewer, session_id: int | None = None) -> None:
    """End one of the viewer's own sessions: the present one, or the one named. Raises NotFound for another's."""
    with unit() as u:
        by = refreshed(by)
        ended = u.session.get(SignIn, session_id or by.session_id)
        if ended is None or ended.account_id != by.id:
            raise NotFound
        if ended.ended_at is None:
            ended.ended_at = u.now
            u.record(SessionEnded(by_id=by.id, account_id=ended.account_id, session_id=ended.id))


def end_other_sessions(*, by: Viewer) -> int:
    """End all of the viewer's sessions but the present one; returns how many."""
    with unit() as u:
        by = refreshed(by)
        assert by.id is not None
        ended = end_sessions(u, by.id, kept_session_id=by.session_id)
        for session_id in ended:
            u.record(SessionEnded(by_id=by.id, account_id=by.id, session_id=session_id))
    return len(ended)


def end_sessions(u: Unit, account_id: int, kept_session_id: int | None = None) -> list[int]:
    """End a person's living sessions inside an open unit; returns their ids. The caller records what ended them."""
    living = select(SignIn.id).where(SignIn.account_id == account_id, SignIn.ended_at.is_(None))
    ids = [found for found in u.session.scalars(living) if found != kept_session_id]
    u.session.execute(update(SignIn).where(SignIn.id.in_(ids)).values(ended_at=u.now))
    return ids


def _store_rehashed(account_id: int, before: str, after: str) -> None:
    with unit() as u:
        same = (Account.id == account_id, Account.password_hash == before)
        u.session.execute(update(Account).where(*same).values(password_hash=after))
