"""One-time links: made when the mail is written, kept as digests, good once and for a while."""

from __future__ import annotations

from datetime import timedelta
from typing import Final

from flask_babel import gettext
from sqlalchemy import select, update

from community.accounts.models import MailedLink
from community.accounts.tokens import digest, new_token
from community.core import clock
from community.core.errors import NotFound
from community.core.unit import Unit
from community.extensions import db

LIFETIMES: Final = {
    "confirm": timedelta(days=7),
    "reset": timedelta(hours=1),
    "set_password": timedelta(days=7),
    "first_admin": timedelta(days=7),
    "verdict": timedelta(days=30),
    "appeal": timedelta(days=90),
}
"""How long a link of each purpose may be used."""


class LinkOver(NotFound):
    """A mailed or printed link that is used, old or unknown; `purpose` is what it was for."""

    def __init__(self, purpose: str) -> None:
        super().__init__(gettext("This link has been used or is too old. Ask for a new one."))
        self.purpose = purpose


PATHS: Final = {
    "confirm": "/confirm/",
    "reset": "/reset/",
    "set_password": "/reset/",
    "first_admin": "/first-run/",
    "verdict": "/solved/",
    "appeal": "/appeal/",
}
"""Where a link of each purpose leads, before its token."""


def make_link(u: Unit, purpose: str, account_id: int | None, *, subject_id: int | None = None, address: str | None = None) -> str:
    """A new link inside an open unit; returns its path with the token, which is stored nowhere.

    It is about `subject_id`, such as a post; with `address` it ends when the account gets another one.
    """
    token = new_token()
    row = MailedLink(
        purpose=purpose,
        token_digest=digest(token),
        account_id=account_id,
        subject_id=subject_id,
        address_digest=digest(address.lower()) if address else None,
        created_at=u.now,
        expires_at=u.now + LIFETIMES[purpose],
    )
    u.add(row)
    return PATHS[purpose] + token


def link_of(token: str, *purposes: str) -> MailedLink:
    """The living link of a token, for showing its page. Raises LinkOver when it is used, old or unknown."""
    found = db.session.scalars(
        select(MailedLink).where(
            MailedLink.token_digest == digest(token),
            MailedLink.purpose.in_(purposes),
            MailedLink.used_at.is_(None),
            MailedLink.expires_at > clock.now(),
        )
    ).first()
    if found is None or not _still_theirs(found):
        raise LinkOver(purposes[0])
    return found


def _still_theirs(link: MailedLink) -> bool:
    """Whether the account has the address that the link was mailed to, where that matters."""
    if link.address_digest is None:
        return True
    address = link.account.email if link.account is not None else None
    return address is not None and digest(address.lower()) == link.address_digest


def use_link(u: Unit, token: str, *purposes: str) -> MailedLink:
    """Use up the link of a token inside an open unit. Raises LinkOver like `link_of`."""
    link = link_of(token, *purposes)
    link.used_at = u.now
    return link


def end_links(u: Unit, account_id: int | None, *purposes: str) -> None:
    """Let no older link of these purposes be used any more."""
    living = (
        MailedLink.account_id == account_id if account_id is not None else MailedLink.account_id.is_(None),
        MailedLink.purpose.in_(purposes),
        MailedLink.used_at.is_(None),
    )
    u.session.execute(update(MailedLink).where(*living).values(used_at=u.now))


def end_links_about(u: Unit, purpose: str, account_id: int | None, subject_id: int) -> None:
    """Let no other link of a purpose that this account has about one thing be used any more."""
    living = (MailedLink.purpose == purpose, MailedLink.account_id == account_id, MailedLink.subject_id == subject_id)
    u.session.execute(update(MailedLink).where(*living, MailedLink.used_at.is_(None)).values(used_at=u.now))
