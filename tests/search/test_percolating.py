"""The other way round: which of many queries does a topic match, at little cost, by the rules of the index."""

from __future__ import annotations

import random
from dataclasses import fields, replace
from datetime import timedelta
from pathlib import Path

import pytest
from hypothesis import given
from hypothesis import strategies as st

from community.search.matching import Text, matches, needs_of
from community.search.percolating import Queries
from community.search.querying import Query, parse
from community.search.whoosh_engine import WhooshEngine
from tests.search.documents import NOW, topic

PUMP = topic(
    *(1, "Pump rattles", "The pump of my machine is rattling since Monday."),
    best_answers="Tighten the screw with a 13-mm key.",
    posts="Error 0x80070005 appears, too. 水道のポンプ",
    state="solved",
    category_id=7,
    tags=["motor", "noise"],
    author_ids={4, 5},
    staff_answered=True,
)

FOUND = (
    *(
        "pump",
        "PUMPS rattled",
        "the pump",
        "13-mm",
        "13mm",
        "0x80070005",
        "ポンプ",
        '"my machine"',
        "pump -garden",
        "screw pump key",
    ),
    *("is:solved", "is:solved pump", "is:open", "kind:question", "by:staff", "tag:noise tag:motor", "after:2026-11", "before:2027"),
    *("the", 'pump -"machine my"'),
)
LEFT = (
    *(
        "garden",
        "pump garden",
        '"machine my"',
        '"rattles the"',
        "pump -screw",
        "-machines",
        'pump -"my machine"',
        "is:waiting pump",
    ),
    *("is:closed", "kind:idea", "tag:noise tag:garden", "before:2026-11-25", "after:2027", "in:parts pump", "from:ann pump"),
)


def resolved(text: str) -> Query:
    return parse(text).resolved()


@pytest.mark.parametrize(("text", "is_match"), [*((text, True) for text in FOUND), *((text, False) for text in LEFT)])
def test_a_topic_matches_what_the_index_would_find(text: str, is_match: bool, tmp_path: Path) -> None:
    engine = WhooshEngine(tmp_path / "index")
    # With enough that matches in any case, the index looks for all words only.
    engine.rebuild([PUMP, *(replace(PUMP, topic_id=n, title="nothing", question="else") for n in range(2, 3))], "e:1")
    assert matches(needs_of(resolved(text)), Text(PUMP)) is is_match
    queries: Queries[str] = Queries()
    queries.add(text, resolved(text))
    assert queries.matching(PUMP) == ({text} if is_match else set())
    if is_match:
        assert 1 in [hit.topic_id for hit in engine.find(resolved(text), limit=10).hits]
    engine.close()


def test_names_are_matched_by_their_numbers() -> None:
    text = Text(PUMP)
    assert matches(needs_of(parse("in:parts").resolved(category_ids=[3, 7])), text)
    assert not matches(needs_of(parse("in:parts").resolved(category_ids=[3])), text)
    assert matches(needs_of(parse("from:ann").resolved(author_ids=[5])), text)
    assert not matches(needs_of(parse("from:ann")), text)


def test_days_are_those_of_the_world_not_of_a_zone() -> None:
    late = topic(1, "Late", created=NOW.replace(hour=23, minute=59))
    assert matches(needs_of(resolved("after:2026-11-25")), Text(late))
    assert not matches(needs_of(resolved("before:2026-11-25")), Text(late))
    assert matches(needs_of(resolved("before:2026-11-25")), Text(topic(1, "Early", created=NOW - timedelta(days=1))))


def test_every_filter_of_a_query_is_known_here() -> None:
    """A filter that is added to `Query` and not to `matching.fits` would be passed by everything."""
    known = {"text", "words", "phrases", "excluded", "excluded_phrases", "kinds", "states", "closed", "by_staff", "before", "after"}
    assert {each.name for each in fields(Query)} == known | {
        *("categories", "category_ids", "tags", "authors", "author_ids", "products"),
        "newest",  # an order, no filter
    }


WORDS = [f"word{n}" for n in range(12)]


@given(
    st.lists(
        st.lists(
            st.sampled_from([*WORDS, "-word1", '"word2 word3"', "is:solved", "is:new", "tag:motor", "the"]), min_size=1, max_size=4
        ),
        max_size=12,
    ),
    st.lists(st.sampled_from(WORDS), max_size=8),
    st.sampled_from(["new", "solved"]),
)
def test_waiting_under_one_word_misses_nothing(asked: list[list[str]], words: list[str], state: str) -> None:
    queries: Queries[int] = Queries()
    for key, chunks in enumerate(asked):
        queries.add(key, resolved(" ".join(chunks)))
    document = topic(1, "Title", " ".join(words), state=state, tags=["motor"])
    everywhere = {key for key, chunks in enumerate(asked) if matches(needs_of(resolved(" ".join(chunks))), Text(document))}
    assert queries.matching(document) == everywhere


def test_a_thousand_open_queries_cost_a_topic_little() -> None:
    chance = random.Random(7)
    # Word frequencies as in a language: the hundredth word is a hundred times rarer than the first.
    vocabulary = [f"w{n}x" for n in range(5_000)]
    weights = [1 / (n + 1) for n in range(5_000)]

    def some(count: int) -> str:
        return " ".join(chance.choices(vocabulary, weights, k=count))

    queries: Queries[int] = Queries()
    for number in range(200):  # what was written before anybody searched
        queries.matching(topic(number, some(6), some(80)))
        if not number:
            queries.add(-1, resolved("nobody writes this"))
    for key in range(1_000):
        queries.add(key, resolved(some(3)))
    before = queries.examined
    for number in range(100):
        queries.matching(topic(number, some(6), some(80)))
    assert (queries.examined - before) / 100 < 100  # of 1,000, though these ask for the commonest words most


def test_queries_come_and_go() -> None:
    queries: Queries[str] = Queries()
    queries.add("a", resolved("pump"))
    queries.add("a", resolved("garden"))
    assert queries.matching(PUMP) == set()
    queries.add("b", resolved("screw"))
    assert queries.matching(PUMP) == {"b"}
    queries.discard("b")
    queries.discard("b")
    assert (queries.matching(PUMP), len(queries), list(queries), "a" in queries) == (set(), 1, ["a"], True)
