"""What the promise says of itself on `/openness`."""

from __future__ import annotations

from flask_babel import lazy_gettext as _l

from community.core.fragments import fragment
from community.core.frontdoor import Figure, Opened
from community.promise.queries import kept_unchecked

_WORDS = "promise/_promise.html"


def opened() -> Opened:
    """The share kept in the last quarter, the median of first answers, and how many were missed."""
    kept = kept_unchecked()
    return Opened(
        title=_l("The promise"),
        url="/promise",
        words=_l("By when each question is answered, how often that was kept in the last 13 weeks, and every miss."),
        figures=(
            Figure(_l("Kept"), fragment(_WORDS, "percent", kept.whole.share), "/promise"),
            Figure(_l("Promised"), fragment(_WORDS, "percent", kept.share), "/promise"),
            Figure(_l("First answer, median"), fragment(_WORDS, "desk_minutes", kept.whole.first[0]), "/promise"),
            Figure(_l("Missed"), str(kept.miss_count), "/promise#misses"),
        ),
    )
