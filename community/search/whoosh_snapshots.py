"""Whole generations of a Whoosh index, and the newest of them for whoever searches.

Each generation's snapshot says for itself which documents of its segments are deleted, so a deleted document can never
come back. A new snapshot takes over the open segments of the one before and opens only what is new, which makes it a
matter of milliseconds at any size. Snapshots never change, so any number of threads may share one.
"""

from __future__ import annotations

import time
from collections.abc import Iterator, Sequence
from contextlib import suppress
from pathlib import Path
from typing import Any, Final

from whoosh.filedb.filestore import FileStorage
from whoosh.index import TOC

from community.search.engine import NeedsRebuild
from community.search.index_folder import IndexFolder
from community.search.whoosh_folder import Stamp, latest_generation, read_position, stamp
from community.search.whoosh_segments import IndexDamaged, Segment, reading
from community.search.wording import WORDS

FRESH: Final = 0.1
"""Seconds between two looks for a newer generation. Taking one over costs a few milliseconds, a look a tenth of one."""

_TRIES: Final = 3  # A commit may take a file away while we open it; the next look sees its successor.
_INDEX_NAME: Final = "MAIN"  # Whoosh's default.


class Snapshot:
    """One generation of an index: its segments, and which of their documents are deleted."""

    def __init__(self, index: Path, generation: int, parts: Sequence[tuple[str, Segment, frozenset[int]]]) -> None:
        self._index = index
        self._position = ""
        self.generation = generation
        self._parts = parts
        self.documents = sum(segment.documents for _, segment, _ in parts)

    @classmethod
    def opened(cls, index: Path, before: Snapshot | None = None) -> Snapshot:
        """The newest generation of an index, sharing the segments that `before` has open already.

        Raises IndexDamaged, also when a commit at this very moment took a file away: then try once more.
        """
        at_hand = before.by_name() if before else {}
        with reading(index):
            generation, described = _table_of_contents(index)
            parts = []
            for each in described:
                name = each.segment_id()
                parts.append((name, at_hand.get(name) or Segment(index, each), frozenset(each.deleted_docs())))
        opened = cls(index, generation, parts)
        opened.remember_position()
        return opened

    @property
    def position(self) -> str:
        """How far the log was read for this generation, of which as much is known as was when it was last asked."""
        self.remember_position()
        return self._position

    def remember_position(self) -> None:
        """Read how far the log was read: it moves on while no topic changes, and the next commit deletes that note."""
        with suppress(FileNotFoundError):
            self._position = read_position(self._index, self.generation)

    @property
    def segments(self) -> Iterator[tuple[Segment, frozenset[int]]]:
        """Each segment with the numbers of its deleted documents."""
        return ((segment, deleted) for _, segment, deleted in self._parts)

    def by_name(self) -> dict[str, Segment]:
        """The segments by the names Whoosh gave them."""
        return {name: segment for name, segment, _ in self._parts}

    def frequency(self, field: str, term: str) -> int:
        """How many documents have the term; deleted ones count until their segment is merged."""
        return sum(segment.frequency(field, term) for segment, _ in self.segments)

    def average_length(self, field: str) -> float:
        """Mean length of a field in weighted words; 1 for an empty index."""
        return sum(segment.total_lengths[field] for segment, _ in self.segments) / (self.documents or 1) or 1.0

    def starting_with(self, start: str, limit: int) -> set[str]:
        """Words that begin so, the first `limit` of each segment."""
        return {word for segment, _ in self.segments for word in segment.starting_with(WORDS, start, limit)}

    def similar(self, word: str, distance: int) -> set[str]:
        """Words at most so many changed letters away that begin with the same letter."""
        return {near for segment, _ in self.segments for near in segment.similar(WORDS, word, distance)}

    def is_alive(self, word: str) -> bool:
        """Whether a document that is not deleted has the word."""
        return any(segment.holders(WORDS, word) - deleted for segment, deleted in self.segments)


class Snapshots:
    """Keeps the newest snapshot of a folder's index. It takes no lock: two threads at worst open the same one twice."""

    def __init__(self, folder: IndexFolder) -> None:
        self._folder = folder
        self._kept: tuple[Stamp, Snapshot] | None = None
        self._newest: Stamp | None = None
        self._looked = float("-inf")

    def newest(self, *, look: bool = False) -> Snapshot:
        """The newest snapshot: with `look` certainly, else as of the last look.

        Raises NeedsRebuild when there is no index, IndexDamaged when it is torn.
        """
        seen = self._look(now=look)
        kept = self._kept
        if kept is None or kept[0] != seen:
            kept = self._opened(seen, kept[1] if kept and kept[0].name == seen.name else None)
            self._kept = kept
        return kept[1]

    def forget(self) -> None:
        """Let go of the snapshot and its files."""
        self._kept = None

    def _look(self, *, now: bool) -> Stamp:
        moment = time.monotonic()
        if now or self._newest is None or moment - self._looked >= FRESH:
            self._looked = moment
            self._newest = stamp(self._folder)
        if self._newest is None:
            raise NeedsRebuild("There is no search index: rebuild it.")
        return self._newest

    def _opened(self, seen: Stamp, before: Snapshot | None) -> tuple[Stamp, Snapshot]:
        for left in reversed(range(_TRIES)):
            try:
                snapshot = Snapshot.opened(self._folder.folder / seen.name, before)
            except IndexDamaged:
                if not left:
                    raise
                before, seen = None, stamp(self._folder) or seen
            else:
                if not snapshot.position and left:  # a commit came between its contents and its position
                    before, seen = snapshot, stamp(self._folder) or seen
                    continue
                return Stamp(seen.name, snapshot.generation), snapshot
        raise AssertionError("The last try returns or raises.")


class _Closing(FileStorage):  # type: ignore[misc]
    """Whoosh's storage, which leaves files open when it fails, with an end to that."""

    def __init__(self, index: Path) -> None:
        super().__init__(str(index))
        self._opened: list[Any] = []

    def open_file(self, name: str, **options: Any) -> Any:
        file = super().open_file(name, **options)
        self._opened.append(file)
        return file

    def close(self) -> None:
        for file in self._opened:
            if not file.is_closed:
                file.close()


def _table_of_contents(index: Path) -> tuple[int, list[Any]]:
    """The newest generation and Whoosh's descriptions of its segments."""
    storage = _Closing(index)
    try:
        toc = TOC.read(storage, _INDEX_NAME, gen=latest_generation(index))
        return toc.generation, toc.segments
    finally:
        storage.close()
