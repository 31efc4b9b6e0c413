"""A table as people bring it: typed, pasted from a spreadsheet, or a file of comma-separated values (RFC 4180).

The first row names the columns, the first column names the rows; every other column holds numbers, in English or German
notation, or, in a figure that is shown as a table alone, words.
"""

from __future__ import annotations

import csv
import io
import re
from collections.abc import Sequence
from dataclasses import dataclass
from typing import Any, Final

from flask_babel import gettext as _

from community.core.errors import Invalid
from community.core.text import is_clean

MOST_ROWS: Final = 120
MOST_COLUMNS: Final = 8
LONGEST_CELL: Final = 80
"""Characters: what is longer belongs into the text."""

MOST_BYTES: Final = 64 * 1024

NOTHING: Final = frozenset({"", "-", "–", "—", "n/a", "na", "…"})
"""What people write where there is no number."""

_ENGLISH: Final = re.compile(r"[+-]?(?:\d{1,3}(?:,\d{3})+|\d{1,15})(?:\.\d{1,9})?")
_GERMAN: Final = re.compile(r"[+-]?(?:\d{1,3}(?:\.\d{3})+|\d{1,15})(?:,\d{1,9})?")
_AROUND: Final = re.compile(r"[\s\u00a0\u202f'%€$£]+")

Cell = float | str | None
Notation = tuple[re.Pattern[str], str, str]
"""What a number looks like, and its marks of thousands and of decimals."""


@dataclass(frozen=True, slots=True)
class Table:
    """`columns` are names, that of the first column among them; a row begins with its name."""

    columns: tuple[str, ...]
    rows: tuple[tuple[Cell, ...], ...]

    @property
    def series(self) -> tuple[int, ...]:
        """The places of the columns that hold numbers."""
        places = range(1, len(self.columns))
        return tuple(place for place in places if all(row[place] is None or isinstance(row[place], float) for row in self.rows))

    @property
    def is_numeric(self) -> bool:
        """Whether a chart can be drawn of it: every column but the first holds numbers, and there is one."""
        numbers = any(isinstance(cell, float) for row in self.rows for cell in row)
        return numbers and len(self.series) == len(self.columns) - 1

    def stored(self) -> dict[str, Any]:
        """As it lies in the database."""
        return {"columns": list(self.columns), "rows": [list(row) for row in self.rows]}

    def as_csv(self) -> str:
        """Comma-separated values; what a spreadsheet could take for a formula is quoted by an apostrophe (CWE-1236)."""
        out = io.StringIO()
        writer = csv.writer(out, lineterminator="\r\n")
        for row in (self.columns, *self.rows):
            writer.writerow([_exported(cell) for cell in row])
        return out.getvalue()


def loaded(stored: dict[str, Any]) -> Table:
    """What `stored` gave."""
    rows = (tuple(float(cell) if isinstance(cell, int) else cell for cell in row) for row in stored["rows"])
    return Table(tuple(stored["columns"]), tuple(rows))


def parsed(text: str) -> Table:
    """The table in a text. Raises Invalid at the field `data`, with the row and column that do not fit."""
    lines = _lines(text)
    if len(lines) < 2 or len(lines[0]) < 2:
        raise _wrong(_("Please give a row of names, and below it at least one row with a name and a number."))
    if len(lines) > MOST_ROWS + 1 or len(lines[0]) > MOST_COLUMNS:
        sentence = _("A figure has at most %(rows)s rows and %(columns)s columns.", rows=MOST_ROWS, columns=MOST_COLUMNS)
        raise _wrong(sentence)
    width = len(lines[0])
    for number, line in enumerate(lines, 1):
        if len(line) != width:
            raise _wrong(
                _("Row %(number)s has %(count)s cells, the first has %(width)s.", number=number, count=len(line), width=width)
            )
        if any(len(cell) > LONGEST_CELL for cell in line):
            raise _wrong(_("A cell in row %(number)s is longer than %(most)s characters.", number=number, most=LONGEST_CELL))
    if not all(lines[0]) or len(set(lines[0])) < width:
        raise _wrong(_("Every column needs a name of its own."))
    notations = _notations(lines, text)
    columns = [_column([line[place] for line in lines[1:]], notations) for place in range(1, width)]
    names = [line[0] for line in lines[1:]]
    return Table(tuple(lines[0]), tuple((name, *cells) for name, *cells in zip(names, *columns, strict=True)))


