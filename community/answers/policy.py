"""Who may mark answers."""

from __future__ import annotations

from datetime import datetime

from flask_babel import gettext as _

from community.core.errors import ALLOWED, Conflict, Decision, refused
from community.posts.models import Post
from community.staff.viewer import Viewer
from community.topics.models import Topic
from community.topics.state import is_silent


def may_accept(viewer: Viewer, post: Post, moment: datetime) -> Decision:
    """Whether this viewer may say that an answer solved the question: the asker, and the team after seven silent days.

    Never the team where the asker said that it did not.
    """
    decision = may_settle(viewer, post.topic, moment)
    if decision and post.rejected_at is not None and viewer.id != post.topic.author_id:
        return refused(_("Who asked says that this answer did not solve it."), Conflict)
    return decision


def may_settle(viewer: Viewer, topic: Topic, moment: datetime) -> Decision:
    """Whether this viewer may say of answers at all that they solved the question."""
    if not topic.is_question:
        return refused(_("Only answers to questions can be accepted."), Conflict)
    if viewer.id is not None and viewer.id == topic.author_id:
        return ALLOWED
    if not viewer.is_staff:
        return refused(_("Only who asked can say what solved it."))
    if is_silent(topic, moment):
        return ALLOWED
    return refused(_("The team can accept an answer once nobody has written for seven days."))


def may_reject(viewer: Viewer, post: Post) -> Decision:
    """Whether this viewer may say that an answer did not solve it, and take that back: the asker alone, of others' answers."""
    if viewer.id is None or viewer.id != post.topic.author_id:
        return refused(_("Only who asked can say whether it solved the problem."))
    if post.author_id == viewer.id:
        return refused(_("This is your own answer. You can edit it, or take it back."), Conflict)
    return ALLOWED


def may_undo_acceptance(viewer: Viewer, topic: Topic) -> Decision:
    """Whether this viewer may take an acceptance back: the asker always, the team at any time."""
    if viewer.is_staff or (viewer.id is not None and viewer.id == topic.author_id):
        return ALLOWED
    return refused(_("Only who asked can take that back."))


def may_make_official(viewer: Viewer, post: Post) -> Decision:
    """Whether this viewer may make an answer official: who may speak for the company, for answers given by employees as such."""
    if not viewer.is_official:
        return refused(_("Only those who may speak for the company make answers official."))
    if post.badge != "staff":
        return refused(_("Only an answer that an employee gave for the company can be official."), Conflict)
    return ALLOWED


def may_undo_official(viewer: Viewer) -> Decision:
    """Whether this viewer may take an official mark back."""
    if viewer.is_official:
        return ALLOWED
    return refused(_("Only those who may speak for the company take that back."))


def may_check(viewer: Viewer) -> Decision:
    """Whether this viewer may say that an answer still is true, and take that back: the team."""
    return ALLOWED if viewer.is_staff else refused(_("Only the team says whether an answer still is true."))


def may_call_outdated(viewer: Viewer, post: Post) -> Decision:
    """Whether this member may say that an answer no longer works: with a confirmed address, and not its author, who can edit it."""
    if viewer.id == post.author_id:
        return refused(_("This is your own answer: you can edit it."), Conflict)
    if not viewer.confirmed:
        return refused(_("Please confirm your address first: then your mark counts."))
    return ALLOWED


def can_be_checked(post: Post) -> Decision:
    """Whether it can be said of a post now whether it still is true: of answers that were accepted or made official."""
    decision = can_be_marked(post.topic, post)
    if decision and not (post.accepted or post.official):
        return refused(_("Only of an accepted or official answer it is said whether it still is true."), Conflict)
    return decision


def can_be_marked(topic: Topic, post: Post) -> Decision:
    """Whether a post is an answer that can carry a mark now."""
    if post.removed_at is not None or topic.removed_at is not None:
        return refused(_("This post was removed."), Conflict)
    if post.held_at is not None or topic.kind != "question" or post.role != "answer":
        return refused(_("Only an answer to a question can be marked."), Conflict)
    return ALLOWED
