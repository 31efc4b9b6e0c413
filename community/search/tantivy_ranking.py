"""Which documents of a Tantivy index match, and in what order: as `whoosh_ranking` does it, as near as Tantivy lets us.

Tantivy scores by the statistics of its own index. Where these must not show (an index of what not everybody may read), each
word is worth a fixed amount by the statistics of the public one instead, however often a document has it.
"""

from __future__ import annotations

from collections.abc import Collection, Iterable, Sequence
from dataclasses import replace
from typing import Any, Final

import tantivy

from community.search.analysis import Analyzer
from community.search.engine import FEW, Found, Hit
from community.search.facets import day_number, facet, wanted_facets
from community.search.likeness import PAIR, pairs_among, telling
from community.search.quality import lifted
from community.search.querying import Query
from community.search.tantivy_schema import FACETS, JOINED, NO_TOPIC, PAIRS, SCORED, pair_term, schema
from community.search.tantivy_snapshots import Snapshot
from community.search.wording import WORDS, Sought, Term, Wording

RANKED: Final = 500
"""Hits that are put in order; a page beyond is empty."""

_EXACT: Final = 0.25  # Share of a word's worth that its exact form adds to its stem.
_LEAST_WORTH: Final = 1.0  # Of a filler word that counts: a third of the documents have it.
_COVERED: Final = 0.3  # Least share of the question's information that a partial match covers.
_FIXED: Final = 1.6  # What BM25 gives a word's worth in a usual document: half of what it can reach, and some for the title.

_Q: Final = tantivy.Query
_MUST, _SHOULD, _NOT = tantivy.Occur.Must, tantivy.Occur.Should, tantivy.Occur.MustNot

Clause = tuple[Any, Any]