def first_word(text: str) -> str:
    """The first cell of a text's columns that is no number, with its row, for a sentence; empty where there is none."""
    lines = _lines(text)
    notations = _notations(lines, text)
    for place in range(1, len(lines[0])):
        cells = [line[place] for line in lines[1:] if place < len(line)]
        if all(isinstance(cell, float) or cell is None for cell in _column(cells, notations)):
            continue
        notation = max((_ENGLISH, _GERMAN), key=lambda one: sum(_fits(one, cell) for cell in cells))
        number, cell = next((n, cell) for n, cell in enumerate(cells, 2) if not _fits(notation, cell))
        sentence = _("Row %(number)s, “%(column)s”: “%(cell)s” is no number.", number=number, column=lines[0][place], cell=cell)
        return str(sentence)
    return ""


def _lines(text: str) -> list[list[str]]:
    """The cells, without empty lines around them. A tab separates before a semicolon, and that before a comma."""
    if len(text.encode()) > MOST_BYTES or not is_clean(text):
        raise _wrong(_("This is too long for a figure, or holds characters that cannot be stored."))
    text = text.strip("\r\n \ufeff")
    head = text.partition("\n")[0]
    mark = next((mark for mark in "\t;," if mark in head), ",")
    try:
        found = [[" ".join(cell.split()) for cell in row] for row in csv.reader(io.StringIO(text, newline=""), delimiter=mark)]
    except csv.Error:
        raise _wrong(_("The quotation marks or line ends of this table do not fit together.")) from None
    return [row for row in found if any(row)] or [[]]


def _notations(lines: Sequence[Sequence[str]], text: str) -> tuple[Notation, ...]:
    """The notations in the order in which a table is read: `1.200` alone says nothing, but its neighbours and semicolons do."""
    cells = [cell for line in lines[1:] for cell in line[1:]]
    english = any(_fits(_ENGLISH, cell) and not _fits(_GERMAN, cell) for cell in cells)
    german = any(_fits(_GERMAN, cell) and not _fits(_ENGLISH, cell) for cell in cells)
    head = text.partition("\n")[0]
    first_german = not english and (german or (";" in head and "\t" not in head))
    found: tuple[Notation, ...] = ((_ENGLISH, ",", "."), (_GERMAN, ".", ","))
    return found[::-1] if first_german else found


def _column(cells: Sequence[str], notations: Sequence[Notation]) -> list[Cell]:
    """Numbers where all cells are, in one notation; else words."""
    for notation, thousands, decimal in notations:
        if all(_fits(notation, cell) for cell in cells):
            return [_number(cell, thousands, decimal) for cell in cells]
    return list(cells)


def _fits(notation: re.Pattern[str], cell: str) -> bool:
    return cell.lower() in NOTHING or notation.fullmatch(_bare(cell)) is not None


def _number(cell: str, thousands: str, decimal: str) -> float | None:
    if cell.lower() in NOTHING:
        return None
    return float(_bare(cell).replace(thousands, "").replace(decimal, "."))


def _bare(cell: str) -> str:
    return _AROUND.sub("", cell).replace("−", "-")


def _exported(cell: Cell) -> str:
    if cell is None:
        return ""
    if isinstance(cell, float):
        return written(cell)
    return f"'{cell}" if cell[:1] in "=+-@\t\r" and not _ENGLISH.fullmatch(cell) else cell


def written(number: float) -> str:
    """A number for machines: as short as it can be, never with an exponent."""
    return f"{number:.9f}".rstrip("0").rstrip(".") if number % 1 else f"{number:.0f}"


def _wrong(sentence: str) -> Invalid:
    return Invalid(fields={"data": sentence})
