"""What one word is worth to each document that has it: BM25 over the weighed stems, whole blocks of postings at a time."""

from __future__ import annotations

from collections.abc import Collection, Sequence

from community.search.quality import lifted
from community.search.whoosh_segments import LENGTHS, Segment
from community.search.whoosh_snapshots import Snapshot
from community.search.wording import STEMS, WORDS, Sought, Wording

# BM25's usual values are 1.2 and 0.75 (Robertson and Zaragoza 2009); K1 goes with the weights of `whoosh_schema`.
_K1, _B = 2.0, 0.75


class Scoring:
    """Scores words by the statistics of one snapshot, which need not be the one that is searched."""

    def __init__(self, wording: Wording, statistics: Snapshot) -> None:
        self._wording = wording
        self._norms = {name: _norms(statistics.average_length(name)) for name in (STEMS, WORDS)}

    def scores(
        self, segment: Segment, sought: Sought, among: Collection[int], hint: Sequence[int] | None = None
    ) -> dict[int, float]:
        """BM25 of one word for the documents `among`, by the best of its terms. `hint` is `among` sorted, if at hand."""
        scores: dict[int, float] = {}
        worth = self._wording.worth(sought) * (_K1 + 1)
        for term in sought.terms:
            norms, lengths, share = self._norms[term.field], segment.lengths[term.field], term.share * worth
            for numbers, weights in segment.weighed(term.field, term.text, hint):
                for number, weight in zip(numbers, weights, strict=True):
                    if number in among:
                        score = share * weight / (weight + norms[lengths[number]])
                        if number not in scores or score > scores[number]:
                            scores[number] = score
        return scores


def lift(segment: Segment, number: int, now: float) -> float:
    """By how much a document's quality and its last activity raise its score. `now` is in seconds since 1970."""
    return lifted(segment.priors[number], segment.active[number], now)


def _norms(average: float) -> list[float]:
    """BM25's part that depends on a document's length, for each byte a length is kept as."""
    return [_K1 * (1 - _B + _B * length / average) for length in LENGTHS]
