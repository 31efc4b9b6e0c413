"""The endpoints of what may be said of an answer: accepted, official, helpful or not."""

from __future__ import annotations

from community.answers.actions import accept_answer, make_official, undo_acceptance, undo_official
from community.api import models as m
from community.api.blueprint import bp
from community.api.layer import Call, Nothing, endpoint
from community.api.queries import post_out
from community.votes.actions import rate_answer, undo_rating


@endpoint(bp, "POST", "/posts/<int:post_id>/acceptance", scope="write", answer=m.PostOut)
def post_acceptance(call: Call[Nothing, Nothing], post_id: int) -> m.PostOut:
    """Say that an answer solved the question."""
    accept_answer(by=call.viewer, post_id=post_id)
    return post_out(call.viewer, post_id)


@endpoint(bp, "DELETE", "/posts/<int:post_id>/acceptance", scope="write", answer=m.PostOut)
def delete_acceptance(call: Call[Nothing, Nothing], post_id: int) -> m.PostOut:
    """Take that back."""
    undo_acceptance(by=call.viewer, post_id=post_id)
    return post_out(call.viewer, post_id)


@endpoint(bp, "POST", "/posts/<int:post_id>/official-mark", scope="write", answer=m.PostOut)
def post_official_mark(call: Call[Nothing, Nothing], post_id: int) -> m.PostOut:
    """Make an employee's answer official, as somebody who may speak for the company."""
    make_official(by=call.viewer, post_id=post_id)
    return post_out(call.viewer, post_id)


@endpoint(bp, "DELETE", "/posts/<int:post_id>/official-mark", scope="write", answer=m.PostOut)
def delete_official_mark(call: Call[Nothing, Nothing], post_id: int) -> m.PostOut:
    """Take that back."""
    undo_official(by=call.viewer, post_id=post_id)
    return post_out(call.viewer, post_id)


@endpoint(bp, "POST", "/posts/<int:post_id>/helpful", scope="write", answer=m.PostOut)
def post_helpful(call: Call[Nothing, Nothing], post_id: int) -> m.PostOut:
    """Say that an answer helped."""
    rate_answer(by=call.viewer, post_id=post_id, helpful=True)
    return post_out(call.viewer, post_id)


@endpoint(bp, "DELETE", "/posts/<int:post_id>/helpful", scope="write", answer=m.PostOut)
def delete_helpful(call: Call[Nothing, Nothing], post_id: int) -> m.PostOut:
    """Take back what was said of an answer."""
    undo_rating(by=call.viewer, post_id=post_id)
    return post_out(call.viewer, post_id)


@endpoint(bp, "POST", "/posts/<int:post_id>/unhelpful", scope="write", answer=m.PostOut)
def post_unhelpful(call: Call[Nothing, Nothing], post_id: int) -> m.PostOut:
    """Say that an answer did not help."""
    rate_answer(by=call.viewer, post_id=post_id, helpful=False)
    return post_out(call.viewer, post_id)


@endpoint(bp, "DELETE", "/posts/<int:post_id>/unhelpful", scope="write", answer=m.PostOut)
def delete_unhelpful(call: Call[Nothing, Nothing], post_id: int) -> m.PostOut:
    """Take back what was said of an answer."""
    undo_rating(by=call.viewer, post_id=post_id)
    return post_out(call.viewer, post_id)
