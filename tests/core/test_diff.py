"""Differences of two texts."""

from __future__ import annotations

import random
import time
from functools import cache

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from community.core.diff import Fold, Line, diff, folded


def old_of(lines: list[Line]) -> list[str]:
    return ["".join(text for kind, text in line.parts if kind != "added") for line in lines if line.kind != "added"]


def new_of(lines: list[Line]) -> list[str]:
    return ["".join(text for kind, text in line.parts if kind != "removed") for line in lines if line.kind != "removed"]


def test_words_within_a_changed_line() -> None:
    lines = diff("a\nThe brake squeals when wet.\nz", "a\nThe front brake squeals when dry.\nz")
    assert lines == [
        Line("same", (("same", "a"),)),
        Line(
            "changed",
            (
                ("same", "The "),
                ("added", "front "),
                ("same", "brake squeals when "),
                ("removed", "wet"),
                ("added", "dry"),
                ("same", "."),
            ),
        ),
        Line("same", (("same", "z"),)),
    ]


def test_lines_pair_with_what_they_became() -> None:
    lines = diff("one two three four\nx", "entirely new words here\none two three five\nx")
    assert [line.kind for line in lines] == ["added", "changed", "same"]
    assert [line.kind for line in diff("one two", "three four")] == ["removed", "added"]
    assert [line.kind for line in diff("a\nb", "a")] == ["same", "removed"]
    assert diff("", "") == []
    assert diff("same\n", "same") == [Line("same", (("same", "same"),))]


@given(*[st.lists(st.lists(st.sampled_from(["a", "b", "brake", ", ", " ", "é"])).map("".join), max_size=12).map("\n".join)] * 2)
@settings(max_examples=100, deadline=None)
def test_both_texts_can_be_read_off(old: str, new: str) -> None:
    lines = diff(old, new)
    assert old_of(lines) == old.splitlines()
    assert new_of(lines) == new.splitlines()
    assert all(text for line in lines for _, text in line.parts) or "" in old.splitlines() + new.splitlines()
    if old == new:
        assert {line.kind for line in lines} <= {"same"}


@cache
def heavy() -> dict[str, tuple[str, str]]:
    numbers = random.Random(1)
    words = ["".join(numbers.choices("abcdefghij", k=6)) for _ in range(800)]

    def text(lines: int, length: int, vocabulary: list[str]) -> str:
        return "\n".join(" ".join(numbers.choices(vocabulary, k=length)) for _ in range(lines))[:32_000]

    return {
        "one line": (text(1, 5000, words), text(1, 5000, words)),
        "few words": (text(14, 1100, list("abcdefgh")), text(14, 1100, list("abcdefgh"))),
        "one letter": ("a\n" * 16_000, "a\nb\n" * 8_000),
        "nothing alike": ("a\n" * 16_000, "b\n" * 16_000),
        "every second line": ("\n".join(map(str, range(6000))), "\n\n".join(map(str, range(6000)))),
        "every second word": ("\n".join([" ".join(map(str, range(1190)))] * 6), "\n".join([" x ".join(map(str, range(599)))] * 6)),
        "every line": (text(200, 25, words), text(200, 25, words)),
    }


@pytest.mark.parametrize("name", heavy())
def test_no_text_costs_much(name: str) -> None:
    old, new = heavy()[name]
    best = float("inf")
    for _ in range(3):  # on a busy machine the best of up to three runs
        began = time.process_time()
        lines = diff(old, new)
        best = min(best, time.process_time() - began)
        if best < 0.3:
            break
    assert best < 0.3
    assert old_of(lines) == old.splitlines()
    assert new_of(lines) == new.splitlines()


def test_long_texts_with_small_edits_are_compared_by_words() -> None:
    numbers = random.Random(2)
    paragraphs = [" ".join("".join(numbers.choices("abcdefgh", k=5)) for _ in range(80)) for _ in range(60)]
    edited = [paragraph.replace(" ", " and ", 1) if place % 9 == 0 else paragraph for place, paragraph in enumerate(paragraphs)]
    lines = diff("\n\n".join(paragraphs), "\n\n".join(edited))
    assert [line.kind for line in lines].count("changed") == 7
    assert {line.kind for line in lines} == {"same", "changed"}
    assert sum(len(text) for line in lines for kind, text in line.parts if kind == "added") == 7 * len("and ")


def test_folding_keeps_context() -> None:
    old = "\n".join(map(str, range(20)))
    lines = diff(old, old.replace("10", "ten"))
    shown = folded(lines, context=2)
    assert shown[0] == Fold(8)
    assert shown[-1] == Fold(7)
    assert [line.parts[0][1] for line in shown[1:3] if isinstance(line, Line)] == ["8", "9"]
    hidden = sum(line.count for line in shown if isinstance(line, Fold))
    assert hidden + len([line for line in shown if isinstance(line, Line)]) == len(lines)
    assert folded(diff("a\nb", "a\nb")) == [Fold(2)]
    # One line is not worth a fold.
    assert Fold(1) not in folded(diff("a\nb\nc", "a\nb\nd"), context=1)
    assert folded([]) == []
    with pytest.raises(ValueError, match="context"):
        folded(lines, context=-1)
