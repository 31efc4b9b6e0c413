"""Which topics of a snapshot are about the same as a text: the few of its words that tell most, added up.

A long text asks for too many words to be quick, and most of them say nothing. So each word is weighed by how rare it is
and by where it stands, the best are kept until their postings fill a budget, and a document is worth the sum of those it has.
"""

from __future__ import annotations

from collections.abc import Collection, Sequence
from heapq import nlargest
from itertools import islice
from typing import Final, NamedTuple

from community.search.analysis import Analyzer
from community.search.engine import Found, Hit
from community.search.querying import Query
from community.search.whoosh_filters import allowed
from community.search.whoosh_schema import PAIRED_PIECES, STEMS
from community.search.whoosh_scoring import Scoring, lift
from community.search.whoosh_snapshots import Snapshot
from community.search.whoosh_wording import Sought, Term, Wording

TITLE_READ: Final = 300
"""Characters of a title that are read."""

BODY_READ: Final = 2_000
"""Characters of a body that are read: what a question is about is said at its beginning."""

_TITLE, _BODY = 3.0, 1.0  # What a word counts for by where it stands.
_ENOUGH: Final = 8.0  # How often a word is said until saying it again adds little.
_WORDS: Final = 24  # Words that are looked for.
_PAIR: Final = 0.25  # Share of its worth that a pair of neighbouring words adds to the two words.
_PAIRS: Final = 24  # Pairs that are looked for, those of the title first.
_POSTINGS: Final = 40_000  # Postings that are added up at most: about 20 ms on one core.


class _Weighed(NamedTuple):
    sought: Sought
    weight: float


class Likeness:
    """The topics of one snapshot that are nearest to a text. `statistics` and `now` are as for `Ranking`."""

    def __init__(
        self, title: str, body: str, snapshot: Snapshot, statistics: Snapshot, analyzers: Sequence[Analyzer], now: float
    ) -> None:
        self._snapshot = snapshot
        self._wording = Wording(Query(), analyzers, statistics)
        self._scoring = Scoring(self._wording, statistics)
        self._analyzers = analyzers
        self._now = now
        self.words = self._chosen(title[:TITLE_READ], body[:BODY_READ])
        """The words that are looked for, the most telling first."""
        self._pairs = self._paired(title[:TITLE_READ], body[:BODY_READ])

    def found(self, limit: int, audiences: Collection[str] | None, without: Collection[int]) -> Found:
        """The nearest topics, best first, without those that are named."""
        hits: list[tuple[float, int]] = []
        for segment, numbers in allowed(Query(), self._wording, self._snapshot, audiences):
            scores: dict[int, float] = {}
            for each in (*self.words, *self._pairs):
                for number, score in self._scoring.scores(segment, each.sought, numbers).items():
                    scores[number] = scores.get(number, 0.0) + each.weight * score
            topics = segment.topics
            worth = ((score * lift(segment, number, self._now), topics[number]) for number, score in scores.items())
            hits += nlargest(limit + len(without), worth)
        hits = [hit for hit in hits if hit[1] not in without]
        best = [Hit(topic_id, score) for score, topic_id in nlargest(limit, hits)]
        return Found(best, len(hits), self._wording.marked(each.sought for each in self.words))

    def _chosen(self, title: str, body: str) -> list[_Weighed]:
        """The words that tell most, as many as can be added up in time; at least one."""
        counts: dict[str, float] = {}
        known: dict[str, Sought] = {}
        for text, weight in ((title, _TITLE), (body, _BODY)):
            for each in self._wording.telling_forms(text):
                known.setdefault(each.exact, each)
                counts[each.exact] = counts.get(each.exact, 0.0) + weight
        weighed = [_Weighed(known[word], _saturated(count)) for word, count in counts.items()]
        weighed = [each for each in weighed if self._wording.frequency(each.sought)]
        weighed.sort(key=lambda each: -each.weight * self._wording.worth(each.sought))
        chosen: list[_Weighed] = []
        spent = 0
        for one in weighed[:_WORDS]:
            spent += self._wording.frequency(one.sought)
            if not chosen or spent <= _POSTINGS:
                chosen.append(one)
        return chosen

    def _paired(self, title: str, body: str) -> list[_Weighed]:
        """The pairs of neighbours in the text whose words are both looked for."""
        stems = {term.text for each in self.words for term in each.sought.terms}
        pairs = [pair for text in (title, body) for each in self._analyzers for pair in each.pairs(text, PAIRED_PIECES)]
        known = (pair for pair in dict.fromkeys(pairs) if stems.issuperset(pair.split(" ")))
        return [_Weighed(Sought((Term(STEMS, pair),), pair), _PAIR) for pair in islice(known, _PAIRS)]


def _saturated(count: float) -> float:
    """What a word counts for that is said so often: BM25's own curve, for the side of the question."""
    return count * (1 + _ENOUGH) / (count + _ENOUGH)
