"""Another spelling for a query that finds little, from the words of an index that everybody may read."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Final

from community.search.analysis import Analyzer, Kind
from community.search.querying import Query
from community.search.wording import WORDS, Statistics

_SHORTEST: Final = 4  # Letters of a word that is worth correcting: shorter ones have too many neighbours.
_SHORTEST_FOR_TWO: Final = 6  # Letters of a word in which two may be wrong.
_MORE_COMMON: Final = 10  # A word that exists is corrected only to one this many times as frequent.
_MOST: Final = 3  # Words of a query that are corrected, since each costs some 15 ms.


def respelled(query: Query, statistics: Statistics, analyzers: Sequence[Analyzer]) -> str | None:
    """The query's text with its rarest words exchanged for frequent ones of nearly the same letters, or None.

    Operators and everything else stay as they were typed.
    """
    better: dict[str, str] = {}
    for typed in query.words:
        for piece in analyzers[0].pieces(typed):
            if piece.kind is not Kind.PART or not piece.word.isalpha() or len(piece.word) < _SHORTEST:
                continue
            if len(better) < _MOST and not any(analyzer.is_filler(piece.word) for analyzer in analyzers):
                found = _better(piece.word, statistics)
                if found:
                    start, end = piece.start, piece.end
                    better[typed] = typed[:start] + found + typed[end:]
    text = " ".join(better.get(chunk, chunk) for chunk in query.text.split())
    return text if better else None


def _better(word: str, statistics: Statistics) -> str | None:
    """The most frequent word close by, if it is much more frequent; nearer ones first."""
    own = statistics.frequency(WORDS, word)
    for distance in (1, 2) if len(word) >= _SHORTEST_FOR_TWO else (1,):
        close = set(statistics.similar(word, distance)) - {word}
        ranked = sorted(((statistics.frequency(WORDS, near), near) for near in close), reverse=True)
        for frequency, near in ranked:
            if frequency > own * _MORE_COMMON and near.isalpha() and statistics.is_alive(near):
                return near
    return None
