"""`/openness`: the front door; and the public dumps."""

from __future__ import annotations

from collections.abc import Callable

from flask import Blueprint, Response, current_app, render_template, send_file
from werkzeug.utils import import_string

from community.accounts.gate import public
from community.core.errors import NotFound
from community.core.fragments import base_url
from community.core.frontdoor import Opened
from community.core.limits import by_person
from community.core.position import position_now
from community.openness.dump import NAME, dumps, folder

bp = Blueprint("openness", __name__)

CHANNELS = ("promise", "commitments", "record", "faq")
"""Whose pages the numbers are of: when they change, this page is fetched anew."""


@bp.get("/openness")
@by_person("60 per minute", methods=("GET",))
@public
def show() -> Response:
    """Everything that is open, with the few numbers that matter."""
    position = str(position_now())  # before everything else: what is read later may be newer, never older
    made: list[Callable[[], Opened]] = [import_string(name) for name in current_app.config["FRONT_DOOR"]]
    shown = {"sections": [each() for each in made], "dumps": dumps(), "channels": CHANNELS, "position": position}
    answer = Response(render_template("openness/openness.html", base_url=base_url(), **shown))
    answer.headers["Cache-Control"] = "private, no-cache"
    return answer


@bp.get("/openness/<name>")
@by_person("30 per hour", methods=("GET",))
@public
def download(name: str) -> Response:
    """One of the dumps. Raises NotFound for anything else."""
    path = folder() / name
    if not NAME.fullmatch(name) or not path.is_file():
        raise NotFound
    answer = send_file(path, mimetype="application/gzip", as_attachment=True, download_name=name, conditional=True, etag=True)
    answer.headers["Cache-Control"] = "public, max-age=3600"
    return answer
