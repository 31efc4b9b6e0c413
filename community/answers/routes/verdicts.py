"""The links of the mail that asks whether an answer solved it: two pages with one button each (rulings 6)."""

from __future__ import annotations

from flask import Response, flash
from flask_babel import gettext as _

from community.accounts.gate import public
from community.accounts.links import LinkOver
from community.answers import actions
from community.answers.forms import RejectionForm
from community.answers.routes.blueprint import bp
from community.core.errors import Conflict, Invalid
from community.core.fragments import private_page, respond
from community.core.limits import by_network
from community.posts.queries import post_views_unchecked


@bp.errorhandler(LinkOver)
def link_over(_error: LinkOver) -> Response:
    """What a link leads to that works no more."""
    return private_page("answers/verdict_over.html", 404)


@bp.get("/solved/<token>")
@by_network("60 per hour", methods=("GET",))
@public
def solved(token: str) -> Response:
    """The page of "It solved it", with its one button; it works signed out."""
    return _page("solved", token)


@bp.get("/unsolved/<token>")
@by_network("60 per hour", methods=("GET",))
@public
def unsolved(token: str) -> Response:
    """The page of "It did not", where the asker may say what still is wrong."""
    return _page("unsolved", token)


@bp.post("/solved/<token>")
@by_network("60 per hour")
@public
def say_solved(token: str) -> Response:
    """Mark the answer as the solution; both links of the mail end."""
    verdict = actions.accept_by_link(token=token)
    flash(_("Thank you. The answer is marked as the solution."), "good")
    return respond(verdict.url)


@bp.post("/unsolved/<token>")
@by_network("60 per hour")
@public
def say_unsolved(token: str) -> Response:
    """Bring the question back into the queue; both links of the mail end."""
    form = RejectionForm()
    if form.validate():
        try:
            verdict = actions.reject_by_link(token=token, body=form.body.data or "")
        except Invalid as error:
            form.refuse(error)
        except Conflict as error:
            form.refuse(error)
            if (form.body.data or "").strip():
                form.form_errors = [*form.form_errors, _("Without a text you can say so all the same.")]
            return _page("unsolved", token, error.status, form)
        else:
            flash(_("Thank you. Your question waits for an answer again."), "good")
            return respond(verdict.url)
    return _page("unsolved", token, 422, form)


def _page(name: str, token: str, status: int = 200, form: RejectionForm | None = None) -> Response:
    verdict = actions.verdict_of(token)
    return private_page(
        f"answers/{name}.html",
        status,
        verdict=verdict,
        token=token,
        post=post_views_unchecked([verdict.post_id])[0],
        form=form or RejectionForm(formdata=None),
    )
