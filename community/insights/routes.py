"""`/insights`: what asking and searching led to, for employees."""

from __future__ import annotations

from flask import Blueprint, Response
from flask_babel import gettext as _

from community.accounts.gate import staff_only, viewer
from community.core.fragments import private_page, respond
from community.insights.actions import settle_gap
from community.insights.noted import flush_after
from community.insights.queries import insights_for

bp = Blueprint("insights", __name__)
bp.after_app_request(flush_after)


@bp.get("/insights")
@staff_only
def insights() -> Response:
    """Outcomes by week, best answers and search gaps."""
    return private_page("insights/insights.html", found=insights_for(viewer()))


@bp.post("/insights/gaps/<int:gap_id>/settled")
@staff_only
def settle(gap_id: int) -> Response:
    """Say that a gap is closed."""
    settle_gap(by=viewer(), gap_id=gap_id)
    return respond("/insights#gaps", said=_("Settled. It comes back when somebody looks for it in vain again."))


@bp.post("/insights/gaps/<int:gap_id>/settled/undo")
@staff_only
def unsettle(gap_id: int) -> Response:
    """Take that back."""
    settle_gap(by=viewer(), gap_id=gap_id, settled=False)
    return respond("/insights#gaps", said=_("The gap is open again."))
