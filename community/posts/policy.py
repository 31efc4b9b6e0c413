"""Who may do what with a post that they may see."""

from __future__ import annotations

from flask_babel import gettext as _

from community.core.errors import ALLOWED, Conflict, Decision, Forbidden, Unauthorized, refused
from community.posts.models import Post, Removal
from community.staff.viewer import Viewer
from community.topics.references import may_be_removed


def may_edit(viewer: Viewer, post: Post) -> Decision:
    """Whether this viewer may change a post: its author, and moderators; what an update says also who may publish updates."""
    if post.removed_at is not None:
        return refused(_("This post was removed."), Conflict)
    if viewer.id is not None and (viewer.id == post.author_id or viewer.is_moderator):
        return ALLOWED
    if viewer.is_official and post.number == 1 and post.topic.kind == "update":
        return ALLOWED
    return refused(_("Only its author and moderators can edit a post."), Forbidden if viewer.signed_in else Unauthorized)


def may_remove(viewer: Viewer, post: Post) -> Decision:
    """Whether this viewer may take a post away: moderators, and its author.

    Nobody takes away the question that others are duplicates of (product.md 2).
    The author of a topic cannot take its first post away once others have written: what they wrote would go with it.
    """
    if not viewer.is_moderator and (viewer.id is None or viewer.id != post.author_id):
        return refused(_("Only moderators remove what others wrote."))
    if post.number == 1 and not (leads_here := may_be_removed(post.topic)):
        return leads_here
    if viewer.is_moderator:
        return ALLOWED
    if post.number == 1 and post.topic.others_count:
        return refused(_("Others have written here, so only a moderator can remove it. You can still edit it."))
    return ALLOWED


def may_restore(viewer: Viewer, post: Post, removal: Removal) -> Decision:
    """Whether this viewer may bring a removed post back: moderators, and the author who removed it."""
    if viewer.is_moderator or (removal.by_author and viewer.id == post.author_id):
        return ALLOWED
    return refused(_("Only moderators bring removed posts back."))


def may_read_removed(viewer: Viewer) -> Decision:
    """Whether this viewer may read the text of a removed post."""
    return ALLOWED if viewer.is_moderator else refused(_("Only moderators read removed posts."))
