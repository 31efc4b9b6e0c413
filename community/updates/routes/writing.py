"""Where employees who speak for the company write updates and publish them; `/updates` itself is among the lists (home/)."""

from __future__ import annotations

from typing import Any

from flask import Response, request
from flask_babel import gettext as _

from community.accounts.gate import staff_only, viewer
from community.categories.queries import category_for
from community.core.errors import Conflict, Invalid, NotFound, require
from community.core.fragments import private_page, respond
from community.core.limits import by_person
from community.drafts.models import Draft
from community.drafts.queries import draft_for
from community.posts.forms import id_in
from community.posts.submissions import new_submission_id
from community.tags.tagging import split_tags
from community.updates.actions import ChangedMeanwhile, announce, drop_update, publish_update, save_update
from community.updates.forms import UpdateForm
from community.updates.models import Update
from community.updates.policy import may_change, may_publish
from community.updates.queries import figures_of, places, update_for
from community.updates.routes.blueprint import bp


@bp.get("/updates/new")
@staff_only
def begin() -> Response:
    """The page to write one."""
    require(may_publish(viewer()))
    form, draft = UpdateForm(formdata=None), draft_for(viewer(), "update")
    _take(form, draft)
    return _page(form, None)


@bp.post("/updates")
@by_person("60 per hour")
@staff_only
def make() -> Response:
    """Keep it, schedule it, or publish it."""
    return _save(None)


@bp.get("/updates/<int:update_id>")
@staff_only
def change(update_id: int) -> Response:
    """The page to go on with one that is not published."""
    update = update_for(viewer(), update_id)
    if update.topic_id is not None:
        return respond(f"/t/{update.topic_id}")
    require(may_change(viewer(), update))
    form = UpdateForm(formdata=None)
    for name in ("section", "title", "body"):
        form[name].data = getattr(update, name)
    form.tags.data, form.version.data = ", ".join(update.tags), str(update.version)
    form.category.data = next((each.slug for each in places(viewer()) if each.id == update.category_id), "")
    form.show_time(update.publish_at)
    _take(form, draft_for(viewer(), f"update:{update_id}"))
    return _page(form, update)


@bp.post("/updates/<int:update_id>")
@by_person("120 per hour")
@staff_only
def save(update_id: int) -> Response:
    """The same for one that was kept before."""
    update_for(viewer(), update_id)
    return _save(update_id)


@bp.post("/updates/<int:update_id>/removal")
@staff_only
def drop(update_id: int) -> Response:
    """Throw it away."""
    drop_update(by=viewer(), update_id=update_id)
    return respond("/updates", said=_("It is gone. Nobody but you ever saw it."))


def _save(update_id: int | None) -> Response:
    form, publishes = UpdateForm(), request.form.get("then") == "publish"
    try:
        fields = _fields(form)
        if publishes and update_id is None:
            written = announce(by=viewer(), submission_id=form.submission_id.data, **fields)
            return respond(written.url, said=_("It is published."))
        time, version = None if publishes else form.time(), id_in(form.version.data, "version")
        kept = save_update(by=viewer(), update_id=update_id, publish_at=time, version=version, **fields)
        if publishes:
            return respond(publish_update(by=viewer(), update_id=kept).url, said=_("It is published."))
    except (Invalid, Conflict) as error:
        form.refuse(error)
        if isinstance(error, ChangedMeanwhile):
            form.version.data = str(error.version)
        return _page(form, update_for(viewer(), update_id) if update_id else None, error.status)
    scheduled = update_for(viewer(), kept).is_scheduled
    return respond(
        f"/updates/{kept}", said=_("It publishes itself at its time.") if scheduled else _("It is kept. Only you see it.")
    )


def _fields(form: UpdateForm) -> dict[str, Any]:
    return {
        "section": form.section.data or "",
        "title": form.title.data or "",
        "body": form.body.data or "",
        "category_id": _category_id(form),
        "tags": split_tags(form.tags.data or ""),
    }


def _take(form: UpdateForm, draft: Draft | None) -> None:
    """Show what was typed before and not saved."""
    for name in (draft.fields if draft else {}).keys() & {"section", "title", "body", "category", "tags", "publish_at"}:
        form[name].data = draft.fields[name] if draft else ""


def _category_id(form: UpdateForm) -> int:
    try:
        return category_for(viewer(), form.category.data or "").id
    except NotFound:
        return 0


def _page(form: UpdateForm, update: Update | None, status: int = 200) -> Response:
    form.offer(places(viewer()))
    form.submission_id.data = form.submission_id.data or new_submission_id()
    return private_page("updates/write.html", status, form=form, update=update, figures=figures_of(update.id) if update else ())
