"""The search engine for large sites: an index of Tantivy's in one folder, written by the worker, read by every web process."""

from __future__ import annotations

import time
from collections.abc import Callable, Collection, Iterator, Sequence
from contextlib import contextmanager, suppress
from dataclasses import replace
from pathlib import Path
from typing import Any, Final, TypeVar

import structlog
import tantivy

from community.search.analysis import DEFAULT_LANGUAGE, Analyzer
from community.search.engine import Document, Found, IndexBusy, NeedsRebuild, SearchError
from community.search.facets import facet
from community.search.folder_engine import Changes, FolderEngine
from community.search.index_folder import is_damage, mark_damaged
from community.search.querying import Query
from community.search.spelling import respelled
from community.search.tantivy_files import Torn, WholeFiles
from community.search.tantivy_ranking import Ranking
from community.search.tantivy_schema import FACETS, FORMAT, NO_TOPIC, position_row, row, schema
from community.search.tantivy_snapshots import IndexDamaged, Snapshot, Snapshots, reading

Answer = TypeVar("Answer")

_COMMIT_BYTES: Final = 15_000_000  # The least that Tantivy takes for one thread.
_REBUILD_BYTES: Final = 100_000_000

logger = structlog.get_logger()


class TantivyEngine(FolderEngine):
    """A `SearchEngine` on Tantivy. Tantivy merges segments by itself, so there is nothing to compact.

    `statistics` is the engine that word frequencies come from when they must not come from this one.
    """

    def __init__(
        self,
        folder: Path,
        *,
        languages: Sequence[str] = (DEFAULT_LANGUAGE,),
        statistics: TantivyEngine | None = None,
        clock: Callable[[], float] = time.time,
    ) -> None:
        super().__init__(folder, FORMAT, languages, clock)
        self._statistics = statistics
        self._written = WholeFiles()
        self.snapshots = Snapshots(self._folder)

    # Writing

    def compact(self) -> bool:
        """Nothing to do."""
        return False

    def _is_index(self, index: Path) -> bool:
        return (index / "meta.json").exists()

    def _position_in(self, index: Path) -> str:
        try:
            with reading(index):
                return self.snapshots.newest(look=True).position
        except (IndexDamaged, NeedsRebuild):
            return ""

    def _write(self, index: Path, changes: Changes, position: str) -> None:
        # Before: what goes wrong with a document is no damage to the index.
        rows = {topic_id: self._row(document) if document else None for topic_id, document in changes.items()}
        try:
            with reading(index):
                self._written.check(index)
                with _writer(tantivy.Index.open(str(index)), _COMMIT_BYTES) as writer:
                    for topic_id, made in rows.items():
                        writer.delete_documents_by_term(FACETS, facet("topic", topic_id))
                        if made is not None:
                            writer.add_document(made)
                    _commit(writer, position)
        except IndexDamaged as damage:
            raise _refusal(index, damage.__cause__) from damage

    @contextmanager
    def _building(self, place: Path, position: str) -> Iterator[Callable[[Any], None]]:
        with _writer(tantivy.Index(schema(), path=str(place)), _REBUILD_BYTES) as writer:
            yield writer.add_document
            _commit(writer, position)

    def _row(self, document: Document) -> Any:
        return row(document, self._analyzer_of(document))

    # Reading

    def find(self, query: Query, *, limit: int, offset: int = 0, audiences: Collection[str] | None = None) -> Found:
        """See `SearchEngine.find`. Deep pages (beyond `tantivy_ranking.RANKED` hits) are empty."""

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
            ranking = Ranking(Query(), snapshot, statistics, self._analyzers_for(snapshot, audiences), self._clock())
            return replace(ranking.like(title, body, limit, audiences, without), position=snapshot.position)

        found = self._asked(ask)
        return found if found is not None else Found(available=False)

    def suggest(self, query: Query) -> str | None:
        """See `SearchEngine.suggest`."""
        return self._asked(lambda snapshot, _: respelled(query, snapshot, self._analyzers_for(snapshot, None)))

    def close(self) -> None:
        """Let go of the open index; its files close when the last search on it ends."""
        self._forget()

    def _analyzers_for(self, snapshot: Snapshot, audiences: Collection[str] | None) -> tuple[Analyzer, ...]:
        return self._asked_in(audiences, snapshot.has)

    def _asked(self, ask: Callable[[Snapshot, Snapshot], Answer]) -> Answer | None:
        """The answer of the newest snapshot; None when none can be read. What a damaged index raises stops here."""
        damage: IndexDamaged | None = None
        for _ in range(2):
            try:
                snapshot = self.snapshots.newest()
                statistics = self._statistics.snapshots.newest() if self._statistics else snapshot
                with reading(self._folder.current() or self._folder.folder):
                    return ask(snapshot, statistics)
            except NeedsRebuild:
                return None
            except IndexDamaged as error:
                damage = error
                self._forget()
        if damage is not None:
            logger.error("search.index_unreadable", exc_info=damage)
            if _is_torn(damage.index):
                mark_damaged(damage.index)
        return None

    def _forget(self) -> None:
        self.snapshots.forget()
        if self._statistics:
            self._statistics.snapshots.forget()


def _is_torn(index: Path) -> bool:
    """Whether a file of the index is not what was written. No question that is asked can make it so."""
    try:
        WholeFiles().check(index)
    except Torn:
        return True
    except OSError:
        return False
    return False


@contextmanager
def _writer(index: Any, memory: int) -> Iterator[Any]:
    """The index's one writer, let go at the end with its merges done; what was not committed is dropped."""
    writer = index.writer(heap_size=memory, num_threads=1)
    try:
        yield writer
    except BaseException:
        with suppress(Exception):
            writer.rollback()
        raise
    finally:
        with suppress(Exception):
            writer.wait_merging_threads()


def _commit(writer: Any, position: str) -> None:
    writer.delete_documents_by_term(FACETS, NO_TOPIC)
    writer.add_document(position_row(position))
    writer.commit()


def _refusal(index: Path, error: BaseException | None) -> SearchError:
    """What an error means: another writer, a shortage, or damage, which is whatever is left."""
    sentence = str(error)
    if "Lock" in sentence:
        return IndexBusy("Another program is writing the search index.")
    if not isinstance(error, Torn) and (not is_damage(error) or "os error" in sentence or "Os {" in sentence):
        return SearchError(f"The search index cannot be written: {error}.")
    mark_damaged(index)
    logger.error("search.index_damaged", index=str(index), exc_info=error)
    return NeedsRebuild(f"The search index is damaged ({type(error).__name__}): rebuild it.")
