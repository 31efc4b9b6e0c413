"""The admin pages. For everybody else they are not there."""

from __future__ import annotations

from collections.abc import Mapping

from flask import Blueprint, Response, current_app, flash, request
from flask_babel import gettext

from community.accounts.actions import confirm_for
from community.accounts.gate import admins_only, viewer
from community.accounts.queries import account_by_handle
from community.admin import actions
from community.admin.forms import EndForm, GrantForm, StaffProfileForm, sent_settings
from community.admin.queries import health, parked_events, people
from community.core import clock
from community.core.errors import Conflict, Invalid
from community.core.fragments import private_page, respond
from community.core.paging import Page, page_count, page_number
from community.core.text import is_clean
from community.mail.queries import outbox, outbox_size
from community.settings.actions import change_settings
from community.settings.definitions import GROUPS
from community.settings.queries import settings_matching
from community.staff.actions import change_staff_profile, end_role, grant_role
from community.staff.queries import grants_for, profile_of

bp = Blueprint("admin", __name__, url_prefix="/admin")


def page(template: str, status: int = 200, **shown: object) -> Response:
    """An admin page, kept by nobody."""
    return private_page(f"admin/{template}.html", status, **shown)


def _words() -> str:
    words = " ".join(request.args.get("q", "").split())[:100]
    return words if is_clean(words) else ""


@bp.get("")
@admins_only
def index() -> Response:
    """How the site is."""
    return page("index", health=health(viewer()), parked=parked_events(viewer()))


@bp.post("/parked/<int:parked_id>/settlement")
@admins_only
def settle_parked(parked_id: int) -> Response:
    """Let a parked event be."""
    actions.settle_parked(by=viewer(), parked_id=parked_id)
    return respond("/admin", said=gettext("Settled."))


@bp.post("/parked/<int:parked_id>/retry")
@admins_only
def retry_parked(parked_id: int) -> Response:
    """Let its follower take a parked event once more."""
    actions.retry_parked(by=viewer(), parked_id=parked_id)
    return respond("/admin", said=gettext("It went through this time."))


@bp.get("/settings")
@admins_only
def settings() -> Response:
    """Every setting, found by words."""
    return _settings()


def _settings(status: int = 200, errors: Mapping[str, str] | None = None, sent: Mapping[str, str] | None = None) -> Response:
    return page(
        "settings",
        status,
        rows=settings_matching(_words()),
        groups=GROUPS,
        words=_words(),
        zones=[(zone, zone.replace("_", " ")) for zone in sorted(clock.zones())],
        first_run="first-run" in request.args,
        errors=errors or {},
        sent=sent or {},
    )


@bp.post("/settings")
@admins_only
def change() -> Response:
    """Change those that were sent; all or none."""
    sent = sent_settings(request.form)
    try:
        changed = change_settings(by=viewer(), values=sent)
    except Invalid as error:
        return _settings(422, error.fields, sent)
    flash(gettext("Saved. It applies from now on.") if changed else gettext("Nothing was different."), "good")
    return respond("/admin/settings")


@bp.get("/outbox")
@admins_only
def show_outbox() -> Response:
    """Every mail, sent or not."""
    number = page_number(request.args)
    pages = Page(number, page_count(outbox_size(viewer())), "/admin/outbox")
    mail_server = bool(current_app.config["BOTHWAYS"].mail_url)
    return page("outbox", mails=outbox(viewer(), number), pages=pages, mail_server=mail_server)


@bp.get("/people")
@admins_only
def list_people() -> Response:
    """Everybody, found by handle, name or address."""
    return page("people", found=people(viewer(), _words(), page_number(request.args)), words=_words())


@bp.get("/people/<handle>")
@admins_only
def show_person(handle: str) -> Response:
    """Roles and staff profile of somebody."""
    return _person(handle)


def _person(handle: str, status: int = 200, **forms: object) -> Response:
    account = account_by_handle(viewer(), handle)
    shown = {
        "grant": GrantForm(formdata=None),
        "end": EndForm(formdata=None),
        "profile": StaffProfileForm(formdata=None, obj=profile_of(account.id)),
    }
    return page("person", status, account=account, grants=grants_for(viewer(), account.id), **(shown | forms))


@bp.post("/people/<handle>/roles")
@admins_only
def grant(handle: str) -> Response:
    """Grant a role."""
    form, account = GrantForm(), account_by_handle(viewer(), handle)
    if form.validate():
        try:
            grant_role(
                by=viewer(),
                account_id=account.id,
                role=form.role.data or "",
                starts_at=form.starts_on.moment(),
                ends_at=form.ends_on.moment(),
            )
        except (Invalid, Conflict) as error:
            form.refuse(error)
        else:
            flash(gettext("Granted."), "good")
            return respond(f"/admin/people/{handle}")
    return _person(handle, 422, grant=form)


@bp.post("/people/<handle>/roles/<int:grant_id>/end")
@admins_only
def end(handle: str, grant_id: int) -> Response:
    """End a role, now or on a day."""
    form = EndForm()
    if not form.validate():
        return _person(handle, 422, end=form)
    end_role(by=viewer(), grant_id=grant_id, ends_at=form.ends_on.moment())
    return respond(f"/admin/people/{handle}", said=gettext("The role ends."))


@bp.post("/people/<handle>/staff-profile")
@admins_only
def change_profile(handle: str) -> Response:
    """Change what the badge and the team page say."""
    form, account = StaffProfileForm(), account_by_handle(viewer(), handle)
    if form.validate():
        try:
            change_staff_profile(
                by=viewer(),
                account_id=account.id,
                title=form.title.data,
                team=form.team.data,
                works_on=form.works_on.data,
                at_desk=form.at_desk.data,
            )
        except Invalid as error:
            form.refuse(error)
        else:
            flash(gettext("Saved."), "good")
            return respond(f"/admin/people/{handle}")
    return _person(handle, 422, profile=form)


@bp.post("/people/<handle>/confirmation")
@admins_only
def confirm(handle: str) -> Response:
    """Confirm somebody's address for them."""
    confirm_for(by=viewer(), account_id=account_by_handle(viewer(), handle).id)
    return respond(f"/admin/people/{handle}", said=gettext("Confirmed."))
