"""Letters about accounts: confirming an address, a new password."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import timedelta
from typing import Final

from flask import render_template
from flask_babel import gettext
from sqlalchemy import func, select

from community.accounts.links import make_link
from community.accounts.models import Account
from community.core.fragments import base_url
from community.core.unit import Unit
from community.mail.letters import Facts, Kind, Letter
from community.mail.models import OutgoingMail
from community.settings.queries import site

MOST_A_DAY: Final = 6
"""Mails a day to an address that is only claimed: enough for somebody who looks for a lost one, too few to pester."""


@dataclass(frozen=True, kw_only=True)
class AccountFacts(Facts):
    """What a letter about an account says. `link` is a path with a fresh token, or empty."""

    kind: str
    name: str
    handle: str
    link: str = ""


def write(facts: AccountFacts) -> Letter:
    """The letter of these facts."""
    brand = site().brand_name
    subjects = {
        "confirm": gettext("Confirm your address for %(brand)s", brand=brand),
        "address_taken": gettext("You have an account at %(brand)s already", brand=brand),
        "reset": gettext("A new password for %(brand)s", brand=brand),
    }
    text = render_template(f"mail/{facts.kind}.txt", facts=facts, site_name=brand, base_url=base_url())
    return Letter(facts.to, str(subjects[facts.kind]), text)


def gather_confirmation(u: Unit, mail: OutgoingMail) -> AccountFacts | None:
    """The link to confirm; where the address is somebody else's already, a word to its owner instead."""
    account = _living(u, mail)
    if account is None or account.confirmed_at is not None or not account.claimed_email:
        return None
    if _has_had_enough(u, account.claimed_email):
        return None
    owner = u.session.scalars(select(Account).where(Account.email == account.claimed_email)).first()
    if owner is not None:
        return _facts(owner, "address_taken", account.claimed_email, "")
    return _facts(account, "confirm", account.claimed_email, make_link(u, "confirm", account.id))


def gather_reset(u: Unit, mail: OutgoingMail) -> AccountFacts | None:
    """The link to set a password."""
    account = _living(u, mail)
    if account is None or not account.email:
        return None
    return _facts(account, "reset", account.email, make_link(u, "reset", account.id))


KINDS: Final = {
    "confirm": Kind(gather_confirmation, write, urgent=True),
    "reset": Kind(gather_reset, write, urgent=True),
}


def _living(u: Unit, mail: OutgoingMail) -> Account | None:
    account = u.session.get(Account, mail.account_id) if mail.account_id is not None else None
    return account if account is not None and account.erased_at is None else None


def _has_had_enough(u: Unit, address: str) -> bool:
    """Whether an address that nobody has confirmed got as many mails in the last day as it is to get, whoever asked for them."""
    mails = (
        select(func.count())
        .select_from(OutgoingMail)
        .join(Account, Account.id == OutgoingMail.account_id)
        .where(Account.claimed_email == address, OutgoingMail.sent_at > u.now - timedelta(days=1))
    )
    return u.session.execute(mails).scalar_one() >= MOST_A_DAY


def _facts(account: Account, kind: str, to: str, link: str) -> AccountFacts:
    return AccountFacts(kind=kind, to=to, name=account.name, handle=account.handle, language=account.language, link=link)
