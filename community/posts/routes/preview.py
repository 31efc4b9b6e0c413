"""What a text will look like, drawn by the renderer that draws the posts."""

from __future__ import annotations

import re

from flask import Response, request
from flask_babel import gettext as _

from community.accounts.gate import public
from community.core.errors import Invalid
from community.core.fragments import private_page
from community.core.limits import by_person
from community.core.text import without_unwanted
from community.posts.routes.blueprint import bp
from community.posts.writing import prepared

_PLACE = re.compile(r"(ask)|(topic|post):([1-9][0-9]{0,17})", re.ASCII)
CARRIED = (
    *("title", "kind", "category", "tags", "product", "product_version", "brand"),
    *("submission_id", "reply_to", "role", "asks_info", "version"),
    *("shown", "opened", "searched"),
)
"""Fields of the forms that write, which a preview without scripts hands on; the text itself is shown to be worked on."""


@bp.post("/preview")
@by_person("60 per minute")
@public
def preview() -> Response:
    """A script sends `body` alone and gets its HTML. A plain form sends its `place` too and gets a page to go on from."""
    place = request.form.get("place")
    body = request.form.get("body", "")
    try:
        html, wrong = prepared(body), ""
    except Invalid as error:
        html, wrong = None, error.sentence
    if place is None:
        return private_page("posts/preview_part.html", text=html, wrong=wrong)
    return private_page(
        "posts/preview.html",
        text=html,
        wrong=wrong,
        body=without_unwanted(body),
        place=place,
        target=target_of(place),
        carried={name: without_unwanted(value) for name in CARRIED for value in request.form.getlist(name)[:1]},
    )


def target_of(place: str) -> str:
    """Where the form of a place is sent. Raises Invalid for a place that is none."""
    found = _PLACE.fullmatch(place)
    if found is None:
        raise Invalid(_("There is no such place."))
    if found[1]:
        return "/ask"
    return f"/t/{found[3]}/posts" if found[2] == "topic" else f"/posts/{found[3]}/edit"
