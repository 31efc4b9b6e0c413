"""One's drafts: kept by scripts while one writes and by a button without them, and listed."""

from __future__ import annotations

import json
from typing import Any

from flask import Blueprint, Response, request
from flask_babel import gettext as _

from community.accounts.gate import members_only, viewer
from community.core.errors import Invalid
from community.core.fragments import private_page, respond
from community.core.limits import by_person
from community.drafts.actions import FIELDS, discard_draft, save_draft
from community.drafts.queries import drafts_of, titles_of

bp = Blueprint("drafts", __name__)


@bp.get("/drafts")
@members_only
def drafts() -> Response:
    """Everything that the viewer has begun."""
    found = drafts_of(viewer())
    titles = titles_of(viewer(), [draft.place for draft in found])
    begun = [
        {"place": draft.place, "url": address_of(draft.place), "draft": draft, "title": titles.get(draft.place, "")}
        for draft in found
    ]
    return private_page("drafts/drafts.html", begun=begun)


@bp.post("/drafts")
@by_person("120 per minute")
@members_only
def save() -> Response:
    """Keep a draft. A script sends its `fields` as one JSON object and gets 204; a form sends itself and gets its page back."""
    place = request.form.get("place", "")
    sent = request.form.get("fields")
    fields = _object(sent) if sent is not None else {name: request.form[name] for name in FIELDS if name in request.form}
    save_draft(by=viewer(), place=place, fields=fields)
    if sent is not None:
        return Response(status=204)
    return respond(address_of(place), said=_("Your draft is kept."))


@bp.post("/drafts/discard")
@members_only
def discard() -> Response:
    """Forget a draft."""
    discard_draft(by=viewer(), place=request.form.get("place", ""))
    return respond("/drafts", said=_("The draft is gone."))


def address_of(place: str) -> str:
    """Where a draft is gone on with."""
    kind, _colon, number = place.partition(":")
    known = {"topic": f"/t/{number}#composer", "post": f"/posts/{number}/edit", "update": f"/updates/{number or 'new'}"}
    return known.get(kind, "/ask")


def _object(text: str) -> dict[str, str]:
    """A flat JSON object of texts. Raises Invalid for anything else, however deep."""
    try:
        found: Any = json.loads(text)
    except (ValueError, RecursionError):
        found = None
    if not isinstance(found, dict) or not all(isinstance(value, str) for value in found.values()):
        raise Invalid(_("A draft is an object of texts."))
    return found
