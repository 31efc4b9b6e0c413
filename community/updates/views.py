"""What pages show of figures: plain values; nothing depends on who is looking."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import datetime

from flask_babel import format_decimal, gettext

from community.updates.charts import Drawing, drawing
from community.updates.measures import MEASURES
from community.updates.tables import Cell, Table


@dataclass(frozen=True, slots=True)
class Shown:
    """A version of a figure, with who made it and why, where it is a correction."""

    figure_id: int
    version: int
    caption: str
    unit: str
    chart: str
    table: Table
    at: datetime
    as_of: datetime | None
    note: str
    by_name: str
    by_url: str

    @property
    def drawing(self) -> Drawing | None:
        """The chart in the language of the running context; None where the table stands for itself."""
        return drawing(self.chart, self.table, spelled)

    def spelled(self, cell: Cell) -> str:
        """A cell as people read it."""
        return spelled(cell)

    @property
    def key(self) -> str:
        """What tells its parts from those of other figures on a page."""
        return f"figure_{self.figure_id}_{self.version}"

    @property
    def file(self) -> str:
        """The address of its files, without the ending."""
        return f"/figures/{self.figure_id}-{self.version}"

    @property
    def summary(self) -> str:
        """What a chart shows, in a sentence for who does not see it: its rows, and the ends of each column."""
        rows = self.table.rows
        told = [
            gettext("%(name)s: %(parts)s.", name=self.table.columns[place], parts=_ends([row[place] for row in rows]))
            for place in self.table.series
        ]
        begin = gettext("%(first)s to %(last)s.", first=rows[0][0], last=rows[-1][0])
        return " ".join([begin, *told])


@dataclass(frozen=True, slots=True)
class FigureView:
    """A figure: what it shows now, and what it showed before, the newest correction first."""

    id: int
    measure: str
    now: Shown
    former: tuple[Shown, ...]

    @property
    def checked_at(self) -> str:
        """Where a measured figure can be checked, empty for others."""
        return MEASURES[self.measure].checked_at if self.measure in MEASURES else ""


def spelled(number: Cell) -> str:
    """A number as the language of the running context writes it; a missing one as a dash."""
    if number is None:
        return "–"
    return str(format_decimal(number, "#,##0.######")) if isinstance(number, float) else str(number)


def _ends(cells: list[Cell]) -> str:
    known = [cell for cell in cells if isinstance(cell, float)]
    if not known:
        return str(gettext("no numbers"))
    low, high = spelled(min(known)), spelled(max(known))
    return str(gettext("between %(low)s and %(high)s, at last %(last)s", low=low, high=high, last=spelled(known[-1])))
