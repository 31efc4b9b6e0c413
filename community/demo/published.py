"""What the company of the demo world tells of itself, as its file says it."""

from __future__ import annotations

from community.demo.spelling import Strict


class Comment(Strict):
    """What somebody said `after` so many hours."""

    after: float
    by: str
    body: str


class Correction(Strict):
    """After so many hours `former` was found wrong and became `now`."""

    after: float
    former: str
    now: str
    note: str


class Figure(Strict):
    """A table in an update; `measure` names one of the forum's own numbers instead."""

    caption: str = ""
    unit: str = ""
    chart: str = ""
    data: str = ""
    measure: str = ""


class Update(Strict):
    """What the company published `ago` days before now, in the category `place`."""

    ago: float
    by: str
    section: str
    place: str
    title: str
    body: str
    tags: tuple[str, ...] = ()
    figures: tuple[Figure, ...] = ()
    corrected: Correction | None = None
    figure_corrected: Correction | None = None
    comments: tuple[Comment, ...] = ()
