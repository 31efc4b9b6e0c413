"""What somebody wrote themselves is always found by them: also while it is held, which no index ever holds."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import timedelta
from typing import Any, Final

from sqlalchemy import func, select

from community.categories.models import Category
from community.categories.queries import may_read
from community.core import clock
from community.extensions import db
from community.posts.models import Post
from community.search.engine import Document
from community.search.indexes import audience_of
from community.staff.viewer import Viewer
from community.tags.queries import in_order, tags_of
from community.topics.models import Topic

JUST_WRITTEN: Final = timedelta(minutes=2)
"""The index is behind by a second at most; when it is not, this is how long one's own is looked for in the database."""

BEGINNING: Final = 4_000
"""Characters of each held post that are looked at."""

_MOST: Final = 20  # Posts that are looked at.


@dataclass(frozen=True, slots=True)
class Held:
    """A post of the viewer's that waits for review, and that nobody else sees."""

    title: str
    url: str


def just_written(viewer: Viewer) -> Sequence[int]:
    """The topics in which the viewer wrote a moment ago, newest first."""
    if viewer.id is None:
        return ()
    since = clock.now() - JUST_WRITTEN
    mine = select(Post.topic_id).where(Post.author_id == viewer.id, Post.created_at >= since, Post.held_at.is_(None))
    return list(dict.fromkeys(db.session.scalars(mine.order_by(Post.id.desc()).limit(_MOST))))


def own_held(viewer: Viewer) -> list[tuple[Held, Document]]:
    """The viewer's own held posts, newest first, each as a document of its beginning. One statement."""
    if viewer.id is None:
        return []
    rows = db.session.execute(
        select(*(Topic.id, Topic.kind, Topic.title, Topic.created_at, Topic.active_at, Topic.state, Topic.closed))
        .add_columns(*(Topic.category_id, Topic.language, Topic.product, Category.visibility, tags_of(Topic.id).label("tags")))
        .add_columns(Post.id.label("post_id"), func.substr(Post.text, 1, BEGINNING).label("text"), Post.badge, Post.role)
        .join(Post, Post.topic_id == Topic.id)
        .join(Category, Category.id == Topic.category_id)
        .where(Post.author_id == viewer.id, Post.held_at.is_not(None), Post.removed_at.is_(None), may_read(viewer))
        .order_by(Post.id.desc())
        .limit(_MOST)
    ).all()
    return [(Held(row.title, f"/p/{row.post_id}"), _document(row, viewer)) for row in rows]


def _document(row: Any, viewer: Viewer) -> Document:
    return Document(
        topic_id=row.id,
        kind=row.kind,
        title=row.title,
        created=row.created_at,
        active=row.active_at,
        question=row.text,
        state=row.state,
        closed=row.closed,
        category_id=row.category_id,
        tags=in_order(row.tags),
        author_ids=() if viewer.id is None else (viewer.id,),
        staff_answered=row.badge == "staff" and row.role == "answer",
        product=row.product,
        language=row.language,
        audience=audience_of(row.visibility),
    )
