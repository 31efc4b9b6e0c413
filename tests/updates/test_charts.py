"""Charts: every shape stays in its drawing, sums stand where they belong, and nothing begins elsewhere than at zero."""

from __future__ import annotations

import math

import pytest
from hypothesis import given
from hypothesis import strategies as st

from community.updates.charts import BASE, LEFT, RIGHT, TOP, Drawing, Shape, drawing
from community.updates.tables import Cell, Table

NUMBERS = st.none() | st.floats(-1e9, 1e9, allow_nan=False).map(lambda n: round(n, 3))


def spell(number: float) -> str:
    return f"{number:g}"


def table(*columns: list[Cell]) -> Table:
    names = ("Name", *(f"series {number}" for number in range(len(columns))))
    return Table(names, tuple((f"row {number}", *cells) for number, cells in enumerate(zip(*columns, strict=True))))


def drawn(chart: str, *columns: list[Cell]) -> Drawing:
    found = drawing(chart, table(*columns), spell)
    assert found is not None
    return found


def of(found: Drawing, kind: str) -> list[Shape]:
    return [shape for shape in found.shapes if shape.kind == kind]


def y_of(found: Drawing, value: float) -> float:
    """Where a value stands, from the drawing's own lines."""
    marks = [(float(text.text), grid.points[0][1]) for grid, text in zip(of(found, "grid"), of(found, "text"), strict=False)]
    (low, bottom), (high, top) = marks[0], marks[-1]
    return bottom + (top - bottom) * (value - low) / (high - low)


def test_a_bar_reaches_from_zero_to_its_value() -> None:
    found = drawn("bar", [3.0, -2.0, None, 10.0])
    tall = [shape.points for shape in of(found, "rect")]
    assert len(tall) == 3
    for (top, bottom), value in zip(((points[0][1], points[1][1]) for points in tall), (3.0, -2.0, 10.0), strict=True):
        assert (top, bottom) == pytest.approx((y_of(found, max(value, 0)), y_of(found, min(value, 0))), abs=0.2)


def test_piled_bars_stand_one_upon_another_and_reach_their_sum() -> None:
    found = drawn("stacked", [3.0, 1.0], [4.0, 2.0])
    first, second = (shape.points for shape in of(found, "rect")[:2])
    assert second[1][1] == first[0][1]
    assert second[0][1] == pytest.approx(y_of(found, 7), abs=0.2)


def test_a_line_breaks_where_a_number_is_missing() -> None:
    found = drawn("line", [1.0, 2.0, None, 4.0, None, 5.0, 6.0])
    assert [len(shape.points) for shape in of(found, "line")] == [2, 2]
    assert len(of(found, "dot")) == 5


def test_areas_are_closed_and_pile_up() -> None:
    found = drawn("area", [1.0, 2.0], [3.0, 1.0])
    lower, upper = of(found, "area")
    assert upper.points[2:] == lower.points[1::-1]
    assert upper.points[0][1] == pytest.approx(y_of(found, 4), abs=0.2)


def test_shares_fill_their_bar_by_their_part() -> None:
    found = drawn("share", [60.0, 30.0, 10.0])
    widths = [shape.points[1][0] - shape.points[0][0] for shape in of(found, "rect")]
    assert [round(100 * width / sum(widths)) for width in widths] == [60, 30, 10]
    assert found.legend == ("row 0", "row 1", "row 2")
    assert [shape.text for shape in of(found, "on")] == ["60 %", "30 %", "10 %"]
    several = drawn("share", [1.0, 0.0], [3.0, 0.0])
    assert several.legend == ("series 0", "series 1")
    assert len(of(several, "rect")) == 2  # of a whole of nothing there are no parts


def test_a_table_alone_has_no_drawing() -> None:
    assert drawing("table", table([1.0]), spell) is None
    assert drawing("bar", Table(("Name", "Word"), (("a", "b"),)), spell) is None


def test_many_names_are_thinned_and_none_is_lost_from_few() -> None:
    few = [shape.text for shape in of(drawn("bar", [1.0] * 4), "text") if shape.text.startswith("row")]
    assert few == ["row 0", "row 1", "row 2", "row 3"]
    many = [shape for shape in of(drawn("bar", [1.0] * 100), "text") if shape.text.startswith("row")]
    assert len(many) <= 6


@given(st.sampled_from(["line", "bar", "stacked", "area"]), st.lists(st.tuples(NUMBERS, NUMBERS), min_size=1, max_size=30))
def test_everything_stays_within_the_drawing(chart: str, rows: list[tuple[float | None, float | None]]) -> None:
    columns: list[list[Cell]] = [
        [max(0.0, c) if chart == "area" and c is not None else c for c in column] for column in zip(*rows, strict=True)
    ]
    if not table(*columns).is_numeric:
        return
    found = drawn(chart, *columns)
    for shape in found.shapes:
        for x, y in shape.points:
            assert math.isfinite(x)
            assert 0 <= x <= found.width
            assert 0 <= y <= found.height
        if shape.kind in {"rect", "line", "area", "dot"}:
            assert all(LEFT - 1 <= x <= RIGHT + 1 and TOP - 1 <= y <= BASE + 1 for x, y in shape.points)
        if shape.kind == "rect":
            assert shape.points[0][1] <= shape.points[1][1]
    assert 2 <= len(of(found, "grid")) <= 14


@given(st.lists(st.floats(0, 1e9, allow_nan=False), min_size=1, max_size=6))
def test_shares_stay_within_theirs(parts: list[float]) -> None:
    found = drawn("share", [float(part) for part in parts])
    assert all(0 <= x <= found.width and 0 <= y <= found.height for shape in found.shapes for x, y in shape.points)
