"""Topics as the index knows them, read as they are now; an event only says which to look at."""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Collection, Iterator, Sequence
from typing import Any

from sqlalchemy import func, literal, select

from community.categories.models import Category
from community.extensions import db
from community.posts.models import Post
from community.search.engine import Document
from community.search.indexes import audience_of
from community.tags.queries import in_order, tags_of
from community.topics.models import Topic
from community.votes.queries import worth

BATCH = 200
"""Topics that are read and held in memory at a time."""


def documents_unchecked(topic_ids: Collection[int], *, texts: bool = True) -> list[Document]:
    """The documents of these topics; held, removed and unknown ones are left out. Two queries.

    Without `texts` no post's text is read, for those who only look at filters.
    """
    topics = db.session.execute(
        select(
            *(Topic.id, Topic.kind, Topic.title, Topic.created_at, Topic.active_at, Topic.state, Topic.closed, Topic.category_id),
            *(Topic.official_count, Topic.accepted_count, Topic.language, Topic.product, Topic.me_too_count),
            Category.visibility,
            tags_of(Topic.id).label("tags"),
        )
        .join(Category, Category.id == Topic.category_id)
        .where(Topic.id.in_(topic_ids), Topic.held_at.is_(None), Topic.removed_at.is_(None))
    ).all()
    posts = defaultdict(list)
    text: Any = Post.text if texts else literal("")
    rows = db.session.execute(
        select(Post.topic_id, Post.number, Post.role, text.label("text"), Post.author_id, Post.badge, Post.accepted, Post.official)
        .add_columns(Post.helpful_count, Post.unhelpful_count, Post.visitors_helpful, Post.visitors_unhelpful)
        .where(Post.topic_id.in_([topic.id for topic in topics]), Post.held_at.is_(None), Post.removed_at.is_(None))
        .order_by(Post.topic_id, Post.number)
    )
    for row in rows:
        posts[row.topic_id].append(row)
    return [_document(topic, posts[topic.id]) for topic in topics]


def lengths(topic_ids: Collection[int]) -> dict[int, int]:
    """How many characters the posts of these topics have that are shown."""
    shown = (Post.topic_id.in_(topic_ids), Post.held_at.is_(None), Post.removed_at.is_(None))
    length = func.sum(func.length(Post.text))
    rows = db.session.execute(select(Post.topic_id, length.label("length")).where(*shown).group_by(Post.topic_id))
    return {row.topic_id: int(row.length) for row in rows}


def first_within(most: int, topic_ids: Sequence[int]) -> list[int]:
    """The first of these topics up to the one with which their texts reach so many characters: at least one."""
    length = lengths(topic_ids)
    taken, total = [], 0
    for topic_id in topic_ids:
        if total >= most:
            break
        taken.append(topic_id)
        total += length.get(topic_id, 0)
    return taken


def all_documents_unchecked() -> Iterator[Document]:
    """Every document of the site, by id; each batch is read in a transaction of its own."""
    after = 0
    while True:
        ids = db.session.scalars(select(Topic.id).where(Topic.id > after).order_by(Topic.id).limit(BATCH)).all()
        if not ids:
            return
        yield from documents_unchecked(ids)
        db.session.rollback()
        after = ids[-1]


def _document(topic: Any, posts: list[Any]) -> Document:
    first = [post.text for post in posts if post.number == 1]
    later = [post for post in posts if post.number != 1]
    best = [post for post in later if post.accepted or post.official]
    answers = [post for post in later if post.role == "answer" and post not in best]
    rest = [post for post in later if post not in best and post not in answers]
    return Document(
        topic_id=topic.id,
        kind=topic.kind,
        title=topic.title,
        created=topic.created_at,
        active=topic.active_at,
        question=_joined(first),
        best_answers=_joined(post.text for post in best),
        answers=_joined(post.text for post in answers),
        posts=_joined(post.text for post in rest),
        state=topic.state,
        closed=topic.closed,
        category_id=topic.category_id,
        tags=in_order(topic.tags),
        author_ids={post.author_id for post in posts},
        staff_answered=any(post.badge == "staff" and post.role == "answer" for post in later),
        official=topic.official_count > 0,
        accepted=topic.accepted_count > 0,
        helpful=sum(max(0, _worth(post)) for post in later),
        me_too=topic.me_too_count,
        product=topic.product,
        language=topic.language,
        audience=audience_of(topic.visibility),
    )


def _worth(post: Any) -> int:
    return worth(post.helpful_count, post.unhelpful_count, post.visitors_helpful, post.visitors_unhelpful)


def _joined(texts: Any) -> str:
    return "\n\n".join(texts)
