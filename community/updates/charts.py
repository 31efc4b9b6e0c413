"""Laying out a chart of a table: shapes in units of a drawing of its own, which a template draws as SVG and Pillow as PNG.

A module of our own, as the well-kept libraries draw pictures with their own styles in them, which the pages' policy forbids, and
none of them lets a theme, print and a screen reader have the same drawing (docs/decisions.md).
"""

from __future__ import annotations

import math
from collections.abc import Callable, Sequence
from dataclasses import dataclass
from typing import Final

from community.updates.tables import Cell, Table

CHARTS: Final = ("table", "line", "bar", "stacked", "area", "share")

WIDTH: Final = 640
LEFT: Final = 58
RIGHT: Final = 628
TOP: Final = 16
BASE: Final = 250
HEIGHT: Final = 284

MOST_LABELS: Final = 6
TICKS: Final = 5
MOST_SERIES: Final = 6
"""As many colours as can be told apart; a chart of more is refused."""

SHARE_BAR: Final = 34
SHARE_STEP: Final = 64

Point = tuple[float, float]
Spell = Callable[[float], str]
"""How a number is written for people."""


@dataclass(frozen=True, slots=True)
class Shape:
    """`kind` is `rect` (two corners), `line`, `area` (closed), `dot`, `grid`, `axis` or `text` (at a point, `anchor`)."""

    kind: str
    points: tuple[Point, ...]
    series: int = 0
    text: str = ""
    anchor: str = "middle"


@dataclass(frozen=True, slots=True)
class Drawing:
    """Shapes from the back to the front, and the names of the series by their colours, in the order of the legend."""

    shapes: tuple[Shape, ...]
    legend: tuple[str, ...]
    height: int = HEIGHT
    width: int = WIDTH


def drawing(chart: str, table: Table, spell: Spell) -> Drawing | None:
    """The chart of a table; None where the table stands for itself."""
    if chart == "table" or not table.is_numeric:
        return None
    if chart == "share":
        return _shares(table, spell)
    return _plotted(chart, table, spell)


def _plotted(chart: str, table: Table, spell: Spell) -> Drawing:
    piled = chart in {"stacked", "area"}
    columns = [[row[place] for row in table.rows] for place in table.series]
    scale = _Scale.of(_extremes(columns, piled=piled))
    shapes = [shape for tick in scale.ticks for shape in _tick(scale, tick, spell)]
    room = (RIGHT - LEFT) / len(table.rows)
    shapes += _names([str(row[0]) for row in table.rows], room)
    if chart in {"bar", "stacked"}:
        shapes += _bars(columns, scale, room, piled=piled)
    elif chart == "area":
        shapes += _areas(columns, scale, room)
    else:
        shapes += _lines(columns, scale, room)
    shapes.append(Shape("axis", ((LEFT, scale.y(0)), (RIGHT, scale.y(0)))))
    names = tuple(table.columns[place] for place in table.series)
    return Drawing(tuple(shapes), names if len(names) > 1 else ())


@dataclass(frozen=True, slots=True)
class _Scale:
    low: float
    high: float
    step: float

    @staticmethod
    def of(extremes: tuple[float, float]) -> _Scale:
        """Round ends and steps around what there is to show, zero always among it: a bar that begins elsewhere lies."""
        low, high = min(0.0, extremes[0]), max(0.0, extremes[1])
        if low == high:
            high = 1.0
        rough = (high - low) / TICKS
        size = 10 ** math.floor(math.log10(rough))
        step = next(size * factor for factor in (1, 2, 2.5, 5, 10) if size * factor >= rough * (1 - 1e-9))
        return _Scale(math.floor(low / step + 1e-9) * step, math.ceil(high / step - 1e-9) * step, step)

    @property
    def ticks(self) -> list[float]:
        """Where lines stand, from below."""
        count = round((self.high - self.low) / self.step)
        return [self.low + self.step * number for number in range(count + 1)]

    def y(self, value: float) -> float:
        """The height of a value in the drawing."""
        return round(BASE - (BASE - TOP) * (value - self.low) / (self.high - self.low), 1)


def _extremes(columns: Sequence[Sequence[Cell]], *, piled: bool) -> tuple[float, float]:
    if not piled:
        known = [cell for column in columns for cell in column if isinstance(cell, float)]
        return min(known), max(known)
    sums = [[_value(cell) for cell in row] for row in zip(*columns, strict=True)]
    return min(sum(min(0.0, each) for each in row) for row in sums), max(sum(max(0.0, each) for each in row) for row in sums)


def _value(cell: Cell) -> float:
    return cell if isinstance(cell, float) else 0.0


def _tick(scale: _Scale, value: float, spell: Spell) -> tuple[Shape, Shape]:
    y = scale.y(value)
    return Shape("grid", ((LEFT, y), (RIGHT, y))), Shape(
        "text", ((LEFT - 8, y + 4),), text=spell(float(round(value, 9))), anchor="end"
    )


