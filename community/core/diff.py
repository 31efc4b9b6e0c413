"""Differences of two texts, lines first and words only within changed lines, in bounded time."""

from __future__ import annotations

import re
from collections import Counter
from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from difflib import SequenceMatcher
from typing import Literal

LineKind = Literal["same", "removed", "added", "changed"]
PartKind = Literal["same", "removed", "added"]

_MAX_COMPARISONS = 300_000
"""Pairs of items that difflib may look at in one text, for lines and for words; what would take more
counts as replaced. Its time grows with their number: a word diff of a whole post took 4 to 25 s."""

_MAX_LENGTH = 1_200
"""Items on either side that difflib may look at together."""

_LIKENESS = 0.35
"""Share of characters two lines must have in common, by words, to be shown as one changed line."""

_MARGIN = 0.1
"""By how much a later line must be more alike than an earlier one."""

_LINES_LOOKED_AT = 4
_LOOKED_AT = 400
"""Lines, and characters of each, that are looked at for likeness."""

_WORD = re.compile(r"\w+\s*|[^\w\s]\s*|\s+")


@dataclass(frozen=True, slots=True)
class Line:
    """One line. `parts` are its pieces in order with what became of each; joined, they are its text."""

    kind: LineKind
    parts: tuple[tuple[PartKind, str], ...]


@dataclass(frozen=True, slots=True)
class Fold:
    """Lines that did not change and are not shown, `count` of them."""

    count: int
    kind: Literal["folded"] = "folded"


class _Budget:
    def __init__(self, comparisons: int) -> None:
        self.left = comparisons


def diff(old: str, new: str) -> list[Line]:
    """Return the lines of both texts in order, each `same`, `removed`, `added` or `changed`.

    A changed line holds old and new words together. Parts that are `same` or `removed`, joined,
    give the old text; those `same` or `added` the new one. Texts of 32,000 characters take under
    0.3 s whatever they hold: what is too much to compare is shown as removed and added.
    """
    before, after = old.splitlines(), new.splitlines()
    budget = _Budget(_MAX_COMPARISONS)
    lines: list[Line] = []
    for kind, removed, added in _compare(before, after, _Budget(_MAX_COMPARISONS)):
        if kind == "same":
            lines += [Line("same", (("same", text),)) for text in removed]
        else:
            lines += _replaced(removed, added, budget)
    return lines


def folded(lines: Sequence[Line], context: int = 3) -> list[Line | Fold]:
    """Return `lines` with runs that did not change folded, but for `context` lines around each change.

    A run is folded only where that hides at least two lines. Raises ValueError for a negative `context`.
    """
    if context < 0:
        raise ValueError("The context is a number of lines.")
    shown = [False] * len(lines)
    for place, line in enumerate(lines):
        if line.kind != "same":
            first = max(0, place - context)
            shown[first : place + context + 1] = [True] * len(shown[first : place + context + 1])
    out: list[Line | Fold] = []
    place = 0
    while place < len(lines):
        end = place
        while end < len(lines) and not shown[end]:
            end += 1
        if end - place > 1:
            out.append(Fold(end - place))
        else:
            out += lines[place:end]
        if end < len(lines):
            out.append(lines[end])
        place = end + 1
    return out


def _replaced(removed: Sequence[str], added: Sequence[str], budget: _Budget) -> Iterator[Line]:
    """Show a replaced stretch: lines that are alike as one changed line, the others as removed and added."""
    shown = 0
    few = len(removed) + len(added) <= _MAX_LENGTH
    for old in removed:
        place = _alike(old, added, shown) if few else None
        if place is None:
            yield Line("removed", (("removed", old),))
            continue
        for new in added[shown:place]:
            yield Line("added", (("added", new),))
        yield Line("changed", tuple(_words(old, added[place], budget)))
        shown = place + 1
    for new in added[shown:]:
        yield Line("added", (("added", new),))


def _alike(old: str, added: Sequence[str], start: int) -> int | None:
    """Return which of the next few added lines is the changed form of `old`, None where none shares enough."""
    words = Counter(_WORD.findall(old[:_LOOKED_AT]))
    best, place = _LIKENESS, None
    for candidate in range(start, min(start + _LINES_LOOKED_AT, len(added))):
        new = added[candidate][:_LOOKED_AT]
        common = sum(len(word) * count for word, count in (words & Counter(_WORD.findall(new))).items())
        likeness = common / max(len(old[:_LOOKED_AT]), len(new), 1)
        if likeness >= best:
            best, place = likeness + _MARGIN, candidate
    return place


def _words(old: str, new: str, budget: _Budget) -> Iterator[tuple[PartKind, str]]:
    for kind, removed, added in _compare(_WORD.findall(old), _WORD.findall(new), budget):
        if kind == "same":
            yield "same", "".join(removed)
            continue
        if removed:
            yield "removed", "".join(removed)
        if added:
            yield "added", "".join(added)


def _compare(
    old: Sequence[str],
    new: Sequence[str],
    budget: _Budget,
) -> Iterator[tuple[Literal["same", "other"], Sequence[str], Sequence[str]]]:
    """Yield stretches of `old` and `new` that are the same or replace one another, none of them empty."""
    head = _common_length(old, new)
    tail = _common_length(old[head:][::-1], new[head:][::-1])
    if head:
        yield "same", old[:head], new[:head]
    yield from _compare_middle(old[head : len(old) - tail], new[head : len(new) - tail], budget)
    if tail:
        yield "same", old[len(old) - tail :], new[len(new) - tail :]


def _compare_middle(
    old: Sequence[str],
    new: Sequence[str],
    budget: _Budget,
) -> Iterator[tuple[Literal["same", "other"], Sequence[str], Sequence[str]]]:
    if not old and not new:
        return
    cost = _comparisons(old, new)
    if max(len(old), len(new)) > _MAX_LENGTH or cost > budget.left:
        yield "other", old, new
        return
    budget.left -= cost
    for kind, i1, i2, j1, j2 in SequenceMatcher(None, old, new, autojunk=False).get_opcodes():
        yield "same" if kind == "equal" else "other", old[i1:i2], new[j1:j2]


def _common_length(old: Sequence[str], new: Sequence[str]) -> int:
    return next((place for place, (one, other) in enumerate(zip(old, new, strict=False)) if one != other), min(len(old), len(new)))


def _comparisons(old: Sequence[str], new: Sequence[str]) -> int:
    """Return how many pairs of equal items there are, and a tenth of all pairs for the search between them."""
    counts = Counter(old)
    return sum(counts[item] for item in new) + len(old) * len(new) // 10
