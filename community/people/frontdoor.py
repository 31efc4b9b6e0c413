"""What the team says of itself on `/openness`."""

from __future__ import annotations

from flask_babel import lazy_gettext as _l

from community.core.frontdoor import Figure, Opened
from community.staff.queries import team


def opened() -> Opened:
    """How many answer under their own names."""
    return Opened(
        title=_l("The team"),
        url="/team",
        words=_l(
            "Who answers here for the company, under their own names, with a badge that follows from their role and from"
            " nothing else."
        ),
        figures=(Figure(_l("People"), str(len(team())), "/team"),),
    )
