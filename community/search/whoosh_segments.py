"""Reading a Whoosh index: whole blocks of postings, without Whoosh's searcher.

Whoosh's matchers visit one posting at a time, which costs five to ten times what adding up whole blocks does, and its
readers bring deleted documents back when they are refreshed. So a segment, which never changes once it is written, is
opened once and knows nothing of deletions; `whoosh_snapshots` keeps those.

A torn index shows itself by almost any exception (end of file, zlib, pickle, struct, key, assertion ...): everything
that reads turns them all into `IndexDamaged`.
"""

from __future__ import annotations

import sys
from array import array
from collections.abc import Iterator, Sequence
from contextlib import contextmanager, suppress
from pathlib import Path
from typing import Any, Final, Self

from whoosh.codec.whoosh3 import W3Codec, W3LeafMatcher
from whoosh.filedb.filestore import FileStorage
from whoosh.reading import TermNotFound
from whoosh.util.numeric import byte_to_length

from community.search.whoosh_schema import COLUMNS, FACETS, STEMS, WORDS, schema

LENGTHS: Final = tuple(byte_to_length(byte) for byte in range(256))
"""What each byte of a length column stands for, in words."""

_FORMATS: Final = {name: schema()[name].format for name in (STEMS, WORDS, FACETS)}


class IndexDamaged(Exception):
    """Something in the index at `index` could not be read."""

    def __init__(self, index: Path, error: Exception) -> None:
        super().__init__(f"{index}: {type(error).__name__}: {error}")
        self.index = index


@contextmanager
def reading(index: Path) -> Iterator[None]:
    """Whatever goes wrong inside is damage to the index."""
    try:
        yield
    except IndexDamaged:
        raise
    except Exception as error:
        raise IndexDamaged(index, error) from error


class _Blocks(W3LeafMatcher):  # type: ignore[misc]
    """The postings of a term, one block of up to 128 at a time."""

    def ids(self) -> Sequence[int]:
        if self._ids is None:
            self._read_ids()
        ids: Sequence[int] = self._ids
        return ids

    def weights(self) -> Sequence[float]:
        if self._weights is None:
            self._read_weights()
        weights: Sequence[float] = self._weights
        return weights

    def values(self) -> Sequence[bytes]:
        if self._values is None:
            self._read_values()
        values: Sequence[bytes] = self._values
        return values

    def walk(self, wanted: Sequence[int] | None) -> Iterator[Self]:
        """Stand on each block in turn; with `wanted` (sorted) only on blocks that may hold one of these documents."""
        at = 0
        while self.is_active():
            if wanted is not None:
                if at == len(wanted):
                    return
                if wanted[at] > self._maxid:
                    self._next_block()
                    continue
                while at < len(wanted) and wanted[at] <= self._maxid:
                    at += 1
            yield self
            self._next_block()


class _Codec(W3Codec):  # type: ignore[misc]
    def postings_reader(self, dbfile: Any, terminfo: Any, format_: Any, term: Any = None, scorer: Any = None) -> _Blocks:
        offset, length = terminfo.extent()
        return _Blocks(dbfile, offset, length, format_, term=term, scorer=scorer)


class Segment:
    """One open segment. Its document numbers start at 0. Not for two threads at once: they would share a file pointer."""

    def __init__(self, index: Path, segment: Any) -> None:
        self._index = index
        storage = FileStorage(str(index))
        self._files = segment.open_compound_file(storage) if segment.is_compound() else storage
        self._codec = _Codec()
        self._segment = segment
        self._terms = self._codec.terms_reader(self._files, segment)
        self.documents: int = segment.doc_count_all()
        self.topics = self._column("topic", COLUMNS["topic"])
        self.created = self._column("created", COLUMNS["created"])
        self.active = self._column("active", COLUMNS["active"])
        self.priors = self._column("prior", COLUMNS["prior"])
        self.lengths = {field: bytes(self._column(f"_{field}_len", "B")) for field in (STEMS, WORDS)}
        facts = self._codec.per_document_reader(self._files, segment)
        self.total_lengths: dict[str, int] = {field: facts.field_length(field) for field in (STEMS, WORDS)}

    def frequency(self, field: str, term: str) -> int:
        """How many documents have the term, deleted ones among them."""
        with reading(self._index):
            try:
                count: int = self._terms.term_info(field, term.encode()).doc_frequency()
            except TermNotFound:
                return 0
            return count

    def scored(self, field: str, term: str, wanted: Sequence[int] | None = None) -> Iterator[tuple[int, float]]:
        """Document and weight of every posting; `wanted` (sorted) may leave out blocks that hold none of these."""
        with reading(self._index):
            for block in self._blocks(field, term, wanted):
                yield from zip(block.ids(), block.weights(), strict=True)

    def holders(self, field: str, term: str, wanted: Sequence[int] | None = None) -> set[int]:
        """The documents that have the term; with `wanted` (sorted) perhaps without those it does not name."""
        with reading(self._index):
            return {number for block in self._blocks(field, term, wanted) for number in block.ids()}

    def positions(self, term: str, wanted: Sequence[int]) -> dict[int, list[int]]:
        """Where the word stands in each of the documents `wanted` (sorted) that have it."""
        sought, decode = set(wanted), _FORMATS[WORDS].decode_positions
        with reading(self._index):
            return {
                number: decode(value)
                for block in self._blocks(WORDS, term, wanted)
                for number, value in zip(block.ids(), block.values(), strict=True)
                if number in sought
            }

    def starting_with(self, field: str, start: str, limit: int) -> list[str]:
        """Up to `limit` terms that begin so, in the order of their bytes."""
        prefix, found = start.encode(), list[str]()
        with reading(self._index):
            for name, term in self._terms.terms_from(field, prefix):
                if name != field or not term.startswith(prefix) or len(found) == limit:
                    break
                found.append(term.decode())
        return found

    def similar(self, field: str, word: str, distance: int) -> list[str]:
        """The terms at most `distance` changed letters away that begin with the same letter."""
        with reading(self._index):
            automaton = self._codec.automata(self._files, self._segment)
            cursor = self._terms.cursor(field, schema()[field])
            return list(automaton.terms_within(cursor, word, distance, 1))

    def close(self) -> None:
        """Close the segment's files."""
        # Memory maps with views on them close when the last view goes.
        with suppress(Exception):
            self._terms.close()
            if self._segment.is_compound():
                self._files.close()

    def _blocks(self, field: str, term: str, wanted: Sequence[int] | None) -> Iterator[_Blocks]:
        try:
            blocks: _Blocks = self._terms.matcher(field, term.encode(), _FORMATS[field])
        except TermNotFound:
            return
        yield from blocks.walk(wanted)

    def _column(self, name: str, code: str) -> array[Any]:
        """A whole column. Whoosh leaves zeros at its end unwritten, and the file out when there are only zeros."""
        values = array(code)
        filename = _Codec.column_filename(self._segment, name)
        if self._files.file_exists(filename):
            length = self._files.file_length(filename)
            file = self._files.open_file(filename)
            values.frombytes(bytes(file.get(0, length)))
            if sys.byteorder == "little":
                values.byteswap()
        return values + array(code, [0]) * (self.documents - len(values))
