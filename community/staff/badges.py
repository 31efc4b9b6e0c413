"""The words of a badge, from what the server knows and nothing a user can type."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import datetime

from flask_babel import format_date, gettext

from community.settings.queries import site


@dataclass(frozen=True)
class Badge:
    """What is drawn beside a name. `kind` is `staff`, `own`, `alum` or None for no badge."""

    kind: str | None = None
    text: str = ""


NO_BADGE = Badge()


def staff_badge(title: str) -> Badge:
    """Somebody who speaks for the brand."""
    brand = site().brand_name
    if not title:
        return Badge("staff", gettext("Team at %(brand)s", brand=brand))
    return Badge("staff", gettext("%(title)s at %(brand)s", title=title, brand=brand))


def own_badge() -> Badge:
    """An employee who wrote for themselves."""
    return Badge("own", gettext("works at %(brand)s, own opinion", brand=site().brand_name))


def alum_badge(left_at: datetime) -> Badge:
    """Somebody who has left; it never grants anything."""
    return Badge("alum", gettext("was at %(brand)s until %(month)s", brand=site().brand_name, month=_month(left_at)))


def badge_of_post(kind: str | None, title: str, left_at: datetime | None = None) -> Badge:
    """The badge of a post from what was stored with it.

    `left_at` is when its author left (`queries.alumni_unchecked`), None for who is still here: an alum's
    post keeps its stored title followed by the date (rulings 23).
    """
    if kind is None:
        return NO_BADGE
    if left_at is not None:
        if kind == "staff" and title:
            text = gettext("%(title)s at %(brand)s until %(month)s", title=title, brand=site().brand_name, month=_month(left_at))
            return Badge("alum", text)
        return alum_badge(left_at)
    return own_badge() if kind == "own" else staff_badge(title)


def _month(moment: datetime) -> str:
    return str(format_date(moment.date(), "MMMM yyyy"))
