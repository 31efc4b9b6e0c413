"""Reading who speaks for the brand."""

from __future__ import annotations

from collections.abc import Collection
from dataclasses import dataclass
from datetime import datetime
from typing import Any

from sqlalchemy import Select, and_, func, or_, select
from sqlalchemy.sql.elements import ColumnElement

from community.accounts.models import Account
from community.core import clock
from community.extensions import db
from community.staff.badges import NO_BADGE, Badge, alum_badge, staff_badge
from community.staff.models import Grant, StaffProfile
from community.staff.viewer import Viewer, photo_url


def in_force(moment: datetime) -> ColumnElement[bool]:
    """The condition that a grant holds at `moment`."""
    return and_(Grant.starts_at <= moment, or_(Grant.ends_at.is_(None), Grant.ends_at > moment))


def badge_now(viewer: Viewer, *, personal: bool = False) -> tuple[str | None, str]:
    """What a post that `viewer` writes now keeps of its author: the badge's kind and the title."""
    if not viewer.is_staff:
        return None, ""
    return ("own" if personal else "staff"), viewer.title


@dataclass(frozen=True)
class Tenure:
    """Somebody's time with the brand: their title, and when they left (None: still here)."""

    title: str
    left_at: datetime | None


def tenures_unchecked(account_ids: Collection[int]) -> dict[int, Tenure]:
    """Those of these people who hold or held a role, by account id; one query."""
    moment = clock.now()
    query = (
        select(Grant.account_id, Grant.ends_at, StaffProfile.title)
        .outerjoin(StaffProfile, StaffProfile.account_id == Grant.account_id)
        .where(Grant.account_id.in_(account_ids), Grant.starts_at <= moment)
    )
    tenures: dict[int, Tenure] = {}
    for row in db.session.execute(query):
        ended = row.ends_at if row.ends_at is not None and row.ends_at <= moment else None
        before = tenures.get(row.account_id)
        if before is not None:
            ended = max(ended, before.left_at) if ended and before.left_at else None
        tenures[row.account_id] = Tenure(row.title or "", ended)
    return tenures


def badges_unchecked(account_ids: Collection[int]) -> dict[int, Badge]:
    """The badge that each of these people has at this moment, by account id; one query."""
    badges = dict.fromkeys(account_ids, NO_BADGE)
    for account_id, tenure in tenures_unchecked(account_ids).items():
        badges[account_id] = alum_badge(tenure.left_at) if tenure.left_at else staff_badge(tenure.title)
    return badges


def alumni_unchecked(account_ids: Collection[int]) -> dict[int, datetime]:
    """When those of these people who have left did so, by account id; one query."""
    return {account_id: tenure.left_at for account_id, tenure in tenures_unchecked(account_ids).items() if tenure.left_at}


def roles_unchecked(account_ids: Collection[int]) -> dict[int, frozenset[str]]:
    """The roles that those of these people who have any hold now, by account id."""
    rows = db.session.execute(select(Grant.account_id, Grant.role).where(Grant.account_id.in_(account_ids), in_force(clock.now())))
    roles: dict[int, frozenset[str]] = {}
    for row in rows:
        roles[row.account_id] = roles.get(row.account_id, frozenset()) | {row.role}
    return roles


@dataclass(frozen=True)
class Member:
    """An employee as the team page shows one. `badge` and `badge_text` are what the face and badge macros read."""

    id: int
    handle: str
    name: str
    hue: int
    photo_url: str | None
    title: str
    team: str
    works_on: str
    at_desk: str
    since: datetime
    badge: str
    badge_text: str

    @property
    def url(self) -> str:
        """The address of their page."""
        return f"/u/{self.handle}"


def team() -> list[Member]:
    """Everybody who holds a role now, by team and name; public."""
    rows = db.session.execute(_members().order_by(func.max(StaffProfile.team), Account.name, Account.id))
    return [_member(row) for row in rows]


def member(account_id: int) -> Member | None:
    """One employee, or None for who holds no role now; public."""
    row = db.session.execute(_members().where(Account.id == account_id)).first()
    return _member(row) if row else None


def staff_names_unchecked() -> list[tuple[str, str]]:
    """Handle and name of everybody who holds, held or will hold a role."""
    query = select(Account.handle, Account.name).where(Account.erased_at.is_(None), Account.id.in_(select(Grant.account_id)))
    return [(row.handle, row.name) for row in db.session.execute(query)]


def grants_for(viewer: Viewer, account_id: int) -> list[Grant]:
    """Every grant of a person, newest first, for admins; nobody else gets any."""
    if not viewer.is_admin:
        return []
    query = select(Grant).where(Grant.account_id == account_id).order_by(Grant.starts_at.desc(), Grant.id.desc())
    return list(db.session.scalars(query))


def _members() -> Select[*tuple[Any, ...]]:
    return (
        select(
            Account.id,
            Account.handle,
            Account.name,
            Account.hue,
            Account.photo,
            func.max(StaffProfile.title).label("title"),
            func.max(StaffProfile.team).label("team"),
            func.max(StaffProfile.works_on).label("works_on"),
            func.max(StaffProfile.at_desk).label("at_desk"),
            func.min(Grant.starts_at).label("since"),
        )
        .join(Grant, Grant.account_id == Account.id)
        .outerjoin(StaffProfile, StaffProfile.account_id == Account.id)
        .where(Account.erased_at.is_(None), in_force(clock.now()))
        .group_by(Account.id)
    )


def _member(row: Any) -> Member:
    badge = staff_badge(row.title or "")
    return Member(
        id=row.id,
        handle=row.handle,
        name=row.name,
        hue=row.hue,
        photo_url=photo_url(row.photo),
        title=row.title or "",
        team=row.team or "",
        works_on=row.works_on or "",
        at_desk=row.at_desk or "",
        since=row.since,
        badge="staff",
        badge_text=badge.text,
    )


def profile_of(account_id: int) -> StaffProfile | None:
    """What the team page says of somebody, whether or not they hold a role; public where they do."""
    return db.session.get(StaffProfile, account_id)
