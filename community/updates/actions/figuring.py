"""Figures of an update: put into it before it is published, and corrected in the open afterwards."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from typing import Final

from flask_babel import gettext as _
from sqlalchemy import delete, func, select

from community.core.errors import Conflict, Invalid, require
from community.core.text import is_clean
from community.core.unit import Unit, unit
from community.extensions import db
from community.posts.actions.edit import LONGEST_NOTE, SHORTEST_NOTE
from community.posts.models import Post
from community.posts.policy import may_edit
from community.staff.viewer import Viewer, refreshed
from community.topics.titles import one_line
from community.updates.charts import CHARTS, MOST_SERIES
from community.updates.events import FigureCorrected, FiguresPublished
from community.updates.measures import MEASURES
from community.updates.models import Figure, FigureVersion, Update
from community.updates.policy import may_change
from community.updates.queries import figure_for, update_for
from community.updates.tables import Table, first_word, parsed

MOST_FIGURES: Final = 8
"""Of one update."""

LONGEST_CAPTION: Final = 160
LONGEST_UNIT: Final = 40


@dataclass(frozen=True)
class Drawn:
    """What a figure shows, checked."""

    caption: str
    unit: str
    chart: str
    table: Table
    measure: str = ""


def add_figure(*, by: Viewer, update_id: int, caption: str, measured_in: str, chart: str, data: str) -> int:
    """Put a figure into an update that is not published; returns its id. Raises Invalid for every field that does not fit."""
    return _add(by, update_id, checked(caption, measured_in, chart, data))


def add_measured_figure(*, by: Viewer, update_id: int, measure: str) -> int:
    """Put one of the forum's own numbers into it; it is counted anew when the update is published, and never again."""
    return _add(by, update_id, counted(measure))


def change_figure(*, by: Viewer, figure_id: int, caption: str, measured_in: str, chart: str, data: str) -> None:
    """Change a figure that is not published. Raises Conflict for a measured one: what the forum counts is not typed over."""
    shown = checked(caption, measured_in, chart, data)
    with unit() as u:
        by, figure, update = _of(by, figure_id)
        require(may_change(by, update))
        if figure.measure:
            raise Conflict(_("The forum counts this figure itself. Take it out, and type in another."))
        version = newest(u, figure.id)
        version.caption, version.unit, version.chart, version.data = shown.caption, shown.unit, shown.chart, shown.table.stored()
        version.at, version.by_id = u.now, by.id or 0


def correct_figure(*, by: Viewer, figure_id: int, caption: str, measured_in: str, chart: str, data: str, note: str) -> bool:
    """Correct a published figure, with a note; the former one stays beside it. Returns whether anything changed."""
    shown, note = checked(caption, measured_in, chart, data), checked_note(note)
    with unit() as u:
        by, figure, update = _of(by, figure_id)
        if update.topic_id is None:
            raise Conflict(_("This update is not published yet; its figures can be changed."))
        post = u.session.scalars(select(Post).where(Post.topic_id == update.topic_id, Post.number == 1)).one()
        require(may_edit(by, post))
        former = newest(u, figure.id)
        if (former.caption, former.unit, former.chart, former.data) == (
            shown.caption,
            shown.unit,
            shown.chart,
            shown.table.stored(),
        ):
            return False
        _note(u, figure.id, shown, by, former.version + 1, note)
        where = {"topic_id": post.topic_id, "category_id": post.topic.category_id, "post_id": post.id}
        u.record(FigureCorrected(by_id=by.id, figure_id=figure.id, figure_version=former.version + 1, **where))
        return True


def drop_figure(*, by: Viewer, figure_id: int) -> None:
    """Take a figure out of an update that is not published."""
    with unit() as u:
        by, figure, update = _of(by, figure_id)
        require(may_change(by, update))
        drop_figures(u, [figure.id])


def drop_figures(u: Unit, ids: Sequence[int]) -> None:
    """Inside a unit: figures of what was never published."""
    u.session.execute(delete(FigureVersion).where(FigureVersion.figure_id.in_(ids)))
    u.session.execute(delete(Figure).where(Figure.id.in_(ids)))


def counts_of(update_id: int) -> dict[int, Drawn]:
    """What the measured figures of an update count at this moment; before the unit that freezes it."""
    measured = select(Figure.id, Figure.measure).where(Figure.update_id == update_id, Figure.measure != "")
    return {row.id: counted(row.measure) for row in db.session.execute(measured).all()}


