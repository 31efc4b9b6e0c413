"""Figures: put into an update, corrected in the open, and taken along as a file or a picture."""

from __future__ import annotations

from flask import Response, request
from flask_babel import gettext as _

from community.accounts.gate import public, staff_only, viewer
from community.core.errors import Conflict, Invalid, NotFound, require
from community.core.fragments import base_url, private_page, respond
from community.core.limits import by_person
from community.posts.policy import may_edit
from community.posts.queries import post_for
from community.settings.queries import site
from community.updates import actions
from community.updates.forms import FigureForm
from community.updates.models import Update
from community.updates.pictures import picture
from community.updates.policy import may_change
from community.updates.queries import figure_for, figure_view, first_post_of, update_for
from community.updates.routes.blueprint import bp
from community.updates.views import FigureView, Shown


@bp.get("/updates/<int:update_id>/figures")
@staff_only
def begin_figure(update_id: int) -> Response:
    """The page to put a figure into an update that is not published."""
    update = update_for(viewer(), update_id)
    require(may_change(viewer(), update))
    return _page(FigureForm(formdata=None), update, None)


@bp.post("/updates/<int:update_id>/figures")
@by_person("120 per hour")
@staff_only
def add_figure(update_id: int) -> Response:
    """Put it in."""
    form, update = FigureForm(), update_for(viewer(), update_id)
    try:
        if form.measure.data:
            actions.add_measured_figure(by=viewer(), update_id=update_id, measure=form.measure.data)
        else:
            actions.add_figure(by=viewer(), update_id=update_id, **form.fields())
    except (Invalid, Conflict) as error:
        form.refuse(error)
        return _page(form, update, None, error.status)
    return respond(f"/updates/{update_id}#figures", said=_("The figure is in. It is published with the update."))


@bp.get("/figures/<int:figure_id>")
@staff_only
def change_figure(figure_id: int) -> Response:
    """The page to change a figure, or to correct it once it is published."""
    update = _changeable(figure_id)
    shown = figure_view(viewer(), figure_id)
    form = FigureForm(formdata=None)
    form.show(shown.now.caption, shown.now.unit, shown.now.chart, shown.now.table.as_csv())
    return _page(form, update, shown)


@bp.post("/figures/<int:figure_id>")
@by_person("120 per hour")
@staff_only
def save_figure(figure_id: int) -> Response:
    """Change or correct it."""
    form, update = FigureForm(), _changeable(figure_id)
    try:
        if update.topic_id is None:
            actions.change_figure(by=viewer(), figure_id=figure_id, **form.fields())
        else:
            actions.correct_figure(by=viewer(), figure_id=figure_id, note=form.note.data or "", **form.fields())
    except (Invalid, Conflict) as error:
        form.refuse(error)
        return _page(form, update, figure_view(viewer(), figure_id), error.status)
    return respond(f"/t/{update.topic_id}" if update.topic_id else f"/updates/{update.id}#figures", said=_("Saved."))


@bp.post("/figures/<int:figure_id>/removal")
@staff_only
def drop_figure(figure_id: int) -> Response:
    """Take it out of an update that is not published."""
    update = figure_for(viewer(), figure_id)[1]
    actions.drop_figure(by=viewer(), figure_id=figure_id)
    return respond(f"/updates/{update.id}#figures", said=_("The figure is out."))


@bp.get("/figures/<int:figure_id>-<int:version>.csv")
@by_person("120 per minute", methods=("GET",))
@public
def figure_csv(figure_id: int, version: int) -> Response:
    """A figure as comma-separated values."""
    shown = _version(figure_id, version)
    return _file(shown.table.as_csv().encode(), "text/csv; charset=utf-8", f"figure-{figure_id}-{version}.csv")


@bp.get("/figures/<int:figure_id>-<int:version>.png")
@by_person("30 per minute", methods=("GET",))
@public
def figure_png(figure_id: int, version: int) -> Response:
    """Its chart as a picture, with where it is from."""
    shown = _version(figure_id, version)
    source = f"{site().brand_name} · {base_url()}/updates"
    return _file(picture(shown, source), "image/png", f"figure-{figure_id}-{version}.png")


def _changeable(figure_id: int) -> Update:
    """The update of a figure that the viewer may change, or correct. Raises what the policies say."""
    update = figure_for(viewer(), figure_id)[1]
    if update.topic_id is None:
        require(may_change(viewer(), update))
    else:
        require(may_edit(viewer(), post_for(viewer(), first_post_of(update.topic_id))))
    return update


def _version(figure_id: int, version: int) -> Shown:
    found = figure_view(viewer(), figure_id)
    shown = next((each for each in (found.now, *found.former) if each.version == version), None)
    if shown is None:
        raise NotFound
    return shown


def _file(body: bytes, mimetype: str, name: str) -> Response:
    answer = Response(body, content_type=mimetype)
    answer.headers["Content-Disposition"] = f'inline; filename="{name}"'
    answer.headers["Cache-Control"] = "private, no-cache"
    answer.add_etag()
    answer.make_conditional(request)
    return answer


def _page(form: FigureForm, update: Update, shown: FigureView | None, status: int = 200) -> Response:
    form.offer()
    published = update.topic_id is not None
    return private_page(
        "updates/figure.html",
        status,
        form=form,
        shown=shown,
        published=published,
        title=update.title,
        back=f"/t/{update.topic_id}" if published else f"/updates/{update.id}",
        address=f"/figures/{shown.id}" if shown else f"/updates/{update.id}/figures",
    )