def _names(names: Sequence[str], room: float) -> list[Shape]:
    """The names of rows below the axis: all, or every second, third and so on, never one upon another."""
    every = max(1, math.ceil(len(names) / MOST_LABELS))
    longest = int(room * every / 10)  # a letter of the size that a phone shows
    return [
        Shape("text", ((round(LEFT + room * (number + 0.5), 1), BASE + 20),), text=_cut(name, longest))
        for number, name in enumerate(names)
        if number % every == 0
    ]


def _cut(name: str, most: int) -> str:
    return name if len(name) <= max(3, most) else f"{name[: max(2, most - 1)].rstrip()}…"


def _bars(columns: Sequence[Sequence[Cell]], scale: _Scale, room: float, *, piled: bool) -> list[Shape]:
    shapes = []
    width = room * 0.72 / (1 if piled else len(columns))
    for row in range(len(columns[0])):
        up = down = 0.0
        for series, column in enumerate(columns):
            value = column[row]
            if not isinstance(value, float):
                continue
            left = LEFT + room * (row + 0.14) + (0 if piled else width * series)
            begin = (up if value >= 0 else down) if piled else 0.0
            if piled:
                up, down = (up + value, down) if value >= 0 else (up, down + value)
            corners = ((round(left, 1), scale.y(begin + value)), (round(left + width * (1 if piled else 0.92), 1), scale.y(begin)))
            shapes.append(Shape("rect", _ordered(corners), series))
    return shapes


def _ordered(corners: tuple[Point, Point]) -> tuple[Point, Point]:
    (x0, y0), (x1, y1) = corners
    return (min(x0, x1), min(y0, y1)), (max(x0, x1), max(y0, y1))


def _lines(columns: Sequence[Sequence[Cell]], scale: _Scale, room: float) -> list[Shape]:
    """A line for each series, broken where a number is missing; a lone number is a dot."""
    shapes = []
    for series, column in enumerate(columns):
        run: list[Point] = []
        for row, value in enumerate([*column, None]):
            if isinstance(value, float):
                run.append((round(LEFT + room * (row + 0.5), 1), scale.y(value)))
                continue
            if run:
                shapes += [Shape("line", tuple(run), series)] if len(run) > 1 else []
                shapes += [Shape("dot", (point,), series) for point in (run if len(run) < 25 else run[-1:])]
            run = []
    return shapes


def _areas(columns: Sequence[Sequence[Cell]], scale: _Scale, room: float) -> list[Shape]:
    """One upon another; what is missing counts as nothing."""
    shapes: list[Shape] = []
    below = [0.0] * len(columns[0])
    for series, column in enumerate(columns):
        above = [floor + _value(cell) for floor, cell in zip(below, column, strict=True)]
        xs = [round(LEFT + room * (row + 0.5), 1) for row in range(len(column))]
        top = [(x, scale.y(value)) for x, value in zip(xs, above, strict=True)]
        bottom = [(x, scale.y(value)) for x, value in zip(xs, below, strict=True)]
        shapes.append(Shape("area", (*top, *reversed(bottom)), series))
        shapes.append(Shape("line", tuple(top), series))
        below = above
    return shapes


def _shares(table: Table, spell: Spell) -> Drawing:
    """Parts of a whole along one bar: of one column its rows are the parts, of several each row is a whole."""
    if len(table.series) == 1:
        names = [str(row[0]) for row in table.rows]
        wholes = [("", [max(0.0, _value(row[1])) for row in table.rows])]
    else:
        names = [table.columns[place] for place in table.series]
        wholes = [(str(row[0]), [max(0.0, _value(row[place])) for place in table.series]) for row in table.rows]
    shapes: list[Shape] = []
    for number, (name, parts) in enumerate(wholes):
        shapes += _share(name, parts, 8 + number * SHARE_STEP, spell)
    return Drawing(tuple(shapes), tuple(names), height=8 + len(wholes) * SHARE_STEP)


def _share(name: str, parts: Sequence[float], top: float, spell: Spell) -> list[Shape]:
    whole = sum(parts)
    shapes = [Shape("text", ((4, top + 12),), text=_cut(name, 90), anchor="start")]
    left = 4.0
    for series, part in enumerate(parts):
        wide = (WIDTH - 8) * part / whole if whole else 0.0
        if wide:
            shapes.append(Shape("rect", ((round(left, 1), top + 20), (round(left + wide, 1), top + 20 + SHARE_BAR)), series))
            if wide >= 46:
                words = f"{spell(float(round(100 * part / whole)))} %"
                shapes.append(Shape("on", ((round(left + wide / 2, 1), top + 20 + SHARE_BAR / 2 + 4),), series, words))
        left += wide
    return shapes
