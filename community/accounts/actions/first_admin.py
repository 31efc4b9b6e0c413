"""The first run: a one-time link that the server prints makes the first admin, and then closes."""

from __future__ import annotations

from flask_babel import gettext
from sqlalchemy import select

from community.accounts.actions.opening import add_account, check_handle, clean_email, clean_name
from community.accounts.events import AccountOpened
from community.accounts.links import end_links, link_of, make_link, use_link
from community.accounts.passwords import check_password, hash_password
from community.core.errors import NotFound
from community.core.fragments import base_url
from community.core.unit import unit
from community.extensions import db
from community.staff.actions import add_grant
from community.staff.models import Grant, StaffProfile


def first_admin_link() -> str | None:
    """A new address that makes the first admin, or None where there is or was an admin. The one before stops working."""
    if _has_had_admin():
        return None
    with unit() as u:
        if _has_had_admin():
            return None
        end_links(u, None, "first_admin")
        return base_url() + make_link(u, "first_admin", None)


def check_first_admin_link(token: str) -> None:
    """Raise NotFound unless the link may still be used."""
    link_of(token, "first_admin")
    if _has_had_admin():
        raise NotFound


def create_first_admin(*, token: str, handle: str, name: str, email: str, password: str, title: str = "") -> int:
    """Make the first admin by the printed link; returns the account's id.

    Raises NotFound for a link that is used or old or where an admin was made meanwhile, Invalid for
    fields that do not fit. Names of the brand are allowed: it is the brand's own.
    """
    check_first_admin_link(token)
    name, email, handle = clean_name(name), clean_email(email), handle.strip().lower()
    check_handle(handle)
    check_password(password, about=(handle, name, email))
    password_hash = hash_password(password)
    with unit() as u:
        use_link(u, token, "first_admin")
        if _has_had_admin():
            raise NotFound(gettext("This site has an admin already."))
        account = add_account(u, handle=handle, name=name, email=email, password_hash=password_hash, confirmed=True)
        u.record(AccountOpened(by_id=account.id, account_id=account.id))
        u.add(StaffProfile(account_id=account.id, title=" ".join(title.split())[:80]))
        add_grant(u, account.id, "admin", None, None, "first_run", None)
        return account.id


def _has_had_admin() -> bool:
    return db.session.execute(select(Grant.id).where(Grant.role == "admin").limit(1)).first() is not None
