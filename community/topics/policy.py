"""Who may do what with a topic that they may see."""

from __future__ import annotations

from flask_babel import gettext as _

from community.core.errors import ALLOWED, Conflict, Decision, Unauthorized, refused
from community.staff.viewer import Viewer
from community.topics.models import Closure, Topic


def may_close(viewer: Viewer, topic: Topic) -> Decision:  # noqa: ARG001 - every policy takes what it is about
    """Whether this viewer may close and reopen."""
    if viewer.is_moderator or viewer.is_official:
        return ALLOWED
    return refused(_("Only moderators and officials close topics."))


def may_reopen(viewer: Viewer, topic: Topic, closure: Closure) -> Decision:
    """Whether this viewer may open a topic again: who may close, and the asker what closed itself."""
    if may_close(viewer, topic):
        return ALLOWED
    if viewer.id is None or viewer.id != topic.author_id:
        return refused(_("Only moderators and officials open topics again."))
    if not closure.automatic:
        return refused(_("The team closed this for the reason that stands in it, so only the team opens it again."))
    return ALLOWED


def may_move(viewer: Viewer, topic: Topic) -> Decision:  # noqa: ARG001 - every policy takes what it is about
    """Whether this viewer may move a topic to another category."""
    if viewer.is_moderator or viewer.is_official:
        return ALLOWED
    return refused(_("Only moderators and officials move topics."))


def may_mark_duplicate(viewer: Viewer, topic: Topic) -> Decision:
    """Whether this viewer may say that a question was asked before, and take that back."""
    if not viewer.is_staff:
        return refused(_("Only the team marks duplicates."))
    return ALLOWED if topic.is_question else refused(_("Only a question can be a duplicate."), Conflict)


def may_ask_info(viewer: Viewer, topic: Topic) -> Decision:
    """Whether this viewer may ask the asker for information, and take that back."""
    if not viewer.is_staff:
        return refused(_("Only the team asks for information."))
    return ALLOWED if topic.is_question else refused(_("Only a question can need information."), Conflict)


def may_write_in(viewer: Viewer, topic: Topic) -> Decision:
    """Whether this viewer may add a post."""
    if not viewer.signed_in:
        return refused(_("Please sign in first."), Unauthorized)
    if topic.removed_at is not None:
        return refused(_("This topic was removed."), Conflict)
    if topic.state == "duplicate":
        return refused(_("This question is closed as a duplicate. Please write in the other one."), Conflict)
    if topic.closed:
        return refused(_("This topic is closed."), Conflict)
    return ALLOWED
