"""What staff records."""

from __future__ import annotations

from dataclasses import dataclass

from community.core.log import Event


@dataclass(frozen=True, kw_only=True)
class RoleGranted(Event, name="role.granted", channels=("user:{account_id}", "people")):
    """Somebody holds a role from now on (recorded when it begins, by the scheduler where that lay ahead)."""

    account_id: int
    grant_id: int
    role: str


@dataclass(frozen=True, kw_only=True)
class RoleEnded(Event, name="role.ended", channels=("user:{account_id}", "people")):
    """A role ended, by somebody or by its date; sessions stay, what the role granted ends."""

    account_id: int
    grant_id: int
    role: str


@dataclass(frozen=True, kw_only=True)
class StaffProfileChanged(Event, name="staff.profile_changed", channels=("user:{account_id}", "people")):
    """The title, team or text of an employee changed."""

    account_id: int
