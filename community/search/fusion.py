"""Two rankings of the same topics, by words and by meaning, as one."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Final

WORDS: Final = 0.6
"""What the best hit by words counts beside a nearness of 1; from 0.3 to 1 hardly anything changes (`bench/meaning.py`)."""


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
