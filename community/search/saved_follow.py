"""The reader of the log that finds what saved searches have to tell: once a search and topic, by the rights of that moment.

What it finds is an event of its own, `search.matched`; whoever tells people things reads that.
"""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Collection, Iterator, Mapping, Sequence
from dataclasses import dataclass, replace
from typing import Any, ClassVar

from sqlalchemy import insert, select, tuple_

from community.accounts.events import AccountOpened
from community.accounts.models import Account
from community.answers.events import AnswerAccepted, AnswerMadeOfficial
from community.categories.events import CategoryChanged, CategoryMade
from community.categories.models import Category
from community.categories.policy import visibilities_open_to
from community.core.follow import Follower, Reading, leased
from community.core.log import Event, Recorded, read_after
from community.core.unit import Unit, unit
from community.extensions import db
from community.search.documents import documents_unchecked
from community.search.engine import Document
from community.search.follow import SearchFollower
from community.search.percolating import Queries
from community.search.queries import EXACT, asked
from community.search.querying import Query
from community.searches.events import SearchChanged, SearchDropped, SearchMatched, SearchSaved
from community.searches.models import SavedSearch, SearchMatch
from community.staff.viewer import viewers_unchecked
from community.topics.events import TopicImported, TopicRecounted
from community.topics.models import Topic

PORTION = 200
"""Matches that one unit writes, so that other writers wait for at most some 50 ms."""

_KEEPING = (SearchSaved, SearchChanged, SearchDropped)
_NEWS = (SearchFollower.reads.keys() | {CategoryMade, AccountOpened, *_KEEPING}) - {TopicImported, TopicRecounted}
_ANSWERS = (AnswerAccepted, AnswerMadeOfficial)
_Kept = tuple[str, str]  # A search, by its digest, and what it tells of: many people may keep the same.


@dataclass(frozen=True, slots=True)
class _Match:
    """A topic that a search matches after an event, before rights were looked at. `actors` did something in it just now."""

    kept: _Kept
    recorded: Recorded
    document: Document
    author_id: int
    actors: frozenset[int | None]


def _note(_u: Unit, _recorded: Recorded, _event: Event) -> None:
    """Nothing to do for the single event: `_take` looks at a whole batch."""


