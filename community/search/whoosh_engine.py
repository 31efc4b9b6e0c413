"""The default search engine: an index of Whoosh's in one folder, written by the worker, read by every web process."""

from __future__ import annotations

import time
from collections.abc import Callable, Collection, Iterable, Iterator, Sequence
from contextlib import contextmanager
from dataclasses import replace
from pathlib import Path
from typing import Any, TypeVar

import structlog

from community.search import whoosh_folder as folders
from community.search.analysis import DEFAULT_LANGUAGE, analyzer_for
from community.search.engine import Document, Found, IndexReplaced, NeedsRebuild, SearchError
from community.search.querying import Query
from community.search.whoosh_folder import IndexFolder
from community.search.whoosh_likeness import Likeness
from community.search.whoosh_ranking import Ranking
from community.search.whoosh_schema import FORMAT, row
from community.search.whoosh_segments import IndexDamaged
from community.search.whoosh_snapshots import Snapshot, Snapshots
from community.search.whoosh_spelling import respelled
from community.search.whoosh_writing import JOINED_BY_COMMIT, JOINED_BY_COMPACT, Rows, building, worth_joining, write

Answer = TypeVar("Answer")

logger = structlog.get_logger()


class WhooshEngine:
    """A `SearchEngine` on Whoosh. Any number of threads may search; one at a time may write.

    `languages` are those that posts are written in, the site's own first. `statistics` is the engine that word
    frequencies come from when they must not come from this one.
    """

    def __init__(
        self,
        folder: Path,
        *,
        languages: Sequence[str] = (DEFAULT_LANGUAGE,),
        statistics: WhooshEngine | None = None,
        clock: Callable[[], float] = time.time,
    ) -> None:
        self._folder = IndexFolder(folder, FORMAT)
        self._analyzers = {language: analyzer_for(language) for language in languages}
        self._statistics = statistics
        self._clock = clock
        self._pending: dict[int, Document | None] = {}
        self._basis: str | None = None
        self.snapshots = Snapshots(self._folder)

    # Writing

    @property
    def needs_rebuild(self) -> bool:
        """Whether there is no index to write to, or somebody met an error in it."""
        index = self._folder.current()
        return index is None or folders.is_damaged(index) or folders.latest_generation(index) < 0

    def index(self, documents: Sequence[Document]) -> None:
        """Put documents in at the next commit; of two for one topic the later counts."""
        self._pending.update({document.topic_id: document for document in documents})

    def remove(self, topic_ids: Iterable[int]) -> None:
        """Take topics out at the next commit."""
        self._pending.update(dict.fromkeys(topic_ids))

    def position(self) -> str:
        """How far the log was read for the index in use; what is indexed from now on belongs to it."""
        if self.needs_rebuild:
            return ""
        index = self._writable()
        self._basis = index.name
        try:
            return folders.read_position(index, folders.latest_generation(index))
        except FileNotFoundError:
            folders.mark_damaged(index)
            return ""

    def commit(self, position: str) -> None:
        """Write what is pending and the position; see `SearchEngine.commit` for what it raises."""
        rows = {topic_id: self._row(document) if document else None for topic_id, document in self._pending.items()}
        with self._folder.writing():
            try:
                index = self._writable()
                if rows:
                    self._write(index, rows, position)
                else:
                    folders.write_position(index, folders.latest_generation(index), position)
            except (NeedsRebuild, IndexReplaced):
                self._pending.clear()
                raise
        self._pending.clear()

    def compact(self, most: int = JOINED_BY_COMPACT) -> bool:
        """Join small segments, of up to `most` documents, while nothing is pending; whether there was any need.

        Takes about 5 ms a document, during which nothing new is found. Raises what `commit` raises.
        """
        with self._folder.writing():
            index = self._writable()
            if self._pending or not worth_joining(index, most):
                return False
            self._write(index, {}, folders.read_position(index, folders.latest_generation(index)), most)
        return True

    @contextmanager
    def rebuilding(self, position: str) -> Iterator[Callable[[Document], None]]:
        """Build beside the old index and swap at the end; see `SearchEngine.rebuilding`."""
        with self._folder.rebuilding() as place, building(place, position) as add:
            seen: set[int] = set()

            def take(document: Document) -> None:
                if document.topic_id in seen:
                    raise ValueError(f"Topic {document.topic_id} came twice.")
                seen.add(document.topic_id)
                add(self._row(document))

            yield take
        self._pending.clear()
        self._basis = place.name

    def rebuild(self, documents: Iterable[Document], position: str) -> None:
        """Rebuild from documents that are at hand."""
        with self.rebuilding(position) as take:
            for document in documents:
                take(document)

    def _writable(self) -> Path:
        """The index in use, if what is pending was made for it. Raises NeedsRebuild or IndexReplaced."""
        index = self._folder.current()
        if index is None or self.needs_rebuild:
            raise NeedsRebuild("The search index is missing or damaged: rebuild it.")
        if self._pending and self._basis not in (None, index.name):
            raise IndexReplaced("The search index was rebuilt meanwhile: go on from its position.")
        return index

    def _write(self, index: Path, rows: Rows, position: str, most: int = JOINED_BY_COMMIT) -> None:
        try:
            write(index, self.snapshots.newest(look=True), rows, position, most)
        except IndexDamaged as error:
            if not folders.is_damage(error.__cause__):
                raise SearchError(f"The search index cannot be read: {error.__cause__}.") from error
            folders.mark_damaged(index)
            raise NeedsRebuild("The search index is damaged: rebuild it.") from error

    def _row(self, document: Document) -> dict[str, Any]:
        own = self._analyzers.get(document.language)
        return row(document, own or next(iter(self._analyzers.values())))

    # Reading

    def find(self, query: Query, *, limit: int, offset: int = 0, audiences: Collection[str] | None = None) -> Found:
        """See `SearchEngine.find`. Deep pages (beyond `whoosh_ranking.RANKED` hits) are empty."""

        def ask(snapshot: Snapshot, statistics: Snapshot) -> Found:
            ranking = Ranking(query, snapshot, statistics, tuple(self._analyzers.values()), self._clock())
            return replace(ranking.found(limit, offset, audiences), position=self._position_of(snapshot))

        found = self._asked(ask)
        return found if found is not None else Found(available=False)

    def like(
        self, title: str, body: str = "", *, limit: int, audiences: Collection[str] | None = None, without: Collection[int] = ()
    ) -> Found:
        """See `SearchEngine.like`."""

        def ask(snapshot: Snapshot, statistics: Snapshot) -> Found:
            near = Likeness(title, body, snapshot, statistics, tuple(self._analyzers.values()), self._clock())
            return replace(near.found(limit, audiences, without), position=self._position_of(snapshot))

        found = self._asked(ask)
        return found if found is not None else Found(available=False)

    def _position_of(self, snapshot: Snapshot) -> str:
        """How far the log was read for a snapshot; empty where a later commit has taken that note away."""
        index = self._folder.current()
        try:
            return folders.read_position(index, snapshot.generation) if index is not None else ""
        except FileNotFoundError:
            return ""

    def suggest(self, query: Query) -> str | None:
        """See `SearchEngine.suggest`."""
        return self._asked(lambda snapshot, _: respelled(query, snapshot, tuple(self._analyzers.values())))

    def close(self) -> None:
        """Let go of the open index; its files close when the last search on it ends."""
        self._forget()

    def _asked(self, ask: Callable[[Snapshot, Snapshot], Answer]) -> Answer | None:
        """The answer of the newest snapshot; None when none can be read. What a damaged index raises stops here."""
        damage: IndexDamaged | None = None
        for _ in range(2):
            try:
                snapshot = self.snapshots.newest()
                statistics = self._statistics.snapshots.newest() if self._statistics else snapshot
                return ask(snapshot, statistics)
            except NeedsRebuild:
                return None
            except IndexDamaged as error:
                damage = error
                self._forget()
        if damage is not None:
            logger.error("search.index_unreadable", exc_info=damage)
            if folders.is_damage(damage.__cause__):
                folders.mark_damaged(damage.index)
        return None

    def _forget(self) -> None:
        self.snapshots.forget()
        if self._statistics:
            self._statistics.snapshots.forget()
