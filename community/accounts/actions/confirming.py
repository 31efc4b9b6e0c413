"""Confirming that an address is somebody's."""

from __future__ import annotations

from flask_babel import gettext
from sqlalchemy import select

from community.accounts.events import AccountConfirmed, ConfirmationAsked
from community.accounts.links import end_links, link_of, use_link
from community.accounts.models import Account
from community.accounts.policy import may_confirm_for
from community.core.errors import Conflict, require
from community.core.unit import Unit, unit
from community.staff.viewer import Viewer, refreshed


def ask_confirmation(*, by: Viewer) -> None:
    """Send the confirmation mail again. Raises Conflict when the address is confirmed."""
    with unit() as u:
        by = refreshed(by)
        if by.confirmed:
            raise Conflict(gettext("Your address is confirmed already."))
        u.record(ConfirmationAsked(by_id=by.id, account_id=_id(by)))


def confirm_address(*, token: str) -> int:
    """Use a mailed link: the claimed address becomes the account's own; returns the account's id.

    Raises NotFound for a link that is used, old or unknown, Conflict when the address has become
    somebody else's meanwhile.
    """
    with unit() as u:
        link = use_link(u, token, "confirm")
        account = u.fetch(Account, link.account_id)
        confirm(u, account)
        return account.id


def confirm_for(*, by: Viewer, account_id: int) -> None:
    """Confirm somebody's address for them, by an admin on a site that sends no mail. Raises as `confirm_address`."""
    with unit() as u:
        by = refreshed(by)
        require(may_confirm_for(by))
        confirm(u, u.fetch(Account, account_id), by.id)


def confirm(u: Unit, account: Account, by_id: int | None = None) -> None:
    """Make the claimed address the account's own, inside an open unit; confirming twice changes nothing."""
    if account.confirmed_at is not None:
        return
    if account.claimed_email is not None:
        if u.session.execute(select(Account.id).where(Account.email == account.claimed_email)).first():
            raise Conflict(gettext("This address belongs to another account, which you can sign in to."))
        account.email, account.claimed_email = account.claimed_email, None
    account.confirmed_at = u.now
    end_links(u, account.id, "confirm")
    u.record(AccountConfirmed(by_id=by_id or account.id, account_id=account.id))


def confirmable(token: str) -> str:
    """The address that a link would confirm, for its page. Raises NotFound like `confirm_address`."""
    link = link_of(token, "confirm")
    return link.account.claimed_email or link.account.email or "" if link.account else ""


def _id(by: Viewer) -> int:
    assert by.id is not None
    return by.id