class SavedSearchFollower(Follower):
    """Compares what changed with every search that somebody keeps. What the index does not read, this does not either."""

    name = "saved searches"
    reads: ClassVar[Mapping[type[Event], Reading]] = dict.fromkeys(_NEWS, _note)
    ignores: ClassVar[frozenset[type[Event]]] = (frozenset(SearchFollower.reads) | SearchFollower.ignores) - _NEWS

    def __init__(self) -> None:
        self._searches: _Searches | None = None

    def _take(self, limit: int) -> int:
        reached = self.reached()
        batch = read_after(db.session(), reached, limit)
        found = self._matches(batch)
        db.session.rollback()
        if not batch:
            return 0
        # Topics are compared before the unit opens, and told in portions: nobody waits for a search that thousands keep.
        *before, last = _portions(found)
        for portion in before:
            with unit() as u:
                if not self._is_mine(u, reached):
                    return 0
                _tell(u, portion)
        with unit() as u:
            if not self._is_mine(u, reached):
                return 0
            _tell(u, last)
            self._cursor(u).position = batch[-1].position
        return len(batch)

    def _is_mine(self, u: Unit, reached: int) -> bool:
        """Whether this process holds the lease and nobody has moved the cursor meanwhile."""
        cursor = self._cursor(u)
        return leased(cursor, u.now) and cursor.position == reached

    def _matches(self, batch: Sequence[Recorded]) -> list[tuple[int, _Match]]:
        """What the events of a batch make match, with each of the saved searches that it concerns."""
        news = [each for each in batch if type(each.event) in _NEWS and not getattr(each.event, "held", False)]
        if any(isinstance(each.event, CategoryChanged | CategoryMade) for each in news):
            self._searches = None  # names of categories may mean others now
        if self._searches is not None and self._searches.unknown:
            opened = [each.event.account_id for each in news if isinstance(each.event, AccountOpened)]
            handles = db.session.scalars(select(Account.handle).where(Account.id.in_(opened))).all() if opened else ()
            if not self._searches.unknown.isdisjoint(handles):
                self._searches = None  # somebody has a name now that was nobody's
        kept = self._follow([each.event.saved_search_id for each in news if isinstance(each.event, _KEEPING)])
        topics = [each for each in news if hasattr(each.event, "topic_id")]
        if not topics or not len(kept):
            return []
        documents = {document.topic_id: document for document in documents_unchecked({_topic_of(each) for each in topics})}
        authors = {
            row.id: row.author_id for row in db.session.execute(select(Topic.id, Topic.author_id).where(Topic.id.in_(documents)))
        }
        db.session.rollback()
        actors: dict[int, set[int | None]] = defaultdict(set)
        for each in topics:
            actors[_topic_of(each)].add(each.event.by_id if each.event is not None else None)
        matched = {topic_id: kept.matching(document) for topic_id, document in documents.items()}
        found = [
            _Match(each, recorded, documents[topic_id], authors[topic_id], frozenset(actors[topic_id]))
            for recorded in topics
            for topic_id in (_topic_of(recorded),)
            for each in sorted(matched.get(topic_id, ()))
            if _is_news(each, recorded, documents[topic_id])
        ]
        return list(_with_savers(found))

    def _follow(self, saved_search_ids: Collection[int]) -> Queries[_Kept]:
        """Every search that is kept and does not pause; those with these ids were saved, changed or given up since."""
        waiting = select(SavedSearch).where(SavedSearch.paused_at.is_(None))
        if self._searches is None:
            self._searches = _Searches()
            self._searches.put(db.session.scalars(waiting).all())
        elif saved_search_ids:
            self._searches.forget(saved_search_ids)
            self._searches.put(db.session.scalars(waiting.where(SavedSearch.id.in_(saved_search_ids))).all())
        return self._searches.queries


class _Searches:
    """The queries that wait for topics: each once, as long as somebody keeps it."""

    def __init__(self) -> None:
        self.queries: Queries[_Kept] = Queries()
        self._kept: dict[int, _Kept] = {}
        self._keeping: dict[_Kept, set[int]] = {}
        self.unknown: set[str] = set()
        """Names that they ask for and nobody had when they began to wait."""

    def put(self, rows: Sequence[SavedSearch]) -> None:
        """Let these searches wait."""
        for row in rows:
            key = self._kept[row.id] = (row.digest, row.tells)
            self._keeping.setdefault(key, set()).add(row.id)
        wanted = {(row.digest, row.tells): _looked_for(row.arguments, row.tells) for row in rows}
        for key, query in self._resolved(wanted):
            self.queries.add(key, query)

    def forget(self, saved_search_ids: Collection[int]) -> None:
        """Let go of these searches, and of each query that nobody else keeps."""
        for each in saved_search_ids:
            key = self._kept.pop(each, None)
            if key is None:
                continue
            self._keeping[key].discard(each)
            if not self._keeping[key]:
                del self._keeping[key]
                self.queries.discard(key)

    def _resolved(self, wanted: Mapping[_Kept, Query]) -> Iterator[tuple[_Kept, Query]]:
        """The queries with their names resolved, by two statements for all."""
        slugs = {slug for each in wanted.values() for slug in each.categories}
        handles = {name.removeprefix("@") for each in wanted.values() for name in each.authors}
        categories = {
            row.slug: row.id for row in db.session.execute(select(Category.slug, Category.id).where(Category.slug.in_(slugs)))
        }
        authors = {
            row.handle: row.id for row in db.session.execute(select(Account.handle, Account.id).where(Account.handle.in_(handles)))
        }
        self.unknown |= handles - authors.keys()
        for key, each in wanted.items():
            resolved = each.resolved(
                category_ids=[categories[slug] for slug in each.categories if slug in categories],
                author_ids=[authors[name.removeprefix("@")] for name in each.authors if name.removeprefix("@") in authors],
            )
            yield key, resolved


