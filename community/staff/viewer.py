"""Who is asking: the one object that every query and policy takes.

A Viewer is read fresh for every request (one query), so a right that ended is gone at once.
Actions read it again inside their unit with `refreshed`.
"""

from __future__ import annotations

from collections.abc import Collection
from dataclasses import dataclass, field, replace
from hashlib import sha256
from typing import Any

from sqlalchemy import Select, and_, bindparam, null, or_, select
from sqlalchemy.orm import Session

from community.accounts.models import Account, SignIn, Suspension
from community.core import clock
from community.core.base import UtcDateTime
from community.core.errors import Forbidden, Unauthorized
from community.extensions import db
from community.staff.models import Grant, StaffProfile


@dataclass(frozen=True)
class Viewer:
    """A visitor (`id` None) or somebody signed in, with the roles in force at this moment.

    It is also what Flask-Login calls the user. `title` is the job title of an employee; `scopes`
    is None outside the API and otherwise what the key allows.
    """

    id: int | None = None
    handle: str = ""
    name: str = ""
    hue: int = 0
    photo: str | None = None
    confirmed: bool = False
    suspended: bool = False
    roles: frozenset[str] = frozenset()
    title: str = ""
    language: str = "en"
    time_zone: str = "UTC"
    theme: str = "system"
    shows_presence: bool = False
    session_id: int | None = None
    session_token: str = field(default="", repr=False)
    scopes: frozenset[str] | None = None

    @property
    def url(self) -> str:
        """The address of their page."""
        return f"/u/{self.handle}"

    @property
    def style_version(self) -> str:
        """Part of the address of their stylesheet: changes with the session and with their roles."""
        told = f"{self.id} {self.session_id} {sorted(self.roles)}"
        return sha256(told.encode()).hexdigest()[:12]

    @property
    def photo_url(self) -> str | None:
        """The address of their photo, None where there is none."""
        return photo_url(self.photo)

    @property
    def signed_in(self) -> bool:
        """Whether it is somebody."""
        return self.id is not None

    @property
    def is_staff(self) -> bool:
        """Whether an employee role is in force (every role makes an employee)."""
        return bool(self.roles)

    @property
    def is_official(self) -> bool:
        """Whether they may speak for the company in official answers (admins may)."""
        return bool(self.roles & {"official", "admin"})

    @property
    def is_moderator(self) -> bool:
        """Whether they may remove and suspend (admins may); by an API key only with the scope `moderate`."""
        return bool(self.roles & {"moderator", "admin"}) and (self.scopes is None or "moderate" in self.scopes)

    @property
    def is_admin(self) -> bool:
        """Whether they may change settings and grant roles; by an API key only with the scope `admin`."""
        return "admin" in self.roles and (self.scopes is None or "admin" in self.scopes)

    @property
    def is_authenticated(self) -> bool:
        """For Flask-Login."""
        return self.signed_in

    @property
    def is_active(self) -> bool:
        """For Flask-Login."""
        return self.signed_in and not self.suspended

    @property
    def is_anonymous(self) -> bool:
        """For Flask-Login."""
        return not self.signed_in

    def get_id(self) -> str:
        """For Flask-Login: the token of the session's row, never the account's id."""
        return self.session_token


VISITOR = Viewer()


def photo_url(photo: str | None) -> str | None:
    """The address of a photo by its file name in `Account.photo`."""
    return f"/photos/{photo}" if photo else None


def viewer_unchecked(account_id: int) -> Viewer:
    """The viewer that this account is now, without a session. Raises Unauthorized when it is erased or unknown."""
    found = _one(db.session(), _OF_ACCOUNT, account_id=account_id)
    if found is None:
        raise Unauthorized
    return found


def viewers_unchecked(account_ids: Collection[int]) -> dict[int, Viewer]:
    """The same of several, by account id and by one query; who is erased or unknown is left out."""
    return _found(db.session(), _OF_ACCOUNTS, account_ids=list(account_ids))


