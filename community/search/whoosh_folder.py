"""How a Whoosh index lies in its folder: its generations, and how far the log was read for each.

        _MAIN_7.toc           Whoosh: the segments of generation 7
        position.7            how far the log was read for generation 7

The position is written before the generation it belongs to exists, so both come into force by the one rename that
publishes the generation: index and position cannot disagree, whenever the process dies.
"""

from __future__ import annotations

import re
from pathlib import Path
from typing import Final, NamedTuple

from community.search.index_folder import IndexFolder, replace_text

_GENERATION: Final = re.compile(r"_MAIN_([0-9]+)\.toc")  # As Whoosh names them.


class Stamp(NamedTuple):
    """Which index is in use, and which of its generations is the newest."""

    name: str
    generation: int


def stamp(folder: IndexFolder) -> Stamp | None:
    """The index in use and its newest generation, by a look at the folder's names only."""
    while (index := folder.current()) is not None:
        try:
            generation = latest_generation(index)
        except FileNotFoundError:
            continue  # a rebuilt index took its place at this very moment
        return Stamp(index.name, generation) if generation >= 0 else None
    return None


def latest_generation(index: Path) -> int:
    """The newest published generation of an index, -1 when it has none."""
    found = (_GENERATION.fullmatch(path.name) for path in index.iterdir())
    return max((int(match.group(1)) for match in found if match), default=-1)


def read_position(index: Path, generation: int) -> str:
    """How far the log was read for a generation. Raises FileNotFoundError when that was never written."""
    return (index / f"position.{generation}").read_text()


def write_position(index: Path, generation: int, position: str) -> None:
    """Say how far the log was read for a generation, which may not exist yet."""
    replace_text(index / f"position.{generation}", position)


def forget_positions_before(index: Path, generation: int) -> None:
    """Delete the positions of generations that are gone, and what a killed writer left. Only for who holds the lock."""
    for path in index.glob("position.*"):
        number = path.name.removeprefix("position.")
        if not number.isdecimal() or int(number) < generation:
            path.unlink(missing_ok=True)
