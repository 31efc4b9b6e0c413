"""Reading one's own drafts."""

from __future__ import annotations

from collections.abc import Iterable

from sqlalchemy import func, or_, select

from community.categories.models import Category
from community.drafts.models import Draft
from community.extensions import db
from community.posts.models import Post
from community.staff.viewer import Viewer
from community.topics.models import Topic
from community.topics.queries import topics_readable_by


def draft_for(viewer: Viewer, place: str) -> Draft | None:
    """What this viewer has begun at a place, or None; nobody sees anybody else's."""
    if not viewer.signed_in:
        return None
    return db.session.scalars(select(Draft).where(Draft.account_id == viewer.id, Draft.place == place)).one_or_none()


def draft_count(viewer: Viewer) -> int:
    """How much this viewer has begun; their texts, which may be long, are not read."""
    if not viewer.signed_in:
        return 0
    return db.session.execute(select(func.count(Draft.id)).where(Draft.account_id == viewer.id)).scalar_one()


def drafts_of(viewer: Viewer) -> list[Draft]:
    """Everything this viewer has begun, newest first."""
    if not viewer.signed_in:
        return []
    return list(db.session.scalars(select(Draft).where(Draft.account_id == viewer.id).order_by(Draft.saved_at.desc(), Draft.id)))


def titles_of(viewer: Viewer, places: Iterable[str]) -> dict[str, str]:
    """The titles of the topics in which replies and edits were begun, by place; without those that the viewer cannot read now."""
    numbers = [place.partition(":") for place in places if ":" in place]
    topics = {int(number) for kind, _colon, number in numbers if kind == "topic"}
    posts = {int(number) for kind, _colon, number in numbers if kind == "post"}
    query = (
        select(Topic.id, Topic.title, Post.id.label("post_id"))
        .select_from(Topic)
        .join(Category, Category.id == Topic.category_id)
        .outerjoin(Post, (Post.topic_id == Topic.id) & Post.id.in_(posts))
        .where(or_(Topic.id.in_(topics), Post.id.is_not(None)), topics_readable_by(viewer), Topic.removed_at.is_(None))
    )
    found: dict[str, str] = {}
    for row in db.session.execute(query):
        found[f"topic:{row.id}"] = found[f"post:{row.post_id}"] = row.title
    return found
