"""How a document lies in a Whoosh index: fields, weights, and what makes one document worth more than another.

Every text of a topic goes into two fields. `stems` is what queries are scored on: each section adds its weight to the
weight of its words, which is BM25F with one length for the whole topic (Robertson, Zaragoza and Taylor 2004: combine
term frequencies before they saturate), and costs one posting list a word instead of one a word and section; pairs of
neighbouring stems are terms there too. `words` holds what was written, with positions, for phrases, exact words and spelling.
"""

from __future__ import annotations

from array import array
from collections.abc import Iterable, Iterator, Mapping
from datetime import UTC
from itertools import islice
from typing import Any, Final, NamedTuple

from whoosh import columns, fields, formats
from whoosh.analysis import IDAnalyzer

from community.search.analysis import Analyzer, Kind
from community.search.engine import Document
from community.search.facets import day_number, facets
from community.search.likeness import PAIRED_PIECES
from community.search.quality import prior

FORMAT: Final = "whoosh2"
"""Name of this layout. Raise its number with any change to what is written, and every site rebuilds its index."""

FACETS: Final = "facets"

# Chosen, with BM25's K1 and B, on the support forum of the development data (`bench/search_quality.py`), whose other year
# agrees: what a word counts for in each section, and what it adds to the length of the topic. A long thread must not sink
# below a short one for having been answered at length.
_TITLE, _QUESTION, _BEST_ANSWERS, _ANSWERS, _POSTS = 5.0, 1.0, 0.5, 0.4, 0.25
_LENGTHS: Final = (3.0, 1.0, 0.15, 0.12, 0.075)
# Two words that stand together in two questions tell more than the same two apart, so pairs are terms of their own.
_PAIR_IN_TITLE, _PAIR_IN_QUESTION = 4.0, 2.0
_LENGTH_UNIT: Final = 4  # Whoosh keeps whole numbers, so a word of the question is four long.
# Pieces of one topic that are indexed (about 1.5 MB of English): bounds the time one giant topic takes.
_MOST_PIECES: Final = 300_000

Posting = tuple[bytes, int, float, bytes]


class PositionList(formats.Positions):  # type: ignore[misc]
    """Word positions as plain numbers, which take a tenth of the time of Whoosh's own pickled ones."""

    def encode(self, poslist: Iterable[int]) -> bytes:
        """The positions of one word in one document as bytes."""
        return array("I", poslist).tobytes()

    def decode_positions(self, valuestring: bytes) -> list[int]:
        """The positions again."""
        return array("I", valuestring).tolist()


class _Field(fields.FieldType):  # type: ignore[misc]
    """A field whose words come ready: Whoosh's own analysis is never used."""

    def __init__(self, format_: formats.Format, *, scorable: bool) -> None:
        super().__init__(format=format_, analyzer=IDAnalyzer(), scorable=scorable)


class Weighed(NamedTuple):
    """The stems of a document with their weights, and its length."""

    weights: Mapping[str, float]
    length: float


class _Weighed(_Field):
    def index(self, value: Weighed, **_: Any) -> Iterator[Posting]:
        # The "frequency" is only what Whoosh adds up to the length of the document: the first word carries all of it.
        length = max(1, round(value.length * _LENGTH_UNIT))
        for word, weight in value.weights.items():
            yield word.encode(), length, weight, b""
            length = 0


class _Placed(_Field):
    def index(self, value: Mapping[str, list[int]], **_: Any) -> Iterator[Posting]:
        for word, positions in value.items():
            yield word.encode(), len(positions), float(len(positions)), self.format.encode(positions)


class _Flags(_Field):
    def index(self, value: Iterable[str], **_: Any) -> Iterator[Posting]:
        for flag in value:
            yield flag.encode(), 1, 1.0, b""


# Columns keep one number a document: its topic, its days since 1970, seconds since 1970, and its prior.
COLUMNS: Final = {"topic": "q", "created": "i", "active": "q", "prior": "f"}


def schema() -> fields.Schema:
    """The fields of an index of this format."""
    numbers = {name: fields.COLUMN(columns.NumericColumn(code)) for name, code in COLUMNS.items()}
    return fields.Schema(
        stems=_Weighed(formats.Existence(), scorable=True),
        words=_Placed(PositionList(), scorable=True),
        facets=_Flags(formats.Existence(), scorable=False),
        **numbers,
    )


def row(document: Document, analyzer: Analyzer) -> dict[str, Any]:
    """What Whoosh's writer takes for a document whose stems come from `analyzer`."""
    stems, words = _weighed(document, analyzer)
    return {
        "stems": stems,
        "words": words,
        "facets": sorted(facets(document)),
        "topic": document.topic_id,
        "created": day_number(document.created.astimezone(UTC).toordinal()),
        "active": int(document.active.timestamp()),
        "prior": prior(document),
    }


def _weighed(document: Document, analyzer: Analyzer) -> tuple[Weighed, dict[str, list[int]]]:
    """Weight of each stem and positions of each word, over all sections."""
    texts = (document.title, document.question, document.best_answers, document.answers, document.posts)
    weights = (_TITLE, _QUESTION, _BEST_ANSWERS, _ANSWERS, _POSTS)
    stems: dict[str, float] = {}
    words: dict[str, list[int]] = {}
    position, spare, length = 0, _MOST_PIECES, 0.0
    for text, weight, long in zip(texts, weights, _LENGTHS, strict=True):
        for piece in islice(analyzer.pieces(text), max(0, spare)):
            spare -= 1
            if not analyzer.is_filler(piece.word):
                stems[piece.stem] = stems.get(piece.stem, 0.0) + weight
                length += long
            words.setdefault(piece.word, []).append(position)
            position += piece.kind is Kind.PART
        position += 1  # No phrase reaches from one section into the next.
    for text, weight in ((document.title, _PAIR_IN_TITLE), (document.question, _PAIR_IN_QUESTION)):
        for pair in analyzer.pairs(text, PAIRED_PIECES):
            stems[pair] = stems.get(pair, 0.0) + weight
    return Weighed(stems, length), words
