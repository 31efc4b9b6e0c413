"""`/commitments`: the ledger; and where employees make and change them."""

from __future__ import annotations

from collections.abc import Callable

from flask import Blueprint, Response, request
from flask_babel import gettext as _

from community.accounts.gate import public, staff_only, viewer
from community.commitments import actions
from community.commitments.forms import ChangeForm, CommitmentForm
from community.commitments.models import STATES
from community.commitments.policy import may_commit, may_work_on
from community.commitments.queries import commitment_for, commitment_view, ledger
from community.core.errors import Invalid, require
from community.core.fragments import base_url, private_page, respond
from community.core.limits import by_person
from community.core.paging import page_number
from community.posts.queries import post_for
from community.posts.reading import begin, kept_page

bp = Blueprint("commitments", __name__)


@bp.get("/commitments")
@by_person("60 per minute", methods=("GET",))
@public
def show() -> Response:
    """All commitments, late ones first, and the share kept by quarter."""
    stood = begin("commitments", "home")
    found = ledger(viewer(), request.args.get("state") or None, page_number(request.args))
    return kept_page(viewer(), stood, "commitments/commitments.html", ledger=found, states=STATES, base_url=base_url())


@bp.get("/posts/<int:post_id>/commitment")
@staff_only
def begin_commitment(post_id: int) -> Response:
    """The form to commit to something in a post."""
    require(may_commit(viewer(), post_for(viewer(), post_id)))
    return _make_page(post_id, CommitmentForm(formdata=None))


@bp.post("/posts/<int:post_id>/commitment")
@by_person("60 per hour")
@staff_only
def make(post_id: int) -> Response:
    """Commit to it."""
    form = CommitmentForm()
    fields = {"what": form.what.data or "", "due_on": form.due_on.data, "owner_id": form.owner_id()}
    try:
        actions.make_commitment(by=viewer(), post_id=post_id, **fields)
    except Invalid as error:
        form.refuse(error)
        return _make_page(post_id, form, 422)
    return respond(f"/p/{post_id}", said=_("It is public now, and everybody who follows this is told what becomes of it."))


@bp.get("/commitments/<int:commitment_id>")
@staff_only
def change(commitment_id: int) -> Response:
    """The forms to change one."""
    require(may_work_on(viewer(), commitment_for(viewer(), commitment_id)))
    form = ChangeForm(formdata=None)
    form.due_on.data = commitment_for(viewer(), commitment_id).due_on
    return _change_page(commitment_id, form)


@bp.post("/commitments/<int:commitment_id>/day")
@staff_only
def move(commitment_id: int) -> Response:
    """Give it another day."""
    form = ChangeForm()
    return _changed(
        commitment_id,
        form,
        lambda: actions.move_commitment(
            by=viewer(), commitment_id=commitment_id, due_on=form.due_on.data, reason=form.reason.data or ""
        ),
    )


@bp.post("/commitments/<int:commitment_id>/owner")
@staff_only
def hand_on(commitment_id: int) -> Response:
    """Give it another owner."""
    form = ChangeForm()
    return _changed(
        commitment_id,
        form,
        lambda: actions.hand_on(by=viewer(), commitment_id=commitment_id, owner_id=form.owner_id(), reason=form.reason.data or ""),
    )


@bp.post("/commitments/<int:commitment_id>/kept")
@staff_only
def keep(commitment_id: int) -> Response:
    """Say that it is done."""
    form = ChangeForm()
    return _changed(
        commitment_id,
        form,
        lambda: actions.keep_commitment(by=viewer(), commitment_id=commitment_id, note=form.reason.data or ""),
    )


@bp.post("/commitments/<int:commitment_id>/withdrawal")
@staff_only
def withdraw(commitment_id: int) -> Response:
    """Give it up."""
    form = ChangeForm()
    return _changed(
        commitment_id,
        form,
        lambda: actions.withdraw_commitment(by=viewer(), commitment_id=commitment_id, reason=form.reason.data or ""),
    )


def _changed(commitment_id: int, form: ChangeForm, act: Callable[[], None]) -> Response:
    try:
        act()
    except Invalid as error:
        form.refuse(error)
        return _change_page(commitment_id, form, 422)
    return respond("/commitments", said=_("Saved. Everybody who follows this is told."))


def _make_page(post_id: int, form: CommitmentForm, status: int = 200) -> Response:
    form.offer(viewer().handle)
    return private_page("commitments/make.html", status, post=post_for(viewer(), post_id), form=form)


def _change_page(commitment_id: int, form: ChangeForm, status: int = 200) -> Response:
    found = commitment_view(viewer(), commitment_id)
    form.offer(found.owner.handle)
    return private_page("commitments/change.html", status, shown=found, address=f"/commitments/{found.id}", form=form)
