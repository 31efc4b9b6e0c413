"""The words of a query as terms of an index: stems, exact words, beginnings, and how much each tells."""

from __future__ import annotations

import math
from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from heapq import nlargest
from typing import Final, NamedTuple, Protocol

from community.search.analysis import Analyzer, Kind, Piece
from community.search.querying import MOST_TERMS, Query

STEMS: Final = "stems"
WORDS: Final = "words"

_POSTINGS: Final = 30_000  # Postings that a search for some of the words adds up: about 20 ms on one core.
_BEGUN: Final = 0.6  # Share of a word's worth that one which only begins so has.
_BEGINNINGS_SEEN, _BEGINNINGS = 200, 8  # Words looked at, and taken, for the last word as a beginning.
_SHORTEST_BEGINNING: Final = 2  # Letters.
_NEARLY: Final = 0.5  # Share of a word's worth that one has which differs by a letter.
_SHORTEST_MENDED, _MENDED, _NEAR = 4, 3, 3  # Letters of a word that may be misspelled; such words of a query; guesses for each.


class Statistics(Protocol):
    """What an index knows of its words. `field` is `STEMS` or `WORDS`."""

    documents: int

    def frequency(self, field: str, term: str) -> int:
        """How many documents have the term, some that are gone perhaps among them."""

    def starting_with(self, start: str, limit: int) -> Iterable[str]:
        """Words that begin so, in any order: about `limit`."""

    def similar(self, word: str, distance: int) -> Iterable[str]:
        """Words at most so many changed letters away, perhaps not all."""

    def is_alive(self, word: str) -> bool:
        """Whether a document that is not gone has the word."""


class Term(NamedTuple):
    """A term of the index and the share of its worth that counts."""

    field: str
    text: str
    share: float = 1.0


@dataclass(frozen=True, slots=True)
class Sought:
    """One word of the query: any of the terms will do. `exact` is the word as it was typed, folded."""

    terms: tuple[Term, ...]
    exact: str


class Wording:
    """A query's words, weighed by a snapshot's statistics."""

    def __init__(self, query: Query, analyzers: Sequence[Analyzer], statistics: Statistics) -> None:
        self._query = query
        self._analyzers = analyzers
        self._statistics = statistics
        self._frequencies: dict[tuple[str, str], int] = {}
        chunks = (*query.words, *query.phrases)
        every = {each.exact: each for chunk in chunks for each in self.forms(chunk)}.values()
        telling = [each for each in every if each.terms[0].field == STEMS]
        self.sought = (telling or list(every))[:MOST_TERMS]
        """The words to look for, each once."""
        self.filler = [each for each in every if each not in self.sought][:MOST_TERMS] if telling else []
        """Words that say little or, in another language, something else: a document need not have them."""
        self.phrases = [self.in_order(phrase) for phrase in query.phrases]

    def in_order(self, phrase: str) -> list[str]:
        """The words of a phrase as they must follow one another."""
        return [piece.word for piece in self._analyzers[0].pieces(phrase) if piece.kind is Kind.PART]

    def forms(self, chunk: str) -> list[Sought]:
        """The words of a chunk of text, each with the terms of any form and language it may have."""
        languages = (analyzer.sought(chunk) for analyzer in self._analyzers)
        return [self._form(pieces) for pieces in zip(*languages, strict=True)]

    def telling_forms(self, text: str) -> list[Sought]:
        """The words of a text that are no filler in any language."""
        return [each for each in self.forms(text) if each.terms[0].field == STEMS]

    def some(self) -> list[Sought]:
        """The rarest words, as many as can be added up in time, the last typed perhaps only begun."""
        chosen: list[Sought] = []
        spent = 0
        for each in sorted(self._mended(self._with_beginnings()), key=self.frequency):
            spent += self.frequency(each)
            if chosen and spent > _POSTINGS:
                break
            chosen.append(each)
        return chosen

    def frequency(self, sought: Sought) -> int:
        """How many documents have the word, in its most frequent form."""
        return max(self.frequency_of(term.field, term.text) for term in sought.terms)

    def frequency_of(self, field: str, text: str) -> int:
        """How many documents have the term."""
        if (field, text) not in self._frequencies:
            self._frequencies[field, text] = self._statistics.frequency(field, text)
        return self._frequencies[field, text]

    def worth(self, sought: Sought) -> float:
        """What the word tells: its inverse document frequency, never below zero (Robertson and Zaragoza 2009)."""
        frequency = self.frequency(sought)
        return math.log(1 + (max(0, self._statistics.documents - frequency) + 0.5) / (frequency + 0.5))

    def marked(self, sought: Iterable[Sought]) -> tuple[str, ...]:
        """What a snippet marks: the terms of these words, and every word of a phrase."""
        scored = [text for each in sought for text in (each.exact, *(term.text for term in each.terms))]
        return tuple(dict.fromkeys([*scored, *(word for words in self.phrases for word in words)]))

    def _form(self, pieces: tuple[Piece, ...]) -> Sought:
        """One word: its stem in every language, or the word itself if it is filler in any ("die" in German)."""
        word = pieces[0].word
        if any(analyzer.is_filler(word) for analyzer in self._analyzers):
            return Sought((Term(WORDS, word),), word)
        return Sought(tuple(Term(STEMS, stem) for stem in dict.fromkeys(piece.stem for piece in pieces)), word)

    def _mended(self, words: Iterable[Sought]) -> list[Sought]:
        """The words, those that nobody ever wrote perhaps meant as ones that differ by one letter. Codes are never guessed at."""
        mended, left = [], _MENDED
        for each in words:
            near: list[str] = []
            if left and each.exact.isalpha() and len(each.exact) >= _SHORTEST_MENDED and not self.frequency(each):
                left -= 1
                found = set(self._statistics.similar(each.exact, 1))
                near = nlargest(_NEAR, found, key=lambda word: (self.frequency_of(WORDS, word), word))
            mended.append(Sought(each.terms + tuple(Term(WORDS, word, _NEARLY) for word in near), each.exact))
        return mended

    def _with_beginnings(self) -> list[Sought]:
        """The words, the last of which may be the beginning of one that is still being typed."""
        *before, last = self.sought
        if self.phrases or len(last.exact) < _SHORTEST_BEGINNING:
            return self.sought
        words = set(self._statistics.starting_with(last.exact, _BEGINNINGS_SEEN))
        words.discard(last.exact)
        common = nlargest(_BEGINNINGS, words, key=lambda word: (self.frequency_of(WORDS, word), word))
        return [*before, Sought(last.terms + tuple(Term(WORDS, word, _BEGUN) for word in common), last.exact)]
