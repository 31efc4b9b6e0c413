"""Searching, always for somebody: what the index finds, looked at again with the viewer's rights of this moment."""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Collection, Mapping, Sequence
from dataclasses import dataclass, field, replace
from datetime import date, timedelta
from typing import Any

from flask_babel import gettext
from sqlalchemy import ColumnElement, func, or_, select, true

from community.accounts.models import Account
from community.categories.models import Category
from community.categories.policy import visibilities_open_to
from community.categories.queries import may_read
from community.core.errors import TooMany
from community.core.native import NativeThreads, TooBusy
from community.core.paging import PAGE_SIZE, Page, page_count
from community.core.text import is_clean
from community.extensions import db
from community.posts.models import Post
from community.posts.queries.authors import author_view, left_at
from community.posts.queries.lists import tiles_unchecked
from community.posts.views import AuthorView, Tile, post_url
from community.search.analysis import DEFAULT_LANGUAGE, LANGUAGES
from community.search.comparing import held, matching_if_there_is_time, passing
from community.search.engine import FEW, Found, SearchIndexes
from community.search.faceting import Facets, facets_unchecked, without_facets
from community.search.fusion import has_meaning, reordered
from community.search.indexes import audiences, indexes
from community.search.meaning.nearness import near_text
from community.search.own import Held, just_written
from community.search.querying import KINDS, STATES, Query, day_of, parse
from community.search.snippets import snippet
from community.search.verifying import still_true
from community.staff.viewer import Viewer
from community.topics.models import Topic

EXACT = 100
"""Visible hits up to which a total is exact (rulings 20)."""

DEEPEST = 10
"""Pages of results; whoever turns ten needs other words."""

COUNTED = 300
"""Topics of which the filters' numbers speak at most; where there are more, each is given as a least."""

_NEAR = 20  # Topics near by meaning that are looked at beside what words find.
_SPARE = 60  # Hits asked for beyond what is shown, so that those that may not be seen leave no hole.
_PASSAGE_CHARACTERS = 6000  # Read of each post for its passage.
_PASSAGE_POSTS = 100  # Read of each topic: marked answers first, then answers, then the rest, each from the first.

_threads = NativeThreads(at_once=2, seconds=5.0)


@dataclass(frozen=True, slots=True)
class Result:
    """A topic found, with the passage that says most; `by`, `post_url`, `accepted` and `official` are of its post.

    `loose` are those that lack a word of the query: what was found by some of the words, by typos or by meaning.
    """

    tile: Tile
    passage: Sequence[tuple[str, bool]]
    post_url: str
    by: AuthorView | None
    accepted: bool
    official: bool
    loose: bool


@dataclass(frozen=True, slots=True)
class SearchPage:
    """A page of results. `total` is exact to 100, then `at_least`. `available` is false while there is no index."""

    query: Query
    results: tuple[Result, ...]
    total: int
    at_least: bool
    suggestion: str | None
    available: bool
    page: Page
    known: tuple[int, ...] = ()
    """Every topic of which the page's numbers speak, best first: `total` and some more. What comes later is a new result."""
    facets: Facets = field(default_factory=dict)
    """How many topics each value of a filter would find."""
    held: tuple[Held, ...] = ()
    """The viewer's own posts that match and wait for review."""
    position: str = ""
    """How far the log had been read for what was found; empty where that cannot be told."""


def asked(arguments: Mapping[str, str]) -> Query:
    """The query of a request: the box (`q`) and the chips and filters of its address; strange values are ignored."""
    query = parse(arguments.get("q", ""))
    chips: dict[str, Any] = {}
    if arguments.get("kind") in KINDS:
        chips["kinds"] = (arguments["kind"],)
    if arguments.get("state") in STATES:
        chips["states"] = (arguments["state"],)
    for name, filtered in (("category", "categories"), ("tag", "tags"), ("product", "products"), ("from", "authors")):
        value = arguments.get(name, "").strip()[:60].casefold().removeprefix("@")
        if value and is_clean(value):
            chips[filtered] = (*getattr(query, filtered), value)
    since, until = (day_of(arguments.get(name, "").strip()) for name in ("since", "until"))
    if since:
        chips["after"] = since
    if until and until < date.max:
        chips["before"] = until + timedelta(days=1)
    if arguments.get("sort") == "newest":
        chips["newest"] = True
    if arguments.get("by") == "staff":
        chips["by_staff"] = True
    return replace(query, **chips)


