"""What changes a topic as a whole, each at its own address below it."""

from __future__ import annotations

from collections.abc import Callable

from flask import Blueprint, Response
from flask_babel import gettext as _

from community.accounts.gate import members_only, viewer
from community.categories.queries import category_for
from community.core.fragments import respond
from community.topics import actions
from community.topics.forms import ClosureForm, DuplicateForm, MoveForm

bp = Blueprint("topics", __name__)


@bp.post("/t/<int:topic_id>/closure")
@members_only
def close(topic_id: int) -> Response:
    """Close, for a reason."""
    actions.close_topic(by=viewer(), topic_id=topic_id, reason=ClosureForm().reason.data)
    return respond(f"/t/{topic_id}", said=_("The topic is closed."))


@bp.post("/t/<int:topic_id>/duplicate")
@members_only
def mark_duplicate(topic_id: int) -> Response:
    """Say which question this one repeats."""
    actions.mark_duplicate(by=viewer(), topic_id=topic_id, original_id=DuplicateForm().original_id())
    return respond(f"/t/{topic_id}", said=_("The question is closed as a duplicate; both link each other."))


@bp.post("/t/<int:topic_id>/duplicate/undo")
@members_only
def undo_duplicate(topic_id: int) -> Response:
    """Take that back."""
    return _changed(actions.undo_duplicate, topic_id, _("The question is no duplicate any more."))


@bp.post("/t/<int:topic_id>/info-request")
@members_only
def ask_info(topic_id: int) -> Response:
    """Let the question wait for its asker."""
    return _changed(actions.ask_info, topic_id, _("The question waits for a reply now."))


@bp.post("/t/<int:topic_id>/info-request/undo")
@members_only
def clear_info(topic_id: int) -> Response:
    """Let it wait no longer."""
    return _changed(actions.clear_info, topic_id, _("The question does not wait any more."))


@bp.post("/t/<int:topic_id>/category")
@members_only
def move(topic_id: int) -> Response:
    """Put it into another category."""
    category = category_for(viewer(), MoveForm().category.data or "")
    actions.move_topic(by=viewer(), topic_id=topic_id, category_id=category.id)
    return respond(f"/t/{topic_id}", said=_("The topic was moved."))


def _changed(action: Callable[..., None], topic_id: int, said: str) -> Response:
    action(by=viewer(), topic_id=topic_id)
    return respond(f"/t/{topic_id}", said=said)
