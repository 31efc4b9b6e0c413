"""The few words of a text that tell most: what to look for to find what is about the same.

A long text asks for too many words to be quick, and most of them say nothing. So each word is weighed by how rare it is
and by where it stands, and the best are kept until their postings fill a budget. Neighbours among them add a little more
where they are neighbours too. Chosen on the development data (`bench/search_quality.py`).
"""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from itertools import islice
from typing import Final, NamedTuple

from community.search.analysis import Analyzer
from community.search.wording import Sought, Wording

TITLE_READ: Final = 300
"""Characters of a title that are read."""

BODY_READ: Final = 2_000
"""Characters of a body that are read: what a question is about is said at its beginning."""

PAIR: Final = 0.25
"""Share of its worth that a pair of neighbouring words adds to the two words."""

PAIRED_PIECES: Final = 150
"""Pieces of a text whose pairs are kept."""

_TITLE, _BODY = 3.0, 1.0  # What a word counts for by where it stands.
_ENOUGH: Final = 8.0  # How often a word is said until saying it again adds little.
_WORDS: Final = 24  # Words that are looked for.
_PAIRS: Final = 24  # Pairs that are looked for, those of the title first.
_POSTINGS: Final = 40_000  # Postings that are added up at most: about 20 ms of Whoosh on one core.


class Weighed(NamedTuple):
    """A word and what it counts for in the question."""

    sought: Sought
    weight: float


def telling(title: str, body: str, wording: Wording) -> list[Weighed]:
    """The words that tell most, the best first, as many as can be added up in time; at least one that exists."""
    counts: dict[str, float] = {}
    known: dict[str, Sought] = {}
    for text, weight in ((title[:TITLE_READ], _TITLE), (body[:BODY_READ], _BODY)):
        for each in wording.telling_forms(text):
            known.setdefault(each.exact, each)
            counts[each.exact] = counts.get(each.exact, 0.0) + weight
    weighed = [Weighed(known[word], _saturated(count)) for word, count in counts.items()]
    weighed = [each for each in weighed if wording.frequency(each.sought)]
    weighed.sort(key=lambda each: -each.weight * wording.worth(each.sought))
    chosen: list[Weighed] = []
    spent = 0
    for one in weighed[:_WORDS]:
        spent += wording.frequency(one.sought)
        if not chosen or spent <= _POSTINGS:
            chosen.append(one)
    return chosen


def pairs_among(title: str, body: str, analyzers: Sequence[Analyzer], words: Sequence[Weighed]) -> list[str]:
    """The pairs of neighbours in the text whose words are both looked for, as the index writes them."""
    stems = {term.text for each in words for term in each.sought.terms}
    return list(islice((pair for pair in _pairs(title, body, analyzers) if stems.issuperset(pair.split(" "))), _PAIRS))


def _pairs(title: str, body: str, analyzers: Sequence[Analyzer]) -> Iterator[str]:
    texts = (title[:TITLE_READ], body[:BODY_READ])
    yield from dict.fromkeys(pair for text in texts for each in analyzers for pair in each.pairs(text, PAIRED_PIECES))


def _saturated(count: float) -> float:
    """What a word counts for that is said so often: BM25's own curve, for the side of the question."""
    return count * (1 + _ENOUGH) / (count + _ENOUGH)
