"""What the record says of itself on `/openness`."""

from __future__ import annotations

from datetime import timedelta
from typing import Final

from flask_babel import format_date
from flask_babel import lazy_gettext as _l
from sqlalchemy import func, select

from community.appeals.queries import outcomes
from community.core import clock
from community.core.fragments import fragment
from community.core.frontdoor import Figure, Opened
from community.extensions import db
from community.record.models import RecordEntry
from community.record.queries import last_head, newest_signed

YEAR: Final = timedelta(days=365)


def opened() -> Opened:
    """How many entries it has, what was removed and who suspended in the last year, and when its head was signed last."""
    head, signed = last_head(), newest_signed()
    counted = (
        select(RecordEntry.kind, func.count().label("times")).where(RecordEntry.at >= clock.now() - YEAR).group_by(RecordEntry.kind)
    )
    counts: dict[str, int] = {row.kind: row.times for row in db.session.execute(counted)}

    reversed_share = fragment("promise/_promise.html", "percent", outcomes().share)

    def figure(label: object, kind: str) -> Figure:
        return Figure(label, str(counts.get(kind, 0)), f"/record?kind={kind}")

    return Opened(
        title=_l("The public record"),
        url="/record",
        words=_l(
            "Every removal, lock, sanction, role and edit by the team, in a chain that nobody can change unnoticed. Check it"
            " here, or with a copy of your own."
        ),
        figures=(
            Figure(_l("Entries"), str(head.n if head else 0), "/record"),
            figure(_l("Posts removed in a year"), "post.removed"),
            figure(_l("Members suspended in a year"), "member.suspended"),
            Figure(_l("Reversed after an objection"), reversed_share, "/record#appeals"),
            Figure(_l("Signed last"), format_date(signed.at.date(), "medium") if signed else "–", "/record"),
        ),
    )
