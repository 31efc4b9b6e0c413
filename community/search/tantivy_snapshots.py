"""The newest commit of a Tantivy index for whoever searches, and what it knows of its words."""

from __future__ import annotations

import time
from collections.abc import Callable, Iterable, Iterator, Sequence
from contextlib import contextmanager
from functools import cached_property
from pathlib import Path
from typing import Any, Final

import tantivy

from community.search.engine import NeedsRebuild
from community.search.index_folder import IndexFolder
from community.search.tantivy_files import Torn, WholeFiles
from community.search.tantivy_schema import FACETS, JOINED, NO_TOPIC, POSITION, SCORED, schema
from community.search.wording import STEMS, WORDS

FRESH: Final = 0.1
"""Seconds between two looks for a newer commit."""

_LATIN: Final = "abcdefghijklmnopqrstuvwxyz"
_BLOCK: Final = 64  # Letters of another script that a misspelled one may stand for: those near it in Unicode.
_NEAR_SEEN: Final = 3_000  # Words that begin like a misspelled one and are compared with it.
_BEGINNING: Final = 2  # Letters that are right in a word with two mistakes.


class IndexDamaged(Exception):
    """Something in the index at `index` could not be read."""

    def __init__(self, index: Path, error: BaseException) -> None:
        super().__init__(f"{index}: {type(error).__name__}: {error}")
        self.index = index


@contextmanager
def reading(index: Path) -> Iterator[None]:
    """Whatever goes wrong inside is damage to the index; Tantivy's panics are no ordinary exceptions."""
    try:
        yield
    except IndexDamaged:
        raise
    except BaseException as error:
        if not isinstance(error, Exception) and type(error).__name__ != "PanicException":
            raise
        raise IndexDamaged(index, error) from error


class Snapshot:
    """One commit of an index. It never changes, so any number of threads may share it."""

    def __init__(self, searcher: Any) -> None:
        self.searcher = searcher
        self.documents: int = max(0, searcher.num_docs - 1)

    @cached_property
    def position(self) -> str:
        """How far the log was read for this commit."""
        mine = tantivy.Query.term_query(schema(), FACETS, NO_TOPIC, "basic")
        hits = self.searcher.search(mine, 1, count=False).hits
        return str(self.searcher.doc(hits[0][1])[POSITION][0]) if hits else ""

    def frequency(self, field: str, term: str) -> int:
        """How many documents have the term; deleted ones count until their segment is merged."""
        fields = {STEMS: SCORED, WORDS: (WORDS, JOINED)}.get(field, (field,))
        return max(int(self.searcher.doc_freq(each, term)) for each in fields)

    def has(self, facet: str) -> bool:
        """Whether a document has this value of a filter."""
        return bool(self.searcher.doc_freq(FACETS, facet))

    def starting_with(self, start: str, limit: int) -> list[str]:
        """Words that begin so."""
        return [word for word, _ in self.searcher.terms_with_prefix(WORDS, start, limit=limit)]

    def similar(self, word: str, distance: int) -> set[str]:
        """Words with one mistake, neighbours in the wrong order among them; with two, those whose first letters are right."""
        if distance == 1:
            return {near for near in one_mistake(word) if self.searcher.doc_freq(WORDS, near)}
        return {near for near in self.starting_with(word[:_BEGINNING], _NEAR_SEEN) if _is_within(word, near, distance)}

    def is_alive(self, word: str) -> bool:
        """Whether a document that is not deleted has the word."""
        found = self.searcher.search(tantivy.Query.term_query(schema(), WORDS, word), 1, count=False)
        return bool(found.hits)


class Snapshots:
    """Keeps the newest snapshot of a folder's index."""

    def __init__(self, folder: IndexFolder) -> None:
        self._folder = folder
        self._kept: tuple[tuple[str, int, int], Any, WholeFiles, Snapshot] | None = None
        self._looked = float("-inf")

    def newest(self, *, look: bool = False) -> Snapshot:
        """The newest snapshot: with `look` certainly, else as of the last look.

        Raises NeedsRebuild when there is no index, IndexDamaged when it is torn.
        """
        kept, moment = self._kept, time.monotonic()
        if kept is None or look or moment - self._looked >= FRESH:
            self._looked = moment
            kept = self._kept = self._taken_over(kept)
        return kept[3]

    def forget(self) -> None:
        """Let go of the index and its files."""
        self._kept = None

    def _taken_over(self, kept: Any) -> Any:
        index = self._folder.current()
        if index is None:
            raise NeedsRebuild("There is no search index: rebuild it.")
        for last in (False, True):
            with reading(index):
                try:
                    facts = (index / "meta.json").stat()
                    stamp = (index.name, facts.st_mtime_ns, facts.st_ino)
                    if kept is not None and kept[0] == stamp:
                        return kept
                    return self._opened(index, stamp, kept if kept is not None and kept[0][0] == index.name else None)
                except Torn:
                    if last:  # once more: a commit may have taken a file away at this very moment
                        raise
        raise AssertionError("The last try returns or raises.")

    def _opened(self, index: Path, stamp: tuple[str, int, int], kept: Any) -> Any:
        whole = kept[2] if kept else WholeFiles()
        whole.check(index)
        opened = kept[1] if kept else tantivy.Index.open(str(index))
        if not kept:
            opened.config_reader(reload_policy="manual")
        opened.reload()
        return stamp, opened, whole, Snapshot(opened.searcher())


def one_mistake(word: str) -> Iterable[str]:
    """Every spelling one mistake away: a letter too many, too few, another, or two in the wrong order."""
    letters = _letters_near(word)
    splits = [(word[:at], word[at:]) for at in range(1, len(word) + 1)]
    for start, end in splits:
        if end:
            yield start + end[1:]
            yield from (start + letter + end[1:] for letter in letters)
        if len(end) > 1:
            yield start + end[1] + end[0] + end[2:]
        yield from (start + letter + end for letter in letters)


def _letters_near(word: str) -> Sequence[str]:
    if word.isascii():
        return _LATIN
    block = {ord(letter) // _BLOCK for letter in word if not letter.isascii()}
    near = [chr(at) for each in block for at in range(each * _BLOCK, (each + 1) * _BLOCK) if chr(at).isalpha()]
    return [*(_LATIN if any(letter.isascii() for letter in word) else ""), *near]


def _is_within(word: str, other: str, most: int) -> bool:
    """Whether one becomes the other by at most so many changed letters (Levenshtein 1966)."""
    if abs(len(word) - len(other)) > most:
        return False
    row = list(range(len(other) + 1))
    for at, letter in enumerate(word, 1):
        before, row[0] = row[0], at
        for place, another in enumerate(other, 1):
            before, row[place] = row[place], min(row[place] + 1, row[place - 1] + 1, before + (letter != another))
        if min(row) > most:
            return False
    return row[-1] <= most


Ask = Callable[[Snapshot, Snapshot], Any]
"""What is asked of a snapshot and of the one that statistics come from."""
