"""Editing with public history, taking away and bringing back."""

from __future__ import annotations

from flask import Response, request
from flask_babel import gettext as _

from community.accounts.gate import members_only, moderators_only, public, viewer
from community.core.diff import diff, folded
from community.core.errors import Invalid, require
from community.core.fragments import private_page, respond
from community.core.limits import by_person
from community.core.paging import page_number
from community.drafts.queries import draft_for
from community.posts.actions import EditConflict, edit_post, remove_post, restore_post
from community.posts.forms import EditForm, OwnRemovalForm, RemovalForm, id_in
from community.posts.models import Post
from community.posts.policy import may_edit, may_remove
from community.posts.queries import post_for, post_views_unchecked
from community.posts.queries.history import history_of
from community.posts.queries.posts import address_of, removed_text
from community.posts.routes.blueprint import bp
from community.settings.queries import site
from community.tags.queries import tags_unchecked
from community.tags.tagging import split_tags


@bp.get("/posts/<int:post_id>/edit")
@members_only
def edit(post_id: int) -> Response:
    """The form to edit a post, and for its author to take it back."""
    post = post_for(viewer(), post_id)
    require(may_edit(viewer(), post))
    form = EditForm(formdata=None)
    form.body.data, form.version.data = post.body, str(post.version)
    topic = post.topic
    form.title.data, form.product.data, form.product_version.data = topic.title, topic.product, topic.product_version
    form.tags.data = ", ".join(tags_unchecked(topic.id))
    draft = draft_for(viewer(), f"post:{post_id}")
    if draft is not None:
        # Its version too: what was begun before somebody else's edit must meet that edit when it is saved.
        for name in draft.fields.keys() & {field.name for field in form}:
            form[name].data = draft.fields[name]
    return _edit_page(form, post)


@bp.post("/posts/<int:post_id>/edit")
@by_person("60 per hour")
@members_only
def save(post_id: int) -> Response:
    """Store an edit. Whoever comes second gets both texts back (409)."""
    post, form = post_for(viewer(), post_id), EditForm()
    first = post.number == 1
    try:
        edit_post(
            by=viewer(),
            post_id=post_id,
            body=form.body.data or "",
            version=_version(form),
            title=(form.title.data or "") if first else None,
            tags=split_tags(form.tags.data or "") if first else None,
            product=(form.product.data or "") if first else None,
            product_version=(form.product_version.data or "") if first else None,
            note=form.note.data or "",
        )
    except EditConflict as conflict:
        form.version.data = str(conflict.version)
        return _edit_page(form, post_for(viewer(), post_id), status=409, conflict=conflict)
    except Invalid as error:
        form.refuse(error)
        return _edit_page(form, post_for(viewer(), post_id), status=422)
    return respond(address_of(post_for(viewer(), post_id)))


@bp.get("/posts/<int:post_id>/history")
@public
def history(post_id: int) -> Response:
    """Every kept version of a post and what changed between them, newest first."""
    found = history_of(viewer(), post_id, page_number(request.args))
    return private_page("posts/history.html", history=found)


@bp.get("/posts/<int:post_id>/removed")
@moderators_only
def removed(post_id: int) -> Response:
    """The text of a removed post, for moderators."""
    post = post_for(viewer(), post_id)
    view = post_views_unchecked([post_id])[0]
    return private_page("posts/removed.html", post=view, title=post.topic.title, body=removed_text(viewer(), post))


@bp.post("/posts/<int:post_id>/removal")
@members_only
def remove(post_id: int) -> Response:
    """Take a post away."""
    post, form = post_for(viewer(), post_id), RemovalForm()
    try:
        remove_post(by=viewer(), post_id=post_id, rule=form.rule.data or "", reason=form.reason.data or "")
    except Invalid as error:
        form.refuse(error)
        return private_page("posts/remove.html", 422, form=form, post=post_views_unchecked([post.id])[0])
    return respond(address_of(post_for(viewer(), post_id)), said=_("The post was removed. Its place says why."))


@bp.post("/posts/<int:post_id>/removal/undo")
@members_only
def restore(post_id: int) -> Response:
    """Bring a removed post back."""
    restore_post(by=viewer(), post_id=post_id)
    return respond(address_of(post_for(viewer(), post_id)), said=_("The post is back."))


def _version(form: EditForm) -> int:
    version = id_in(form.version.data, "version")
    if version is None:
        raise Invalid(_("The form has lost which version you edited. Please open it again."))
    return version


def _edit_page(form: EditForm, post: Post, status: int = 200, conflict: EditConflict | None = None) -> Response:
    return private_page(
        "posts/edit.html",
        status,
        form=form,
        post=post,
        title=post.topic.title if post.topic.removed_at is None else "",
        back=address_of(post),
        conflict=conflict,
        conflict_lines=folded(diff(conflict.body, form.body.data or "")) if conflict else [],
        removal=OwnRemovalForm(formdata=None) if post.author_id == viewer().id and may_remove(viewer(), post) else None,
        products=site().products,
    )
