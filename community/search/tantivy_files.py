"""Whether the files of a Tantivy index are whole. Tantivy believes what it reads, and panics where it should not have.

Each of its files ends with a footer: JSON that holds the CRC-32 of what stands before, the length of that JSON, and a
magic number. We compare it once for each file a process opens (a gigabyte a second), since files never change.
"""

from __future__ import annotations

import json
import struct
import zlib
from pathlib import Path
from typing import Any, Final

_TAIL: Final = struct.Struct("<II")  # Length of the footer's JSON, magic number.
_MAGIC: Final = 1337
_CHUNK: Final = 1 << 20


class Torn(Exception):
    """A file of the index is missing, cut off or changed."""


class WholeFiles:
    """Remembers which files of an index were found whole."""

    def __init__(self) -> None:
        self._seen: set[str] = set()

    def check(self, index: Path) -> None:
        """Look at every file of the newest commit that was not looked at yet. Raises Torn, or OSError for shortages."""
        names = _files_of(index)
        for name in sorted(names - self._seen):
            _check(index / name)
        self._seen = names


def _files_of(index: Path) -> set[str]:
    """The files of the segments that the newest commit names."""
    try:
        meta: dict[str, Any] = json.loads((index / "meta.json").read_bytes())
        segments = {each["segment_id"].replace("-", ""): each["deletes"] for each in meta["segments"]}
    except (ValueError, KeyError, TypeError, FileNotFoundError) as error:
        raise Torn(f"meta.json: {type(error).__name__}") from error
    names = set()
    for path in index.iterdir():
        start, _, rest = path.name.partition(".")
        if start in segments and not rest.endswith("del"):
            names.add(path.name)
    for segment, deletes in segments.items():
        names |= {f"{segment}.{kind}" for kind in ("idx", "term", "pos", "fast", "fieldnorm", "store")}
        if deletes:
            names.add(f"{segment}.{deletes['opstamp']}.del")
    return names


def _check(path: Path) -> None:
    try:
        with path.open("rb") as file:
            size = path.stat().st_size
            file.seek(max(0, size - _TAIL.size))
            length, magic = _TAIL.unpack(file.read(_TAIL.size))
            body = size - _TAIL.size - length
            if magic != _MAGIC or body < 0:
                raise Torn(f"{path.name} has no end")
            file.seek(body)
            wanted = json.loads(file.read(length))["crc"]
            file.seek(0)
            crc = 0
            while body > 0:
                part = file.read(min(_CHUNK, body))
                crc, body = zlib.crc32(part, crc), body - len(part)
    except (FileNotFoundError, struct.error, ValueError, KeyError, TypeError) as error:
        raise Torn(f"{path.name}: {type(error).__name__}") from error
    if crc != wanted:
        raise Torn(f"{path.name} was changed")
