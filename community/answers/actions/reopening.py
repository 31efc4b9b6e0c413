"""Opening a topic again."""

from __future__ import annotations

from sqlalchemy import select

from community.answers.actions.marking import end_acceptance
from community.core.errors import require
from community.core.unit import unit
from community.posts.models import Post
from community.posts.writing import recount_marks
from community.staff.viewer import Viewer, refreshed
from community.topics.actions import open_again
from community.topics.policy import may_reopen
from community.topics.queries import live_closure, topic_for
from community.topics.state import recompute


def reopen(*, by: Viewer, topic_id: int) -> None:
    """Let people write in a topic again: who may close, and the asker what closed itself. An open topic stays as it is.

    An asker who opens their question again says that it is not solved after all: the acceptances end, and it waits.
    """
    with unit() as u:
        by = refreshed(by)
        topic = topic_for(by, topic_id)
        closure = live_closure(topic.id)
        if closure is None:
            return
        require(may_reopen(by, topic, closure))
        if closure.automatic and by.id == topic.author_id:
            for post in u.session.scalars(select(Post).where(Post.topic_id == topic.id, Post.accepted)).all():
                end_acceptance(u, by, post)
        open_again(u, topic, closure, by)
        recount_marks(u, topic)
        recompute(u, topic)
