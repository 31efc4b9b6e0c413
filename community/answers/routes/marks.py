"""The marks of answers, each with its undo."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

from flask import Response, request
from flask_babel import gettext as _
from markupsafe import Markup

from community.accounts.gate import members_only, public, viewer, without_session
from community.answers import actions
from community.answers.routes.blueprint import bp
from community.core.fragments import fragment, respond, restyled, stream_all
from community.core.limits import by_network, by_person
from community.core.strangers import stranger
from community.posts.fragments import check_replaced, marked_streams
from community.posts.queries import post_for, post_views_unchecked
from community.posts.queries.posts import address_of

_PARTS = "posts/_parts.html"

OFTEN = "60 per minute"
"""Marks that one person may set or take back."""


@bp.post("/posts/<int:post_id>/acceptance")
@by_person(OFTEN)
@members_only
def accept(post_id: int) -> Response:
    """Say that an answer solved the question."""
    return _marked(actions.accept_answer, post_id, _("Marked as the solution."))


@bp.post("/posts/<int:post_id>/acceptance/undo")
@by_person(OFTEN)
@members_only
def undo_acceptance(post_id: int) -> Response:
    """Take that back."""
    return _marked(actions.undo_acceptance, post_id, _("No longer marked as the solution."))


@bp.post("/posts/<int:post_id>/rejection")
@by_person(OFTEN)
@members_only
def reject(post_id: int) -> Response:
    """Say that an answer did not solve the question; a form may send with it what still is wrong."""
    said = _("Your question waits for an answer again.")
    return _marked(actions.reject_answer, post_id, said, body=request.form.get("body", ""))


@bp.post("/posts/<int:post_id>/rejection/undo")
@by_person(OFTEN)
@members_only
def undo_rejection(post_id: int) -> Response:
    """Take that back."""
    return _marked(actions.undo_rejection, post_id, _("Taken back."))


@bp.post("/posts/<int:post_id>/official-mark")
@by_person(OFTEN)
@members_only
def make_official(post_id: int) -> Response:
    """Let an answer speak for the company."""
    return _marked(actions.make_official, post_id, _("This is an official answer now."))


@bp.post("/posts/<int:post_id>/official-mark/undo")
@by_person(OFTEN)
@members_only
def undo_official(post_id: int) -> Response:
    """Take that back."""
    return _marked(actions.undo_official, post_id, _("This is no official answer any more."))


@bp.post("/posts/<int:post_id>/check")
@by_person(OFTEN)
@members_only
def check(post_id: int) -> Response:
    """Say that an answer still is true, for a version where the form names one."""
    return _marked(actions.check_answer, post_id, _("Checked: still true."), version=request.form.get("version", ""))


@bp.post("/posts/<int:post_id>/check/undo")
@by_person(OFTEN)
@members_only
def undo_check(post_id: int) -> Response:
    """Take the newest check back."""
    return _marked(actions.undo_check, post_id, _("The check is taken back."))


@bp.post("/posts/<int:post_id>/outdated")
@by_person("30 per minute")
@by_network("600 per hour")
@without_session
@public
def mark_outdated(post_id: int) -> Response:
    """Say that an answer no longer works, with an account or without."""
    if not viewer().signed_in:
        actions.mark_outdated_as_visitor(who=stranger(), post_id=post_id)
        noted = stream_all("update", f'[data-post="{post_id}"] [data-part="still"]', fragment(_PARTS, "noted", post_id))
        # A visitor has no session that could remember a sentence: the address leads to where it stands on the page for all.
        return respond(f"{address_of(post_for(viewer(), post_id))}_noted", noted)
    return _marked(actions.mark_outdated, post_id, _("Noted. When enough people say so, somebody of the team looks at it."))


@bp.post("/posts/<int:post_id>/outdated/undo")
@by_person("30 per minute")
@by_network("600 per hour")
@without_session
@public
def undo_outdated(post_id: int) -> Response:
    """Take that back."""
    if not viewer().signed_in:
        actions.undo_outdated_as_visitor(who=stranger(), post_id=post_id)
        drawn = Markup().join(check_replaced(view) for view in post_views_unchecked([post_id]))
        return respond(address_of(post_for(viewer(), post_id)), drawn)
    return _marked(actions.undo_outdated, post_id, _("Taken back."))


@bp.post("/t/<int:topic_id>/closure/undo")
@by_person(OFTEN)
@members_only
def reopen(topic_id: int) -> Response:
    """Open a topic again; an asker says by it that what closed itself is not solved."""
    actions.reopen(by=viewer(), topic_id=topic_id)
    return respond(f"/t/{topic_id}", said=_("The topic is open again."))


def _marked(action: Callable[..., None], post_id: int, said: str, **sent: Any) -> Response:
    """Mark, and redraw the page that the button stands on; a form of another page leads back to the post, or to `back`."""
    action(by=viewer(), post_id=post_id, **sent)
    if request.form.get("back") == "desk":
        return respond("/desk", said=said)
    post = post_for(viewer(), post_id)
    streams = () if "back" in request.form else (restyled(), *marked_streams(post.topic_id, post_id))
    return respond(address_of(post), *streams, said=said)
