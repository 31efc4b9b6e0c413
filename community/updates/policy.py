"""Who may publish updates."""

from __future__ import annotations

from flask_babel import gettext as _

from community.core.errors import ALLOWED, Conflict, Decision, refused
from community.staff.viewer import Viewer
from community.updates.models import Update


def may_publish(viewer: Viewer) -> Decision:
    """Whether this viewer may write and publish updates: an employee who speaks for the company."""
    return ALLOWED if viewer.is_official else refused(_("Only employees who speak for the company publish updates."))


def may_change(viewer: Viewer, update: Update) -> Decision:
    """Whether this viewer may change what is not published yet: its author, for as long as they may publish."""
    allowed = may_publish(viewer)
    if not allowed:
        return allowed
    if update.author_id != viewer.id:
        return refused(_("Only its author changes an update before it is published."))
    if update.topic_id is not None:
        return refused(_("It is published already. What it says is corrected in the open, with a note."), Conflict)
    return ALLOWED
