"""Who may object, and who decides."""

from __future__ import annotations

from datetime import datetime, timedelta

from flask_babel import gettext as _

from community.appeals.models import Appeal
from community.core.errors import ALLOWED, Conflict, Decision, refused
from community.settings.queries import site
from community.staff.viewer import Viewer


def in_time(decided_at: datetime, moment: datetime) -> Decision:
    """Whether what was decided at a moment can still be objected to."""
    days = site().appeal_days
    if not days:
        return refused(_("Appeals are not open here."))
    if moment > decided_at + timedelta(days=days):
        return refused(_("The time to object is over. It was %(num)s days.", num=days), Conflict)
    return ALLOWED


def may_decide(viewer: Viewer, appeal: Appeal) -> Decision:
    """Whether this viewer may decide on an appeal: a moderator who neither made the decision nor is concerned by it."""
    if not viewer.is_moderator:
        return refused(_("Only moderators decide on appeals."))
    if appeal.outcome is not None:
        return refused(_("This was decided already."), Conflict)
    if viewer.id in {appeal.by_id, appeal.account_id}:
        return refused(_("Another moderator has to decide on this: you made the decision, or it is about you."))
    return ALLOWED
