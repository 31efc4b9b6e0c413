"""Reading a segment of a Whoosh index: mapped into memory, whole blocks of postings, safe for many threads.

Whoosh's matchers visit one posting at a time, which costs five to ten times what adding up whole blocks does; its readers
copy each file they open into memory, share one file pointer, and bring deleted documents back when they are refreshed. So a
segment, which never changes once it is written, is mapped once, read by position only, and knows nothing of deletions;
`whoosh_snapshots` keeps those.

A torn index shows itself by almost any exception (end of file, zlib, pickle, struct, key, assertion ...): everything
that reads turns them all into `IndexDamaged`.
"""

from __future__ import annotations

import io
import pickle
import sys
from array import array
from collections.abc import Iterator, Sequence
from contextlib import contextmanager
from itertools import repeat
from pathlib import Path
from typing import Any, Final, Self, cast

from whoosh.codec.whoosh3 import W3Codec, W3LeafMatcher
from whoosh.filedb.compound import CompoundStorage
from whoosh.filedb.structfile import BufferFile, StructFile
from whoosh.reading import SegmentReader, TermNotFound
from whoosh.util.numeric import byte_to_length

from community.search.whoosh_schema import COLUMNS, FACETS, schema
from community.search.wording import STEMS, WORDS

LENGTHS: Final = tuple(byte_to_length(byte) for byte in range(256))
"""What each byte of a length column stands for, in words."""

_SCHEMA: Final = schema()
_FORMATS: Final = {name: _SCHEMA[name].format for name in (STEMS, WORDS, FACETS)}
_MAGIC: Final = b"W3Bl"  # Before the blocks of every term.
_INT: Final = 4  # Bytes of a block's length.


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


class _Window(io.RawIOBase):
    """A part of a mapped file as a file of its own, for what Whoosh reads in sequence when it opens one."""

    def __init__(self, view: memoryview) -> None:
        self._view = view
        self._at = 0

    def readable(self) -> bool:
        return True

    def readinto(self, buffer: Any) -> int:
        part = self._view[self._at : self._at + len(buffer)]
        buffer[: len(part)] = part
        self._at += len(part)
        return len(part)

    def seek(self, offset: int, whence: int = io.SEEK_SET) -> int:
        base = {io.SEEK_SET: 0, io.SEEK_CUR: self._at, io.SEEK_END: len(self._view)}[whence]
        self._at = base + offset
        return self._at

    def tell(self) -> int:
        return self._at


class _Part(BufferFile):  # type: ignore[misc]
    """A file inside a segment, without the copy in memory that Whoosh's own class makes."""

    def __init__(self, view: memoryview) -> None:
        StructFile.__init__(self, _Window(view))
        self.is_real = False
        self._buf = view


class _Mapped(CompoundStorage):  # type: ignore[misc]
    """The files of a segment, which Whoosh keeps in one."""

    @classmethod
    def opened(cls, path: Path) -> Self:
        file = StructFile(path.open("rb"))
        try:
            return cls(file)  # which closes the file once it is mapped
        except BaseException:
            file.close()
            raise

    def open_file(self, name: str, *_: Any, **__: Any) -> _Part:
        offset, length = self.range(name)
        view = memoryview(self._source)[offset : offset + length]
        if len(view) != length:
            raise EOFError(f"{name} is cut off")
        return _Part(view)


