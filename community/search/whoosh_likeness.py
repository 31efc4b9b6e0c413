"""Which topics of a snapshot are about the same as a text: its telling words, added up."""

from __future__ import annotations

from collections.abc import Collection, Sequence
from heapq import nlargest

from community.search.analysis import Analyzer
from community.search.engine import Found, Hit
from community.search.likeness import PAIR, Weighed, pairs_among, telling
from community.search.querying import Query
from community.search.whoosh_filters import allowed
from community.search.whoosh_scoring import Scoring, lift
from community.search.whoosh_snapshots import Snapshot
from community.search.wording import STEMS, Sought, Term, Wording


class Likeness:
    """The topics of one snapshot that are nearest to a text. `statistics` and `now` are as for `Ranking`."""

    def __init__(
        self, title: str, body: str, snapshot: Snapshot, statistics: Snapshot, analyzers: Sequence[Analyzer], now: float
    ) -> None:
        self._snapshot = snapshot
        self._wording = Wording(Query(), analyzers, statistics)
        self._scoring = Scoring(self._wording, statistics)
        self._now = now
        self._words = telling(title, body, self._wording)
        pairs = pairs_among(title, body, analyzers, self._words)
        self._pairs = [Weighed(Sought((Term(STEMS, pair),), pair), PAIR) for pair in pairs]

    def found(self, limit: int, audiences: Collection[str] | None, without: Collection[int]) -> Found:
        """The nearest topics, best first, without those that are named."""
        hits: list[tuple[float, int]] = []
        total = 0
        for segment, numbers in allowed(Query(), self._wording, self._snapshot, audiences):
            scores: dict[int, float] = {}
            for each in (*self._words, *self._pairs):
                for number, score in self._scoring.scores(segment, each.sought, numbers).items():
                    scores[number] = scores.get(number, 0.0) + each.weight * score
            total += len(scores)
            topics = segment.topics
            worth = ((score * lift(segment, number, self._now), topics[number]) for number, score in scores.items())
            hits += nlargest(limit + len(without), worth)
        kept = [hit for hit in hits if hit[1] not in without]
        best = [Hit(topic_id, score) for score, topic_id in nlargest(limit, kept)]
        return Found(best, total - len(hits) + len(kept), self._wording.marked(each.sought for each in self._words))
