"""Who may settle what insights show."""

from __future__ import annotations

from flask_babel import gettext as _

from community.core.errors import ALLOWED, Decision, NotFound, refused
from community.staff.viewer import Viewer


def may_settle_gaps(viewer: Viewer) -> Decision:
    """Whether this viewer may say that a search gap is closed, or open again: employees; for everybody else there are none."""
    return ALLOWED if viewer.is_staff else refused(_("Only employees see this."), NotFound)