def search(
    viewer: Viewer,
    query: Query,
    *,
    number: int = 1,
    address: str = "",
    kept: Sequence[tuple[str, str]] = (),
    fresh: Sequence[int] = (),
) -> SearchPage:
    """One page of what this viewer may see. Raises TooMany when the machine is too busy to search.

    `fresh` are topics of which an open page heard that they match now: where they do, they stand on this page, at its
    end if their place is further down.
    """
    if query.is_empty:
        return SearchPage(query, (), 0, False, None, True, Page(1, 1, address, tuple(kept)))
    query = resolved(viewer, query)
    index = indexes()
    wanted = max(EXACT, min(number, DEEPEST) * PAGE_SIZE) + _SPARE
    found, wider, suggestion = _ask(index, query, wanted, audiences(visibilities_open_to(viewer)))
    near = _near(viewer, query, found)
    ids = still_true(viewer, query, found)
    ids = _with_near(viewer, query, found, ids, near)
    facets = _facets(viewer, query, wider, ids if wider is found else None, near)
    total = min(len(ids), EXACT)
    page = Page(number, min(DEEPEST, page_count(len(ids))), address, tuple(kept))
    shown = ids[(number - 1) * PAGE_SIZE : number * PAGE_SIZE] if number <= page.count else []
    own = just_written(viewer) if number == 1 else ()
    late = [topic_id for topic_id in dict.fromkeys((*own, *fresh)) if topic_id not in ids]
    loose = {hit.topic_id for hit in found.hits if hit.loose} | (set(near) - {hit.topic_id for hit in found.hits})
    matched = matching_if_there_is_time(viewer, query, late)
    ids += matched
    shown += [topic_id for topic_id in dict.fromkeys((*own, *fresh)) if topic_id in ids and topic_id not in shown]
    total = min(len(ids), EXACT)
    results = _results(shown, found, loose.difference(matched))
    return SearchPage(
        *(query, results, total, len(ids) > EXACT, suggestion, found.available, page),
        known=tuple(ids),
        facets=facets,
        held=held(viewer, query) if number == 1 else (),
        position=found.position,
    )


def index_is_usable() -> bool:
    """Whether searches are answered; for `/readyz`."""
    return indexes().is_usable


def _near(viewer: Viewer, query: Query, found: Found) -> dict[int, float]:
    """How near topics are to a search by meaning, those that words found among them; empty where it asks for words alone."""
    if not has_meaning(query):
        return {}
    return near_text(viewer, " ".join(query.words), limit=_NEAR, also=[hit.topic_id for hit in found.hits])


def _with_near(viewer: Viewer, query: Query, found: Found, ids: list[int], near: Mapping[int, float]) -> list[int]:
    """The visible hits and those near topics that pass every filter, in the order of both."""
    if not near:
        return ids
    known = {hit.topic_id for hit in found.hits}
    more = [topic_id for topic_id in near if topic_id not in known]
    return reordered([*ids, *passing(viewer, query, more)], {hit.topic_id: hit.score for hit in found.hits}, near)


def _facets(viewer: Viewer, query: Query, wider: Found, checked: Sequence[int] | None, near: Mapping[int, float]) -> Facets:
    """The counts among what the wider query found; `checked` are its visible topics, where they are known already."""
    cut = wider.total > len(wider.hits)
    if checked is None:
        counted, known = without_facets(query), [hit.topic_id for hit in wider.hits]
        checked = still_true(viewer, counted, wider)
        checked += passing(viewer, counted, [topic_id for topic_id in near if topic_id not in known])
    return facets_unchecked(query, checked, cut=cut)


