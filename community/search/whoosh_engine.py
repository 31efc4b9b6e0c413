"""The default search engine: an index of Whoosh's in one folder, written by the worker, read by every web process."""

from __future__ import annotations

import time
from collections.abc import Callable, Collection, Sequence
from contextlib import AbstractContextManager
from dataclasses import replace
from pathlib import Path
from typing import Any, TypeVar

import structlog

from community.search import whoosh_folder as folders
from community.search.analysis import DEFAULT_LANGUAGE, Analyzer
from community.search.engine import Document, Found, NeedsRebuild, SearchError
from community.search.folder_engine import Changes, FolderEngine
from community.search.index_folder import is_damage, mark_damaged
from community.search.querying import Query
from community.search.spelling import respelled
from community.search.whoosh_likeness import Likeness
from community.search.whoosh_ranking import Ranking
from community.search.whoosh_schema import FACETS, FORMAT, row
from community.search.whoosh_segments import IndexDamaged
from community.search.whoosh_snapshots import Snapshot, Snapshots
from community.search.whoosh_writing import JOINED_BY_COMMIT, JOINED_BY_COMPACT, building, worth_joining, write

Answer = TypeVar("Answer")

logger = structlog.get_logger()


class WhooshEngine(FolderEngine):
    """A `SearchEngine` on Whoosh.

    `statistics` is the engine that word frequencies come from when they must not come from this one.
    """

    def __init__(
        self,
        folder: Path,
        *,
        languages: Sequence[str] = (DEFAULT_LANGUAGE,),
        statistics: WhooshEngine | None = None,
        clock: Callable[[], float] = time.time,
    ) -> None:
        super().__init__(folder, FORMAT, languages, clock)
        self._statistics = statistics
        self.snapshots = Snapshots(self._folder)

    # Writing

    def compact(self, most: int = JOINED_BY_COMPACT) -> bool:
        """Join small segments, of up to `most` documents, while nothing is pending; whether there was any need.

        Takes about 5 ms a document, during which nothing new is found. Raises what `commit` raises.
        """
        with self._folder.writing():
            index = self._writable()
            if self._pending or not worth_joining(index, most):
                return False
            self._write(index, {}, self._position_in(index), most)
        return True

    def _is_index(self, index: Path) -> bool:
        return folders.latest_generation(index) >= 0

    def _position_in(self, index: Path) -> str:
        try:
            return folders.read_position(index, folders.latest_generation(index))
        except FileNotFoundError:
            return ""

    def _write(self, index: Path, changes: Changes, position: str, most: int | None = None) -> None:
        if not changes and most is None:
            folders.write_position(index, folders.latest_generation(index), position)
            return
        rows = {topic_id: self._row(document) if document else None for topic_id, document in changes.items()}
        try:
            write(index, self.snapshots.newest(look=True), rows, position, most or JOINED_BY_COMMIT)
        except IndexDamaged as damage:
            if not is_damage(damage.__cause__):
                raise SearchError(f"The search index cannot be written: {damage.__cause__}.") from damage
            mark_damaged(index)
            raise NeedsRebuild(f"The search index is damaged: {damage}. Rebuild it.") from damage

    def _building(self, place: Path, position: str) -> AbstractContextManager[Callable[[dict[str, Any]], None]]:
        return building(place, position)

    def _row(self, document: Document) -> dict[str, Any]:
        return row(document, self._analyzer_of(document))

    # Reading

    def find(self, query: Query, *, limit: int, offset: int = 0, audiences: Collection[str] | None = None) -> Found:
        """See `SearchEngine.find`. Deep pages (beyond `whoosh_ranking.RANKED` hits) are empty."""

        def ask(snapshot: Snapshot, statistics: Snapshot) -> Found:
            ranking = Ranking(query, snapshot, statistics, self._analyzers_for(snapshot, audiences), self._clock())
            return replace(ranking.found(limit, offset, audiences), position=snapshot.position)

        found = self._asked(ask)
        return found if found is not None else Found(available=False)

    def like(
        self, title: str, body: str = "", *, limit: int, audiences: Collection[str] | None = None, without: Collection[int] = ()
    ) -> Found:
        """See `SearchEngine.like`."""

        def ask(snapshot: Snapshot, statistics: Snapshot) -> Found:
            near = Likeness(title, body, snapshot, statistics, self._analyzers_for(snapshot, audiences), self._clock())
            return replace(near.found(limit, audiences, without), position=snapshot.position)

        found = self._asked(ask)
        return found if found is not None else Found(available=False)

    def _analyzers_for(self, snapshot: Snapshot, audiences: Collection[str] | None) -> tuple[Analyzer, ...]:
        return self._asked_in(audiences, lambda name: snapshot.frequency(FACETS, name) > 0)

    def suggest(self, query: Query) -> str | None:
        """See `SearchEngine.suggest`."""
        return self._asked(lambda snapshot, _: respelled(query, snapshot, self._analyzers_for(snapshot, None)))

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
            if is_damage(damage.__cause__):
                mark_damaged(damage.index)
        return None

    def _forget(self) -> None:
        self.snapshots.forget()
        if self._statistics:
            self._statistics.snapshots.forget()
