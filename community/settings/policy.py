"""Who may change settings."""

from __future__ import annotations

from flask_babel import gettext

from community.core.errors import ALLOWED, Decision, NotFound, refused
from community.staff.viewer import Viewer


def may_change_settings(viewer: Viewer) -> Decision:
    """Admins; for everybody else the settings do not exist."""
    return ALLOWED if viewer.is_admin else refused(gettext("Only admins change settings."), NotFound)
