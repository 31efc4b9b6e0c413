"""What every engine with an index in a folder shares: pending changes, the log's position, rebuilding beside the old index."""

from __future__ import annotations

from abc import ABC, abstractmethod
from collections.abc import Callable, Collection, Iterable, Iterator, Mapping, Sequence
from contextlib import AbstractContextManager, contextmanager
from pathlib import Path
from typing import Any

import structlog

from community.search.analysis import DEFAULT_LANGUAGE, Analyzer, analyzer_for
from community.search.engine import PUBLIC, Document, IndexReplaced, NeedsRebuild
from community.search.facets import language_facet
from community.search.index_folder import IndexFolder, is_damaged, mark_damaged

logger = structlog.get_logger()

Changes = Mapping[int, Document | None]
"""What to write for each topic, None to take it out."""


class FolderEngine(ABC):
    """The writing side of a `SearchEngine`. Any number of threads may search; one at a time may write.

    `languages` are those that posts may be written in, the site's own first.
    """

    def __init__(self, folder: Path, format_: str, languages: Sequence[str], clock: Callable[[], float]) -> None:
        self._folder = IndexFolder(folder, format_)
        self._analyzers = {language: analyzer_for(language) for language in languages or (DEFAULT_LANGUAGE,)}
        self._clock = clock
        self._pending: dict[int, Document | None] = {}
        self._basis: str | None = None

    @property
    def needs_rebuild(self) -> bool:
        """Whether there is no index to write to, or somebody met an error in it."""
        index = self._folder.current()
        return index is None or is_damaged(index) or not self._is_index(index)

    def index(self, documents: Sequence[Document]) -> None:
        """Put documents in at the next commit; of two for one topic the later counts."""
        self._pending.update({document.topic_id: document for document in documents})

    def remove(self, topic_ids: Iterable[int]) -> None:
        """Take topics out at the next commit."""
        self._pending.update(dict.fromkeys(topic_ids))

    def forget_pending(self) -> None:
        """Let go of what was put in and taken out since the last commit."""
        self._pending.clear()

    def position(self) -> str:
        """How far the log was read for the index in use; what is indexed from now on belongs to it."""
        if self.needs_rebuild:
            return ""
        index = self._writable()
        self._basis = index.name
        position = self._position_in(index)
        if not position:
            mark_damaged(index)
        return position

    def commit(self, position: str) -> None:
        """Write what is pending and the position; see `SearchEngine.commit` for what it raises."""
        with self._folder.writing():
            try:
                self._write(self._writable(), self._pending, position)
            except (NeedsRebuild, IndexReplaced):
                self._pending.clear()
                raise
        self._pending.clear()

    @contextmanager
    def rebuilding(self, position: str) -> Iterator[Callable[[Document], None]]:
        """Build beside the old index and swap at the end; see `SearchEngine.rebuilding`."""
        with self._folder.rebuilding() as place, self._building(place, position) as add:
            seen: set[int] = set()

            def take(document: Document) -> None:
                if document.topic_id in seen:
                    raise ValueError(f"Topic {document.topic_id} came twice.")
                seen.add(document.topic_id)
                try:
                    made = self._row(document)
                except Exception:  # one topic that cannot be written must not keep all others from being found
                    logger.exception("search.document_left_out", topic_id=document.topic_id)
                    return
                add(made)

            yield take
        self._pending.clear()
        self._basis = place.name

    def rebuild(self, documents: Iterable[Document], position: str) -> None:
        """Rebuild from documents that are at hand."""
        with self.rebuilding(position) as take:
            for document in documents:
                take(document)

    @abstractmethod
    def _is_index(self, index: Path) -> bool:
        """Whether something was ever committed in this place."""

    @abstractmethod
    def _position_in(self, index: Path) -> str:
        """The position an index was committed at; empty when it cannot be told. Raises nothing for damage."""

    @abstractmethod
    def _write(self, index: Path, changes: Changes, position: str) -> None:
        """Write changes and position in one step. Raises NeedsRebuild for damage, SearchError for shortage."""

    @abstractmethod
    def _building(self, place: Path, position: str) -> AbstractContextManager[Callable[[Any], None]]:
        """A new index in an empty folder, complete when the block ends well. Gives the function that takes each row."""

    @abstractmethod
    def _row(self, document: Document) -> Any:
        """A document as the engine writes it."""

    def _writable(self) -> Path:
        """The index in use, if what is pending was made for it. Raises NeedsRebuild or IndexReplaced."""
        index = self._folder.current()
        if index is None or self.needs_rebuild:
            raise NeedsRebuild("The search index is missing or damaged: rebuild it.")
        if self._pending and self._basis not in (None, index.name):
            raise IndexReplaced("The search index was rebuilt meanwhile: go on from its position.")
        return index

    def _analyzer_of(self, document: Document) -> Analyzer:
        """That of the document's language; the site's own where we have none."""
        return self._analyzers.get(document.language) or next(iter(self._analyzers.values()))

    def _asked_in(self, audiences: Collection[str] | None, exists: Callable[[str], bool]) -> tuple[Analyzer, ...]:
        """The analyzers of the languages that these audiences have documents in, the site's own always and first.

        `exists` says whether a facet is in the index.
        """
        own, *others = self._analyzers.items()
        groups = (PUBLIC,) if audiences is None else audiences
        spoken = (analyzer for name, analyzer in others if any(exists(language_facet(each, name)) for each in groups))
        return own[1], *spoken
