"""Questions like a text that somebody is writing, always for somebody: with the answer, to be read in place.

What comes near is looked at again with the viewer's rights of this moment (`verifying.py`); a typed text is only ever
words here, never an operator of the search box.
"""

from __future__ import annotations

from collections.abc import Collection, Sequence
from dataclasses import dataclass
from typing import Any, Final

from flask_babel import gettext
from sqlalchemy import select

from community.categories.policy import visibilities_open_to
from community.core.errors import TooMany
from community.core.markup import excerpt
from community.core.native import NativeThreads, TooBusy
from community.core.text import without_unwanted
from community.extensions import db
from community.posts.models import Post
from community.posts.queries import post_views_unchecked, tiles_unchecked
from community.posts.views import PostView, Tile, TopicView
from community.search.best_answer import answers_and_question
from community.search.engine import Found, Hit
from community.search.fusion import fused
from community.search.indexes import audiences, indexes
from community.search.meaning.nearness import near_text, near_topic
from community.search.querying import Query
from community.search.verifying import still_true
from community.staff.viewer import Viewer

SHORTEST: Final = 8
"""Characters of a title from which on similar questions are looked for (product.md 2)."""

LONGEST_TITLE: Final = 200
"""Characters of a title that are read."""

LONGEST_BODY: Final = 2000
"""Characters of a body that are read: what comes later in a question seldom tells more."""

MOST: Final = 20
"""Questions in one answer at the most."""

PASSAGE: Final = 220
"""Characters of the beginning of an answer, or of the question where there is none."""

_CANDIDATES: Final = 50  # Looked at again in the database for each answer; those that may not be seen leave no hole.
_STRANGE: Final = 0.15  # Nearness up to which a topic that shares some words does not belong beside another.
_SOLVED: Final = 0.03  # What a solved question or an official answer counts more: the first among near equals.

_QUESTIONS: Final = Query(kinds=("question",))

_threads = NativeThreads(at_once=2, seconds=2.0)


@dataclass(frozen=True, slots=True)
class Similar:
    """A question that is near, and its best answer to be read in place; `passage` is the beginning of either, as plain text.

    `answer` is the accepted and official answer, else the accepted or the official one, else the first of the team, else the first;
    None where nobody has answered.
    """

    tile: Tile
    answer: PostView | None
    passage: str


def similar(
    viewer: Viewer, title: str, body: str = "", *, limit: int = 5, without: int | None = None, answered: bool = True
) -> tuple[Similar, ...]:
    """The questions nearest to a text that this viewer may see, solved ones first among near equals.

    `without` is a topic that is not meant, such as the one that asks; `answered` leaves out questions that nobody has answered.
    Nothing below 8 characters of title. Raises TooMany when the machine is too busy to look.
    """
    title, body = _read(title, LONGEST_TITLE), _read(body, LONGEST_BODY)
    if len(title) < SHORTEST:
        return ()
    found = _ask(title, body, audiences(visibilities_open_to(viewer)), () if without is None else (without,))
    words = {hit.topic_id: hit.score for hit in found.hits}
    meaning = near_text(viewer, f"{title}\n{body}", limit=_CANDIDATES, also=words)
    return _shown(viewer, words, meaning, found.position, limit, without=without, answered=answered)


def related(viewer: Viewer, topic: TopicView, *, limit: int = 5) -> tuple[Similar, ...]:
    """The questions nearest to a topic that this viewer may see, to stand beside it; the topic was loaded for this viewer."""
    return related_as_of(viewer, topic, limit=limit)[0]


def related_as_of(viewer: Viewer, topic: TopicView, *, limit: int = 5) -> tuple[tuple[Similar, ...], str]:
    """The same, and how far the index had read the log; empty where that cannot be told."""
    first = select(Post.text).where(Post.topic_id == topic.id, Post.number == 1, Post.removed_at.is_(None))
    title, body = _read(topic.title, LONGEST_TITLE), _read(db.session.scalars(first).first() or "", LONGEST_BODY)
    found = _ask(title, body, audiences(visibilities_open_to(viewer)), (topic.id,))
    words = {hit.topic_id: hit.score for hit in found.hits}
    meaning = near_topic(viewer, topic.id, limit=_CANDIDATES, also=words)
    words = {each: score for each, score in words.items() if meaning.get(each, 1.0) > _STRANGE}
    meaning = {each: near for each, near in meaning.items() if near > _STRANGE}
    return _shown(viewer, words, meaning, found.position, limit, without=topic.id, answered=False), found.position


def _shown(
    viewer: Viewer,
    words: dict[int, float],
    meaning: dict[int, float],
    position: str,
    limit: int,
    *,
    without: int | None,
    answered: bool,
) -> tuple[Similar, ...]:
    """What was found, looked at again before it is put in order: what this viewer may not see must not weigh either."""
    ids = [topic_id for topic_id in dict.fromkeys([*words, *meaning]) if topic_id != without]
    there = set(still_true(viewer, _QUESTIONS, Found([Hit(topic_id, 0.0) for topic_id in ids], position=position)))
    scores = fused(_among(there, words), _among(there, meaning))
    posts = _shown_posts(there)
    ids = [topic_id for topic_id in scores if not answered or posts[topic_id].role == "answer"]
    return _with_answers(_nearest(ids, scores, max(1, min(limit, MOST))), posts)


def _among(topic_ids: Collection[int], scores: dict[int, float]) -> dict[int, float]:
    return {topic_id: score for topic_id, score in scores.items() if topic_id in topic_ids}


def _read(text: str, length: int) -> str:
    return " ".join(without_unwanted(text[: length * 2]).split())[:length]


def _ask(title: str, body: str, groups: Sequence[str], without: Collection[int]) -> Found:
    index = indexes()
    # It may have to wait for its turn: meanwhile others need the connection, and the database its checkpoints.
    db.session.rollback()
    try:
        return _threads.run(index.like, title, body, limit=_CANDIDATES, audiences=groups, without=without)
    except TooBusy:
        raise TooMany(gettext("Many people are searching just now. Please try again in a few seconds."), retry_after=5) from None


def _shown_posts(topic_ids: Collection[int]) -> dict[int, Any]:
    """The post that each of these topics shows, with `id` and `role`, by the topic's id: its best answer, else its question."""
    rows = db.session.execute(answers_and_question(Post.topic_id, Post.id, Post.role).where(Post.topic_id.in_(topic_ids)))
    return {row.topic_id: row for row in rows}


def _nearest(topic_ids: Sequence[int], scores: dict[int, float], limit: int) -> list[Tile]:
    """The nearest of these topics; solved ones move up past near equals."""
    first = sorted(topic_ids, key=lambda topic_id: (scores[topic_id], topic_id), reverse=True)[: limit * 2]
    tiles = tiles_unchecked(first)
    weighed = [(scores[tile.id] + (_SOLVED if tile.state == "solved" or tile.official else 0.0), tile.id, tile) for tile in tiles]
    return [tile for _, _, tile in sorted(weighed, key=lambda each: each[:2], reverse=True)][:limit]


def _with_answers(tiles: Sequence[Tile], shown: dict[int, Any]) -> tuple[Similar, ...]:
    posts = {post.topic_id: post for post in post_views_unchecked(shown[tile.id].id for tile in tiles)}
    return tuple(
        Similar(tile, post if post.role == "answer" else None, excerpt(post.text, PASSAGE))
        for tile, post in ((tile, posts[tile.id]) for tile in tiles if tile.id in posts)
    )