class Ranking:
    """Answers from one snapshot. `statistics` is the snapshot that word frequencies come from; `now` is in seconds since 1970."""

    def __init__(self, query: Query, snapshot: Snapshot, statistics: Snapshot, analyzers: Sequence[Analyzer], now: float) -> None:
        self._query = query
        self._snapshot = snapshot
        self._wording = Wording(query, analyzers, statistics)
        self._analyzers = analyzers
        self._own = statistics is snapshot
        self._now = now

    def found(self, limit: int, offset: int, audiences: Collection[str] | None) -> Found:
        """One page of what matches the query."""
        if self._query.is_empty:
            return Found()
        filters = self._filters(audiences)
        sought = self._wording.sought
        if not sought:
            has_filters = not replace(self._query, words=(), phrases=()).is_empty
            return self._newest(filters, limit, offset) if has_filters else Found()
        words = [*filters, *((_MUST, self._word(each)) for each in sought)]
        if self._query.newest:
            newest = self._newest(words, limit, offset)
            if newest.total >= FEW:
                return replace(newest, terms=self._wording.marked(sought))
        extras = self._extras(sought)
        total, scored = self._search([*words, *extras])
        whole: set[int] | None = None
        if total < FEW:
            whole = {topic for _, topic in self._ranked(scored)}
            sought = self._wording.some()
            scored = self._some_words(sought, filters)
            total = len(scored)
        page = self._ranked(scored, newest=self._query.newest)[offset : offset + limit]
        hits = [Hit(topic, score, loose=whole is not None and topic not in whole) for score, topic in page]
        return Found(hits, total, self._wording.marked(sought))

    def like(self, title: str, body: str, limit: int, audiences: Collection[str] | None, without: Collection[int]) -> Found:
        """The topics that are about the same as a text."""
        words = telling(title, body, self._wording)
        if not words:
            return Found([])
        wanted = [(_SHOULD, _boosted(self._word(each.sought), each.weight)) for each in words]
        pairs = pairs_among(title, body, self._analyzers, words)
        clauses = [*self._filters(audiences), (_MUST, _any(wanted)), *self._pairs(pairs)]
        clauses += [(_NOT, _Q.term_query(schema(), FACETS, facet("topic", each))) for each in without]
        total, scored = self._search(clauses)
        hits = [Hit(topic, score) for score, topic in self._ranked(scored)[:limit]]
        return Found(hits, total, self._wording.marked(each.sought for each in words))

    def _search(self, clauses: list[Clause], most: int = RANKED) -> tuple[int, list[tuple[float, Any]]]:
        result = self._snapshot.searcher.search(_Q.boolean_query(clauses), most)
        return result.count, result.hits

    def _some_words(self, sought: list[Sought], filters: list[Clause]) -> list[tuple[float, Any]]:
        """The documents that cover enough of the words, scored down by the square of the share they cover."""
        # A word that no document has says nothing about which document is meant.
        known = [each for each in sought if self._wording.frequency(each)]
        if not known:
            return []
        worths = [(_SHOULD, _fixed(self._word(each), self._wording.worth(each))) for each in known]
        whole = sum(self._wording.worth(each) for each in known)
        _, covered = self._search([*filters, (_MUST, _any(worths))])
        cover = {(at.segment_ord, at.doc): score / whole for score, at in covered if score >= _COVERED * whole}
        _, scored = self._search([*filters, (_MUST, _any([(_SHOULD, self._word(each)) for each in known])), *self._extras(known)])
        kept = ((score, at, cover.get((at.segment_ord, at.doc))) for score, at in scored)
        return [(score * share**2, at) for score, at, share in kept if share is not None]

    def _ranked(self, scored: list[tuple[float, Any]], *, newest: bool = False) -> list[tuple[float, int]]:
        """Scores and topics: the best by text, ordered with how good and how recent they are, or by their last activity."""
        places = [at for _, at in scored]
        if not places:
            return []
        columns = (self._snapshot.searcher.fast_field_values(name, places) for name in ("topic", "prior", "active"))
        found = zip(scored, *columns, strict=True)
        if newest:
            return sorted(((float(active), topic) for _, topic, _, active in found), reverse=True)
        ranked = ((score * lifted(prior, active, self._now), topic) for (score, _), topic, prior, active in found)
        return sorted(ranked, reverse=True)

    def _newest(self, filters: list[Clause], limit: int, offset: int) -> Found:
        """What passes the filters, last active first."""
        query = _Q.boolean_query([*filters, (_MUST, _Q.all_query())])
        result = self._snapshot.searcher.search(query, RANKED, order_by_field="active")
        places = [at for _, at in result.hits]
        columns = [self._snapshot.searcher.fast_field_values(name, places) for name in ("active", "topic")] if places else [[], []]
        found = sorted(zip(*columns, strict=True), reverse=True)
        return Found([Hit(topic, float(active)) for active, topic in found[offset : offset + limit]], result.count)

    # Parts of a query

    def _word(self, sought: Sought) -> Any:
        """Documents that have the word in any form, scored by the best of them: by BM25, or by a fixed worth."""
        forms = [_any([(_SHOULD, each) for each in self._term(term, sought)]) for term in sought.terms]
        return forms[0] if len(forms) == 1 else _Q.disjunction_max_query(forms)

    def _term(self, term: Term, sought: Sought) -> Iterable[Any]:
        fields = {WORDS: 1.0, JOINED: 1.0} if term.field == WORDS else SCORED
        for name, weight in fields.items():
            query = _Q.term_query(schema(), name, term.text, "freq")
            if self._own:
                yield _boosted(query, weight * term.share)
            else:
                yield _fixed(query, weight * term.share * _FIXED * self._wording.worth(sought) / sum(fields.values()))

    def _extras(self, sought: Sequence[Sought]) -> list[Clause]:
        """What adds to the score and need not be there: exact words, telling filler, neighbours."""
        wording = self._wording
        # Where the stem has no other form, the exact word tells nothing more; nor does filler that is everywhere.
        exact = [each for each in sought if wording.frequency_of(WORDS, each.exact) != wording.frequency(each)]
        exact += [each for each in wording.filler if wording.worth(each) > _LEAST_WORTH]
        words = [
            (_SHOULD, _fixed(_Q.term_query(schema(), WORDS, each.exact, "basic"), _EXACT * wording.worth(each))) for each in exact
        ]
        text = " ".join((*self._query.words, *self._query.phrases))
        pairs = [pair for each in self._analyzers for pair in each.pairs(text, len(text))]
        return [*words, *self._pairs(dict.fromkeys(pairs))]

    def _pairs(self, pairs: Iterable[str]) -> list[Clause]:
        terms = [_Q.term_query(schema(), PAIRS, pair_term(pair), "freq") for pair in pairs]
        return [(_SHOULD, _boosted(each, PAIR) if self._own else _fixed(each, PAIR)) for each in terms]

    def _filters(self, audiences: Collection[str] | None) -> list[Clause]:
        """Filters, exclusions and phrases, none of which adds to the score."""
        clauses = [(_NOT, _Q.term_query(schema(), FACETS, NO_TOPIC, "basic"))]
        for values in wanted_facets(self._query, audiences):
            terms = [(_SHOULD, _Q.term_query(schema(), FACETS, value, "basic")) for value in values]
            clauses.append((_MUST, _fixed(_any(terms), 0.0)))
        if self._query.before is not None or self._query.after is not None:
            clauses.append((_MUST, _fixed(self._days(), 0.0)))
        if self._query.closed is False:
            clauses.append((_NOT, _Q.term_query(schema(), FACETS, "closed", "basic")))
        clauses += [(_MUST, _fixed(_in_order(words), 0.0)) for words in self._wording.phrases if words]
        for chunk in self._query.excluded:
            forms = self._wording.forms(chunk)
            if forms:
                clauses.append((_NOT, _Q.boolean_query([(_MUST, self._word(each)) for each in forms])))
        for phrase in self._query.excluded_phrases:
            words = self._wording.in_order(phrase)
            if words:
                clauses.append((_NOT, _in_order(words)))
        return clauses

    def _days(self) -> Any:
        before, after = self._query.before, self._query.after
        return _Q.range_query(
            schema(),
            "created",
            tantivy.FieldType.Integer,
            lower_bound=None if after is None else day_number(after.toordinal()),
            upper_bound=None if before is None else day_number(before.toordinal()) - 1,
        )


def _any(clauses: list[Clause]) -> Any:
    return _Q.boolean_query(clauses) if clauses else _Q.empty_query()


def _boosted(query: Any, weight: float) -> Any:
    return query if weight == 1.0 else _Q.boost_query(query, weight)


def _fixed(query: Any, score: float) -> Any:
    return _Q.const_score_query(query, score)


def _in_order(words: list[str]) -> Any:
    if len(words) == 1:
        return _Q.term_query(schema(), WORDS, words[0], "basic")
    return _Q.phrase_query(schema(), WORDS, list[str | tuple[int, str]](words))
