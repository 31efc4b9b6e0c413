"""The channel of an open result page: `search:<key>`. Whoever pushes to sockets asks here what a change means to it.

Nothing of a topic's text is sent, only that it matches now or no longer does, and what every list says of it. What is
not for everybody reaches nobody by a push: a nudge lets the browser ask with its own rights.
"""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Callable, Collection, Mapping, Sequence
from functools import partial
from typing import Any, ClassVar

from markupsafe import Markup
from sqlalchemy import select

from community.accounts.models import Account
from community.categories.events import CategoryChanged, CategoryMade
from community.core.fragments import REFRESH, fragment, stream_all
from community.core.log import Event, Recorded
from community.core.native import NativeThreads, TooBusy
from community.extensions import db
from community.posts.events import PostReleased
from community.posts.queries import tiles_unchecked
from community.search.comparing import compared, visible_topics
from community.search.documents import documents_unchecked
from community.search.engine import Document
from community.search.follow import SearchFollower
from community.search.normal import opened
from community.search.percolating import Queries
from community.search.queries import resolved, resolved_unchecked
from community.search.querying import Query
from community.staff.viewer import Viewer
from community.topics.events import TopicImported, TopicMoved, TopicOpened, TopicRecounted

MOST_TOPICS = 40
"""Topics told of one by one, and read at once; a page that missed more is fetched again."""

MOST_OFFERED = 5_000
"""Topics of which is remembered that they were offered to open pages; older ones are on them by now."""

_RESULT = "search/_result.html"
_OPENING = (TopicOpened, TopicMoved, PostReleased)
_TOLD = Markup('<turbo-stream action="{}" targets="[data-live-results]" data-topic="{}"{}></turbo-stream>')

_FRESH, _FITS = Markup(" data-fresh"), Markup(" data-fits")

_threads = NativeThreads(at_once=1, seconds=10.0)


