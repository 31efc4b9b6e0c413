"""What every search engine gives, whatever it is made of: documents in, topics out.

A document is a topic with all its posts. Documents that everybody may read live in one index and the rest in another
(`SearchIndexes` pairs them), so statistics, spelling and suggestions can come from the public ones alone. An engine
decides nothing about rights: whoever shows a hit checks in the database that the viewer may see it.
"""

from __future__ import annotations

from collections.abc import Callable, Collection, Iterable, Sequence
from contextlib import AbstractContextManager
from dataclasses import dataclass
from datetime import datetime
from typing import Final, Protocol

from community.search.querying import Query

PUBLIC: Final = "public"
"""The audience of a document that everybody may read."""

FEW: Final = 5
"""Fewer hits than this and an engine also looks for some of the words, and a page offers another spelling."""


class SearchError(Exception):
    """An index could not take what it was given; the message says what to do."""


class IndexBusy(SearchError):
    """Another writer has the index. Nothing was written and nothing is lost: commit again later."""


class IndexReplaced(SearchError):
    """The index was rebuilt since `position` was asked: what was pending is dropped, go on from `position()`."""


class NeedsRebuild(SearchError):
    """There is no index, it is damaged, or another release wrote it: only `rebuild` helps."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Document:
    """One topic as the index knows it. Texts are plain, without markup.

    `best_answers` holds the accepted and official answers, which weigh more; `answers` the other answers; `posts` all
    else. `author_ids` are the people who wrote anything in the topic. `audience` is `PUBLIC` or the name of those who
    may read it, such as "category:7". `created` and `active` (the last activity) carry a time zone.
    """

    topic_id: int
    kind: str
    title: str
    created: datetime
    active: datetime
    question: str = ""
    best_answers: str = ""
    answers: str = ""
    posts: str = ""
    state: str | None = None
    closed: bool = False
    category_id: int | None = None
    tags: Collection[str] = ()
    author_ids: Collection[int] = ()
    staff_answered: bool = False
    official: bool = False
    accepted: bool = False
    helpful: int = 0
    me_too: int = 0
    product: str = ""
    language: str = "en"
    audience: str = PUBLIC


@dataclass(frozen=True, slots=True)
class Hit:
    """A topic found. The score orders hits; without words to match it is the time of the last activity.

    `loose` are those that lack a word of the query: they have some of the words, words that begin so, or nearly the same.
    """

    topic_id: int
    score: float
    loose: bool = False


@dataclass(frozen=True, slots=True)
class Found:
    """One page of hits, best first.

    `total` counts every match. `terms` are the words and stems that matched, for `snippets.snippet`. `available` is
    false when the index could not be read: the page then says so instead of claiming that nothing was found.
    `position` is how far the log had been read for what was searched; empty where that cannot be told.
    """

    hits: Sequence[Hit] = ()
    total: int = 0
    terms: Sequence[str] = ()
    available: bool = True
    position: str = ""


class SearchEngine(Protocol):
    """One index in one folder. One process writes it, any number read it at the same time."""

    @property
    def needs_rebuild(self) -> bool:
        """Whether only `rebuild` can bring the index back to use."""

    def index(self, documents: Sequence[Document]) -> None:
        """Put documents in, replacing those of the same topics, at the next commit."""

    def remove(self, topic_ids: Iterable[int]) -> None:
        """Take topics out at the next commit; unknown ones are no error."""

    def forget_pending(self) -> None:
        """Let go of what was put in and taken out since the last commit."""

    def commit(self, position: str) -> None:
        """Write what is pending and how far the log was read, both or neither.

        Raises IndexBusy, or SearchError when the machine is short of room or rights: what is pending stays, commit again
        later. Raises IndexReplaced or NeedsRebuild when what is pending was dropped.
        """

    def position(self) -> str:
        """How far the log was read for this index ("epoch:n"); empty when the index must be rebuilt."""

    def find(self, query: Query, *, limit: int, offset: int = 0, audiences: Collection[str] | None = None) -> Found:
        """The topics that match, best first; only those of `audiences` unless it is None. Raises nothing."""

    def like(
        self, title: str, body: str = "", *, limit: int, audiences: Collection[str] | None = None, without: Collection[int] = ()
    ) -> Found:
        """The topics that are about the same as a text, nearest first, without those named; filters as for `find`.

        Takes a text of any length and looks only for the few of its words that tell most. Raises nothing.
        """

    def suggest(self, query: Query) -> str | None:
        """The query spelled as the documents spell it, or None when there is nothing better."""

    def rebuilding(self, position: str) -> AbstractContextManager[Callable[[Document], None]]:
        """Build an index beside the old one, which goes on being searched, and swap them at the end.

        Gives the function that takes each document once. An error inside leaves the old index in place. Raises
        IndexBusy when another process is rebuilding.
        """

    def rebuild(self, documents: Iterable[Document], position: str) -> None:
        """`rebuilding` for documents that are at hand."""

    def compact(self) -> bool:
        """Make the index quicker to search in a quiet moment; whether there was any need. Raises what `commit` raises."""

    def close(self) -> None:
        """Let go of every open file."""


class SearchIndexes:
    """The public index and the restricted one, used as if they were one.

    Scores of both are comparable only if the restricted engine takes its statistics from the public one.
    """

    def __init__(self, public: SearchEngine, restricted: SearchEngine) -> None:
        self.public = public
        self.restricted = restricted

    @property
    def needs_rebuild(self) -> bool:
        """Whether either index must be rebuilt, or the two follow different logs."""
        return not self.position()

    def index(self, documents: Sequence[Document]) -> None:
        """Put each document into the index its audience belongs to and take it out of the other."""
        for document in documents:
            public = document.audience == PUBLIC
            here, there = (self.public, self.restricted) if public else (self.restricted, self.public)
            here.index([document])
            there.remove([document.topic_id])

    def remove(self, topic_ids: Iterable[int]) -> None:
        """Take topics out of both at the next commit."""
        for topic_id in topic_ids:
            self.public.remove([topic_id])
            self.restricted.remove([topic_id])

    def forget_pending(self) -> None:
        """Let go of what is pending in both."""
        self.public.forget_pending()
        self.restricted.forget_pending()

    def commit(self, position: str) -> None:
        """Commit both, the public one first: a topic that was closed to the public leaves it before anything else.

        A crash between the two is harmless, because `position` is then the older one and indexing again changes nothing.
        """
        self.public.commit(position)
        self.restricted.commit(position)

    def position(self) -> str:
        """The older of both positions; empty when they cannot be compared or either must be rebuilt."""
        return _older([self.public.position(), self.restricted.position()])

    def find(self, query: Query, *, limit: int, offset: int = 0, audiences: Collection[str] = ()) -> Found:
        """What matches in the public index, and in the restricted one for `audiences`, best first."""
        upto = offset + limit
        found = [self.public.find(query, limit=upto)]
        if audiences:
            found.append(self.restricted.find(query, limit=upto, audiences=audiences))
        return _together(found, offset, upto)

    def like(
        self, title: str, body: str = "", *, limit: int, audiences: Collection[str] = (), without: Collection[int] = ()
    ) -> Found:
        """What is about the same in the public index, and in the restricted one for `audiences`, nearest first."""
        found = [self.public.like(title, body, limit=limit, without=without)]
        if audiences:
            found.append(self.restricted.like(title, body, limit=limit, audiences=audiences, without=without))
        return _together(found, 0, limit)

    def suggest(self, query: Query) -> str | None:
        """Another spelling, from the public index alone: a restricted word must not show here."""
        return self.public.suggest(query)

    def rebuild(self, documents: Iterable[Document], position: str) -> None:
        """Rebuild both from one pass over every document."""
        with self.public.rebuilding(position) as to_public, self.restricted.rebuilding(position) as to_restricted:
            for document in documents:
                take = to_public if document.audience == PUBLIC else to_restricted
                take(document)

    def compact(self) -> bool:
        """Compact both."""
        return any([self.public.compact(), self.restricted.compact()])

    def close(self) -> None:
        """Close both."""
        self.restricted.close()
        self.public.close()


def _together(found: Sequence[Found], start: int, end: int) -> Found:
    """The answers of several indexes as one, from one hit to another."""
    hits = sorted((hit for one in found for hit in one.hits), key=lambda hit: (-hit.score, -hit.topic_id))
    return Found(
        hits=hits[start:end],
        total=sum(one.total for one in found),
        terms=tuple(dict.fromkeys(term for one in found for term in one.terms)),
        available=all(one.available for one in found),
        position=_older([one.position for one in found]),
    )


def _older(positions: Sequence[str]) -> str:
    """The older of positions in one log; empty when one is empty or they belong to different logs."""
    epochs = {position.rpartition(":")[0] for position in positions}
    if not all(positions) or len(epochs) != 1:
        return ""
    return min(positions, key=lambda position: int(position.rpartition(":")[2]))
