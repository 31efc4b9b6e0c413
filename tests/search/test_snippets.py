"""A snippet shows the passage that answers, marks what was looked for, and gives plain text."""

from __future__ import annotations

import time

from hypothesis import given
from hypothesis import strategies as st

from community.search.snippets import LENGTH, snippet

FILLER = "The quick brown fox jumps over the lazy dog. " * 30


def plain(runs: list[tuple[str, bool]]) -> str:
    return "".join(text for text, _ in runs)


def marked(runs: list[tuple[str, bool]]) -> list[str]:
    return [text for text, is_marked in runs if is_marked]


def test_the_passage_with_most_different_terms_wins() -> None:
    text = f"{FILLER} battery battery battery {FILLER} The battery stops charging at 80 %. {FILLER}"
    runs = snippet(text, ("batteri", "charg"))
    assert marked(runs) == ["battery", "charging"]
    assert plain(runs).startswith("…")
    assert plain(runs).endswith("…")
    assert "stops charging at 80 %" in plain(runs)
    assert len(plain(runs)) <= LENGTH + 2
    assert plain(runs).strip("…") in " ".join(text.split())


def test_words_are_not_cut() -> None:
    runs = snippet(FILLER + "needle " + FILLER, ("needl",))
    inside = plain(runs).strip("…").split()
    assert set(inside) <= set((FILLER + "needle").split())


def test_without_a_match_it_is_the_beginning() -> None:
    assert snippet("Short.", ("other",)) == [("Short.", False)]
    assert plain(snippet(FILLER, ())).startswith("The quick")
    assert snippet("", ("x",)) == []
    assert snippet(" \n ", ("x",)) == []


def test_codes_accents_and_markup() -> None:
    assert marked(snippet("See <b>error F-451</b> at the Café.", ("f451", "cafe"))) == ["F-451", "Café"]
    assert plain(snippet("a <script>x</script>\n\n b", ("x",))) == "a <script>x</script> b"


def test_scripts_without_spaces() -> None:
    text = "。".join(["今日は天気がいいです"] * 40) + "。電池の交換方法を教えてください。" + "はい。" * 200
    runs = snippet(text, ("電池", "交換"))
    assert marked(runs) == ["電池", "交換"]
    assert len(plain(runs)) <= LENGTH + 2


def test_a_term_longer_than_the_snippet_is_still_shown() -> None:
    runs = snippet(FILLER + "-".join(["part"] * 12) + FILLER, ("part",), length=20)
    assert marked(runs)
    assert len(plain(runs)) <= 22


@given(st.text(max_size=300), st.lists(st.text(min_size=1, max_size=4), max_size=4), st.integers(1, 60))
def test_any_text(text: str, terms: list[str], length: int) -> None:
    runs = snippet(text, terms, length)
    assert plain(runs).removeprefix("…").removesuffix("…") in " ".join(text.split()) or "…" in text
    assert len(plain(runs)) <= length + 2
    assert all(part for part, _ in runs)


def test_long_text_takes_linear_time() -> None:
    def spent(times: int) -> float:
        start = time.process_time()
        snippet("battery charging " * 500 * times, ("batteri", "charg"))
        snippet("a-" * 2_500 * times, ("a",))
        snippet("電" * 2_500 * times, ("電電",))
        return time.process_time() - start

    spent(1)
    short, long = min(spent(1) for _ in range(3)), min(spent(8) for _ in range(3))
    assert long < 8 * 3 * short, "eight times the text; by the square it would be 64 times the time, whatever else the machine does"
