"""What a mail says: address, subject and text, made at the moment of sending and in its reader's language."""

from __future__ import annotations

import re
from dataclasses import dataclass
from datetime import timedelta
from typing import Final

from flask import Flask, render_template
from flask_babel import gettext
from sqlalchemy import func, select

from community.accounts.links import make_link
from community.accounts.models import Account
from community.core.fragments import base_url, drawing
from community.core.unit import Unit
from community.mail.models import OutgoingMail
from community.settings.queries import site

MOST_A_DAY: Final = 6
"""Mails a day to an address that is only claimed: enough for somebody who looks for a lost one, too few to pester."""

_TOKENS = re.compile(r"(/(?:confirm|reset|first-run)/)[\w-]{20,}")


@dataclass(frozen=True)
class Letter:
    """A mail ready to be sent."""

    to: str
    subject: str
    text: str

    @property
    def masked(self) -> str:
        """The text without what the links in it could be used for."""
        return masked(self.text)


@dataclass(frozen=True)
class Facts:
    """What a letter is made of, read inside a unit. `link` is a path with a fresh token, or empty."""

    kind: str
    to: str
    name: str
    handle: str
    language: str
    link: str = ""


def masked(text: str) -> str:
    """`text` with the tokens of its links masked."""
    return _TOKENS.sub(r"\1•••", text)


def gather(u: Unit, kind: str, account_id: int) -> Facts | None:
    """The facts of a mail of this kind, with a fresh token, inside an open unit; None when it is not needed any more."""
    account = u.session.get(Account, account_id)
    if account is None or account.erased_at is not None:
        return None
    if kind == "confirm":
        return _confirmation(u, account)
    if kind == "reset" and account.email:
        return _facts(account, kind, account.email, make_link(u, "reset", account.id))
    return None


def write(app: Flask, facts: Facts) -> Letter:
    """The letter of these facts."""
    with drawing(app, facts.language):
        brand = site().brand_name
        subjects = {
            "confirm": gettext("Confirm your address for %(brand)s", brand=brand),
            "address_taken": gettext("You have an account at %(brand)s already", brand=brand),
            "reset": gettext("A new password for %(brand)s", brand=brand),
        }
        text = render_template(f"mail/{facts.kind}.txt", facts=facts, site_name=brand, base_url=base_url())
        return Letter(facts.to, str(subjects[facts.kind]), text)


def _confirmation(u: Unit, account: Account) -> Facts | None:
    """The link to confirm; where the address is somebody else's already, a word to its owner instead."""
    if account.confirmed_at is not None or not account.claimed_email or _has_had_enough(u, account.claimed_email):
        return None
    owner = u.session.scalars(select(Account).where(Account.email == account.claimed_email)).first()
    if owner is not None:
        return _facts(owner, "address_taken", account.claimed_email, "")
    return _facts(account, "confirm", account.claimed_email, make_link(u, "confirm", account.id))


def _has_had_enough(u: Unit, address: str) -> bool:
    """Whether an address that nobody has confirmed got as many mails in the last day as it is to get, whoever asked for them."""
    mails = (
        select(func.count())
        .select_from(OutgoingMail)
        .join(Account, Account.id == OutgoingMail.account_id)
        .where(Account.claimed_email == address, OutgoingMail.sent_at > u.now - timedelta(days=1))
    )
    return u.session.execute(mails).scalar_one() >= MOST_A_DAY


def _facts(account: Account, kind: str, to: str, link: str) -> Facts:
    return Facts(kind=kind, to=to, name=account.name, handle=account.handle, language=account.language, link=link)