def _looked_for(arguments: Mapping[str, str], tells: str) -> Query:
    """The query of a saved search. One that waits for answers is of questions in whatever state: the answer changes that."""
    query = asked(arguments)
    return replace(query, states=(), closed=None, kinds=("question",)) if tells == "answers" else query


def _is_news(kept: _Kept, recorded: Recorded, document: Document) -> bool:
    if kept[1] == "answers":
        return isinstance(recorded.event, _ANSWERS) and (document.accepted or document.official)
    return True


def _with_savers(found: Sequence[_Match]) -> Iterator[tuple[int, _Match]]:
    """Each match with the ids of the searches it is one of, each search and topic once."""
    pairs = {each.kept for each in found}
    by_kept: dict[_Kept, list[int]] = {}
    query = select(SavedSearch.digest, SavedSearch.tells, SavedSearch.id).where(SavedSearch.paused_at.is_(None))
    if pairs:
        for digest, tells, saved_search_id in db.session.execute(
            query.where(tuple_(SavedSearch.digest, SavedSearch.tells).in_(sorted(pairs))).order_by(SavedSearch.id)
        ):
            by_kept.setdefault((digest, tells), []).append(saved_search_id)
    for each in found:
        for saved_search_id in by_kept.get(each.kept, ()):
            yield saved_search_id, each


def _portions(found: Sequence[tuple[int, _Match]]) -> list[Sequence[tuple[int, _Match]]]:
    """The matches in portions for one unit each, at least one."""
    return [found[start : start + PORTION] for start in range(0, max(len(found), 1), PORTION)]


def _tell(u: Unit, portion: Sequence[tuple[int, _Match]]) -> None:
    """Record what has not been told, to those who may read it now."""
    if not portion:
        return
    ids = {saved_search_id for saved_search_id, _ in portion}
    saved = {row.id: row for row in u.session.scalars(select(SavedSearch).where(SavedSearch.id.in_(ids)))}
    earlier = select(SearchMatch.saved_search_id, SearchMatch.topic_id).where(SearchMatch.saved_search_id.in_(ids))
    told = {(row.saved_search_id, row.topic_id) for row in u.session.execute(earlier)}
    viewers = viewers_unchecked({row.account_id for row in saved.values()})
    # Where the topics stand now: what was read for comparing may be seconds old, and who may not read it today may tomorrow.
    now = select(Topic.id, Category.visibility).join(Category, Category.id == Topic.category_id)
    now = now.where(Topic.id.in_({match.document.topic_id for _, match in portion}), Topic.held_at.is_(None))
    places = {row.id: row.visibility for row in u.session.execute(now.where(Topic.removed_at.is_(None)))}
    new: list[dict[str, Any]] = []
    for saved_search_id, match in portion:
        row, topic_id = saved.get(saved_search_id), match.document.topic_id
        viewer = viewers.get(row.account_id) if row is not None else None
        if row is None or viewer is None or viewer.suspended or (saved_search_id, topic_id) in told:
            continue
        if places.get(topic_id) not in visibilities_open_to(viewer) or row.paused_at is not None or not _is_new_to(row, match):
            continue
        told.add((saved_search_id, topic_id))
        new.append({"saved_search_id": saved_search_id, "topic_id": topic_id, "at": u.now})
        post_id = getattr(match.recorded.event, "post_id", None) if row.tells == "answers" else None
        u.record(
            SearchMatched(account_id=row.account_id, saved_search_id=row.id, topic_id=topic_id, tells=row.tells, post_id=post_id)
        )
    if new:
        u.session.execute(insert(SearchMatch), new)


def _is_new_to(row: SavedSearch, match: _Match) -> bool:
    """Whether it is news to whoever keeps the search: not their own doing, and nothing that was there when they saved it."""
    if row.account_id in match.actors or match.recorded.at < row.created_at:
        return False
    if row.tells == "answers":
        return True
    was_there = match.document.topic_id in row.known or (len(row.known) >= EXACT and match.document.created < row.created_at)
    return match.author_id != row.account_id and not was_there


def _topic_of(recorded: Recorded) -> int:
    event: Any = recorded.event
    return int(event.topic_id)
