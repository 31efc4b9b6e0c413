"""Keeping somebody out for a while, and letting them in again."""

from __future__ import annotations

from datetime import datetime
from typing import Final

from flask_babel import gettext
from sqlalchemy import or_, select, update

from community.accounts.actions.sessions import end_sessions
from community.accounts.events import AccountSuspended, SuspensionLifted
from community.accounts.models import Account, ApiKey, Suspension
from community.accounts.policy import may_suspend
from community.core.errors import Conflict, Invalid, require
from community.core.text import is_clean
from community.core.unit import Unit, unit
from community.staff.viewer import Viewer, refreshed, viewer_unchecked

RULES: Final = ("spam", "abuse", "private_data", "illegal", "off_topic", "other")
"""What a suspension may be for; the same rules as for removing a post."""

LONGEST_REASON: Final = 500


def suspend(*, by: Viewer, account_id: int, rule: str, reason: str, ends_at: datetime | None = None) -> int:
    """Keep somebody from signing in and writing until `ends_at` (None: for good); returns the suspension's id.

    Ends all their sessions and API keys. Raises what `may_suspend` says, Invalid without a known rule
    and a reason of at most 500 characters, Conflict when they are suspended already.
    """
    reason = " ".join(reason.split())
    wrong = {}
    if rule not in RULES:
        wrong["rule"] = gettext("Please choose a rule.")
    if not 3 <= len(reason) <= LONGEST_REASON or not is_clean(reason):
        wrong["reason"] = gettext("Please write a reason of at most %(most)s characters; they will read it.", most=LONGEST_REASON)
    if wrong:
        raise Invalid(fields=wrong)
    with unit() as u:
        by = refreshed(by)
        require(may_suspend(by, viewer_unchecked(u.fetch(Account, account_id).id)))
        if ends_at is not None and ends_at <= u.now:
            raise Invalid(fields={"ends_at": gettext("The end has to lie in the future.")})
        if _in_force(u, account_id):
            raise Conflict(gettext("They are suspended already."))
        row = Suspension(account_id=account_id, by_id=by.id, rule=rule, reason=reason, started_at=u.now, ends_at=ends_at)
        u.add(row)
        end_sessions(u, account_id)
        living = (ApiKey.account_id == account_id, ApiKey.revoked_at.is_(None))
        u.session.execute(update(ApiKey).where(*living).values(revoked_at=u.now))
        u.record(AccountSuspended(by_id=by.id, account_id=account_id, suspension_id=row.id))
        return row.id


def lift_suspension(*, by: Viewer, account_id: int) -> None:
    """Let somebody in again before the end. Raises what `may_suspend` says, Conflict when they are not suspended."""
    with unit() as u:
        by = refreshed(by)
        require(may_suspend(by, viewer_unchecked(u.fetch(Account, account_id).id)))
        found = _in_force(u, account_id)
        if not found:
            raise Conflict(gettext("They are not suspended."))
        for row in found:
            lift(u, by, row)


def lift(u: Unit, by: Viewer, row: Suspension) -> None:
    """The same inside a unit, where it is decided already."""
    row.lifted_at, row.lifted_by_id = u.now, by.id
    u.record(SuspensionLifted(by_id=by.id, account_id=row.account_id, suspension_id=row.id))


def _in_force(u: Unit, account_id: int) -> list[Suspension]:
    query = select(Suspension).where(
        Suspension.account_id == account_id,
        Suspension.lifted_at.is_(None),
        or_(Suspension.ends_at.is_(None), Suspension.ends_at > u.now),
    )
    return list(u.session.scalars(query))
