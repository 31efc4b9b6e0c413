"""JSON objects from a stream, in constant memory: one a line, or the elements of one array."""

from __future__ import annotations

import codecs
import json
from collections.abc import Callable, Iterator
from typing import IO, Any, Final

MAX_RECORD_BYTES: Final = 16 * 1024 * 1024
"""A longer record is left out: a question with 500 answers of the longest kind."""

_PIECE: Final = 64 * 1024
_DECODER: Final = json.JSONDecoder()


def records(file: IO[bytes], broken: Callable[[], None]) -> Iterator[dict[str, Any]]:
    """Yield the objects of the file; call `broken` for each piece that is no object or too long."""
    head = file.read(_PIECE)
    start = head.removeprefix(b"\xef\xbb\xbf").lstrip()
    if start.startswith(b"["):
        yield from _array(file, start[1:], broken)
    else:
        yield from _lines(file, start, broken)


def _lines(file: IO[bytes], head: bytes, broken: Callable[[], None]) -> Iterator[dict[str, Any]]:
    for text in _bounded_lines(file, head):
        if text is None:
            broken()
        elif text.strip():
            found = _decoded(text)
            if found is None:
                broken()
            else:
                yield found


def _bounded_lines(file: IO[bytes], head: bytes) -> Iterator[bytes | None]:
    """The lines of the file; None for one that is too long."""
    waiting, too_long = b"", False
    while head:
        *whole, rest = head.split(b"\n")
        for text in whole:
            yield None if too_long or len(waiting) + len(text) > MAX_RECORD_BYTES else waiting + text
            waiting, too_long = b"", False
        too_long = too_long or len(waiting) + len(rest) > MAX_RECORD_BYTES
        waiting = b"" if too_long else waiting + rest
        head = file.read(_PIECE)
    if waiting or too_long:
        yield None if too_long else waiting


def _decoded(text: bytes) -> dict[str, Any] | None:
    try:
        found = json.loads(text)
    except (ValueError, RecursionError):
        return None
    return found if isinstance(found, dict) else None


def _array(file: IO[bytes], head: bytes, broken: Callable[[], None]) -> Iterator[dict[str, Any]]:
    """The elements of an array whose bracket is read. After a broken one there is no telling where the next begins."""
    text = _Growing(file, head)
    while not text.ended():
        found = text.next_object()
        if found is None:
            broken()
            return
        yield found


class _Growing:
    """The text of an array from where it was read to; it grows by pieces and loses what was taken."""

    def __init__(self, file: IO[bytes], head: bytes) -> None:
        self._file = file
        self._decode = codecs.getincrementaldecoder("utf-8")("replace").decode
        self._text = self._decode(head)
        self._more = True

    def ended(self) -> bool:
        """Whether the array is over; steps over commas and spaces."""
        while True:
            self._text = self._text.lstrip(" \t\r\n,")
            if self._text or not self._grow():
                return not self._text or self._text.startswith("]")

    def next_object(self) -> dict[str, Any] | None:
        """The object that begins here; None where there is none, or too long a one."""
        step = 1
        while True:
            try:
                found, end = _DECODER.raw_decode(self._text)
            except RecursionError:
                return None
            except ValueError:
                # Not whole yet: twice as much each time, so that a long one is not read again and again.
                before = len(self._text)
                for _ in range(step):
                    self._grow()
                if before > MAX_RECORD_BYTES or len(self._text) == before:
                    return None
                step *= 2
            else:
                self._text = self._text[end:]
                return found if isinstance(found, dict) else None

    def _grow(self) -> bool:
        piece = self._file.read(_PIECE) if self._more else b""
        self._more = bool(piece)
        self._text += self._decode(piece)
        return self._more
