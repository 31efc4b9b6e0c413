"""What commitments say of themselves on `/openness`."""

from __future__ import annotations

from flask_babel import lazy_gettext as _l

from community.commitments.queries import ledger
from community.core.fragments import fragment
from community.core.frontdoor import Figure, Opened
from community.staff.viewer import VISITOR


def opened() -> Opened:
    """The share kept by their day, and how many are open, late and withdrawn."""
    found = ledger(VISITOR)
    share = fragment("promise/_promise.html", "percent", found.share)
    return Opened(
        title=_l("Commitments"),
        url="/commitments",
        words=_l("What somebody of the team said would be done, by when, who owns it, and what became of it."),
        figures=(
            Figure(_l("Kept by their day"), share, "/commitments"),
            Figure(_l("Open"), str(found.counts["open"]), "/commitments?state=open"),
            Figure(_l("Late"), str(found.counts["late"]), "/commitments?state=late"),
            Figure(_l("Withdrawn"), str(found.counts["withdrawn"]), "/commitments?state=withdrawn"),
        ),
    )
