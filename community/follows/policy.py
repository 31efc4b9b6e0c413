"""Who may follow what, and say that they have a problem too."""

from __future__ import annotations

from flask_babel import gettext as _

from community.core.errors import ALLOWED, Conflict, Decision, Unauthorized, refused
from community.staff.viewer import Viewer
from community.topics.models import Topic


def may_follow(viewer: Viewer) -> Decision:
    """Whether this viewer may follow what they may see."""
    return ALLOWED if viewer.signed_in else refused(_("Please sign in first."), Unauthorized)


def may_follow_person(viewer: Viewer, account_id: int) -> Decision:
    """Whether this viewer may follow a person: anybody but themselves."""
    if viewer.id == account_id:
        return refused(_("You cannot follow yourself."), Conflict)
    return may_follow(viewer)


def takes_me_toos(topic: Topic) -> Decision:
    """Whether anybody can have the problem of this topic too: a question that everybody there sees, and no duplicate."""
    if not topic.is_question:
        return refused(_("Only a question can be somebody else's too."), Conflict)
    if topic.removed_at is not None or topic.held_at is not None:
        return refused(_("This question cannot be read by everybody."), Conflict)
    if topic.state == "duplicate":
        return refused(_("This question is closed as a duplicate. Please say it at the other one."), Conflict)
    return ALLOWED


def may_have_too(viewer: Viewer, topic: Topic) -> Decision:
    """Whether this viewer may say that they have this problem too: with a confirmed address, and not who asked."""
    if not viewer.signed_in:
        return refused(_("Please sign in first."), Unauthorized)
    if viewer.id == topic.author_id:
        return refused(_("It is your own question."), Conflict)
    if not viewer.confirmed:
        return refused(_("Please confirm your address first; then it counts."))
    return takes_me_toos(topic)
