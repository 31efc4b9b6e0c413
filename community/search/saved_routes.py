"""Saved searches: kept from a page of results, listed and changed under the settings."""

from __future__ import annotations

from urllib.parse import urlencode

from flask import Blueprint, Response, make_response, render_template, request
from flask_babel import gettext as _

from community.accounts.gate import members_only, viewer
from community.core.fragments import respond
from community.core.limits import SAVED_SEARCHES, by_person
from community.search.normal import normal
from community.search.queries import asked, search
from community.search.querying import LONGEST
from community.searches import actions
from community.searches.queries import saved_searches_of

saved = Blueprint("saved", __name__)

LIST = "/saved-searches"
CHANGES = "60 per minute"


@saved.get(LIST)
@members_only
def saved_searches() -> Response:
    """What the viewer keeps."""
    answer = make_response(render_template("search/saved.html", kept=saved_searches_of(viewer()), address_of=address_of))
    answer.headers["Cache-Control"] = "private, no-store"
    return answer


@saved.post(LIST)
@by_person(SAVED_SEARCHES)
@members_only
def save() -> Response:
    """Keep the search that stands in the address, as it does on its page; what it finds now is not news."""
    given = {name: value[:LONGEST] for name, value in request.args.items()}
    tells = request.form.get("tells", "")
    arguments = normal(given)
    known = search(viewer(), asked(arguments)).known if arguments else ()
    actions.save_search(by=viewer(), arguments=arguments, tells=tells, known=known)
    said = _("You will hear of answers to what this search finds.") if tells == "answers" else _("You will hear of new results.")
    return respond(address_of(arguments), said=said)


@saved.post(f"{LIST}/<int:saved_search_id>/name")
@by_person(CHANGES)
@members_only
def rename(saved_search_id: int) -> Response:
    """Give it a name."""
    actions.change_search(by=viewer(), saved_search_id=saved_search_id, name=request.form.get("name", "")[:LONGEST])
    return respond(LIST, said=_("Saved."))


@saved.post(f"{LIST}/<int:saved_search_id>/pause")
@by_person(CHANGES)
@members_only
def pause(saved_search_id: int) -> Response:
    """Let it tell nothing for a while."""
    actions.change_search(by=viewer(), saved_search_id=saved_search_id, paused=True)
    return respond(LIST, said=_("It pauses."))


@saved.post(f"{LIST}/<int:saved_search_id>/pause/undo")
@by_person(CHANGES)
@members_only
def go_on(saved_search_id: int) -> Response:
    """Let it tell again."""
    actions.change_search(by=viewer(), saved_search_id=saved_search_id, paused=False)
    return respond(LIST, said=_("It tells again."))


@saved.post(f"{LIST}/<int:saved_search_id>/removal")
@by_person(CHANGES)
@members_only
def drop(saved_search_id: int) -> Response:
    """Give it up."""
    actions.drop_search(by=viewer(), saved_search_id=saved_search_id)
    return respond(LIST, said=_("This search is no longer saved."))


def address_of(arguments: dict[str, str]) -> str:
    """The page of a search."""
    return f"/search?{urlencode(arguments)}"
