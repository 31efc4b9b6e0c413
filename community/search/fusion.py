"""Two rankings of the same topics, by words and by meaning, as one."""

from __future__ import annotations

import re
from collections.abc import Mapping, Sequence
from typing import Final

from community.search.analysis import DEFAULT_LANGUAGE, analyzer_for
from community.search.querying import Query

WORDS: Final = 0.6
"""What the best hit by words counts beside a nearness of 1; from 0.3 to 1 hardly anything changes (`bench/meaning.py`)."""

PINNED: Final = 3
"""Hits by words that stay first in a search, whatever is near by meaning: among them is what names and rare words lead to."""

FEWEST: Final = 3
"""Telling words from which on a search has a meaning worth asking for; one or two words mean themselves."""

_CODE: Final = re.compile(r"\d|\w[_/\\.@#:+=]\w")


def fused(words: Mapping[int, float], meaning: Mapping[int, float]) -> dict[int, float]:
    """A score for each topic of either: its share of the best score by words, and its nearness by meaning.

    A topic found by words that has no vector yet counts as near as the others that were found by words.
    """
    best = max(words.values(), default=0.0) or 1.0
    known = [meaning[topic_id] for topic_id in words if topic_id in meaning]
    usual = sum(known) / len(known) if known else 0.0
    return {
        topic_id: WORDS * words.get(topic_id, 0.0) / best + meaning.get(topic_id, usual)
        for topic_id in dict.fromkeys([*words, *meaning])
    }


def has_meaning(query: Query) -> bool:
    """Whether a search asks by meaning too: in several plain words, without quotes, exclusions, codes or versions."""
    if query.phrases or query.excluded or query.excluded_phrases or query.newest or any(map(_CODE.search, query.words)):
        return False
    analyzer = analyzer_for(DEFAULT_LANGUAGE)
    telling = {piece.stem for piece in analyzer.sought(" ".join(query.words)) if not analyzer.is_filler(piece.word)}
    return len(telling) >= FEWEST


def reordered(topic_ids: Sequence[int], words: Mapping[int, float], meaning: Mapping[int, float]) -> list[int]:
    """The topics of a search, found by words, in their order and by meaning, in none: the first few by words, then by both."""
    first = [topic_id for topic_id in topic_ids if topic_id in words][:PINNED]
    scores = fused({topic_id: words[topic_id] for topic_id in topic_ids if topic_id in words}, _only(topic_ids, meaning))
    rest = [topic_id for topic_id in topic_ids if topic_id not in first]
    return [*first, *sorted(rest, key=lambda topic_id: (-scores[topic_id], -topic_id))]


def _only(topic_ids: Sequence[int], scores: Mapping[int, float]) -> dict[int, float]:
    return {topic_id: scores[topic_id] for topic_id in topic_ids if topic_id in scores}
