"""Who may mark answers."""

from __future__ import annotations

from datetime import datetime

from flask_babel import gettext as _

from community.core.errors import ALLOWED, Conflict, Decision, refused
from community.posts.models import Post
from community.staff.viewer import Viewer
from community.topics.models import Topic
from community.topics.state import is_silent


def may_accept(viewer: Viewer, topic: Topic, moment: datetime) -> Decision:
    """Whether this viewer may say that an answer solved the question: the asker, and the team after seven silent days."""
    if not topic.is_question:
        return refused(_("Only answers to questions can be accepted."), Conflict)
    if viewer.id is not None and viewer.id == topic.author_id:
        return ALLOWED
    if not viewer.is_staff:
        return refused(_("Only who asked can say what solved it."))
    if is_silent(topic, moment):
        return ALLOWED
    return refused(_("The team can accept an answer once nobody has written for seven days."))


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


def can_be_marked(topic: Topic, post: Post) -> Decision:
    """Whether a post is an answer that can carry a mark now."""
    if post.removed_at is not None or topic.removed_at is not None:
        return refused(_("This post was removed."), Conflict)
    if post.held_at is not None or topic.kind != "question" or post.role != "answer":
        return refused(_("Only an answer to a question can be marked."), Conflict)
    return ALLOWED
