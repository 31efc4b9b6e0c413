"""Joining, signing in and out, and the pages of mailed links."""

from __future__ import annotations

from urllib.parse import quote

from flask import Blueprint, Response, abort, flash, make_response, redirect, request, send_from_directory
from flask_babel import format_datetime, gettext

from community.accounts import actions, cookie
from community.accounts.forms import FirstAdminForm, NewPasswordForm, ResetAskForm, SignInForm, SignUpForm
from community.accounts.gate import members_only, own_path, public, viewer
from community.accounts.links import LinkOver
from community.accounts.own_routes import own
from community.accounts.pictures import photo_folder, small_photo
from community.accounts.queries import account_of, suspension_unchecked
from community.core.assets import FOR_EVER
from community.core.errors import Conflict, Invalid
from community.core.fragments import private_page, respond
from community.core.limits import by_field, by_field_and_network, by_network, by_person

bp = Blueprint("accounts", __name__)
bp.register_blueprint(own)


def page(template: str, status: int = 200, **shown: object) -> Response:
    """A page that nobody may keep: it holds a form with a token, or what only its reader may see."""
    return private_page(f"accounts/{template}.html", status, **shown)


@bp.errorhandler(LinkOver)
def link_over(error: LinkOver) -> Response:
    """What a link leads to that works no more: where there is a new one."""
    return page("link_over", 404, purpose=error.purpose)


@bp.get("/sign-in")
@public
def sign_in() -> Response:
    """The page to sign in."""
    if viewer().signed_in:
        return respond(own_path(request.args.get("next")))
    return page("sign_in", form=SignInForm(), next=own_path(request.args.get("next")))


@bp.post("/sign-in")
@by_network("100 per 15 minutes")
@by_field("login", "100 per hour")
@by_field_and_network("login", "10 per 15 minutes")
@public
def start_session() -> Response:
    """Sign in; what is wrong is told in one sentence that is the same for every reason."""
    form, back = SignInForm(), own_path(request.form.get("next"))
    account_id = actions.authenticate(form.login.data, form.password.data) if form.validate() else None
    if account_id is None:
        form.form_errors = [gettext("That did not match. A handle works as well as an address, once the address is confirmed.")]
        return page("sign_in", 422, form=form, next=back)
    sentence = _suspended(account_id)
    if sentence:
        form.form_errors = [sentence]
        return page("sign_in", 403, form=form, next=back)
    cookie.sign_in(account_id, remember=bool(form.remember.data))
    return respond(back)


def _suspended(account_id: int) -> str:
    """Why somebody who has just proved who they are may not come in, or nothing."""
    found = suspension_unchecked(account_id)
    if found is None:
        return ""
    if found.ends_at is None:
        return str(gettext("Your account is suspended. The reason given: %(reason)s", reason=found.reason))
    until = format_datetime(found.ends_at, "medium")
    return str(gettext("Your account is suspended until %(until)s. The reason given: %(reason)s", until=until, reason=found.reason))


@bp.post("/sign-out")
@public
def end_session() -> Response:
    """Sign this browser out."""
    cookie.leave()
    answer = respond("/")
    answer.headers["Clear-Site-Data"] = '"cache"'
    return answer


@bp.get("/sign-up")
@public
def sign_up() -> Response:
    """The page to join."""
    if viewer().signed_in:
        return respond(own_path(request.args.get("next")))
    return page("sign_up", form=SignUpForm(), next=own_path(request.args.get("next")))


@bp.post("/sign-up")
@by_network("20 per hour")
@by_field("email", "5 per hour")
@public
def open_account() -> Response:
    """Join, and be signed in at once; the answer is the same whether or not the address has an account."""
    form, back = SignUpForm(), own_path(request.form.get("next"))
    if form.validate():
        try:
            account_id = actions.sign_up(
                handle=form.handle.data,
                name=form.name.data,
                email=form.email.data,
                password=form.password.data,
                language=cookie.language(),
                time_zone=form.time_zone.data,
            )
        except Invalid as error:
            form.refuse(error)
        else:
            cookie.sign_in(account_id, remember=True)
            return respond(f"/welcome?next={quote(back)}")
    return page("sign_up", 422, form=form, next=back)


@bp.get("/welcome")
@members_only
def welcome() -> Response:
    """Right after joining: where the mail went, and what works until it is confirmed."""
    return page("welcome", account=account_of(viewer()), next=own_path(request.args.get("next")))


