"""What somebody types into the search box is understood, and nothing typed there can hurt."""

from __future__ import annotations

import time
from dataclasses import fields
from datetime import date

import pytest
from hypothesis import given
from hypothesis import strategies as st

from community.search.querying import LONGEST, MOST_TERMS, Query, parse


def asked(text: str) -> dict[str, object]:
    """The parts of a query that differ from an empty one."""
    query = parse(text)
    return {each.name: getattr(query, each.name) for each in fields(query) if getattr(query, each.name) != each.default}


def test_everything_in_one_query() -> None:
    typed = (
        'is:solved from:@Mira "exact words" -word kind:idea in:Battery tag:x by:staff before:2026-02-01 after:2025'
        ' is:closed charger -"no thanks"'
    )
    assert asked(typed) == {
        "text": typed,
        "words": ("charger",),
        "phrases": ("exact words",),
        "excluded": ("word",),
        "excluded_phrases": ("no thanks",),
        "kinds": ("idea",),
        "states": ("solved",),
        "closed": True,
        "categories": ("battery",),
        "tags": ("x",),
        "authors": ("mira",),
        "by_staff": True,
        "before": date(2026, 2, 1),
        "after": date(2025, 1, 1),
    }


@pytest.mark.parametrize(
    ("typed", "words"),
    [
        ("state:solved", ("state:solved",)),  # no operator of ours
        ("is:purple kind:car by:me", ("is:purple", "kind:car", "by:me")),  # none of our values
        ("before:2026-02-30 after:soon", ("before:2026-02-30", "after:soon")),
        ("is: from:@ -", ("is:", "from:@")),
        ("te* t?st foo~2 title^9 [a TO z] (a OR b)", ("te*", "t?st", "foo~2", "title^9", "[a", "TO", "z]", "(a", "OR", "b)")),
        ('"never closed', ("never", "closed")),
        ('say "" now', ("say", "now")),
        ("same same Same", ("same", "Same")),
    ],
)
def test_what_is_no_operator_is_plain_words(typed: str, words: tuple[str, ...]) -> None:
    query = parse(typed)
    assert query.words == words
    assert asked(typed).keys() <= {"text", "words"}


def test_quotes_and_case_and_dashes_as_people_type_them() -> None:
    assert parse("„charge port“").phrases == ("charge port",)
    assert parse('a "b "c" d" e').phrases == ("b", "d")
    assert parse("IS:Needs-Info Tag:E-Bike").states == ("needs_info",)
    assert parse("tag:E-Bike").tags == ("e-bike",)
    assert parse("is:open").closed is False
    assert parse("before:2026-3").before == date(2026, 3, 1)
    assert parse("--twice").excluded == ("twice",)


def test_limits_come_first() -> None:
    assert len(parse("x" * 20_000).text) == LONGEST
    many = parse(" ".join(f"{number:02}" for number in range(60)))
    assert len(many.words) == MOST_TERMS
    assert many.words[-1] == "19"
    assert parse("a\x00b\ud800c\x1bd\te").words == ("a", "b", "c", "d", "e")


def test_names_are_exchanged_for_numbers() -> None:
    query = parse("in:battery from:@nobody charger")
    assert (query.category_ids, query.author_ids) == (None, None)
    resolved = query.resolved(category_ids={3})
    assert resolved.category_ids == (3,)
    assert resolved.author_ids == ()  # asked for, and nobody has the name
    assert parse("charger").resolved() == parse("charger")


def test_empty() -> None:
    for typed in ("", "   ", "-", '"', '""', "\x00"):
        assert parse(typed).is_empty, typed
    assert not parse("is:new").is_empty
    assert not Query(before=date(2026, 1, 1)).is_empty


@given(st.text(alphabet=st.characters(codec=None), max_size=400) | st.text('-":@ \x00\ud800istagfromkd*()0', max_size=400))
def test_anything_is_a_query(text: str) -> None:
    query = parse(text)
    terms = (*query.words, *query.phrases, *query.excluded, *query.excluded_phrases, *query.tags, *query.authors)
    assert len(terms) <= MOST_TERMS
    assert all(term and len(term) <= LONGEST for term in terms)
    query.text.encode()
    assert parse(query.text) == query


def test_a_hostile_query_takes_no_time() -> None:
    start = time.process_time()
    for text in ('"' * 20_000, "-" * 20_000, ("a:" * 10_000), '-"a' * 7_000, "\ud800" * 20_000, "*" * 20_000):
        parse(text)
    assert time.process_time() - start < 0.2
