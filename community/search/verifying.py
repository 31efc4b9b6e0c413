"""Hits looked at again with the rights and the texts of this moment: the index may be a moment behind."""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Collection, Sequence
from typing import Any

from sqlalchemy import select

from community.categories.models import Category
from community.core.log import read_after
from community.core.position import parse_position
from community.extensions import db
from community.posts.models import Post
from community.search.analysis import DEFAULT_LANGUAGE, LANGUAGES, analyzer_for
from community.search.querying import Query
from community.staff.viewer import Viewer
from community.topics.models import Topic
from community.topics.queries import topics_visible_to

MOST_BEHIND = 500
"""Events that the index may be behind and still be checked one by one; beyond, every hit is checked."""


def still_true(viewer: Viewer, query: Query, topic_ids: Sequence[int], index_position: str) -> list[int]:
    """Those of the hits, in their order, that this viewer may see and that fulfil the query as they are now."""
    rows = db.session.execute(
        select(Topic.id, Topic.title, Topic.state, Topic.closed, Topic.kind, Topic.category_id, Topic.language)
        .add_columns(Topic.product)
        .join(Category, Category.id == Topic.category_id)
        .where(Topic.id.in_(topic_ids), topics_visible_to(viewer))
    ).all()
    visible = {row.id: row for row in rows if _fits(query, row)}
    changed = _changed_since(index_position, visible)
    if changed and (query.words or query.phrases):
        texts = _texts(changed)
        for topic_id in changed:
            if not _says(f"{visible[topic_id].title} {texts[topic_id]}", query, visible[topic_id].language):
                del visible[topic_id]
    return [topic_id for topic_id in topic_ids if topic_id in visible]


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


def _texts(topic_ids: Collection[int]) -> dict[int, str]:
    texts: dict[int, str] = defaultdict(str)
    shown = select(Post.topic_id, Post.text).where(Post.topic_id.in_(topic_ids), Post.held_at.is_(None), Post.removed_at.is_(None))
    for row in db.session.execute(shown):
        texts[row.topic_id] += f" {row.text}"
    return texts


def _says(text: str, query: Query, language: str) -> bool:
    """Whether the text of this language has every word that the query asks for, as it is written or as a stem."""
    analyzer = analyzer_for(language if language in LANGUAGES else DEFAULT_LANGUAGE)
    there = {each for piece in analyzer.pieces(text) for each in (piece.word, piece.stem)}
    sought = [piece for words in (*query.words, *query.phrases) for piece in analyzer.sought(words)]
    return all(piece.word in there or piece.stem in there for piece in sought if not analyzer.is_filler(piece.word))
