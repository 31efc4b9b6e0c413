"""Setting a password: by a mailed link or by the old one."""

from __future__ import annotations

from flask_babel import gettext
from sqlalchemy import select

from community.accounts.actions.confirming import confirm
from community.accounts.actions.opening import clean_email
from community.accounts.actions.sessions import end_sessions
from community.accounts.events import PasswordChanged, ResetAsked
from community.accounts.links import end_links, link_of, make_link, use_link
from community.accounts.models import Account
from community.accounts.passwords import check_password, hash_password, verify_password
from community.core.errors import Invalid, NotFound
from community.core.unit import Unit, unit
from community.extensions import db
from community.staff.viewer import Viewer, refreshed


def ask_reset(*, email: str) -> None:
    """Send a link to set a new password, if the address is somebody's.

    What is written is the same when it is nobody's, so neither answer nor time tells. Raises Invalid
    for what is no address.
    """
    address = clean_email(email)
    with unit() as u:
        account_id = u.session.scalars(select(Account.id).where(Account.email == address, Account.erased_at.is_(None))).first()
        u.record(ResetAsked(account_id=account_id))


def password_link(*, account_id: int) -> str:
    """A one-time path to set a password, for the command that made the account (rulings 24)."""
    with unit() as u:
        return make_link(u, "set_password", u.fetch(Account, account_id).id)


def check_password_link(token: str) -> None:
    """Raise NotFound unless the link may still be used."""
    link_of(token, "reset", "set_password")


def set_password(*, token: str, password: str) -> int:
    """Set a password by a mailed link; ends all sessions and other such links; returns the account's id.

    Whoever can read the link can read the address, so it is confirmed as well. Raises NotFound for a
    link that is used or old, Invalid for a password that will not do.
    """
    link = link_of(token, "reset", "set_password")
    account = db.session.get(Account, link.account_id)
    if account is None or account.erased_at is not None:
        raise NotFound
    check_password(password, about=(account.handle, account.name, account.email or ""))
    password_hash = hash_password(password)
    with unit() as u:
        link = use_link(u, token, "reset", "set_password")
        account = u.fetch(Account, link.account_id)
        _store(u, account, password_hash, kept_session_id=None)
        confirm(u, account)
        return account.id


def change_password(*, by: Viewer, old: str, new: str) -> None:
    """Change one's own password; ends every other session and all reset links.

    Raises Invalid for the field `old` when it is not the present one, or `password` when the new one will not do.
    """
    account = db.session.get(Account, by.id) if by.id else None
    if account is None:
        raise NotFound
    stored = account.password_hash
    if not verify_password(stored, old):
        raise Invalid(fields={"old": gettext("This is not your present password.")})
    check_password(new, about=(account.handle, account.name, account.email or ""))
    password_hash = hash_password(new)
    with unit() as u:
        by = refreshed(by)
        account = u.fetch(Account, by.id)
        if account.password_hash != stored:
            raise Invalid(fields={"old": gettext("This is not your present password.")})
        _store(u, account, password_hash, kept_session_id=by.session_id)


def _store(u: Unit, account: Account, password_hash: str, kept_session_id: int | None) -> None:
    account.password_hash = password_hash
    end_sessions(u, account.id, kept_session_id)
    end_links(u, account.id, "reset", "set_password")
    u.record(PasswordChanged(by_id=account.id, account_id=account.id, kept_session_id=kept_session_id))
