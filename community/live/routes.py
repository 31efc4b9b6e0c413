"""`GET /live`: the catch-up for browsers that have no socket at the moment, and for what a nudge points to."""

from __future__ import annotations

from flask import Blueprint, Response, jsonify, request
from flask_login import current_user

from community.accounts.gate import public
from community.core.limits import by_person
from community.live.catch_up import catch_up

MAX_NAMES = 4000
"""Characters of the argument `channels`; fifty names need half."""

bp = Blueprint("live", __name__)


@bp.get("/live")
@by_person("600 per minute", methods=("GET",))
@public
def missed() -> Response:
    """What happened on `channels` (names with commas between) since `position`, as JSON."""
    names = [name for name in request.args.get("channels", "")[:MAX_NAMES].split(",") if name]
    answer = jsonify(catch_up(current_user, names, request.args.get("position", "")))
    answer.headers["Cache-Control"] = "private, no-store"
    return answer
