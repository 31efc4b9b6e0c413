"""Which of many queries does a topic match: a search the other way round.

Each query waits under one word that it cannot do without, the one seen least so far, or without words under its narrowest
filter. A topic then meets only the queries that wait under one of its words, whatever their number.
"""

from __future__ import annotations

from collections import Counter, defaultdict
from collections.abc import Hashable, Iterator
from typing import Generic, TypeVar

from community.search.engine import Document
from community.search.matching import Needs, Text, matches, needs_of
from community.search.querying import Query

REMEMBERED = 2_000
"""Topics after which the counts of words are halved, so that they follow what is talked of."""

Key = TypeVar("Key", bound=Hashable)

_Place = tuple[str, object]


class Queries(Generic[Key]):
    """Queries by key. `examined` counts how many a topic was compared with, for tests and benches."""

    def __init__(self) -> None:
        self._needs: dict[Key, Needs] = {}
        self._places: dict[Key, tuple[_Place, ...]] = {}
        self._waiting: dict[_Place, set[Key]] = defaultdict(set)
        self._seen: Counter[str] = Counter()
        self._topics = 0
        self.examined = 0

    def __len__(self) -> int:
        return len(self._needs)

    def __contains__(self, key: object) -> bool:
        return key in self._needs

    def __iter__(self) -> Iterator[Key]:
        return iter(list(self._needs))

    def add(self, key: Key, query: Query) -> None:
        """Let a query, its names resolved, wait under a key; another one that waits there goes."""
        self.discard(key)
        needs = needs_of(query)
        self._needs[key] = needs
        self._places[key] = self._place(needs)
        for place in self._places[key]:
            self._waiting[place].add(key)

    def discard(self, key: Key) -> None:
        """Forget the query of a key; an unknown one is no error."""
        if self._needs.pop(key, None) is None:
            return
        for place in self._places.pop(key):
            self._waiting[place].discard(key)
            if not self._waiting[place]:
                del self._waiting[place]

    def matching(self, document: Document) -> set[Key]:
        """The keys of the queries that the topic matches. Costs time with its length: call it off the event loop."""
        if not self._needs:
            return set()
        text = Text(document)
        self._note(text)
        near = {key for place in _places_of(text) for key in self._waiting.get(place, ())}
        self.examined += len(near)
        return {key for key in near if matches(self._needs[key], text)}

    def _place(self, needs: Needs) -> tuple[_Place, ...]:
        """Where a query waits: under every form of its rarest word, or under each value of its narrowest filter."""
        if needs.words:
            rarest = min(needs.words, key=lambda word: (max(self._seen[form] for form in word), -max(map(len, word))))
            return tuple(("word", form) for form in sorted(rarest))
        query = needs.query
        if query.tags:
            return (("tag", query.tags[0]),)
        narrowing = (
            ("author", query.author_ids),
            ("category", query.category_ids),
            ("state", query.states or None),
            ("kind", query.kinds or None),
        )
        for name, values in narrowing:
            if values is not None:
                return tuple((name, value) for value in values)
        return (("", None),)

    def _note(self, text: Text) -> None:
        self._seen.update(text.words)
        self._topics += 1
        if self._topics >= REMEMBERED:
            self._topics //= 2
            self._seen = Counter({word: count // 2 for word, count in self._seen.items() if count > 1})


def _places_of(text: Text) -> Iterator[_Place]:
    document = text.document
    yield ("", None)
    yield ("state", document.state)
    yield ("kind", document.kind)
    yield ("category", document.category_id)
    yield from (("tag", tag) for tag in document.tags)
    yield from (("author", author) for author in document.author_ids)
    yield from (("word", word) for word in text.words)
