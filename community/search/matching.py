"""Whether one topic matches a query, without an index: the same analysis, the same rules.

For those who ask the other way round, "which queries does this topic match": open result pages and saved searches
(`percolating.py`). What an index adds when it finds little (some of the words, beginnings, typos) is no match here.
"""

from __future__ import annotations

from collections.abc import Collection, Iterator, Sequence
from dataclasses import dataclass
from datetime import UTC
from functools import cached_property

from community.search.analysis import LANGUAGES, Analyzer, Kind, analyzer_for
from community.search.engine import Document
from community.search.querying import MOST_TERMS, Query

MOST_CHARACTERS = 400_000
"""Characters of a topic that are looked at: about 60,000 words, a quarter of a second."""

_NEXT, _SECTION = "\x00", "\x01"  # Between two words, and between two sections, which no phrase reaches over.

Word = frozenset[str]
"""The forms of a word, any of which will do: as it was typed, and its stem in each language."""


@dataclass(frozen=True, slots=True)
class Needs:
    """What a topic must have to match a query. `words` holds each word once; filters are read from the query itself."""

    query: Query
    words: tuple[Word, ...]
    phrases: tuple[str, ...]
    excluded: tuple[tuple[Word, ...], ...]
    excluded_phrases: tuple[str, ...]


def needs_of(query: Query) -> Needs:
    """The needs of a query whose names were resolved (`Query.resolved`)."""
    return Needs(
        query,
        tuple(dict.fromkeys(_needed((*query.words, *query.phrases))))[:MOST_TERMS],
        tuple(phrase for phrase in map(_in_order, query.phrases) if phrase),
        tuple(words for chunk in query.excluded if (words := tuple(forms for _, forms in _words(chunk)))),
        tuple(phrase for phrase in map(_in_order, query.excluded_phrases) if phrase),
    )


class Text:
    """A topic's words, taken apart once and asked many times."""

    def __init__(self, document: Document) -> None:
        self.document = document
        own = document.language if document.language in LANGUAGES else LANGUAGES[0]
        self._analyzer = analyzer_for(own)

    @cached_property
    def words(self) -> frozenset[str]:
        """Every word and stem in it."""
        pieces = (piece for section in self._sections() for piece in self._analyzer.pieces(section))
        return frozenset(form for piece in pieces for form in (piece.word, piece.stem))

    @cached_property
    def in_order(self) -> str:
        """Its words as they follow one another, for phrases."""
        return _SECTION.join(_ordered(section, self._analyzer) for section in self._sections())

    def _sections(self) -> Iterator[str]:
        spare = MOST_CHARACTERS
        told = self.document
        for section in (told.title, told.question, told.best_answers, told.answers, told.posts):
            yield section[:spare]
            spare -= len(section)
            if spare <= 0:
                return


def matches(needs: Needs, text: Text) -> bool:
    """Whether the topic fulfils the query as it is now."""
    return (
        fits(needs.query, text.document)
        and all(not word.isdisjoint(text.words) for word in needs.words)
        and all(phrase in text.in_order for phrase in needs.phrases)
        and not any(all(not word.isdisjoint(text.words) for word in words) for words in needs.excluded)
        and not any(phrase in text.in_order for phrase in needs.excluded_phrases)
    )


def fits(query: Query, document: Document) -> bool:
    """Whether the topic passes every filter; names that nobody resolved pass nothing."""
    opened = document.created.astimezone(UTC).date()
    return (
        _among(document.kind, query.kinds)
        and _among(document.state, query.states)
        and (query.closed is None or document.closed == query.closed)
        and _named((document.category_id,), query.categories, query.category_ids)
        and _named(document.author_ids, query.authors, query.author_ids)
        and set(query.tags) <= set(document.tags)
        and (not query.products or document.product.casefold() in query.products)
        and (document.staff_answered or not query.by_staff)
        and (query.before is None or opened < query.before)
        and (query.after is None or opened >= query.after)
    )


def _among(value: str | None, wanted: Sequence[str]) -> bool:
    return not wanted or value in wanted


def _named(values: Collection[int | None], typed: Sequence[str], ids: Sequence[int] | None) -> bool:
    if ids is None:
        return not typed
    return not set(values).isdisjoint(ids)


def _needed(chunks: Sequence[str]) -> list[Word]:
    """Every word of the chunks without those that say too little, unless there are no others (as `wording` decides)."""
    words = [word for chunk in chunks for word in _words(chunk)]
    telling = [forms for exact, forms in words if not _is_filler(exact)]
    return telling or [forms for _, forms in words]


def _words(chunk: str) -> list[tuple[str, Word]]:
    """The words of a chunk, each as it was typed and with all its forms."""
    languages = [analyzer_for(language).sought(chunk) for language in LANGUAGES]
    return [
        (pieces[0].word, frozenset(form for piece in pieces for form in (piece.word, piece.stem)))
        for pieces in zip(*languages, strict=True)
    ]


def _is_filler(word: str) -> bool:
    return any(analyzer_for(language).is_filler(word) for language in LANGUAGES)


def _in_order(phrase: str) -> str:
    return _ordered(phrase, analyzer_for(LANGUAGES[0]))


def _ordered(text: str, analyzer: Analyzer) -> str:
    """The words of a text between marks, so that only whole words match; empty where there are none."""
    words = _NEXT.join(piece.word for piece in analyzer.pieces(text) if piece.kind is Kind.PART)
    return f"{_NEXT}{words}{_NEXT}" if words else ""
