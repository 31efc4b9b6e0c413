"""Who may say whether an answer helped."""

from __future__ import annotations

from flask_babel import gettext as _

from community.core.errors import ALLOWED, Conflict, Decision, refused
from community.posts.models import Post
from community.staff.viewer import Viewer
from community.topics.models import Topic


def may_rate(viewer: Viewer, topic: Topic, post: Post) -> Decision:
    """Whether this viewer may say that an answer helped: visitors too, members once their address is confirmed.

    Whoever may read an answer may, save its author: a closed question goes on helping people.
    """
    if post.removed_at is not None or topic.removed_at is not None:
        return refused(_("This post was removed."), Conflict)
    if post.held_at is not None or topic.kind != "question" or post.role != "answer":
        return refused(_("Only an answer to a question can be marked."), Conflict)
    if not viewer.signed_in:
        return ALLOWED
    if viewer.id == post.author_id:
        return refused(_("Whether your own answer helped is for others to say."))
    if not viewer.confirmed:
        return refused(_("Please confirm your address first: then your mark counts."))
    return ALLOWED
