"""The pages below /settings: one's own profile, photo, password, devices and API keys."""

from __future__ import annotations

from flask import Blueprint, Response, flash, request
from flask_babel import gettext

from community.accounts import actions
from community.accounts.devices import device
from community.accounts.forms import KeyForm, PasswordForm, PhotoForm, ProfileForm
from community.accounts.gate import members_only, viewer
from community.accounts.pictures import MOST_BYTES, remove_photo, store_photo
from community.accounts.queries import account_of, keys_of, sessions_of
from community.core.errors import Conflict, Invalid
from community.core.fragments import private_page, respond
from community.core.limits import by_person

own = Blueprint("own", __name__, url_prefix="/settings")


@own.url_value_preprocessor
def allow_photos(endpoint: str | None, _values: dict[str, object] | None) -> None:
    """Let the one form that carries a picture be larger than others; before anything reads it."""
    if endpoint is not None and endpoint.endswith(".change_photo"):
        request.max_content_length = MOST_BYTES + 64 * 1024


def page(template: str, status: int = 200, **shown: object) -> Response:
    """A page of one's own, kept by nobody."""
    return private_page(f"accounts/settings/{template}.html", status, **shown)


@own.get("")
@members_only
def profile() -> Response:
    """One's own page and how the site looks."""
    account = account_of(viewer())
    return page("profile", form=ProfileForm(obj=account), photo=PhotoForm(), account=account)


@own.post("")
@by_person("60 per hour")
@members_only
def change_profile() -> Response:
    """Change them."""
    form = ProfileForm()
    if form.validate():
        try:
            actions.change_profile(
                by=viewer(),
                name=form.name.data,
                about=form.about.data,
                time_zone=form.time_zone.data or "",
                language=form.language.data or "",
                theme=form.theme.data or "",
                shows_presence=bool(form.shows_presence.data),
            )
        except Invalid as error:
            form.refuse(error)
        else:
            flash(gettext("Saved."), "good")
            return respond("/settings")
    return page("profile", 422, form=form, photo=PhotoForm(), account=account_of(viewer()))


@own.post("/photo")
@by_person("20 per hour")
@members_only
def change_photo() -> Response:
    """Show another photo."""
    form = PhotoForm()
    sent = form.photo.data.read(MOST_BYTES + 1) if form.photo.data else b""
    try:
        stored = store_photo(sent)
    except Invalid as error:
        form.refuse(error)
        account = account_of(viewer())
        return page("profile", 422, form=ProfileForm(formdata=None, obj=account), photo=form, account=account)
    remove_photo(actions.change_photo(by=viewer(), photo=stored))
    flash(gettext("Saved."), "good")
    return respond("/settings")


@own.post("/photo/removal")
@members_only
def remove_own_photo() -> Response:
    """Show no photo."""
    remove_photo(actions.change_photo(by=viewer(), photo=None))
    return respond("/settings", said=gettext("The photo is gone."))


@own.get("/sign-in")
@members_only
def security() -> Response:
    """Password and devices."""
    return _security(PasswordForm())


def _security(form: PasswordForm, status: int = 200) -> Response:
    sessions = [(one, device(one.browser)) for one in sessions_of(viewer())]
    return page("sign_in", status, form=form, sessions=sessions)


@own.post("/password")
@by_person("10 per 15 minutes")
@members_only
def change_password() -> Response:
    """Change the password; other devices are signed out."""
    form = PasswordForm()
    if form.validate():
        try:
            actions.change_password(by=viewer(), old=form.old.data, new=form.password.data)
        except Invalid as error:
            form.refuse(error)
        else:
            flash(gettext("Your password is changed; every other device is signed out."), "good")
            return respond("/settings/sign-in")
    return _security(form, 422)


@own.post("/sessions/<int:session_id>/end")
@members_only
def end_session(session_id: int) -> Response:
    """Sign another device out."""
    actions.end_session(by=viewer(), session_id=session_id)
    return respond("/settings/sign-in", said=gettext("That device is signed out."))


@own.post("/sessions/end")
@members_only
def end_other_sessions() -> Response:
    """Sign all other devices out."""
    actions.end_other_sessions(by=viewer())
    return respond("/settings/sign-in", said=gettext("Every other device is signed out."))


@own.get("/keys")
@members_only
def keys() -> Response:
    """API keys."""
    return page("keys", form=KeyForm(), keys=keys_of(viewer()), made=None)


@own.post("/keys")
@by_person("20 per hour")
@members_only
def make_key() -> Response:
    """Make a key; the answer shows it this once."""
    form, by = KeyForm(), viewer()
    if form.validate() and by.id is not None:
        try:
            made = actions.make_key(by=by, account_id=by.id, name=form.name.data, scopes=form.scopes)
        except (Invalid, Conflict) as error:
            form.refuse(error)
        else:
            return page("keys", form=KeyForm(formdata=None), keys=keys_of(by), made=made)
    return page("keys", 422, form=form, keys=keys_of(by), made=None)


@own.post("/keys/<int:key_id>/revocation")
@members_only
def revoke_key(key_id: int) -> Response:
    """End a key."""
    actions.revoke_key(by=viewer(), key_id=key_id)
    return respond("/settings/keys", said=gettext("The key no longer works."))
