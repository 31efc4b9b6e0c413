"""`/talks`: a customer's talks with the desk, and the desk's inbox."""

from __future__ import annotations

from typing import Any
from urllib.parse import urlsplit

from flask import Blueprint, Response, redirect, request
from flask_babel import gettext as _
from wtforms.fields.choices import SelectChoice

from community.accounts.gate import members_only, own_path, public, staff_only, viewer
from community.categories.queries import categories_to_write_in
from community.core.errors import Invalid, Refused, require
from community.core.fragments import base_url, private_page, respond
from community.core.limits import by_person
from community.core.position import position_now
from community.posts.forms import id_in
from community.posts.submissions import new_submission_id
from community.staff.queries import team
from community.staff.viewer import viewer_unchecked
from community.talks import actions
from community.talks.forms import HandOverForm, MessageForm, PublicationForm
from community.talks.fragments import messages_added, state_replaced, submission_replaced
from community.talks.models import Talk
from community.talks.policy import is_desk, may_propose, may_work_on
from community.talks.queries import (
    desk_inbox,
    is_on_duty,
    my_talks,
    open_talk_of,
    people_on_duty,
    talk_for,
    talk_view,
    words_of,
)
from community.talks.views import TalkView, talk_url

bp = Blueprint("talks", __name__)


@bp.get("/talks")
@members_only
def inbox() -> Response:
    """The desk's inbox for employees, for customers their own talks."""
    position = position_now()  # before everything else: what is read later may be newer, never older
    if viewer().is_staff:
        found = desk_inbox(viewer())
        return private_page("talks/inbox.html", inbox=found, on_duty=is_on_duty(viewer()), position=position)
    return private_page("talks/mine.html", talks=my_talks(viewer()), people=people_on_duty(), position=position)


@bp.get("/talks/new")
@public
def begin() -> Response:
    """Where a talk begins: says whether anybody is there. Who has an open talk goes on with it."""
    if viewer().is_staff:
        return _to("/talks")
    running = open_talk_of(viewer().id) if viewer().signed_in else None
    if running is not None:
        return _to(talk_url(running.id))
    form = MessageForm(formdata=None)
    form.submission_id.data = new_submission_id()
    form.page.data = _came_from()
    return _begin_page(form)


@bp.post("/talks")
@by_person("60 per hour")
@members_only
def open_a_talk() -> Response:
    """Begin with the first message."""
    form = MessageForm()
    page = own_path(form.page.data).removesuffix("/")
    try:
        talk_id = actions.open_talk(by=viewer(), body=form.body.data or "", page=page, submission=form.submission_id.data)
    except Invalid as error:
        form.refuse(error)
        return _begin_page(form, 422)
    return respond(talk_url(talk_id))


@bp.get("/talks/<int:talk_id>")
@members_only
def show(talk_id: int) -> Response:
    """A talk, as its side sees it."""
    position = position_now()
    form = MessageForm(formdata=None)
    form.submission_id.data = new_submission_id()
    return _talk_page(talk_view(viewer(), talk_id), form, position=str(position))


@bp.post("/talks/<int:talk_id>/messages")
@by_person("60 per minute")
@members_only
def say(talk_id: int) -> Response:
    """Say something."""
    form = MessageForm()
    try:
        number = actions.say(by=viewer(), talk_id=talk_id, body=form.body.data or "", submission=form.submission_id.data)
    except Invalid as error:
        form.refuse(error)
        return _talk_page(talk_view(viewer(), talk_id), form, status=422)
    talk = talk_view(viewer(), talk_id)
    return respond(f"{talk.url}#end", *messages_added(talk, {number}), *state_replaced(talk), submission_replaced())


@bp.post("/talks/<int:talk_id>/read")
@by_person("120 per minute")
@members_only
def read(talk_id: int) -> Response:
    """It has been read up to a message, which a script says once it is in view."""
    number = id_in(request.form.get("number"), "number")
    actions.mark_read(by=viewer(), talk_id=talk_id, number=number or 0)
    return Response(status=204)


@bp.post("/talks/<int:talk_id>/end")
@members_only
def end(talk_id: int) -> Response:
    """End it."""
    actions.end_talk(by=viewer(), talk_id=talk_id)
    return respond(talk_url(talk_id), said=_("The talk has ended. It stays here for you to read."))


@bp.post("/talks/<int:talk_id>/take")
@staff_only
def take(talk_id: int) -> Response:
    """Take it, also from a colleague."""
    actions.take_talk(by=viewer(), talk_id=talk_id)
    return respond(talk_url(talk_id))


@bp.get("/talks/<int:talk_id>/hand-over")
@staff_only
def choose_colleague(talk_id: int) -> Response:
    """The form to hand it over."""
    talk = talk_for(viewer(), talk_id)
    require(may_work_on(viewer(), talk))
    return _hand_over_page(talk_id, HandOverForm(formdata=None))


@bp.post("/talks/<int:talk_id>/hand-over")
@staff_only
def hand_over(talk_id: int) -> Response:
    """Hand it over."""
    form = HandOverForm()
    colleague = next((each for each in team() if each.handle == form.to.data), None)
    try:
        actions.hand_over(by=viewer(), talk_id=talk_id, to_id=colleague.id if colleague else 0, note=form.note.data or "")
    except Invalid as error:
        form.refuse(error)
        return _hand_over_page(talk_id, form, 422)
    return respond(talk_url(talk_id), said=_("Handed over."))


