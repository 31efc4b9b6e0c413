"""Which documents of a snapshot may match at all: filters, exclusions, phrases and the audience."""

from __future__ import annotations

from collections.abc import Collection

from community.search.facets import day_number, wanted_facets
from community.search.querying import Query
from community.search.whoosh_schema import FACETS
from community.search.whoosh_segments import Segment
from community.search.whoosh_snapshots import Snapshot
from community.search.wording import WORDS, Wording


def allowed(
    query: Query, wording: Wording, snapshot: Snapshot, audiences: Collection[str] | None
) -> list[tuple[Segment, set[int]]]:
    """Each segment with the documents that are not deleted, pass every filter, and hold every phrase."""
    filters = wanted_facets(query, audiences)
    found = []
    for segment, deleted in snapshot.segments:
        numbers = set(range(segment.documents)) - deleted
        for values in filters:
            numbers &= set[int]().union(*(segment.holders(FACETS, value) for value in values))
        _keep_days(query, segment, numbers)
        _exclude(query, wording, segment, numbers)
        for words in wording.phrases:
            if words:
                numbers &= _holding_phrase(segment, words, numbers)
        found.append((segment, numbers))
    return found


def _keep_days(query: Query, segment: Segment, numbers: set[int]) -> None:
    if query.before is not None:
        end = day_number(query.before.toordinal())
        numbers -= {number for number in numbers if segment.created[number] >= end}
    if query.after is not None:
        start = day_number(query.after.toordinal())
        numbers -= {number for number in numbers if segment.created[number] < start}


def _exclude(query: Query, wording: Wording, segment: Segment, numbers: set[int]) -> None:
    """Take out what is closed, if only open topics are wanted, and what holds an excluded word or phrase."""
    if query.closed is False:
        numbers -= segment.holders(FACETS, "closed")
    for chunk in query.excluded:
        holders = [
            set[int]().union(*(segment.holders(term.field, term.text) for term in word.terms)) for word in wording.forms(chunk)
        ]
        if holders:
            numbers -= set[int].intersection(*holders)
    for phrase in query.excluded_phrases:
        words = wording.in_order(phrase)
        if words:
            numbers -= _holding_phrase(segment, words, numbers)


def _holding_phrase(segment: Segment, words: list[str], numbers: set[int]) -> set[int]:
    """Those of the documents in which the words stand next to one another, in this order."""
    # The rarest word first, so that few positions are ever read.
    (first, rarest), *others = sorted(enumerate(words), key=lambda place: segment.frequency(WORDS, place[1]))
    starts = {number: {at - first for at in positions} for number, positions in segment.positions(rarest, sorted(numbers)).items()}
    for place, word in others:
        positions = segment.positions(word, sorted(starts))
        here = {number: {at - place for at in found} & starts[number] for number, found in positions.items()}
        starts = {number: places for number, places in here.items() if places}
    return set(starts)
