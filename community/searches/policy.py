"""Who may keep searches."""

from __future__ import annotations

from flask_babel import gettext as _

from community.core.errors import ALLOWED, Decision, Unauthorized, refused
from community.staff.viewer import Viewer

MOST = 20
"""Searches that one person may keep."""


def may_save_search(viewer: Viewer) -> Decision:
    """Whether this viewer may keep a search."""
    if not viewer.signed_in:
        return refused(_("Please sign in first."), Unauthorized)
    return ALLOWED
