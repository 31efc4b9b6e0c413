"""New accounts."""

from __future__ import annotations

import re
from typing import Final

from email_validator import EmailNotValidError, validate_email
from flask_babel import gettext
from sqlalchemy import or_, select

from community.accounts.events import AccountOpened
from community.accounts.models import Account
from community.accounts.names import BADGE_SIGNS, HANDLE, handle_from, hue_of, skeleton
from community.accounts.passwords import check_password, hash_password
from community.core import clock
from community.core.errors import Invalid, all_of
from community.core.markup import without_invisible
from community.core.text import has_towers, is_clean
from community.core.unit import Unit, unit
from community.extensions import db
from community.settings.definitions import LANGUAGES
from community.settings.queries import site
from community.staff.lookalikes import refuse_lookalike

LONGEST_NAME: Final = 60


def sign_up(*, handle: str, name: str, email: str, password: str, language: str | None = None, time_zone: str = "UTC") -> int:
    """Open an account for somebody who came by themselves; returns its id.

    It always succeeds alike, whether or not the address has an account: the address is only claimed,
    and the mail sent there either confirms it or tells its owner (docs/decisions.md). An empty handle
    is made of the name. Raises Invalid with a sentence for each field that does not fit.
    """
    name, email, given = " ".join(name.split()), email.strip(), handle.strip().lower()
    all_of(
        lambda: clean_name(name),
        lambda: clean_email(email),
        lambda: check_handle(given) if given else None,
        lambda: refuse_lookalike(handle=given or None, name=name),
        lambda: check_password(password, about=(given, name, email, site().brand_name)),
    )
    handle = given or free_handle(name)
    password_hash = hash_password(password)
    with unit() as u:
        account = add_account(
            u,
            handle=handle,
            name=name,
            claimed_email=clean_email(email),
            password_hash=password_hash,
            language=checked_language(language),
            time_zone=checked_time_zone(time_zone),
        )
        u.record(AccountOpened(by_id=account.id, account_id=account.id, needs_mail=True))
    return account.id


def open_account(
    *,
    handle: str,
    name: str,
    email: str | None = None,
    confirmed: bool = False,
    password: str | None = None,
    language: str | None = None,
    time_zone: str = "UTC",
    about: str = "",
    imported_from: str | None = None,
) -> int:
    """Open an account by a command, an import or the demo; returns its id.

    `confirmed` makes the address theirs at once and lets others see what they write. Reserved names
    are allowed here. Raises Invalid for a handle or address that is malformed or taken.
    """
    name = clean_name(name)
    check_handle(handle)
    address = clean_email(email) if email else None
    password_hash = hash_password(password) if password else None
    with unit() as u:
        if confirmed and address and u.session.execute(select(Account.id).where(Account.email == address)).first():
            raise Invalid(fields={"email": gettext("This address belongs to an account already.")})
        account = add_account(
            u,
            handle=handle,
            name=name,
            email=address if confirmed else None,
            claimed_email=None if confirmed else address,
            password_hash=password_hash,
            language=checked_language(language),
            time_zone=checked_time_zone(time_zone),
            about=about,
            imported_from=imported_from,
            confirmed=confirmed,
        )
        u.record(AccountOpened(account_id=account.id, needs_mail=not confirmed and address is not None))
    return account.id


def add_account(
    u: Unit,
    *,
    handle: str,
    name: str,
    email: str | None = None,
    claimed_email: str | None = None,
    password_hash: str | None = None,
    language: str = "en",
    time_zone: str = "UTC",
    about: str = "",
    imported_from: str | None = None,
    confirmed: bool = False,
) -> Account:
    """Insert an account inside an open unit. Raises Invalid for the field `handle` when it is taken."""
    if u.session.execute(select(Account.id).where(Account.handle == handle)).first():
        raise Invalid(
            fields={"handle": gettext("Somebody has this handle already. How about %(handle)s?", handle=free_handle(handle))}
        )
    return u.add(
        Account(
            handle=handle,
            skeleton=skeleton(handle),
            name=name,
            email=email,
            claimed_email=claimed_email,
            confirmed_at=u.now if confirmed else None,
            password_hash=password_hash,
            created_at=u.now,
            language=language,
            time_zone=time_zone,
            about=about,
            hue=hue_of(handle),
            imported_from=imported_from,
        )
    )


def free_handle(name: str) -> str:
    """A handle made of `name` that nobody has: with a number behind it where the plain one is taken."""
    plain = handle_from(name)
    alike = select(Account.handle).where(or_(Account.handle == plain, Account.handle.startswith(f"{plain}-", autoescape=True)))
    taken = set(db.session.scalars(alike))
    return next(candidate for n in range(1, len(taken) + 3) if (candidate := plain if n == 1 else f"{plain}-{n}") not in taken)


def clean_name(name: str) -> str:
    """A display name with single spaces and without what is invisible or reorders a line. Raises Invalid for the field `name`."""
    clean = " ".join(without_invisible(name).split())
    if BADGE_SIGNS.intersection(clean):
        raise Invalid(fields={"name": gettext("Please leave out signs that look like a badge.")})
    if not 2 <= len(clean) <= LONGEST_NAME or not is_clean(clean) or has_towers(clean) or not re.search(r"\w", clean):
        raise Invalid(fields={"name": gettext("Please enter a name of 2 to %(most)s characters.", most=LONGEST_NAME)})
    return clean


def clean_email(email: str) -> str:
    """An address as we store and compare it. Raises Invalid for the field `email`."""
    try:
        if len(email) > 254 or not is_clean(email):
            raise EmailNotValidError
        return validate_email(email.strip(), check_deliverability=False, test_environment=True).normalized.lower()
    except (EmailNotValidError, UnicodeError):
        raise Invalid(fields={"email": gettext("Please enter an e-mail address such as anna@example.com.")}) from None


def check_handle(handle: str) -> None:
    """Raise Invalid for the field `handle` unless it is one."""
    if not HANDLE.fullmatch(handle):
        sentence = gettext(
            "A handle has 3 to 30 characters: a to z, 0 to 9, hyphen and underscore, a letter or digit at both ends."
        )
        raise Invalid(fields={"handle": sentence})


def checked_time_zone(name: str) -> str:
    """The zone if there is one of this name, else UTC."""
    return name if name in clock.zones() else "UTC"


def checked_language(code: str | None) -> str:
    """The language if the site speaks it, else its default."""
    return code if code in dict(LANGUAGES) else site().default_language
