"""The team, everybody's page, and the stylesheet of one viewer."""

from __future__ import annotations

from contextlib import suppress
from datetime import timedelta

from flask import Blueprint, Response, flash, jsonify, render_template, request
from flask_babel import gettext

from community.accounts import actions
from community.accounts.gate import moderators_only, public, staff_only, viewer
from community.accounts.policy import may_suspend
from community.accounts.queries import account_by_handle
from community.core import clock
from community.core.errors import Conflict, Invalid, NotFound, require
from community.core.fragments import base_url, private_page, respond
from community.core.jsonld import graph
from community.core.limits import by_person
from community.core.paging import page_number
from community.follows.queries import level_of
from community.people.forms import TERMS, SuspensionForm, WorkForm
from community.people.queries import person
from community.people.structured import person_things
from community.people.viewer_style import topic_style, viewer_style
from community.settings.queries import site
from community.staff.actions import change_staff_profile
from community.staff.queries import member, team
from community.staff.viewer import viewer_unchecked
from community.topics.queries import topic_for

bp = Blueprint("people", __name__)


@bp.get("/team")
@public
def show_team() -> str:
    """Who speaks for the brand."""
    return render_template("people/team.html", team=team(), base_url=base_url())


@bp.get("/u/<handle>")
@public
def show_person(handle: str) -> str:
    """Somebody's page."""
    shown = person(viewer(), handle, page_number(request.args))
    # Said to search engines, which do not sign in.
    things = None if viewer().signed_in else graph(person_things(shown, site().brand_name))
    follows = level_of(viewer(), "person", shown.id)
    return render_template("people/person.html", person=shown, follows=follows, things=things, base_url=base_url())


@bp.get("/u/<handle>/suspension")
@moderators_only
def suspension(handle: str) -> Response:
    """The page to suspend somebody."""
    account = account_by_handle(viewer(), handle)
    require(may_suspend(viewer(), viewer_unchecked(account.id)))
    return private_page("people/suspension.html", form=SuspensionForm(), account=account)


@bp.post("/u/<handle>/suspension")
@by_person("60 per hour")
@moderators_only
def suspend(handle: str) -> Response:
    """Suspend somebody, by a rule and with a reason."""
    account, form = account_by_handle(viewer(), handle), SuspensionForm()
    if form.validate():
        days = form.term.data
        try:
            actions.suspend(
                by=viewer(),
                account_id=account.id,
                rule=form.rule.data or "",
                reason=form.reason.data,
                ends_at=clock.now() + timedelta(days=int(days)) if days in TERMS and days else None,
            )
        except (Invalid, Conflict) as error:
            form.refuse(error)
        else:
            flash(gettext("Suspended; every session and key of theirs has ended."), "good")
            return respond(f"/u/{handle}")
    account = account_by_handle(viewer(), handle)
    return private_page("people/suspension.html", 422, form=form, account=account)


@bp.post("/u/<handle>/suspension/undo")
@moderators_only
def lift_suspension(handle: str) -> Response:
    """Let somebody in again."""
    actions.lift_suspension(by=viewer(), account_id=account_by_handle(viewer(), handle).id)
    return respond(f"/u/{handle}", said=gettext("They may sign in and write again."))


@bp.get("/settings/work")
@staff_only
def work() -> Response:
    """What the team page says of an employee."""
    here = member(viewer().id or 0)
    return private_page("people/work.html", form=WorkForm(obj=here), member=here)


@bp.post("/settings/work")
@by_person("60 per hour")
@staff_only
def change_work() -> Response:
    """Change it."""
    form, account_id = WorkForm(), viewer().id
    if form.validate() and account_id is not None:
        try:
            change_staff_profile(by=viewer(), account_id=account_id, works_on=form.works_on.data, at_desk=form.at_desk.data)
        except Invalid as error:
            form.refuse(error)
        else:
            flash(gettext("Saved."), "good")
            return respond("/settings/work")
    return private_page("people/work.html", 422, form=form, member=member(account_id or 0))


@bp.get("/viewer.css")
@public
def style() -> Response:
    """What a page drawn for all shows to this viewer; on a topic's page also `?topic=12`."""
    rules = viewer_style(viewer())
    asked = request.args.get("topic", "")
    if asked.isascii() and asked.isdigit() and len(asked) < 19 and viewer().signed_in:
        with suppress(NotFound):  # then the page of this topic shows nothing either
            rules += topic_style(viewer(), topic_for(viewer(), int(asked)))
    answer = Response(rules, mimetype="text/css")
    answer.headers["Cache-Control"] = "private, no-cache"
    answer.headers["Vary"] = "Cookie"
    answer.add_etag()
    answer.make_conditional(request)
    return answer


@bp.get("/.well-known/bothways-staff.json")
@public
def well_known() -> Response:
    """Who speaks for the brand, for machines."""
    people = [
        {
            "handle": one.handle,
            "name": one.name,
            "url": f"{base_url()}{one.url}",
            "title": one.title,
            "team": one.team,
            "since": one.since.date().isoformat(),
        }
        for one in team()
    ]
    return jsonify({"brand": site().brand_name, "staff": people})
