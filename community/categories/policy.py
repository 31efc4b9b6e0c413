"""Who may do what with categories."""

from __future__ import annotations

from flask_babel import gettext as _

from community.categories.models import Category
from community.core.errors import ALLOWED, Decision, Unauthorized, refused
from community.staff.viewer import Viewer

BREADTH = {"public": 0, "members": 1, "staff": 2}
"""How narrow a visibility is: a category is never wider than the one above it."""


def visibilities_open_to(viewer: Viewer) -> tuple[str, ...]:
    """The visibilities that this viewer may read."""
    if viewer.is_staff:
        return ("public", "members", "staff")
    return ("public", "members") if viewer.confirmed else ("public",)


def may_read_category(viewer: Viewer, category: Category) -> bool:
    """Whether this viewer may know of a category and read what is in it."""
    return category.visibility in visibilities_open_to(viewer)


def may_open_topic(viewer: Viewer, category: Category, kind: str) -> Decision:
    """Whether this viewer may open a topic of a kind in a category that they may read."""
    opened_by = category.opens.get(kind)
    if not viewer.signed_in:
        return refused(_("Please sign in first."), Unauthorized)
    if opened_by == "members" or (opened_by == "staff" and viewer.is_staff):
        return ALLOWED
    if kind == "question":
        return refused(_("Questions cannot be asked in this category."))
    return refused(_("Discussions cannot be opened in this category."))


def may_change_categories(viewer: Viewer) -> Decision:
    """Whether this viewer may make and change categories."""
    return ALLOWED if viewer.is_admin else refused(_("Only admins change categories."))
