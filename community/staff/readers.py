"""Which accounts may read what, asked of many at once: in SQL what `Viewer` and `visibilities_open_to` say of one."""

from __future__ import annotations

from datetime import datetime

from sqlalchemy import ColumnElement, and_, exists, or_

from community.accounts.models import Account, Suspension
from community.staff.models import Grant


def is_suspended(moment: datetime) -> ColumnElement[bool]:
    """The condition that the Account in the row is suspended."""
    in_force = or_(Suspension.ends_at.is_(None), Suspension.ends_at > moment)
    return exists().where(Suspension.account_id == Account.id, Suspension.lifted_at.is_(None), in_force)


def is_employee(moment: datetime) -> ColumnElement[bool]:
    """The condition that a role of the Account in the row is in force."""
    in_force = or_(Grant.ends_at.is_(None), Grant.ends_at > moment)
    return exists().where(Grant.account_id == Account.id, Grant.starts_at <= moment, in_force)


def accounts_that_read(visibility: str, moment: datetime) -> ColumnElement[bool]:
    """The condition that the Account in the row may read a category of this visibility: neither erased nor suspended."""
    living = and_(Account.erased_at.is_(None), ~is_suspended(moment))
    if visibility == "public":
        return living
    employee = is_employee(moment)
    return and_(living, or_(Account.confirmed_at.is_not(None), employee) if visibility == "members" else employee)