@bp.post("/confirmation")
@by_person("5 per hour")
@members_only
def ask_confirmation() -> Response:
    """Send the confirmation mail again."""
    actions.ask_confirmation(by=viewer())
    return respond("/welcome", said=gettext("The mail is on its way again."))


@bp.get("/confirm/<token>")
@public
def confirmation(token: str) -> Response:
    """The page of the mailed link, with its one button (rulings 6)."""
    return page("confirm", email=actions.confirmable(token), token=token)


@bp.post("/confirm/<token>")
@by_network("60 per hour")
@public
def confirm(token: str) -> Response:
    """Confirm the address."""
    actions.confirm_address(token=token)
    flash(gettext("Your address is confirmed. What you have written is public now."), "good")
    return respond("/" if viewer().signed_in else "/sign-in")


@bp.get("/reset")
@public
def reset() -> Response:
    """The page to ask for a link to set a new password."""
    return page("reset_ask", form=ResetAskForm(), asked="asked" in request.args)


@bp.post("/reset")
@by_network("20 per hour")
@by_field("email", "3 per hour")
@public
def ask_reset() -> Response:
    """Ask for the link; the answer is the same whether or not the address has an account."""
    form = ResetAskForm()
    if form.validate():
        try:
            actions.ask_reset(email=form.email.data)
        except Invalid as error:
            form.refuse(error)
        else:
            return respond("/reset?asked=1")
    return page("reset_ask", 422, form=form, asked=False)


@bp.get("/reset/<token>")
@public
def new_password(token: str) -> Response:
    """The page of the mailed link."""
    actions.check_password_link(token)
    return page("reset", form=NewPasswordForm(), token=token)


@bp.post("/reset/<token>")
@by_network("30 per hour")
@public
def set_password(token: str) -> Response:
    """Set the password; every session ends."""
    form = NewPasswordForm()
    if form.validate():
        try:
            actions.set_password(token=token, password=form.password.data)
        except (Invalid, Conflict) as error:
            form.refuse(error)
        else:
            cookie.leave()
            flash(gettext("Your new password is set. Sign in with it."), "good")
            return respond("/sign-in")
    return page("reset", 422, form=form, token=token)


@bp.get("/first-run/<token>")
@public
def first_run(token: str) -> Response:
    """The page that makes the first admin, by the link that the server printed."""
    actions.check_first_admin_link(token)
    return page("first_run", form=FirstAdminForm(), token=token)


@bp.post("/first-run/<token>")
@by_network("30 per hour")
@public
def create_first_admin(token: str) -> Response:
    """Make the first admin and go on to the brand; the link closes."""
    form = FirstAdminForm()
    if form.validate():
        try:
            account_id = actions.create_first_admin(
                token=token,
                handle=form.handle.data,
                name=form.name.data,
                email=form.email.data,
                password=form.password.data,
                title=form.title.data,
            )
        except Invalid as error:
            form.refuse(error)
        else:
            cookie.sign_in(account_id, remember=True)
            return respond("/admin/settings?first-run=1")
    return page("first_run", 422, form=form, token=token)


@bp.get("/photos/<name>")
@public
def photo(name: str) -> Response:
    """A photo; its random name changes with its content, so it may be kept for ever."""
    if not name.endswith((".webp", ".png")):
        abort(404)
    answer = send_from_directory(photo_folder(), name, mimetype="image/webp" if name.endswith(".webp") else "image/png")
    answer.headers["Cache-Control"] = FOR_EVER
    answer.headers["Content-Security-Policy"] = "default-src 'none'; sandbox"
    return answer


@bp.get("/photos/small/<name>")
@public
def face(name: str) -> Response:
    """The same photo as it stands beside a name; as lasting."""
    found = small_photo(name)
    if found is None:
        abort(404)
    file, is_small = found
    answer = Response(file.read_bytes(), mimetype="image/png" if file.suffix == ".png" and not is_small else "image/webp")
    answer.headers["Cache-Control"] = FOR_EVER if is_small else "no-cache"
    answer.headers["Content-Security-Policy"] = "default-src 'none'; sandbox"
    return answer


@bp.get("/.well-known/change-password")
@public
def change_password_here() -> Response:
    """Where password managers look for the page to change a password."""
    return make_response(redirect("/settings/sign-in", code=302))
