"""The rows of a Stack Exchange file, read as a stream in constant memory and without entities.

Such a file is one element a line, `<row Id="1" .../>`. A row that is not well-formed (dumps have
contained control characters) costs only itself: reading goes on at the next line that begins a row.
"""

from __future__ import annotations

from collections.abc import Callable, Iterator
from pathlib import Path
from typing import BinaryIO, Final
from xml.parsers import expat

from flask_babel import gettext as _

from community.core.errors import Invalid

MAX_ROW_BYTES: Final = 8 * 1024 * 1024
"""A longer row is left out. The longest post of Stack Exchange is 30,000 characters, its history the same."""

_PIECE: Final = 64 * 1024
_UNCLOSED: Final = expat.errors.codes[expat.errors.XML_ERROR_UNCLOSED_TOKEN]

Row = dict[str, str]


def rows(path: Path, broken: Callable[[], None], passed: Callable[[int], None] = lambda _bytes: None) -> Iterator[Row]:
    """Yield the attributes of each row of the file; call `broken` for each that had to be left out.

    `passed` is told of every bytes read. Raises Invalid where the file declares a document type,
    because nothing that a dump needs can stand in one, and entities of its own can.
    """
    with path.open("rb") as file:
        yield from _Reading(path.name, file, broken).rows(passed)


class _Reading:
    def __init__(self, name: str, file: BinaryIO, broken: Callable[[], None]) -> None:
        self._name, self._file, self._broken = name, file, broken
        self._found: list[Row] = []
        self._parser = self._fresh()
        self._restarted = False
        self._pending = 0  # bytes since the last whole row

    def rows(self, passed: Callable[[int], None]) -> Iterator[Row]:
        skipping = False
        for piece in iter(lambda: self._file.readline(_PIECE), b""):
            passed(len(piece))
            begins_row = piece.lstrip().startswith(b"<row")
            if skipping and not begins_row:
                continue
            if skipping:
                self._restart()
            skipping = not self._take(piece)
            if skipping and begins_row and self._pending > len(piece):
                # The error lay in the line before; this one may be sound.
                self._restart()
                skipping = not self._take(piece)
            yield from self._found
            self._found.clear()
        self._finish(skipping)

    def _take(self, piece: bytes) -> bool:
        self._pending += len(piece)
        try:
            if self._pending > MAX_ROW_BYTES:
                raise expat.ExpatError
            self._parser.Parse(piece, False)
        except expat.ExpatError:
            if not (self._restarted and piece.lstrip().startswith(b"</")):
                self._broken()
            return False
        if self._found:
            self._pending = 0
        return True

    def _finish(self, skipping: bool) -> None:
        if skipping:
            return
        try:
            self._parser.Parse(b"", True)
        except expat.ExpatError as error:
            # After a restart the outermost element is never closed.
            if not self._restarted or error.code == _UNCLOSED:
                self._broken()

    def _restart(self) -> None:
        self._parser = self._fresh()
        self._parser.Parse(b"<rows>", False)
        self._restarted, self._pending = True, 0

    def _fresh(self) -> expat.XMLParserType:
        parser = expat.ParserCreate()
        parser.StartElementHandler = self._start
        parser.StartDoctypeDeclHandler = self._refuse
        return parser

    def _start(self, name: str, attributes: Row) -> None:
        if name == "row":
            self._found.append(attributes)

    def _refuse(self, *_declared: object) -> None:
        raise Invalid(_("%(file)s declares a document type, which no dump needs; it is not read.", file=self._name))
