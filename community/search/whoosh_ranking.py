"""Which documents of a snapshot match a query, and in what order.

BM25 over the weighed stems (see `whoosh_schema`), a term at a time. All words first; when that finds few, some of the
words, worth less the less of the question they cover. The best by text are then ordered with what costs more to know: the
exact words, how good the topic is, how recent. All statistics come from one place that may be another index.
"""

from __future__ import annotations

from collections.abc import Collection, Sequence
from dataclasses import dataclass, replace
from heapq import nlargest
from typing import Final

from community.search.analysis import Analyzer
from community.search.engine import FEW, Found, Hit
from community.search.querying import Query
from community.search.whoosh_filters import allowed
from community.search.whoosh_scoring import Scoring, lift
from community.search.whoosh_segments import Segment
from community.search.whoosh_snapshots import Snapshot
from community.search.wording import WORDS, Sought, Wording

RANKED: Final = 500
"""Hits that are put in order; a page beyond is empty."""

_EXACT: Final = 0.25  # Share of a word's worth that its exact form adds to its stem.
_LEAST_WORTH: Final = 1.0  # Of a filler word that counts: a third of the documents have it.
_COVERED: Final = 0.3  # Least share of the question's information that a partial match covers.

Allowed = list[tuple[Segment, set[int]]]


@dataclass(frozen=True, slots=True)
class _Matches:
    """What one segment gave: the score of each document."""

    segment: Segment
    scores: dict[int, float]


class Ranking:
    """Answers one query from one snapshot.

    `statistics` is the snapshot that word frequencies come from; `now` is in seconds since 1970.
    """

    def __init__(self, query: Query, snapshot: Snapshot, statistics: Snapshot, analyzers: Sequence[Analyzer], now: float) -> None:
        self._query = query
        self._snapshot = snapshot
        self._wording = Wording(query, analyzers, statistics)
        self._scoring = Scoring(self._wording, statistics)
        self._now = now

    def found(self, limit: int, offset: int, audiences: Collection[str] | None) -> Found:
        """One page of what matches."""
        if self._query.is_empty:
            return Found()
        among = allowed(self._query, self._wording, self._snapshot, audiences)
        sought = self._wording.sought
        if not sought:
            return _newest(among, limit, offset) if _has_filters(self._query) else Found()
        matches = self._all_words(sought, among)
        whole: set[int] | None = None
        if sum(len(each.scores) for each in matches) < FEW:
            whole = {each.segment.topics[number] for each in matches for number in each.scores}
            sought = self._wording.some()
            matches = self._some_words(sought, among)
        total = sum(len(each.scores) for each in matches)
        if self._query.newest:
            newest = _newest([(each.segment, set(each.scores)) for each in matches], limit, offset)
            return Found(_told_apart(newest.hits, whole), newest.total, self._wording.marked(sought))
        hits = self._ranked(matches, sought)[offset : offset + limit]
        return Found(_told_apart(hits, whole), total, self._wording.marked(sought))

    def _all_words(self, sought: list[Sought], among: Allowed) -> list[_Matches]:
        """The documents that have every word."""
        rarest, *others = sorted(sought, key=self._wording.frequency)
        matches = []
        for segment, numbers in among:
            scores = self._scoring.scores(segment, rarest, numbers)
            for each in others:
                more = self._scoring.scores(segment, each, scores.keys(), sorted(scores))
                scores = {number: scores[number] + score for number, score in more.items()}
            matches.append(_Matches(segment, scores))
        return matches

    def _some_words(self, sought: list[Sought], among: Allowed) -> list[_Matches]:
        """The documents that cover enough of the words, scored down by the square of the share they cover."""
        found: list[tuple[Segment, dict[int, float], dict[int, float]]] = []
        known: set[Sought] = set()
        for segment, numbers in among:
            scores: dict[int, float] = {}
            cover: dict[int, float] = {}
            for each in sought:
                worth = self._wording.worth(each)
                for number, score in self._scoring.scores(segment, each, numbers).items():
                    scores[number] = scores.get(number, 0.0) + score
                    cover[number] = cover.get(number, 0.0) + worth
                    known.add(each)
            found.append((segment, scores, cover))
        # A word that no document has says nothing about which document is meant.
        whole = sum(self._wording.worth(each) for each in sought if each in known)
        return [
            _Matches(
                segment,
                {
                    number: score * (cover[number] / whole) ** 2
                    for number, score in scores.items()
                    if cover[number] >= _COVERED * whole
                },
            )
            for segment, scores, cover in found
        ]

    def _ranked(self, matches: list[_Matches], sought: list[Sought]) -> list[Hit]:
        """The best by text, ordered with exact words, quality and age."""
        everything = ((score, at, number) for at, each in enumerate(matches) for number, score in each.scores.items())
        best = nlargest(RANKED, everything)
        bonus = self._bonus_of_exact_words(matches, best, sought)
        hits = []
        for score, at, number in best:
            segment = matches[at].segment
            worth = (score + bonus.get((at, number), 0.0)) * lift(segment, number, self._now)
            hits.append(Hit(segment.topics[number], worth))
        return sorted(hits, key=lambda hit: (-hit.score, -hit.topic_id))

    def _bonus_of_exact_words(
        self, matches: list[_Matches], best: list[tuple[float, int, int]], sought: list[Sought]
    ) -> dict[tuple[int, int], float]:
        """What each of the best gains by holding words exactly as they were typed."""
        wording = self._wording
        # Where the stem has no other form, the exact word tells nothing more; nor does filler that is everywhere.
        telling = [each for each in sought if wording.frequency_of(WORDS, each.exact) != wording.frequency(each)]
        telling += [each for each in wording.filler if wording.worth(each) > _LEAST_WORTH]
        bonus: dict[tuple[int, int], float] = {}
        for at, matched in enumerate(matches):
            numbers = sorted(number for _, place, number in best if place == at)
            for each in telling:
                for number in matched.segment.holders(WORDS, each.exact, numbers).intersection(numbers):
                    bonus[at, number] = bonus.get((at, number), 0.0) + _EXACT * wording.worth(each)
        return bonus


def _has_filters(query: Query) -> bool:
    """Whether the query asks for more than words that turned out to be no words, such as "!?"."""
    return not replace(query, words=(), phrases=()).is_empty


def _told_apart(hits: Sequence[Hit], whole: Collection[int] | None) -> Sequence[Hit]:
    """The hits, loose where only `whole` have every word; None where all have."""
    return hits if whole is None else [replace(hit, loose=hit.topic_id not in whole) for hit in hits]


def _newest(among: Allowed, limit: int, offset: int) -> Found:
    """What was found, last active first."""
    everything = ((segment.active[number], segment.topics[number]) for segment, numbers in among for number in numbers)
    best = [Hit(topic_id, float(active)) for active, topic_id in nlargest(RANKED, everything)]
    return Found(best[offset : offset + limit], sum(len(numbers) for _, numbers in among))
