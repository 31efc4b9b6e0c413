"""Who may do what with accounts."""

from __future__ import annotations

from flask_babel import gettext

from community.core.errors import ALLOWED, Decision, NotFound, refused
from community.staff.policy import rank
from community.staff.viewer import Viewer


def may_suspend(viewer: Viewer, target: Viewer) -> Decision:
    """Moderators and admins, never themselves and never somebody of equal or higher rights; for others the page is not there."""
    if not viewer.is_moderator:
        return refused(gettext("Only moderators suspend."), NotFound)
    if viewer.id == target.id:
        return refused(gettext("You cannot suspend yourself."))
    if rank(target.roles) >= rank(viewer.roles):
        return refused(gettext("They have the same rights as you, or more. An admin has to end their role first."))
    return ALLOWED


def may_confirm_for(viewer: Viewer) -> Decision:
    """Admins confirm an address for somebody to whom mail does not come through."""
    return ALLOWED if viewer.is_admin else refused(gettext("Only admins confirm an address."), NotFound)
