"""Saying whether an answer helped: one button for everybody, counted by who sends it."""

from __future__ import annotations

from flask import Blueprint, Response
from flask_babel import gettext as _
from markupsafe import Markup

from community.accounts.gate import public, viewer, without_session
from community.core.fragments import fragment, respond, restyled, stream_all
from community.core.limits import by_network, by_person
from community.core.strangers import stranger
from community.posts.fragments import votes_replaced
from community.posts.models import Post
from community.posts.queries import post_for, post_views_unchecked
from community.posts.queries.posts import address_of
from community.staff.viewer import VISITOR
from community.votes import actions

bp = Blueprint("votes", __name__)

HELPED, FAILED, NOTHING = 1, -1, 0


@bp.post("/posts/<int:post_id>/helpful")
@by_person("30 per minute")
@by_network("600 per hour")
@without_session
@public
def mark_helpful(post_id: int) -> Response:
    """Say that an answer helped."""
    return _rated(post_id, HELPED)


@bp.post("/posts/<int:post_id>/unhelpful")
@by_person("30 per minute")
@by_network("600 per hour")
@without_session
@public
def mark_unhelpful(post_id: int) -> Response:
    """Say that it did not."""
    return _rated(post_id, FAILED)


@bp.post("/posts/<int:post_id>/helpful/undo")
@by_person("30 per minute")
@by_network("600 per hour")
@without_session
@public
def undo_helpful(post_id: int) -> Response:
    """Take back what one said of an answer."""
    return _rated(post_id, NOTHING)


@bp.post("/posts/<int:post_id>/unhelpful/undo")
@by_person("30 per minute")
@by_network("600 per hour")
@without_session
@public
def undo_unhelpful(post_id: int) -> Response:
    """The same."""
    return _rated(post_id, NOTHING)


def _rated(post_id: int, value: int) -> Response:
    by = viewer()
    if not by.signed_in:
        actions.note_visitor(by=stranger(), post_id=post_id, value=value)
        return _thanked(post_for(VISITOR, post_id), value)
    if value == NOTHING:
        actions.undo_rating(by=by, post_id=post_id)
    else:
        actions.rate_answer(by=by, post_id=post_id, helpful=value == HELPED)
    post = post_for(by, post_id)
    drawn = Markup().join(votes_replaced(view) for view in post_views_unchecked([post_id]))
    return respond(
        address_of(post), restyled(), drawn, said=_("Taken back.") if value == NOTHING else _("Thank you, this is counted.")
    )


def _thanked(post: Post, value: int) -> Response:
    """A visitor has no session that could remember a sentence: the address leads to where it stands on the page for all."""
    if value == NOTHING:
        drawn = Markup().join(votes_replaced(view) for view in post_views_unchecked([post.id]))
        return respond(address_of(post), drawn)
    thanks = fragment("posts/_parts.html", "thanks", post.id)
    return respond(f"{address_of(post)}_thanks", stream_all("update", f'[data-post="{post.id}"] [data-part="votes"]', thanks))
