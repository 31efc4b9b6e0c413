"""Who may do what with the FAQ."""

from __future__ import annotations

from flask_babel import gettext as _

from community.core.errors import ALLOWED, Decision, refused
from community.staff.viewer import Viewer


def may_edit_faq(viewer: Viewer) -> Decision:
    """Whether this viewer may word, merge, pin, drop and add entries: who may speak for the company."""
    if viewer.is_official:
        return ALLOWED
    return refused(_("Only those who may speak for the company edit the FAQ."))
