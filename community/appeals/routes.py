"""Objecting to a removal or a suspension, and `/moderation`, where another moderator decides."""

from __future__ import annotations

from flask import Blueprint, Response
from flask_babel import gettext as _

from community.accounts.gate import members_only, moderators_only, public, viewer
from community.accounts.links import LinkOver, link_of
from community.appeals import actions
from community.appeals.forms import AppealForm, DecisionForm
from community.appeals.policy import in_time
from community.appeals.queries import (
    appeal_of_removal,
    appeal_of_suspension,
    appeal_view,
    appeals_for,
    outcomes,
    own_removal,
    suspension_of,
)
from community.core import clock
from community.core.errors import Conflict, Forbidden, Invalid, NotFound, Refused
from community.core.fragments import private_page, respond
from community.core.limits import by_network, by_person
from community.core.position import position_now
from community.posts.queries.posts import rule_words

bp = Blueprint("appeals", __name__)


@bp.errorhandler(LinkOver)
def link_over(_error: LinkOver) -> Response:
    """What a link leads to that works no more."""
    return private_page("appeals/over.html", 404)


@bp.get("/posts/<int:post_id>/appeal")
@members_only
def begin(post_id: int) -> Response:
    """Why one's own post was removed, and the form to object; or what became of the objection."""
    return _removal_page(post_id, AppealForm(formdata=None))


@bp.post("/posts/<int:post_id>/appeal")
@by_person("20 per hour")
@members_only
def object_to_removal(post_id: int) -> Response:
    """Object to it."""
    form = AppealForm()
    try:
        actions.appeal_removal(by=viewer(), post_id=post_id, words=form.words.data or "")
    except (Invalid, Conflict, Forbidden) as error:
        form.refuse(error)
        return _removal_page(post_id, form, error.status)
    return respond(
        f"/posts/{post_id}/appeal", said=_("Another moderator than the one who decided will look at it, and you are told.")
    )


@bp.get("/appeal/<token>")
@by_network("60 per hour", methods=("GET",))
@public
def begin_by_link(token: str) -> Response:
    """The same for a suspension, by the link that was mailed with it."""
    return _suspension_page(token, AppealForm(formdata=None))


@bp.post("/appeal/<token>")
@by_network("20 per hour")
@public
def object_to_suspension(token: str) -> Response:
    """Object to it; whoever is suspended cannot sign in, so the link is what proves who they are."""
    form = AppealForm()
    try:
        actions.appeal_suspension(token=token, words=form.words.data or "")
    except (Invalid, Conflict, Forbidden) as error:
        form.refuse(error)
        return _suspension_page(token, form, error.status)
    return private_page("appeals/sent.html")


@bp.get("/moderation")
@moderators_only
def moderation() -> Response:
    """The appeals that wait for a decision, and how the others ended."""
    position = str(position_now())
    waiting, decided = appeals_for(viewer())
    return private_page("appeals/moderation.html", waiting=waiting, decided=decided, outcomes=outcomes(), position=position)


@bp.get("/moderation/appeals/<int:appeal_id>")
@moderators_only
def show(appeal_id: int) -> Response:
    """One appeal."""
    return private_page("appeals/appeal.html", appeal=appeal_view(viewer(), appeal_id), form=DecisionForm(formdata=None))


@bp.post("/moderation/appeals/<int:appeal_id>")
@moderators_only
def decide(appeal_id: int) -> Response:
    """Decide on it."""
    form = DecisionForm()
    try:
        actions.decide(by=viewer(), appeal_id=appeal_id, outcome=form.outcome.data or "", decision=form.decision.data or "")
    except NotFound:
        raise
    except Refused as error:
        form.refuse(error)
        return private_page("appeals/appeal.html", error.status, appeal=appeal_view(viewer(), appeal_id), form=form)
    return respond("/moderation", said=_("Decided. They are told, and it stands on the public record."))


def _removal_page(post_id: int, form: AppealForm, status: int = 200) -> Response:
    post, removal = own_removal(viewer(), post_id)
    shown = {"text": post.body, "title": post.topic.title, "rule": rule_words()[removal.rule], "reason": removal.reason}
    appeal, open_until = appeal_of_removal(removal.id), in_time(removal.at, clock.now())
    address = f"/posts/{post_id}/appeal"
    return private_page("appeals/object.html", status, form=form, appeal=appeal, may=open_until, address=address, **shown)


def _suspension_page(token: str, form: AppealForm, status: int = 200) -> Response:
    suspension = suspension_of(link_of(token, actions.PURPOSE))
    shown = {"text": "", "title": "", "rule": rule_words()[suspension.rule], "reason": suspension.reason}
    may, appeal = in_time(suspension.started_at, clock.now()), appeal_of_suspension(suspension.id)
    return private_page("appeals/object.html", status, form=form, appeal=appeal, may=may, address=f"/appeal/{token}", **shown)
