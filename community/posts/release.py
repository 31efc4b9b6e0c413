"""What an author wrote before their address was confirmed becomes visible to everybody once it is."""

from __future__ import annotations

from typing import ClassVar

from sqlalchemy import select

from community.accounts.events import AccountConfirmed
from community.core.follow import Follower
from community.core.log import Recorded
from community.core.unit import Unit
from community.posts.events import PostReleased
from community.posts.models import Post
from community.posts.writing import count_in, next_number, recount
from community.topics.actions import settle_info
from community.topics.models import Topic
from community.topics.state import recompute


def release(u: Unit, _recorded: Recorded, event: AccountConfirmed) -> None:
    """Release the held topics and posts of an account, in the order they were written; what its author removed stays away."""
    held = (
        select(Post)
        .where(Post.author_id == event.account_id, Post.held_at.is_not(None), Post.removed_at.is_(None))
        .order_by(Post.id)
    )
    for post in u.session.scalars(held).all():
        topic = u.fetch(Topic, post.topic_id)
        if post.number == 1:
            topic.held_at = None
        elif topic.held_at is not None:
            # The first post was taken back: there is nothing that the rest could stand in.
            continue
        _release_post(u, topic, post)
        u.record(
            PostReleased(
                by_id=event.account_id,
                topic_id=topic.id,
                category_id=topic.category_id,
                post_id=post.id,
                author_id=post.author_id,
            )
        )


def _release_post(u: Unit, topic: Topic, post: Post) -> None:
    post.held_at = None
    if post.number < 1:
        post.number = next_number(u, topic.id, held=False)
        count_in(topic, post)
    else:
        recount(u, topic)
    topic.active_at = u.now
    if post.author_id == topic.author_id:
        settle_info(u, topic)
    recompute(u, topic)


class PostRelease(Follower):
    """Waits for confirmations; nothing else makes a held post visible."""

    name = "post release"
    reads: ClassVar = {AccountConfirmed: release}
    ignores_the_rest: ClassVar = True