@bp.post("/talks/duty")
@staff_only
def begin_duty() -> Response:
    """Be on duty from now on."""
    actions.begin_duty(by=viewer())
    return respond("/talks", said=_("You are on duty: customers see that somebody is here."))


@bp.post("/talks/duty/undo")
@staff_only
def end_duty() -> Response:
    """Be no longer on duty."""
    actions.end_duty(by=viewer())
    return respond("/talks", said=_("You are no longer on duty."))


@bp.get("/talks/<int:talk_id>/publication")
@members_only
def draft_publication(talk_id: int) -> Response:
    """The form to propose making it public, begun with what was said."""
    talk = talk_for(viewer(), talk_id)
    require(may_propose(viewer(), talk))
    form = PublicationForm(formdata=None)
    form.question.data, form.answer.data = words_of(talk, by_staff=False), words_of(talk, by_staff=True)
    return _publication_page(talk, form)


@bp.post("/talks/<int:talk_id>/publication")
@by_person("20 per hour")
@members_only
def propose(talk_id: int) -> Response:
    """Propose it to the other side."""
    form, talk = PublicationForm(), talk_for(viewer(), talk_id)
    places = {place.slug: place.id for place in _places(talk)}
    try:
        actions.propose(
            by=viewer(),
            talk_id=talk_id,
            category_id=places.get(form.category.data, 0),
            title=form.title.data or "",
            question=form.question.data or "",
            answer=form.answer.data or "",
            named=bool(form.named.data),
            solved=bool(form.solved.data),
        )
    except Refused as error:
        form.refuse(error)
        return _publication_page(talk_for(viewer(), talk_id), form, error.status)
    return respond(talk_url(talk_id), said=_("Proposed. It becomes public when the other side agrees."))


@bp.post("/talks/<int:talk_id>/publication/undo")
@members_only
def withdraw(talk_id: int) -> Response:
    """Take one's proposal back."""
    actions.withdraw(by=viewer(), talk_id=talk_id)
    return respond(talk_url(talk_id), said=_("The proposal is withdrawn."))


@bp.post("/talks/<int:talk_id>/publications/<int:publication_id>/agreement")
@members_only
def agree(talk_id: int, publication_id: int) -> Response:
    """Say yes: it becomes a question with its answer."""
    form = PublicationForm()
    topic_id = actions.agree(
        by=viewer(),
        talk_id=talk_id,
        publication_id=publication_id,
        named=bool(form.named.data),
        solved=bool(form.solved.data),
    )
    if topic_id is None:
        return respond(talk_url(talk_id), said=_("Agreed. It will be public in a moment."))
    return respond(f"/t/{topic_id}", said=_("It is public now. Thank you: whoever has the same question finds the answer."))


@bp.post("/talks/<int:talk_id>/publications/<int:publication_id>/refusal")
@members_only
def decline(talk_id: int, publication_id: int) -> Response:
    """Say no: everything stays private."""
    actions.decline(by=viewer(), talk_id=talk_id, publication_id=publication_id)
    return respond(talk_url(talk_id), said=_("Declined. Everything stays between you and the desk."))


def _begin_page(form: MessageForm, status: int = 200) -> Response:
    return private_page("talks/new.html", status, form=form, people=people_on_duty())


def _talk_page(talk: TalkView, form: MessageForm, *, status: int = 200, position: str = "") -> Response:
    return private_page("talks/talk.html", status, talk=talk, form=form, position=position or str(position_now()))


def _hand_over_page(talk_id: int, form: HandOverForm, status: int = 200) -> Response:
    talk = talk_view(viewer(), talk_id)
    others = [each for each in team() if each.id not in {viewer().id, talk.customer.id}]
    form.to.choices = [SelectChoice("", _("Please choose")), *(SelectChoice(each.handle, each.name) for each in others)]
    return private_page("talks/hand_over.html", status, talk=talk, form=form)


def _publication_page(talk: Talk, form: PublicationForm, status: int = 200) -> Response:
    places = _places(talk)
    choices = [SelectChoice(place.slug, place.name) for place in places]
    form.category.choices = choices if len(choices) == 1 else [SelectChoice("", _("Please choose")), *choices]
    desk = is_desk(viewer(), talk)
    return private_page("talks/publication.html", status, talk=talk_view(viewer(), talk.id), form=form, desk=desk)


def _places(talk: Talk) -> list[Any]:
    """Where the customer could have asked in public."""
    return [each for each in categories_to_write_in(viewer_unchecked(talk.customer_id), "question") if each.visibility == "public"]


def _came_from() -> str:
    """The page on which somebody pressed the button, by the Referer of their browser."""
    parts = urlsplit(request.referrer or "")
    return own_path(parts.path).removesuffix("/") if f"{parts.scheme}://{parts.netloc}" == base_url() else ""


def _to(address: str) -> Response:
    answer = redirect(address, code=303)
    assert isinstance(answer, Response)
    return answer