class _Blocks(W3LeafMatcher):  # type: ignore[misc]
    """The postings of a term, one block of up to 128 at a time."""

    def ids(self) -> Sequence[int]:
        if self._ids is None:
            self._read_ids()
        return cast("Sequence[int]", self._ids)

    def weights(self) -> Sequence[float]:
        if self._weights is None:
            self._read_weights()
        return cast("Sequence[float]", self._weights)

    def values(self) -> Sequence[bytes]:
        if self._values is None:
            self._read_values()
        return cast("Sequence[bytes]", self._values)

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

    def _read_header(self) -> None:
        if self._postfile.get(self._startoffset, len(_MAGIC)) != _MAGIC:
            raise ValueError("no postings here")
        self._baseoffset = self._startoffset + len(_MAGIC)

    def _goto(self, position: int) -> None:
        """Go to a block, as Whoosh does but without its file pointer."""
        self._data: Any = None
        self._ids: Sequence[int] | None = None
        self._weights: Sequence[float] | None = None
        self._values: Sequence[bytes] | None = None
        self._i = 0
        length = self._postfile.get_int(position)
        self._lastblock = length < 0
        self._nextoffset = position + _INT + abs(length)
        block = io.BytesIO(self._postfile.get(position + _INT, abs(length)))
        self._blocklength, self._maxid, self._maxweight, self._compression, *_ = pickle.load(block)  # noqa: S301 - written by us
        self._dataoffset = position + _INT + block.tell()


class _Codec(W3Codec):  # type: ignore[misc]
    def postings_reader(self, dbfile: Any, terminfo: Any, format_: Any, term: Any = None, scorer: Any = None) -> _Blocks:
        offset, length = terminfo.extent()
        return _Blocks(dbfile, offset, length, format_, term=term, scorer=scorer)


class Segment:
    """One open segment; its document numbers start at 0. Its file closes when nobody refers to it any more."""

    def __init__(self, index: Path, segment: Any) -> None:
        self._index = index
        self._codec = _Codec()
        self._segment = segment
        self._files = _Mapped.opened(index / segment.make_filename(segment.COMPOUND_EXT))
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

    def weighed(
        self, field: str, term: str, wanted: Sequence[int] | None = None
    ) -> Iterator[tuple[Sequence[int], Sequence[float]]]:
        """Documents and weights of the term, a block at a time; with `wanted` (sorted) only blocks that may hold these."""
        with reading(self._index):
            for block in self._blocks(field, term, wanted):
                yield block.ids(), block.weights()

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
            cursor = self._terms.cursor(field, _SCHEMA[field])
            return list(automaton.terms_within(cursor, word, distance, 1))

    def _blocks(self, field: str, term: str, wanted: Sequence[int] | None) -> Iterator[_Blocks]:
        try:
            blocks: _Blocks = self._terms.matcher(field, term.encode(), _FORMATS[field])
        except TermNotFound:
            return
        for block in blocks.walk(wanted):
            if block.ids()[-1] >= self.documents:
                raise ValueError(f"a document that is not in the segment holds {term!r}")
            yield block

    def _column(self, name: str, code: str) -> array[Any]:
        """A whole column. Whoosh leaves zeros at its end unwritten, and the file out when there are only zeros."""
        values = array(code)
        filename = _Codec.column_filename(self._segment, name)
        if self._files.file_exists(filename):
            values.frombytes(self._files.open_file(filename).get(0, self._files.file_length(filename)))
            if sys.byteorder == "little":
                values.byteswap()
        return values + array(code, [0]) * (self.documents - len(values))


class JoinReader(SegmentReader):  # type: ignore[misc]
    """Reads a segment for Whoosh to join it with others, a block at a time where Whoosh looks each term up again."""

    def iter_postings(self) -> Iterator[tuple[str, bytes, int, float, bytes]]:
        """Field, term, document, weight and positions of every posting whose document is not deleted."""
        deleted = frozenset(self._perdoc.deleted_docs())
        for (field, term), info in self._terms.items():
            blocks = _Blocks(self._terms._postfile, *info.extent(), _FORMATS[field])  # noqa: SLF001 - Whoosh shows it nowhere
            for block in blocks.walk(None):
                values = block.values() if _FORMATS[field].fixed_value_size() != 0 else repeat(b"")
                for number, weight, value in zip(block.ids(), block.weights(), values, strict=False):
                    if number not in deleted:
                        yield field, term, number, weight, value
