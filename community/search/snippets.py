"""The passage of a text that says most about what was looked for."""

from __future__ import annotations

from collections import Counter, deque
from collections.abc import Collection
from typing import Final, NamedTuple

from community.search.analysis import DEFAULT_LANGUAGE, Analyzer, analyzer_for

LENGTH: Final = 220
"""Characters of a snippet: two or three lines in a list of results."""

_ELLIPSIS: Final = "…"
_SEEK_GAP: Final = 24  # How far a cut may move to fall between two words, in characters.


class _Match(NamedTuple):
    start: int
    end: int
    term: str


def snippet(text: str, terms: Collection[str], length: int = LENGTH, language: str = DEFAULT_LANGUAGE) -> list[tuple[str, bool]]:
    """The passage with the most different terms, at most `length` characters and an ellipsis, cut into runs.

    `terms` come from `Found.terms`. Each run says whether it is to be marked; the runs are plain text, so the template
    escapes them. Without a match it is the beginning of the text. Time is linear in the text.
    """
    text = " ".join(text.split())
    matches = _matches(text, frozenset(terms), analyzer_for(language))
    start, end = _passage(text, matches, length)
    runs = _runs(text, start, end, matches)
    before, after = _ELLIPSIS if start > 0 else "", _ELLIPSIS if end < len(text) else ""
    return _joined([(before, False), *runs, (after, False)])


def _matches(text: str, terms: frozenset[str], analyzer: Analyzer) -> list[_Match]:
    """Where terms stand, in order. A compound that matches as a whole is one match."""
    found: list[_Match] = []
    for piece in analyzer.pieces(text) if terms else ():
        term = piece.word if piece.word in terms else piece.stem
        if term in terms and not (found and found[-1].end >= piece.end):
            found.append(_Match(piece.start, piece.end, term))
    return found


def _passage(text: str, matches: list[_Match], length: int) -> tuple[int, int]:
    """Bounds of the stretch that holds most different terms, then most matches, then comes first."""
    if len(text) <= length:
        return 0, len(text)
    best, best_worth = (0, 0), (0, 0)
    within: deque[_Match] = deque()
    counts: Counter[str] = Counter()
    for match in matches:
        within.append(match)
        counts[match.term] += 1
        while match.end - within[0].start > length and len(within) > 1:
            left = within.popleft().term
            counts[left] -= 1
            if not counts[left]:
                del counts[left]
        worth = (len(counts), len(within))
        if worth > best_worth:
            best, best_worth = (within[0].start, match.end), worth
    return _widened(text, best[0], best[1], length)


def _widened(text: str, start: int, end: int, length: int) -> tuple[int, int]:
    """The bounds grown to `length` around a stretch, and moved to fall between words where there are some."""
    spare = max(0, length - (end - start))
    start = max(0, min(start - spare // 2, len(text) - length))
    stop = min(len(text), start + length)
    if start > 0:
        gap = text.find(" ", start, start + _SEEK_GAP)
        start = gap + 1 if gap >= 0 else start
    if stop < len(text):
        gap = text.rfind(" ", stop - _SEEK_GAP, stop + 1)
        stop = gap if gap > start else stop
    return start, stop


def _runs(text: str, start: int, end: int, matches: list[_Match]) -> list[tuple[str, bool]]:
    runs: list[tuple[str, bool]] = []
    at = start
    for match in matches:
        left, right = max(match.start, at), min(match.end, end)
        if left < right:
            runs += [(text[at:left], False), (text[left:right], True)]
            at = right
    return [*runs, (text[at:end], False)]


def _joined(runs: list[tuple[str, bool]]) -> list[tuple[str, bool]]:
    """The runs without empty ones, and neighbours of one kind as one."""
    joined: list[tuple[str, bool]] = []
    for text, marked in runs:
        if joined and joined[-1][1] == marked:
            joined[-1] = (joined[-1][0] + text, marked)
        elif text:
            joined.append((text, marked))
    return joined
