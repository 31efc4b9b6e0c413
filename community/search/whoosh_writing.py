"""Writing a Whoosh index: one commit that is there or not, and the joining of small segments.

Whoever calls holds the folder's lock, so Whoosh's own lock is never contended.
"""

from __future__ import annotations

from collections.abc import Callable, Iterable, Iterator, Mapping
from contextlib import contextmanager, suppress
from pathlib import Path
from typing import Any, Final

import structlog
from whoosh.index import LockError, create_in, open_dir

from community.search import whoosh_folder as folders
from community.search.engine import IndexBusy, NeedsRebuild, SearchError
from community.search.facets import facet
from community.search.index_folder import is_damage, mark_damaged
from community.search.whoosh_schema import FACETS, schema
from community.search.whoosh_segments import JoinReader
from community.search.whoosh_snapshots import Snapshot

JOINED_BY_COMMIT: Final = 16
"""Documents that a commit joins at most: joining copies some 200 a second, and a new post waits for it."""

JOINED_BY_COMPACT: Final = 600
"""Documents that are joined at most at a quiet moment: up to about three seconds."""

_JOINED_AT_ONCE: Final = 8  # Segments of one size that are joined.
# Every search visits every segment: where no quiet moment comes, a commit that finds so many joins up to so many documents.
_CROWDS: Final = ((96, JOINED_BY_COMPACT), (48, 80))
_MEMORY_MB: Final = 128  # Postings of a rebuild that are kept in memory before they go to disk.

Rows = Mapping[int, dict[str, Any] | None]
"""What to write for each topic, None to take it out."""

logger = structlog.get_logger()


def write(index: Path, snapshot: Snapshot, rows: Rows, position: str, most: int = JOINED_BY_COMMIT) -> None:
    """Replace these topics, join segments of up to `most` documents, and move to a position: all in one step.

    `snapshot` is the newest of the index. Raises NeedsRebuild when the index turns out to be damaged, and SearchError
    when the machine is short of room or rights; nothing is changed then.
    """
    writer: Any = None
    try:
        writer = open_dir(str(index)).writer()
        _delete(writer, snapshot, rows.keys())
        for row in rows.values():
            if row is not None:
                writer.add_document(**row)
        folders.write_position(index, writer.generation, position)
        writer.commit(mergetype=_joining(most))
        folders.forget_positions_before(index, writer.generation)
    except Exception as error:
        with suppress(Exception):  # Frees Whoosh's lock; what failed before may fail again here.
            writer.cancel()
        raise _refusal(index, error) from error


@contextmanager
def building(place: Path, position: str) -> Iterator[Callable[[dict[str, Any]], None]]:
    """A new index in an empty folder, complete when the block ends well. Gives the function that takes each row."""
    writer = create_in(str(place), schema()).writer(limitmb=_MEMORY_MB)

    def add(row: dict[str, Any]) -> None:
        writer.add_document(**row)

    try:
        yield add
        folders.write_position(place, writer.generation, position)
        writer.commit()
    except BaseException:
        with suppress(Exception):
            writer.cancel()
        raise


def worth_joining(index: Path, most: int) -> bool:
    """Whether there are segments that `write` would join."""
    segments = open_dir(str(index))._segments()  # noqa: SLF001 - Whoosh shows its segments nowhere else
    return any(len(chosen) >= _JOINED_AT_ONCE for chosen in _alike(segments, most))


def _refusal(index: Path, error: Exception) -> SearchError:
    """What the error means. Whoosh raises almost anything for a torn index, so whatever is not known is damage."""
    if isinstance(error, LockError):
        return IndexBusy("Another program is writing the search index.")
    if not is_damage(error):
        return SearchError(f"The search index cannot be written: {error}.")
    mark_damaged(index)
    logger.error("search.index_damaged", index=str(index), exc_info=error)
    return NeedsRebuild(f"The search index is damaged ({type(error).__name__}): rebuild it.")


def _delete(writer: Any, snapshot: Snapshot, topic_ids: Iterable[int]) -> None:
    """Mark the documents of these topics as deleted."""
    first = 0
    for segment, deleted in snapshot.segments:
        for topic_id in topic_ids:
            for number in segment.holders(FACETS, facet("topic", topic_id)) - deleted:
                writer.delete_document(first + number)
        first += segment.documents


def _joining(most: int) -> Callable[[Any, list[Any]], list[Any]]:
    """A merge policy for Whoosh: where eight segments of about one size lie, join them, up to `most` documents.

    So a document is copied once each time its segment grows eightfold, and few segments stay. Segments without a
    living document are dropped. The policy returns the segments that stay as they are.
    """

    def join(writer: Any, segments: list[Any]) -> list[Any]:
        gone = [segment for segment in segments if segment.doc_count_all() == segment.deleted_count()]
        left = [segment for segment in segments if segment not in gone]
        crowded = next((limit for count, limit in _CROWDS if len(left) > count), 0)
        for chosen in _alike(left, max(most, crowded)):
            if len(chosen) >= _JOINED_AT_ONCE:
                for segment in chosen:
                    reader = JoinReader(writer.storage, writer.schema, segment)
                    writer.add_reader(reader)
                    reader.close()
                gone += chosen
        return [segment for segment in segments if segment not in gone]

    return join


def _alike(segments: list[Any], most: int) -> list[list[Any]]:
    """Segments of the same power of eight, of each as many (smallest first) as have at most `most` documents."""
    sizes: dict[int, list[Any]] = {}
    for segment in sorted(segments, key=lambda segment: int(segment.doc_count_all())):
        sizes.setdefault((segment.doc_count_all() - 1).bit_length() // 3, []).append(segment)
    fitting = []
    for alike in sizes.values():
        total, chosen = 0, []
        for segment in alike:
            total += segment.doc_count_all()
            if total <= most:
                chosen.append(segment)
        fitting.append(chosen)
    return fitting
