"""Hits looked at again with the rights and the texts of this moment: the index may be a moment behind."""

from __future__ import annotations

from collections.abc import Collection, Sequence
from itertools import accumulate
from typing import Any

from sqlalchemy import select

from community.categories.models import Category
from community.core.log import read_after
from community.core.native import NativeThreads, TooBusy
from community.core.position import parse_position
from community.extensions import db
from community.posts.models import Post
from community.search.analysis import DEFAULT_LANGUAGE, LANGUAGES, Analyzer, analyzer_for
from community.search.documents import lengths
from community.search.engine import Found
from community.search.matching import MOST_CHARACTERS
from community.search.querying import Query
from community.staff.viewer import Viewer
from community.topics.models import Topic
from community.topics.queries import topics_visible_to

MOST_BEHIND = 500
"""Events that the index may be behind and still be checked one by one; beyond, every hit is checked."""

_threads = NativeThreads(at_once=1, seconds=5.0)


def still_true(viewer: Viewer, query: Query, found: Found) -> list[int]:
    """The hits, in their order, that this viewer may see and that fulfil the query as they are now.

    Texts are compared only of topics that changed since the index read them, best first, up to `MOST_CHARACTERS` in all;
    of those beyond, and of all when the machine is too busy, the index's word is taken.
    """
    topic_ids = [hit.topic_id for hit in found.hits]
    rows = db.session.execute(
        select(Topic.id, Topic.title, Topic.state, Topic.closed, Topic.kind, Topic.category_id, Topic.language)
        .add_columns(Topic.product)
        .join(Category, Category.id == Topic.category_id)
        .where(Topic.id.in_(topic_ids), topics_visible_to(viewer))
    ).all()
    visible = {row.id: row for row in rows if _fits(query, row)}
    changed = _changed_since(found.position, visible)
    gone: Collection[int] = ()
    if changed and (query.words or query.phrases):
        gone = _no_longer_saying(query, found, [visible[topic_id] for topic_id in topic_ids if topic_id in changed])
    return [topic_id for topic_id in topic_ids if topic_id in visible and topic_id not in gone]


def _fits(query: Query, row: Any) -> bool:
    return (
        (not query.states or row.state in query.states)
        and (not query.kinds or row.kind in query.kinds)
        and (query.closed is None or row.closed == query.closed)
        and (not query.products or row.product.casefold() in query.products)
        and (query.category_ids is None or row.category_id in query.category_ids)
    )


def _changed_since(index_position: str, visible: Collection[int]) -> set[int]:
    """Which of these topics the log has told something of that the index does not know yet."""
    at = parse_position(index_position)
    if at is None:
        return set(visible)
    behind = read_after(db.session(), at.number, MOST_BEHIND)
    if len(behind) == MOST_BEHIND:
        return set(visible)
    touched: set[int] = {recorded.event.topic_id for recorded in behind if hasattr(recorded.event, "topic_id")}  # type: ignore[union-attr]
    return touched & set(visible)


def _no_longer_saying(query: Query, found: Found, changed: Sequence[Any]) -> set[int]:
    """Which of these topics, best first, no longer have the words that they were found by."""
    texts = _texts([row.id for row in changed])
    # A copy of what is compared: the rows belong to the session, which goes on without the thread.
    compared = [(row.id, f"{row.title} {texts[row.id]}", row.language) for row in changed if row.id in texts]
    loose = {hit.topic_id for hit in found.hits if hit.loose}

    def look() -> set[int]:
        return {
            topic_id
            for topic_id, text, language in compared
            if not (_says_some(text, found.terms, language) if topic_id in loose else _says(text, query, language))
        }

    db.session.rollback()
    try:
        return _threads.run(look)
    except TooBusy:
        return set()


def _texts(topic_ids: Sequence[int]) -> dict[int, str]:
    """The texts of the first of these topics, as many as are compared."""
    length = lengths(topic_ids)
    total = accumulate(length.get(topic_id, 0) for topic_id in topic_ids)
    texts = {topic_id: "" for topic_id, upto in zip(topic_ids, total, strict=True) if upto <= MOST_CHARACTERS}
    shown = (Post.topic_id.in_(texts), Post.held_at.is_(None), Post.removed_at.is_(None))
    for row in db.session.execute(select(Post.topic_id, Post.text).where(*shown)):
        texts[row.topic_id] += f" {row.text}"
    return texts


def _says(text: str, query: Query, language: str) -> bool:
    """Whether the text of this language has every word that the query asks for, as it is written or as a stem."""
    analyzer = _analyzer(language)
    there = _forms(text, analyzer)
    sought = [piece for words in (*query.words, *query.phrases) for piece in analyzer.sought(words)]
    return all(piece.word in there or piece.stem in there for piece in sought if not analyzer.is_filler(piece.word))


def _says_some(text: str, terms: Collection[str], language: str) -> bool:
    """Whether the text has one of the words or stems that an index found something by."""
    return not _forms(text, _analyzer(language)).isdisjoint(terms)


def _forms(text: str, analyzer: Analyzer) -> set[str]:
    return {each for piece in analyzer.pieces(text) for each in (piece.word, piece.stem)}


def _analyzer(language: str) -> Analyzer:
    return analyzer_for(language if language in LANGUAGES else DEFAULT_LANGUAGE)
