"""Whole generations of a Whoosh index, and a stock of open ones for the threads that search.

Each generation's snapshot says for itself which documents of its segments are deleted, so a deleted document can never
come back. A new snapshot takes over the open segments of an older one and opens only what is new, which makes it a matter
of milliseconds at any size.
"""

from __future__ import annotations

import time
from collections import deque
from collections.abc import Iterator, Sequence
from contextlib import contextmanager
from pathlib import Path
from typing import Final

from whoosh.filedb.filestore import FileStorage
from whoosh.index import TOC

from community.search.engine import NeedsRebuild
from community.search.whoosh_folder import IndexFolder, Stamp, latest_generation
from community.search.whoosh_segments import IndexDamaged, Segment, reading

FRESH: Final = 0.1
"""Seconds between two looks for a newer generation. Taking one over costs a few milliseconds, a look a tenth of one."""

_SPARE: Final = 4  # Snapshots kept open for the threads that search at the same time.
_TRIES: Final = 3  # A commit may take a file away while we open it; the next look sees its successor.
_INDEX_NAME: Final = "MAIN"  # Whoosh's default.


class Snapshot:
    """One generation of an index: its segments, and which of their documents are deleted."""

    def __init__(self, generation: int, parts: Sequence[tuple[str, Segment, frozenset[int]]]) -> None:
        self.generation = generation
        self.parts = parts
        self.documents = sum(segment.documents for _, segment, _ in parts)

    @classmethod
    def opened(cls, index: Path, before: Snapshot | None = None) -> Snapshot:
        """The newest generation of an index, reusing the open segments of `before`, which is spent afterwards.

        Raises IndexDamaged, also when a commit at this very moment took a file away: then try once more.
        """
        open_already = {name: segment for name, segment, _ in before.parts} if before else {}
        parts: list[tuple[str, Segment, frozenset[int]]] = []
        try:
            with reading(index):
                toc = TOC.read(FileStorage(str(index)), _INDEX_NAME, gen=latest_generation(index))
                for each in toc.segments:
                    name = each.segment_id()
                    segment = open_already.get(name) or Segment(index, each)
                    parts.append((name, segment, frozenset(each.deleted_docs())))
        except IndexDamaged:
            for segment in {*open_already.values(), *(segment for _, segment, _ in parts)}:
                segment.close()
            raise
        for name in open_already.keys() - {name for name, _, _ in parts}:
            open_already[name].close()
        return cls(toc.generation, parts)

    @property
    def segments(self) -> Iterator[tuple[Segment, frozenset[int]]]:
        """Each segment with the numbers of its deleted documents."""
        return ((segment, deleted) for _, segment, deleted in self.parts)

    def frequency(self, field: str, term: str) -> int:
        """How many documents have the term; deleted ones count until their segment is merged."""
        return sum(segment.frequency(field, term) for segment, _ in self.segments)

    def average_length(self, field: str) -> float:
        """Mean length of a field in weighted words; 1 for an empty index."""
        return sum(segment.total_lengths[field] for segment, _ in self.segments) / (self.documents or 1) or 1.0

    def is_alive(self, field: str, term: str) -> bool:
        """Whether a document that is not deleted has the term."""
        return any(segment.holders(field, term) - deleted for segment, deleted in self.segments)

    def close(self) -> None:
        """Close every segment."""
        for segment, _ in self.segments:
            segment.close()


class Snapshots:
    """Gives each search a snapshot of its own, as new as the last look, and keeps it for the next.

    It takes no lock: a search takes a spare one or opens its own, and the stock is a deque, whose ends are safe to share.
    """

    def __init__(self, folder: IndexFolder) -> None:
        self._folder = folder
        self._spare: deque[tuple[Stamp, Snapshot]] = deque()
        self._newest: Stamp | None = None
        self._looked = float("-inf")

    @contextmanager
    def newest(self, *, look: bool = False) -> Iterator[Snapshot]:
        """A snapshot for this thread alone; with `look` certainly the newest, else as of the last look.

        Raises NeedsRebuild when there is no index, IndexDamaged when it is torn.
        """
        stamp, snapshot = self._taken(self._look(now=look))
        try:
            yield snapshot
        except BaseException:
            snapshot.close()
            raise
        if len(self._spare) < _SPARE:
            self._spare.append((stamp, snapshot))
        else:
            snapshot.close()

    def close(self) -> None:
        """Close every spare snapshot."""
        while self._spare:
            self._spare.pop()[1].close()

    def _look(self, *, now: bool) -> Stamp:
        moment = time.monotonic()
        if now or self._newest is None or moment - self._looked >= FRESH:
            self._looked = moment
            self._newest = self._folder.stamp()
        if self._newest is None:
            raise NeedsRebuild("There is no search index: rebuild it.")
        return self._newest

    def _taken(self, newest: Stamp) -> tuple[Stamp, Snapshot]:
        """A spare snapshot if it is new enough, else a new one made from it."""
        try:
            stamp, spare = self._spare.pop()
        except IndexError:
            return self._opened(newest, None)
        if stamp == newest:
            return stamp, spare
        if stamp.name == newest.name:
            return self._opened(newest, spare)
        spare.close()
        return self._opened(newest, None)

    def _opened(self, newest: Stamp, before: Snapshot | None) -> tuple[Stamp, Snapshot]:
        for left in reversed(range(_TRIES)):
            try:
                snapshot = Snapshot.opened(self._folder.folder / newest.name, before)
            except IndexDamaged:
                if not left:
                    raise
                before, newest = None, self._folder.stamp() or newest
            else:
                return Stamp(newest.name, snapshot.generation), snapshot
        raise AssertionError("The last try returns or raises.")
