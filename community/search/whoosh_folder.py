"""Where an index lies on disk, so that a crash, a rebuild or a second process never meets half of one.

    <folder>/CURRENT          name of the index in use; replaced in one step by a rebuild
    <folder>/LOCK             held by whoever commits or swaps
    <folder>/REBUILD          held by whoever rebuilds
    <folder>/1-3f09ab12/      an index: its format, then a random name
        _MAIN_7.toc           Whoosh: the segments of generation 7
        position.7            how far the log was read for generation 7
        DAMAGED               somebody met an error here: rebuild

The position is written before the generation it belongs to exists, so both come into force by the one rename that
publishes the generation: index and position cannot disagree, whenever the process dies.
"""

from __future__ import annotations

import errno
import fcntl
import re
import secrets
import shutil
import time
from collections.abc import Iterator
from contextlib import contextmanager, suppress
from pathlib import Path
from typing import Final, NamedTuple

from community.search.engine import IndexBusy

_GENERATION: Final = re.compile(r"_MAIN_([0-9]+)\.toc")  # As Whoosh names them.
_PATIENCE: Final = 2.0  # Seconds to wait for another process's commit.
_SHORTAGES: Final = frozenset(
    (errno.ENOSPC, errno.EDQUOT, errno.EROFS, errno.EACCES, errno.EPERM, errno.EMFILE, errno.ENFILE, errno.ENOMEM)
)
_PAUSE: Final = 0.02  # Seconds between two tries for a lock.


class Stamp(NamedTuple):
    """Which index is in use, and which of its generations is the newest."""

    name: str
    generation: int


class IndexFolder:
    """The folder of one search index."""

    def __init__(self, folder: Path, format_: int) -> None:
        self.folder = folder
        self._format = format_

    def current(self) -> Path | None:
        """The index in use, or None when there is none of our format."""
        try:
            name = (self.folder / "CURRENT").read_text().strip()
        except (FileNotFoundError, UnicodeDecodeError):
            return None
        ours = name.startswith(f"{self._format}-") and "/" not in name
        return self.folder / name if ours and (self.folder / name).is_dir() else None

    def stamp(self) -> Stamp | None:
        """The index in use and its newest generation, by a look at the folder's names only."""
        while (index := self.current()) is not None:
            try:
                generation = latest_generation(index)
            except FileNotFoundError:
                continue  # a rebuilt index took its place at this very moment
            return Stamp(index.name, generation) if generation >= 0 else None
        return None

    @contextmanager
    def writing(self) -> Iterator[None]:
        """Hold the right to commit or swap. Raises IndexBusy when another process keeps it for two seconds."""
        with self._locked("LOCK", _PATIENCE):
            yield

    @contextmanager
    def rebuilding(self) -> Iterator[Path]:
        """A new, empty place for an index; put in use when the block ends well, deleted when it does not.

        Raises IndexBusy when another process is rebuilding.
        """
        with self._locked("REBUILD", 0.0):
            place = self.folder / f"{self._format}-{secrets.token_hex(4)}"
            place.mkdir()
            try:
                yield place
                with self.writing():
                    replace_text(self.folder / "CURRENT", place.name)
            except BaseException:
                shutil.rmtree(place, ignore_errors=True)
                raise
            self._delete_all_but(place)

    @contextmanager
    def _locked(self, name: str, patience: float) -> Iterator[None]:
        self.folder.mkdir(parents=True, exist_ok=True)
        until = time.monotonic() + patience
        with (self.folder / name).open("w") as lock:
            while True:
                try:
                    fcntl.flock(lock, fcntl.LOCK_EX | fcntl.LOCK_NB)
                    break
                except BlockingIOError:
                    if time.monotonic() >= until:
                        raise IndexBusy(f"Another process holds {self.folder / name}.") from None
                    time.sleep(_PAUSE)
            yield

    def _delete_all_but(self, kept: Path) -> None:
        """Delete replaced and abandoned indexes. Who still reads one keeps its open files until it looks again."""
        for each in self.folder.iterdir():
            if each.is_dir() and each != kept:
                shutil.rmtree(each, ignore_errors=True)


def is_damage(error: BaseException | None) -> bool:
    """Whether an error means that the index is torn, rather than that the machine is short of something."""
    short = isinstance(error, OSError) and error.errno in _SHORTAGES
    return not short and not isinstance(error, MemoryError)


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


def mark_damaged(index: Path) -> None:
    """Tell the process that writes the index to rebuild it."""
    with suppress(OSError):  # A full or read-only disk: whoever can write meets the damage itself.
        (index / "DAMAGED").touch()


def is_damaged(index: Path) -> bool:
    """Whether somebody met an error in this index."""
    return (index / "DAMAGED").exists()


def replace_text(path: Path, text: str) -> None:
    """Write a small file so that no reader ever sees a part of it."""
    beside = path.with_name(f"{path.name}.{secrets.token_hex(4)}.new")
    beside.write_text(text)
    beside.replace(path)
