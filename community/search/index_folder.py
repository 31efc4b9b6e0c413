"""Where an index lies on disk, so that a crash, a rebuild or a second process never meets half of one.

<folder>/CURRENT              name of the index in use; replaced in one step by a rebuild
<folder>/LOCK                 held by whoever commits or swaps
<folder>/REBUILD              held by whoever rebuilds
<folder>/whoosh2-3f09ab12/    an index: its format, then a random name
    DAMAGED                   somebody met an error here: rebuild
"""

from __future__ import annotations

import errno
import fcntl
import secrets
import shutil
import time
from collections.abc import Iterator
from contextlib import contextmanager, suppress
from pathlib import Path
from typing import Final

from community.search.engine import IndexBusy

_PATIENCE: Final = 2.0  # Seconds to wait for another process's commit.
_SHORTAGES: Final = frozenset(
    (errno.ENOSPC, errno.EDQUOT, errno.EROFS, errno.EACCES, errno.EPERM, errno.EMFILE, errno.ENFILE, errno.ENOMEM)
)
_PAUSE: Final = 0.02  # Seconds between two tries for a lock.


class IndexFolder:
    """The folder of one search index."""

    def __init__(self, folder: Path, format_: str) -> None:
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