def freeze(u: Unit, by: Viewer, update_id: int, counts: Mapping[int, Drawn], post: Post) -> None:
    """Inside the unit that publishes an update: its measured figures are of this moment from now on."""
    figures = list(u.session.scalars(select(Figure).where(Figure.update_id == update_id)))
    for figure in figures:
        version = newest(u, figure.id)
        version.at = u.now
        if figure.id in counts:
            version.data, version.as_of = counts[figure.id].table.stored(), u.now
    if figures:
        where = {"topic_id": post.topic_id, "category_id": post.topic.category_id, "post_id": post.id}
        u.record(FiguresPublished(by_id=by.id, **where))


def checked(caption: str, measured_in: str, chart: str, data: str) -> Drawn:
    """A figure as it is stored. Raises Invalid with a sentence for every field that does not fit."""
    wrong: dict[str, str] = {}
    caption, measured_in = " ".join(caption.split()), " ".join(measured_in.split())
    if not 3 <= len(caption) <= LONGEST_CAPTION or not is_clean(caption):
        wrong["caption"] = _("Please say in %(least)s to %(most)s characters what it shows.", least=3, most=LONGEST_CAPTION)
    if len(measured_in) > LONGEST_UNIT or not is_clean(measured_in):
        wrong["measured_in"] = _("Please write at most %(num)s characters.", num=LONGEST_UNIT)
    if chart not in CHARTS:
        wrong["chart"] = _("Please choose how it is shown.")
    table = Table((), ())
    try:
        table = parsed(data)
    except Invalid as error:
        wrong |= error.fields
    if not wrong and chart != "table":
        wrong |= _unfit(chart, table, data)
    if wrong:
        raise Invalid(fields=wrong)
    return Drawn(caption, measured_in, chart, table)


def _unfit(chart: str, table: Table, data: str) -> dict[str, str]:
    """Why a table cannot be drawn as this chart."""
    if not table.is_numeric:
        return {"data": first_word(data) or _("There is no number in it.")}
    parts = len(table.rows) if chart == "share" and len(table.series) == 1 else len(table.series)
    if parts > MOST_SERIES:
        return {
            "chart": _(
                "More than %(most)s colours cannot be told apart. Please show it as a table, or leave some out.", most=MOST_SERIES
            )
        }
    negative = any(isinstance(cell, float) and cell < 0 for row in table.rows for cell in row[1:])
    if negative and chart in {"share", "area"}:
        return {"chart": _("Parts of a whole cannot be less than nothing. Please choose lines or bars.")}
    return {}


def checked_note(note: str) -> str:
    """Why a figure is corrected. Raises Invalid."""
    note = one_line(note, "note")
    if not SHORTEST_NOTE <= len(note) <= LONGEST_NOTE:
        sentence = _("Please say in %(least)s to %(most)s characters what was wrong.", least=SHORTEST_NOTE, most=LONGEST_NOTE)
        raise Invalid(fields={"note": sentence})
    return note


def counted(measure: str) -> Drawn:
    """One of the forum's own numbers as it is now. Raises Invalid for one that there is not."""
    known = MEASURES.get(measure)
    if known is None:
        raise Invalid(fields={"measure": _("Please choose a number.")})
    return Drawn(str(known.label), str(known.unit), known.chart, known.table(), measure)


def newest(u: Unit, figure_id: int) -> FigureVersion:
    """Inside a unit: what a figure shows."""
    versions = select(FigureVersion).where(FigureVersion.figure_id == figure_id)
    return u.session.scalars(versions.order_by(FigureVersion.version.desc()).limit(1)).one()


def _of(by: Viewer, figure_id: int) -> tuple[Viewer, Figure, Update]:
    by = refreshed(by)
    figure, update = figure_for(by, figure_id)
    return by, figure, update


def _add(by: Viewer, update_id: int, shown: Drawn) -> int:
    with unit() as u:
        by = refreshed(by)
        update = update_for(by, update_id)
        require(may_change(by, update))
        count, last = u.session.execute(select(func.count(), func.max(Figure.number)).where(Figure.update_id == update.id)).one()
        if count >= MOST_FIGURES:
            raise Conflict(_("An update has at most %(most)s figures.", most=MOST_FIGURES))
        figure = u.add(Figure(update_id=update.id, number=(last or 0) + 1, measure=shown.measure))
        _note(u, figure.id, shown, by, 1, "")
        return figure.id


def _note(u: Unit, figure_id: int, shown: Drawn, by: Viewer, version: int, note: str) -> None:
    u.add(
        FigureVersion(
            figure_id=figure_id,
            version=version,
            caption=shown.caption,
            unit=shown.unit,
            chart=shown.chart,
            data=shown.table.stored(),
            by_id=by.id,
            at=u.now,
            as_of=u.now if shown.measure else None,
            note=note,
        )
    )
