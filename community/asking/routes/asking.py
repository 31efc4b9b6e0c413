"""Asking: for members, and for visitors, whose question waits in their browser until they have signed in."""

from __future__ import annotations

from typing import Any

from flask import Response, request
from flask_babel import gettext as _

from community.accounts.gate import public, viewer
from community.asking import waiting
from community.asking.forms import AskForm, numbers_in
from community.asking.routes.blueprint import bp
from community.categories.queries import categories_to_write_in, category_for
from community.core.errors import Conflict, Forbidden, Invalid, NotFound
from community.core.fragments import base_url, private_page, respond
from community.core.limits import browser, by_person
from community.drafts.queries import draft_for
from community.insights.actions import count_asked
from community.posts.actions import open_topic
from community.posts.actions.write import Written
from community.posts.submissions import new_submission_id
from community.posts.writing import prepared
from community.promise.queries import promised_now
from community.search.similar import Similar
from community.settings.queries import site
from community.tags.tagging import split_tags
from community.topics.models import OPENED
from community.topics.queries import usual_first_answer
from community.topics.titles import checked_title

PREFILLED = ("title", "category", "kind", "searched")
"""What an address may fill in, so that other pages can lead here."""


@bp.get("/ask")
@public
def ask() -> Response:
    """The page to ask, with what was begun before: by a visitor in this browser, else by a member on any device."""
    form = AskForm(formdata=None)
    form.offer(_categories())
    form.take({name: request.args[name][:200] for name in PREFILLED if name in request.args})
    kept = waiting.question(request)
    draft = draft_for(viewer(), "ask")
    form.take(kept or (draft.fields if draft else {}))
    form.submission_id.data = new_submission_id()
    return ask_page(form, waited=bool(kept) and viewer().signed_in)


@bp.post("/ask")
@by_person("20 per hour")
@public
def open_a_topic() -> Response:
    """Open the topic. A visitor is sent to sign in first, and finds the question again afterwards."""
    form = sent_form()
    if not viewer().signed_in:
        return _ask_to_sign_in(form)
    try:
        written = _open(form)
    except (Invalid, Forbidden, NotFound, Conflict) as error:
        form.refuse(error)
        return ask_page(form, status=422)
    if written.created:
        _count(form)
    held = _("Only you see this until you have confirmed your address.") if written.held else ""
    return waiting.forget(respond(written.url, said=held))


def sent_form() -> AskForm:
    """The form as it was sent, with the places that its sender may choose."""
    form = AskForm()
    form.offer(_categories())
    return form


def ask_page(form: AskForm, status: int = 200, *, waited: bool = False, similar: tuple[Similar, ...] | None = None) -> Response:
    """The page with the form; `similar`: what was found before it was sent, None where nobody has looked."""
    return private_page(
        "asking/ask.html",
        status,
        form=form,
        waited=waited,
        similar=similar,
        usual=usual_first_answer(),
        promised=promised_now(),
        promised_hours=site().promise_hours,
        products=site().products,
        base_url=base_url(),
    )


def _open(form: AskForm) -> Written:
    return open_topic(
        by=viewer(),
        kind=form.kind.data or "",
        title=form.title.data or "",
        body=form.body.data or "",
        category_id=_category_id(form),
        tags=split_tags(form.tags.data or ""),
        product=form.product.data or "",
        product_version=form.product_version.data or "",
        submission_id=form.submission_id.data,
        personal=not form.brand.data,
    )


def _count(form: AskForm) -> None:
    shown, opened = numbers_in(form.shown.data), numbers_in(form.opened.data)
    count_asked(by=viewer(), shown=shown, opened=opened, searched=(form.searched.data or "")[:200], asker=browser())


def _ask_to_sign_in(form: AskForm) -> Response:
    try:
        checked_title(form.title.data or "")
        prepared(form.body.data or "")
    except Invalid as error:
        form.refuse(error)
        return ask_page(form, status=422)
    answer = respond("/sign-in?next=/ask", said=_("Your question is kept. Sign in or join, and you can send it."))
    if waiting.keep(answer, form.typed()):
        return answer
    form.form_errors = [_("Please sign in first. Copy your text before you do: it is too long for this browser to keep.")]
    return ask_page(form, status=401)


def _category_id(form: AskForm) -> int:
    try:
        return category_for(viewer(), form.category.data or "").id
    except NotFound:
        raise Invalid(fields={"category": _("Please choose where it belongs.")}) from None


def _categories() -> list[Any]:
    """Where anything can be opened; which kind fits where is for the policy to say."""
    found = {category.id: category for kind in OPENED for category in categories_to_write_in(viewer(), kind)}
    return list(found.values())
