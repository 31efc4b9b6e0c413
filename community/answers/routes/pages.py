"""The pages of what may be done with a post or a topic, fetched when somebody opens them."""

from __future__ import annotations

from flask import Response

from community.accounts.gate import staff_only, viewer
from community.answers.forms import CheckForm
from community.answers.policy import (
    can_be_checked,
    can_be_marked,
    may_accept,
    may_check,
    may_make_official,
    may_undo_acceptance,
    may_undo_official,
)
from community.answers.routes.blueprint import bp
from community.categories.queries import categories_visible_to
from community.core import clock
from community.core.fragments import private_page
from community.posts.forms import RemovalForm
from community.posts.policy import may_edit, may_read_removed, may_remove
from community.posts.queries import post_for, post_views_unchecked, topic_view
from community.topics import policy
from community.topics.forms import ClosureForm, DuplicateForm, MoveForm
from community.topics.queries import topic_for


@bp.get("/posts/<int:post_id>/actions")
@staff_only
def post_actions(post_id: int) -> Response:
    """What the viewer may do with a post."""
    who, post = viewer(), post_for(viewer(), post_id)
    topic, markable = post.topic, bool(can_be_marked(post.topic, post))
    return private_page(
        "answers/post_actions.html",
        post=post_views_unchecked([post_id])[0],
        title=topic.title if topic.removed_at is None else "",
        removal=RemovalForm(formdata=None) if post.removed_at is None and may_remove(who, post) else None,
        checking=CheckForm(formdata=None, data={"version": post.checked_version or topic.product_version}),
        may={
            "edit": bool(may_edit(who, post)),
            "accept": markable and not post.accepted and bool(may_accept(who, post, clock.now())),
            "undo_acceptance": post.accepted and bool(may_undo_acceptance(who, topic)),
            "make_official": markable and not post.official and bool(may_make_official(who, post)),
            "undo_official": post.official and bool(may_undo_official(who)),
            "check": bool(can_be_checked(post)) and bool(may_check(who)),
            "read_removed": post.removed_at is not None and bool(may_read_removed(who)),
        },
    )


@bp.get("/t/<int:topic_id>/actions")
@staff_only
def topic_actions(topic_id: int) -> Response:
    """What the viewer may do with a topic."""
    who, topic = viewer(), topic_for(viewer(), topic_id)
    view = topic_view(who, topic_id)
    moving = MoveForm(formdata=None)
    moving.offer([category for category in categories_visible_to(who) if category.id != topic.category_id])
    return private_page(
        "answers/topic_actions.html",
        topic=view,
        closing=ClosureForm(formdata=None) if policy.may_close(who, topic) else None,
        duplicate=DuplicateForm(formdata=None) if policy.may_mark_duplicate(who, topic) else None,
        moving=moving if policy.may_move(who, topic) and moving.category.choices else None,
        asks_info=bool(policy.may_ask_info(who, topic)),
    )
