"""How a document lies in a Tantivy index.

Words come taken apart by our own analysis and are written with spaces between them, so Tantivy only cuts at spaces and both
engines find the same. Scored are `title`, `stems` (title, question and best answers), `answers` (all else) and `pairs`
of neighbours: Tantivy's BM25 knows no weights within a field. `words` holds what was written, with positions.

How far the log was read is a document of its own, replaced by each commit: so index and position cannot disagree.
"""

from __future__ import annotations

from collections.abc import Iterable
from datetime import UTC
from functools import cache
from itertools import chain, pairwise
from typing import Any, Final, NamedTuple

import tantivy

from community.search.analysis import LONGEST_WORD, Analyzer, Kind
from community.search.engine import Document
from community.search.facets import day_number, facets
from community.search.likeness import PAIRED_PIECES
from community.search.quality import prior

FORMAT: Final = "tantivy1"
"""Name of this layout. Raise its number with any change to what is written, and every site rebuilds its index."""

SCORED: Final = {"title": 0.6, "stems": 1.0, "answers": 0.4}
"""The fields of stems and what a word in each is worth, chosen as the weights of `whoosh_schema` were."""

PAIRS: Final = "pairs"
JOINED: Final = "joined"
"""Compounds and pairs of characters as they were written: they would upset the positions among `words`."""
FACETS: Final = "facets"
POSITION: Final = "position"
NO_TOPIC: Final = "position"
"""The facet of the document that holds the position."""

_PAIR: Final = "\u00b7"  # Between the two words of a pair.
_GAP: Final = " \u00b7 "  # Between two sections: no word, so no phrase reaches from one into the next.
# By bytes: ASCII that no token has in it becomes a space. Chunks between spaces are found much faster than tokens.
_APART: Final = bytes(code if code > 127 or chr(code).isalnum() or chr(code) in "_-.'" else 32 for code in range(256))
_LONGEST: Final = 2_000_000  # Characters of one section that are indexed: bounds the time one giant topic takes.
_MOST_SECONDS: Final = 253_402_300_799  # The end of the year 9999.


class _Written(NamedTuple):
    """What a token is written as: its stems for scoring, its parts as words, and its compounds and pairs of characters.

    `telling` are the stems of its parts without filler, for pairs of neighbours.
    """

    stems: str
    words: str
    joined: str
    telling: tuple[str, ...]


class Section(NamedTuple):
    """A section of a document as the index takes it."""

    stems: str
    words: str
    joined: str
    pairs: str


class Scribe:
    """Writes text of one language as the index takes it, each chunk between two spaces only once taken apart."""

    def __init__(self, analyzer: Analyzer) -> None:
        self._known = _Remembered(analyzer)

    def section(self, text: str, *, paired: bool = False) -> Section:
        """A text as the index takes it, with the pairs of its beginning where they are wanted."""
        found = list(map(self._known.__getitem__, text[:_LONGEST].encode(errors="replace").translate(_APART).decode().split()))
        stems, words, joined, telling = zip(*found, strict=True) if found else ((), (), (), ())
        pairs = _paired(telling[:PAIRED_PIECES]) if paired else ""
        return Section(" ".join(filter(None, stems)), " ".join(words), " ".join(filter(None, joined)), pairs)


def _paired(telling: Iterable[tuple[str, ...]]) -> str:
    return " ".join(map(_PAIR.join, pairwise(chain.from_iterable(telling))))


class _Remembered(dict[str, _Written]):
    """What stands between two spaces and was taken apart already: a token, or a few; forgets it all when there is too much."""

    _MOST = 200_000

    def __init__(self, analyzer: Analyzer) -> None:
        super().__init__()
        self._analyzer = analyzer

    def __missing__(self, chunk: str) -> _Written:
        pieces = list(self._analyzer.pieces(chunk))
        telling = [piece for piece in pieces if not self._analyzer.is_filler(piece.word)]
        parts = [piece for piece in pieces if piece.kind is Kind.PART]
        written = _Written(
            stems=" ".join(piece.stem for piece in telling),
            words=" ".join(piece.word for piece in parts),
            joined=" ".join(piece.word for piece in pieces if piece.kind is not Kind.PART),
            telling=tuple(piece.stem for piece in telling if piece.kind is Kind.PART),
        )
        if len(chunk) <= LONGEST_WORD:
            if len(self) >= self._MOST:
                self.clear()
            self[chunk] = written
        return written


@cache
def scribe_of(analyzer: Analyzer) -> Scribe:
    """The scribe of an analyzer, made once a process."""
    return Scribe(analyzer)


def pair_term(pair: str) -> str:
    """A pair of stems as one term without a space."""
    return pair.replace(" ", _PAIR)


@cache
def schema() -> Any:
    """The fields of an index of this format."""
    builder = tantivy.SchemaBuilder()
    for name in (*SCORED, PAIRS):
        builder.add_text_field(name, tokenizer_name="whitespace", index_option="freq")
    builder.add_text_field("words", tokenizer_name="whitespace", index_option="position")
    builder.add_text_field(JOINED, tokenizer_name="whitespace", index_option="basic")
    builder.add_text_field(FACETS, tokenizer_name="raw", index_option="basic")
    builder.add_unsigned_field("topic", fast=True)
    builder.add_integer_field("created", indexed=True, fast=True)
    builder.add_integer_field("active", fast=True)
    builder.add_float_field("prior", fast=True)
    builder.add_text_field(POSITION, stored=True, tokenizer_name="raw", index_option="basic")
    return builder.build()


def row(document: Document, analyzer: Analyzer) -> Any:
    """What Tantivy's writer takes for a document whose stems come from `analyzer`."""
    scribe = scribe_of(analyzer)
    title, question = scribe.section(document.title, paired=True), scribe.section(document.question, paired=True)
    best, answers, posts = (scribe.section(text) for text in (document.best_answers, document.answers, document.posts))
    sections = (title, question, best, answers, posts)
    made = tantivy.Document()
    made.add_text("title", title.stems)
    made.add_text("stems", f"{title.stems} {question.stems} {best.stems}")
    made.add_text("answers", f"{answers.stems} {answers.stems} {posts.stems}")
    made.add_text(PAIRS, f"{title.pairs} {question.pairs}")
    made.add_text("words", _GAP.join([each.words for each in sections]))
    made.add_text(JOINED, " ".join([each.joined for each in sections]))
    for term in facets(document):
        made.add_text(FACETS, term)
    made.add_unsigned("topic", document.topic_id)
    made.add_integer("created", day_number(document.created.astimezone(UTC).toordinal()))
    made.add_integer("active", min(_MOST_SECONDS, int(document.active.timestamp())))
    made.add_float("prior", prior(document))
    return made


def position_row(position: str) -> Any:
    """The document that holds how far the log was read."""
    made = tantivy.Document()
    made.add_text(FACETS, NO_TOPIC)
    made.add_text(POSITION, position)
    return made
