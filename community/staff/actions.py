"""Granting and ending roles, and what the team page says."""

from __future__ import annotations

from datetime import datetime
from typing import Final

from flask_babel import gettext
from sqlalchemy import func, or_, select

from community.accounts.models import Account
from community.core import clock
from community.core.errors import Conflict, Invalid, NotFound, require
from community.core.text import is_clean
from community.core.unit import Unit, unit
from community.extensions import db
from community.staff.events import RoleEnded, RoleGranted, StaffProfileChanged
from community.staff.models import ROLES, Grant, StaffProfile
from community.staff.policy import may_change_staff_profile, may_grant_roles
from community.staff.queries import in_force
from community.staff.viewer import Viewer, refreshed

LENGTHS: Final = {"title": 80, "team": 60, "works_on": 400, "at_desk": 200}
"""The most characters of each text of a staff profile."""


def grant_role(
    *,
    by: Viewer | None,
    account_id: int,
    role: str,
    title: str = "",
    team: str = "",
    starts_at: datetime | None = None,
    ends_at: datetime | None = None,
    source: str = "admin",
) -> int:
    """Let somebody hold a role from `starts_at` (None: now) until `ends_at` (None: open); returns the grant's id.

    `by` is None for commands and the first run, which `source` then names. Title and team are kept
    where they are empty. Raises Invalid for an unknown role or an end before the start, Conflict when
    they hold the role in that time, NotFound for an unknown person.
    """
    if role not in ROLES:
        raise Invalid(fields={"role": gettext("There is no such role.")})
    texts = _checked({"title": title, "team": team})
    with unit() as u:
        if by is not None:
            by = refreshed(by)
            require(may_grant_roles(by))
        _living(u, account_id)
        grant = add_grant(u, account_id, role, starts_at, ends_at, source, by.id if by else None)
        _write_profile(u, account_id, {name: text for name, text in texts.items() if text})
    return grant.id


def add_grant(
    u: Unit, account_id: int, role: str, starts_at: datetime | None, ends_at: datetime | None, source: str, by_id: int | None
) -> Grant:
    """Insert a grant inside an open unit, and tell of it when it begins now (else `jobs` does at its time)."""
    starts = starts_at or u.now
    if ends_at is not None and ends_at <= starts:
        raise Invalid(fields={"ends_at": gettext("The end has to lie after the start.")})
    goes_on = or_(Grant.ends_at.is_(None), Grant.ends_at > starts)
    same = select(Grant.id).where(Grant.account_id == account_id, Grant.role == role, goes_on)
    if ends_at is not None:
        same = same.where(Grant.starts_at < ends_at)
    if u.session.execute(same).first():
        raise Conflict(gettext("They hold this role in that time already."))
    begun, over = starts <= u.now, ends_at is not None and ends_at <= u.now
    grant = u.add(
        Grant(
            account_id=account_id,
            role=role,
            starts_at=starts,
            ends_at=ends_at,
            granted_by_id=by_id,
            source=source,
            announced_start=begun,
            announced_end=over,
        )
    )
    if begun:
        u.record(RoleGranted(by_id=by_id, account_id=account_id, grant_id=grant.id, role=role))
    if over:
        u.record(RoleEnded(by_id=by_id, account_id=account_id, grant_id=grant.id, role=role))
    return grant


def end_role(*, by: Viewer | None, grant_id: int, ends_at: datetime | None = None) -> None:
    """End a role at `ends_at` (None: now). `by` is None for commands.

    Raises Conflict when it has ended already, or would leave the site without an admin.
    """
    with unit() as u:
        if by is not None:
            by = refreshed(by)
            require(may_grant_roles(by))
        grant = u.fetch(Grant, grant_id)
        at = max(ends_at or u.now, grant.starts_at)
        if grant.ends_at is not None and grant.ends_at <= u.now:
            raise Conflict(gettext("This role has ended already."))
        if grant.role == "admin" and not _others_administer(u, grant):
            raise Conflict(gettext("This is the last admin. Make somebody else admin first."))
        grant.ends_at = at
        if at <= u.now:
            grant.announced_start = grant.announced_end = True
            u.record(RoleEnded(by_id=by.id if by else None, account_id=grant.account_id, grant_id=grant.id, role=grant.role))


def announce_roles() -> None:
    """Record what time alone began and ended, so that pages, index and open sockets follow. A job calls it."""
    moment = clock.now()
    due = or_(
        Grant.announced_start.is_(False) & (Grant.starts_at <= moment),
        Grant.announced_end.is_(False) & (Grant.ends_at <= moment),
    )
    if db.session.execute(select(Grant.id).where(due).limit(1)).first() is None:
        return
    with unit() as u:
        for grant in u.session.scalars(select(Grant).where(due).order_by(Grant.id)):
            if not grant.announced_start:
                grant.announced_start = True
                u.record(RoleGranted(account_id=grant.account_id, grant_id=grant.id, role=grant.role))
            if grant.ends_at is not None and grant.ends_at <= moment:
                grant.announced_end = True
                u.record(RoleEnded(account_id=grant.account_id, grant_id=grant.id, role=grant.role))


def change_staff_profile(
    *,
    by: Viewer | None,
    account_id: int,
    title: str | None = None,
    team: str | None = None,
    works_on: str | None = None,
    at_desk: str | None = None,
) -> None:
    """Change what the team page says of an employee; None leaves a text as it is.

    Only admins change title and team, which the badge carries. Raises Invalid for a text too long.
    """
    given = {"title": title, "team": team, "works_on": works_on, "at_desk": at_desk}
    texts = _checked({name: text for name, text in given.items() if text is not None})
    with unit() as u:
        if by is not None:
            by = refreshed(by)
            require(may_change_staff_profile(by, account_id))
            if not by.is_admin:
                texts = {name: text for name, text in texts.items() if name in {"works_on", "at_desk"}}
        _living(u, account_id)
        if _write_profile(u, account_id, texts):
            u.record(StaffProfileChanged(by_id=by.id if by else None, account_id=account_id))


def _checked(texts: dict[str, str]) -> dict[str, str]:
    clean = {name: " ".join(text.split()) for name, text in texts.items()}
    wrong = {
        name: gettext("Please write at most %(most)s characters.", most=LENGTHS[name])
        for name, text in clean.items()
        if len(text) > LENGTHS[name] or not is_clean(text)
    }
    if wrong:
        raise Invalid(fields=wrong)
    return clean


def _living(u: Unit, account_id: int) -> Account:
    account = u.fetch(Account, account_id)
    if account.erased_at is not None:
        raise NotFound
    return account


def _write_profile(u: Unit, account_id: int, texts: dict[str, str]) -> bool:
    profile = u.session.get(StaffProfile, account_id) or u.add(StaffProfile(account_id=account_id, title=""))
    changed = False
    for name, text in texts.items():
        if getattr(profile, name) != text:
            setattr(profile, name, text)
            changed = True
    return changed


def _others_administer(u: Unit, grant: Grant) -> bool:
    others = (
        select(func.count())
        .select_from(Grant)
        .join(Account, Account.id == Grant.account_id)
        .where(Grant.role == "admin", Grant.id != grant.id, in_force(u.now), Grant.ends_at.is_(None), Account.erased_at.is_(None))
    )
    return u.session.execute(others).scalar_one() > 0
