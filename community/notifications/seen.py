"""What an event is about as it is now, where it can be read, and the news of it."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

from sqlalchemy import select

from community.core.log import Recorded
from community.core.unit import Unit
from community.notifications.telling import News, Place, place_of
from community.posts.models import Mention, Post


def seen(u: Unit, topic_id: int, post_id: int) -> tuple[Place | None, Post | None]:
    """The place of a topic, and a post in it, where both can be read by those who may read there."""
    post = u.session.get(Post, post_id)
    if post is None or post.held_at is not None or post.removed_at is not None:
        return None, None
    return place_of(u, topic_id), post


def named(u: Unit, post: Post) -> list[int]:
    """Whom a post names."""
    return list(u.session.scalars(select(Mention.account_id).where(Mention.post_id == post.id)))


def by_author(recorded: Recorded, post: Post) -> Callable[[str], News]:
    """News of a post, by its author."""
    return lambda kind: News(recorded.position, recorded.at, kind, post.topic_id, post.id, post.author_id)


def news_of(recorded: Recorded, event: Any) -> Callable[[str], News]:
    """News of an event, by whoever did it."""
    post_id = getattr(event, "post_id", None)
    return lambda kind: News(recorded.position, recorded.at, kind, event.topic_id, post_id, event.by_id)