class SearchChannel:
    """What other channels are made of is in `community/live`; this one is found there by its kind."""

    kind: ClassVar[str] = "search"
    follows: ClassVar[str] = "home"
    """The channel of the log whose events may change what is found."""

    reads: ClassVar[frozenset[type[Event]]] = frozenset(SearchFollower.reads) - {TopicImported, TopicRecounted}
    """Events that may change what is found. An import is no news, and thousands come at once."""

    def __init__(self) -> None:
        self._open: Queries[str] = Queries()
        self._unknown: dict[str, set[str]] = {}  # by names that nobody has yet: the open keys that ask for them
        self._offered: dict[int, set[str]] = {}  # by topic: the keys that it matched when last looked at, oldest first

    def is_genuine(self, key: str) -> bool:
        """Whether we issued this key. Needs an application context."""
        return opened(key) is not None

    def concerned(
        self, recorded: Sequence[Recorded], keys: Collection[str], showing: Callable[[int], Collection[str]]
    ) -> dict[str, list[Recorded]]:
        """Which of the events concern which of the open keys: their topic matches now, or a page with that key shows it.

        `showing` tells the keys of the pages that show a topic. Rights are not looked at.
        """
        if any(isinstance(each.event, CategoryMade | CategoryChanged) for each in recorded):
            self._open = Queries()  # names of categories may mean others now
        told = [each for each in recorded if type(each.event) in self.reads and not getattr(each.event, "held", False)]
        if not told:
            return {}
        self._follow(keys)
        topics = {_topic_of(each) for each in told} - {0}
        found = self._matched(sorted(topics))
        concerned: dict[str, list[Recorded]] = defaultdict(list)
        for each in told:
            topic_id = _topic_of(each)
            matched, before = found.get(topic_id, set()), self._offered.get(topic_id, set())
            everywhere = isinstance(each.event, CategoryChanged)
            for key in keys if everywhere else matched.union(before, showing(topic_id)).intersection(keys):
                concerned[key].append(each)
        self._remember(topics, found)
        return concerned

    def _matched(self, topics: Sequence[int]) -> dict[int, set[str]]:
        """The open keys that each topic matches. As many topics as `MOST_TOPICS` are in memory at a time."""
        waiting = self._open
        found: dict[int, set[str]] = {}
        for start in range(0, len(topics), MOST_TOPICS):
            documents = documents_unchecked(topics[start : start + MOST_TOPICS])
            db.session.rollback()
            compare = partial(_matching, waiting, documents)
            try:
                found |= _threads.run(compare)
            except TooBusy:
                self._open = Queries()  # the thread may go on with the others, which nobody may change meanwhile
                raise
        return found

    def streams(self, viewer: Viewer, key: str, recorded: Sequence[Recorded]) -> Markup:
        """What a page of this search has to change after events of which this viewer may know, with the rights of now."""
        told = [each for each in recorded if type(each.event) in self.reads and not getattr(each.event, "held", False)]
        query = opened(key)
        topics = list(dict.fromkeys(topic_id for each in told if (topic_id := _topic_of(each))))
        if query is None or not told:
            return Markup()
        if len(topics) > MOST_TOPICS or any(isinstance(each.event, CategoryChanged) for each in told):
            return REFRESH
        return _drawn(
            viewer, resolved(viewer, query), topics, {_topic_of(each) for each in told if isinstance(each.event, _OPENING)}
        )

    def _remember(self, topics: Collection[int], found: Mapping[int, set[str]]) -> None:
        """Keep what pages were offered: they must hear when it no longer matches."""
        for topic_id in topics:
            self._offered.pop(topic_id, None)
            if found.get(topic_id):
                self._offered[topic_id] = found[topic_id]
        for oldest in list(self._offered)[: max(0, len(self._offered) - MOST_OFFERED)]:
            del self._offered[oldest]

    def _follow(self, keys: Collection[str]) -> None:
        """Let the queries of these keys wait for topics, and no others."""
        self._unknown = {name: wanting for name, wanted in self._unknown.items() if (wanting := wanted.intersection(keys))}
        for name in db.session.scalars(select(Account.handle).where(Account.handle.in_(self._unknown))) if self._unknown else ():
            for key in self._unknown.pop(name):  # somebody has it now
                self._open.discard(key)
        for key in self._open:
            if key not in keys:
                self._open.discard(key)
        for key in keys:
            if key not in self._open:
                query = opened(key)
                if query is not None:
                    known = resolved_unchecked(query)
                    self._open.add(key, known)
                    if query.authors and len(known.author_ids or ()) < len(query.authors):
                        for name in query.authors:
                            self._unknown.setdefault(name.removeprefix("@"), set()).add(key)


def _matching(waiting: Queries[str], documents: Sequence[Document]) -> dict[int, set[str]]:
    return {document.topic_id: waiting.matching(document) for document in documents}


def _topic_of(recorded: Recorded) -> int:
    event: Any = recorded.event
    return int(getattr(event, "topic_id", 0))


def _drawn(viewer: Viewer, query: Query, topics: Sequence[int], fresh: set[int]) -> Markup:
    """For each topic: that it matches, that it no longer does, or that it is gone; and what its result says of it now."""
    visible = visible_topics(viewer, topics)
    now = compared(viewer, query, topics)
    if now.left_out:
        return REFRESH
    tiles = {tile.id: tile for tile in tiles_unchecked(visible)}
    streams = []
    for topic_id in topics:
        tile = tiles.get(topic_id)
        if tile is None:
            streams.append(_TOLD.format("gone", topic_id, ""))
            continue
        for part in ("state", "foot"):
            aim = f'[data-live-results] [data-topic="{topic_id}"] .result__{part}'
            streams.append(stream_all("replace", aim, fragment(_RESULT, f"result_{part}", tile)))
        if topic_id in now.matching:
            streams.append(_TOLD.format("found", topic_id, _FRESH if topic_id in fresh else ""))
        else:  # what was found without some of the words stays as long as everything else fits
            streams.append(_TOLD.format("lost", topic_id, _FITS if topic_id in now.fitting else ""))
    return Markup().join(streams)
