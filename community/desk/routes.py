"""`/desk`: what needs a human next."""

from __future__ import annotations

from flask import Blueprint, Response, request

from community.accounts.gate import staff_only, viewer
from community.core.fragments import private_page
from community.core.paging import page_number
from community.core.position import position_now
from community.desk.queries import desk_for
from community.faq.queries import entries_to_check
from community.talks.queries import waiting_talks

bp = Blueprint("desk", __name__)


@bp.get("/desk")
@staff_only
def desk() -> Response:
    """The queues, all of them or one, in all places or one."""
    position = position_now()  # before everything else: what is read later may be newer, never older
    found = desk_for(
        viewer(),
        queue=request.args.get("queue") or None,
        category=request.args.get("category") or None,
        number=page_number(request.args),
    )
    return private_page("desk/desk.html", desk=found, faq=entries_to_check(viewer()), talks=waiting_talks(), position=position)
