"""What admins see; every function answers nothing to anybody else."""

from __future__ import annotations

import sqlite3
from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime
from typing import Any, Final

from sqlalchemy import Select, func, or_, select

from community import __version__
from community.accounts.actions.opening import clean_email
from community.accounts.models import Account
from community.core.errors import Invalid, NotFound
from community.core.follow import Parked
from community.core.paging import PAGE_SIZE, Page, page_count
from community.extensions import db
from community.health.checks import Lag, lags, parked_count, worker_seen_at
from community.mail.models import OutgoingMail
from community.staff.queries import roles_unchecked
from community.staff.viewer import Viewer

SAFE_SQLITE: Final = (3, 51, 3)
"""SQLite before this can corrupt a WAL file when two connections checkpoint at one instant (traps)."""


@dataclass(frozen=True)
class Health:
    """How the site is, in one look."""

    release: str
    database: str
    old_sqlite: bool
    worker_seen_at: datetime | None
    lags: dict[str, Lag]
    parked: int
    mail_waiting: int
    mail_given_up: int


def health(viewer: Viewer) -> Health:
    """The state of database, worker, followers and mail. Raises NotFound for who is no admin."""
    _admins(viewer)
    dialect = db.engine.dialect
    version = sqlite3.sqlite_version if dialect.name == "sqlite" else ".".join(map(str, dialect.server_version_info or ()))
    return Health(
        release=__version__,
        database=f"{'SQLite' if dialect.name == 'sqlite' else 'PostgreSQL'} {version}",
        old_sqlite=dialect.name == "sqlite" and sqlite3.sqlite_version_info < SAFE_SQLITE,
        worker_seen_at=worker_seen_at(),
        lags=lags(),
        parked=parked_count(),
        mail_waiting=_count(OutgoingMail.next_try_at.is_not(None)),
        mail_given_up=_count(OutgoingMail.given_up_at.is_not(None)),
    )


def parked_events(viewer: Viewer) -> Sequence[Parked]:
    """What followers gave up on and nobody has settled, oldest first, at most 100. Raises NotFound for who is no admin."""
    _admins(viewer)
    return db.session.scalars(select(Parked).where(Parked.settled_at.is_(None)).order_by(Parked.id).limit(100)).all()


@dataclass(frozen=True)
class PersonRow:
    """Somebody in the list of people."""

    id: int
    handle: str
    name: str
    confirmed: bool
    created_at: datetime
    roles: tuple[str, ...]


@dataclass(frozen=True)
class PeoplePage:
    """A page of the list of people."""

    people: list[PersonRow]
    page: Page


def people(viewer: Viewer, words: str, number: int) -> PeoplePage:
    """People whose handle or name holds `words`, or whose address it is; newest first. Raises NotFound for who is no admin."""
    _admins(viewer)
    query = _matching(select(Account), words)
    total = db.session.execute(select(func.count()).select_from(query.subquery())).scalar_one()
    page = Page(number, page_count(total), "/admin/people", (("q", words),) if words else ())
    if number > page.count:
        raise NotFound
    rows = db.session.scalars(query.order_by(Account.id.desc()).offset((number - 1) * PAGE_SIZE).limit(PAGE_SIZE)).all()
    roles = roles_unchecked([row.id for row in rows])
    return PeoplePage([_person(row, roles.get(row.id, frozenset())) for row in rows], page)


def _matching(query: Select[Account], words: str) -> Select[Account]:
    query = query.where(Account.erased_at.is_(None))
    if not words:
        return query
    found: list[Any] = [Account.handle.contains(words.lower(), autoescape=True), Account.name.icontains(words, autoescape=True)]
    if "@" in words:
        try:
            address = clean_email(words)
        except Invalid:
            address = ""
        found += [Account.email == address, Account.claimed_email == address]
    return query.where(or_(*found))


def _person(row: Account, roles: frozenset[str]) -> PersonRow:
    return PersonRow(
        id=row.id,
        handle=row.handle,
        name=row.name,
        confirmed=row.confirmed_at is not None,
        created_at=row.created_at,
        roles=tuple(sorted(roles)),
    )


def _count(*conditions: Any) -> int:
    return db.session.execute(select(func.count()).select_from(OutgoingMail).where(*conditions)).scalar_one()


def _admins(viewer: Viewer) -> None:
    if not viewer.is_admin:
        raise NotFound
