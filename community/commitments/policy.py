"""Who may commit the brand, and who may change a commitment."""

from __future__ import annotations

from flask_babel import gettext as _

from community.commitments.models import Commitment
from community.core.errors import ALLOWED, Conflict, Decision, refused
from community.posts.models import Post
from community.staff.viewer import Viewer


def may_commit(viewer: Viewer, post: Post) -> Decision:
    """Whether this viewer may mark a commitment in a post that they see."""
    if not viewer.is_staff:
        return refused(_("Only employees make commitments."))
    if post.held_at is not None or post.removed_at is not None:
        return refused(_("Others cannot read this post."), Conflict)
    return ALLOWED


def may_work_on(viewer: Viewer, commitment: Commitment) -> Decision:
    """Whether this viewer may move, keep, hand on or withdraw it: its owner, who made it, and who may speak for the company."""
    if not viewer.is_staff or not (viewer.is_official or viewer.id in {commitment.owner_id, commitment.made_by_id}):
        return refused(_("Only its owner and who may speak for the company change a commitment."))
    if commitment.is_settled:
        return refused(_("This commitment is settled. It stays as it is."), Conflict)
    return ALLOWED