def refreshed(by: Viewer) -> Viewer:
    """The same person as they are inside the open unit.

    Raises Unauthorized for a visitor or an ended session, Forbidden when suspended.
    """
    if by.id is None:
        raise Unauthorized
    now = viewer_unchecked(by.id)
    if now.suspended:
        raise Forbidden
    if by.session_id is not None:
        alive = select(SignIn.id).where(SignIn.id == by.session_id, SignIn.ended_at.is_(None))
        if db.session.execute(alive).first() is None:
            raise Unauthorized
    return replace(now, session_id=by.session_id, session_token=by.session_token, scopes=by.scopes)


def viewer_of_session(token_digest: str) -> Viewer | None:
    """The viewer of a living session, by one query; None when it has ended, expired or its owner is suspended."""
    found = _one(db.session(), _OF_SESSION, token_digest=token_digest)
    return None if found is None or found.suspended else found


def _query(session_id: Any) -> Select[*tuple[Any, ...]]:
    """Accounts with the roles and suspensions in force at `:moment`."""
    moment = bindparam("moment", type_=UtcDateTime())
    in_force = and_(
        Grant.account_id == Account.id,
        Grant.starts_at <= moment,
        or_(Grant.ends_at.is_(None), Grant.ends_at > moment),
    )
    suspended = and_(
        Suspension.account_id == Account.id,
        Suspension.lifted_at.is_(None),
        or_(Suspension.ends_at.is_(None), Suspension.ends_at > moment),
    )
    return (
        select(
            Account.id,
            Account.handle,
            Account.name,
            Account.hue,
            Account.photo,
            Account.confirmed_at,
            Account.language,
            Account.time_zone,
            Account.theme,
            Account.shows_presence,
            Grant.role,
            StaffProfile.title,
            Suspension.id.label("suspension_id"),
            session_id.label("session_id"),
        )
        .select_from(Account)
        .outerjoin(Grant, in_force)
        .outerjoin(StaffProfile, StaffProfile.account_id == Account.id)
        .outerjoin(Suspension, suspended)
        .where(Account.erased_at.is_(None))
    )


# Built once: every request asks one of them, and building a statement takes longer than running it.
_OF_ACCOUNT = _query(null()).where(Account.id == bindparam("account_id"))
_OF_ACCOUNTS = _query(null()).where(Account.id.in_(bindparam("account_ids", expanding=True)))
_OF_SESSION = (
    _query(SignIn.id)
    .join(SignIn, SignIn.account_id == Account.id)
    .where(
        SignIn.token_digest == bindparam("token_digest"),
        SignIn.ended_at.is_(None),
        SignIn.expires_at > bindparam("moment", type_=UtcDateTime()),
    )
)


def _one(session: Session, query: Select[*tuple[Any, ...]], **parameters: Any) -> Viewer | None:
    return next(iter(_found(session, query, **parameters).values()), None)


def _found(session: Session, query: Select[*tuple[Any, ...]], **parameters: Any) -> dict[int, Viewer]:
    people: dict[int, list[Any]] = {}
    for row in session.execute(query, {"moment": clock.now(), **parameters}):
        people.setdefault(row.id, []).append(row)
    return {account_id: _viewer(rows) for account_id, rows in people.items()}


def _viewer(rows: list[Any]) -> Viewer:
    """The viewer of an account's rows, one for each role in force."""
    first = rows[0]
    return Viewer(
        id=first.id,
        handle=first.handle,
        name=first.name,
        hue=first.hue,
        photo=first.photo,
        confirmed=first.confirmed_at is not None,
        suspended=first.suspension_id is not None,
        roles=frozenset(row.role for row in rows if row.role),
        title=first.title or "",
        language=first.language,
        time_zone=first.time_zone,
        theme=first.theme,
        shows_presence=first.shows_presence,
        session_id=first.session_id,
    )