def _ask(index: SearchIndexes, query: Query, limit: int, groups: Sequence[str]) -> tuple[Found, Found, str | None]:
    """What is found for the query, what for the wider one whose topics are counted, and another spelling."""
    counted = without_facets(query)

    def look() -> tuple[Found, Found, str | None]:
        found = index.find(query, limit=limit, audiences=groups)
        wider = found if counted == query else index.find(counted, limit=COUNTED, audiences=groups)
        return found, wider, index.suggest(query) if len(found.hits) < FEW and query.words else None

    # It may have to wait for its turn: meanwhile others need the connection, and the database its checkpoints.
    db.session.rollback()
    try:
        return _threads.run(look)
    except TooBusy:
        raise TooMany(gettext("Many people are searching just now. Please try again in a few seconds."), retry_after=5) from None


def resolved(viewer: Viewer, query: Query) -> Query:
    """Names of categories and authors exchanged for their numbers; a category that the viewer may not read is unknown."""
    return _resolved(query, may_read(viewer))


def resolved_unchecked(query: Query) -> Query:
    """The same with every category known: for readers that look at rights later."""
    return _resolved(query, true())


def _resolved(query: Query, known: ColumnElement[bool]) -> Query:
    categories = select(Category.id).where(Category.slug.in_(query.categories), known)
    authors = select(Account.id).where(Account.handle.in_([name.removeprefix("@") for name in query.authors]))
    return query.resolved(
        category_ids=db.session.scalars(categories).all() if query.categories else (),
        author_ids=db.session.scalars(authors).all() if query.authors else (),
    )


def _results(topic_ids: Sequence[int], found: Found, loose: Collection[int]) -> tuple[Result, ...]:
    tiles = {tile.id: tile for tile in tiles_unchecked(topic_ids)}
    best = _best_posts(topic_ids, found.terms)
    return tuple(_result(tiles[each], best.get(each), found, loose=each in loose) for each in topic_ids if each in tiles)


def _result(tile: Tile, post: Any, found: Found, *, loose: bool) -> Result:
    if post is None:
        return Result(tile, (), tile.url, None, False, False, loose)
    passage = snippet(post.beginning, found.terms, language=post.language if post.language in LANGUAGES else DEFAULT_LANGUAGE)
    by = author_view(post) if post.number > 1 else None
    return Result(tile, passage, post_url(tile.url, post.number, post.id), by, post.accepted, post.official, loose)


def _best_posts(topic_ids: Sequence[int], terms: Sequence[str]) -> dict[int, Any]:
    """The post of each topic whose passage to show: the best answer that matches, else what matches, else the best answer."""
    if not topic_ids:
        return {}
    shown = (Post.topic_id.in_(topic_ids), Post.held_at.is_(None), Post.removed_at.is_(None))
    order = (or_(Post.accepted, Post.official).desc(), (Post.role == "answer").desc(), Post.number)
    place = func.row_number().over(partition_by=Post.topic_id, order_by=order).label("place")
    read = select(Post.id, place).where(*shown).subquery()
    rows = db.session.execute(
        select(*(Post.id, Post.topic_id, Post.number, Post.role, Post.accepted, Post.official, Post.author_id))
        .add_columns(
            Post.badge,
            Post.badge_title,
            func.substr(Post.text, 1, _PASSAGE_CHARACTERS).label("beginning"),
            left_at(Post.author_id, Post.badge).label("left_at"),
        )
        .add_columns(Account.handle, Account.name, Account.hue, Account.photo, Topic.language)
        .join(Account, Account.id == Post.author_id)
        .join(Topic, Topic.id == Post.topic_id)
        .join(read, read.c.id == Post.id)
        .where(read.c.place <= _PASSAGE_POSTS)
        .order_by(Post.topic_id, Post.number)
    )
    posts: dict[int, list[Any]] = defaultdict(list)
    for row in rows:
        posts[row.topic_id].append(row)
    return {topic_id: max(found, key=lambda post: _worth(post, terms)) for topic_id, found in posts.items()}


def _worth(post: Any, terms: Sequence[str]) -> tuple[float, int]:
    text = post.beginning.casefold()
    matched = sum(term in text for term in terms)
    answers = (2.0 if post.accepted or post.official else 1.0 if post.role == "answer" else 0.0) if matched or not terms else 0.0
    return (matched + answers, -post.number)
