"""Who may grant and end roles."""

from __future__ import annotations

from typing import Final

from flask_babel import gettext

from community.core.errors import ALLOWED, Decision, NotFound, refused
from community.staff.viewer import Viewer

_RANKS: Final = (("admin", 3), ("moderator", 2), ("official", 1), ("employee", 1))


def rank(roles: frozenset[str]) -> int:
    """How much the roles weigh against another's: nobody acts on an equal. 0 for members."""
    return max((weight for role, weight in _RANKS if role in roles), default=0)


def may_grant_roles(viewer: Viewer) -> Decision:
    """Admins grant and end roles; for everybody else the page does not exist."""
    return ALLOWED if viewer.is_admin else refused(gettext("Only admins grant roles."), NotFound)


def may_change_staff_profile(viewer: Viewer, account_id: int) -> Decision:
    """Employees change their own, admins everybody's."""
    if viewer.is_admin or (viewer.is_staff and viewer.id == account_id):
        return ALLOWED
    return refused(gettext("Only admins change this."), NotFound)
