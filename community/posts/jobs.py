"""What time brings about among posts."""

from __future__ import annotations

from datetime import timedelta
from typing import Final

from sqlalchemy import delete, select

from community.core import clock
from community.core.schedule import Job
from community.core.unit import unit
from community.extensions import db
from community.posts.events import QuestionUnindexed
from community.posts.models import Post, Submission
from community.posts.queries.page import ANSWER
from community.topics.models import Topic

KEPT: Final = timedelta(days=30)
"""How long a form or API call that was sent leads to what it made: longer than a browser keeps a page open, or a client retries."""

IN_VAIN: Final = timedelta(days=30)
"""After how long without an answer a question is no longer for search engines (product.md 11)."""

_BATCH: Final = 100


def forget_submissions() -> None:
    """Delete what is remembered of forms sent 30 days ago or earlier."""
    with unit() as u:
        u.session.execute(delete(Submission).where(Submission.at < u.now - KEPT))


def unindex_unanswered() -> None:
    """Ask search engines to leave out questions that nobody has answered for 30 days.

    One that is answered later comes back by itself: what counts is this mark and that there is no answer.
    """
    answered = select(Post.id).where(Post.topic_id == Topic.id, ANSWER).correlate(Topic).exists()
    waiting = (
        select(Topic.id)
        .where(Topic.kind == "question", Topic.unindexed_at.is_(None), Topic.removed_at.is_(None), Topic.held_at.is_(None))
        .where(~answered)
        .order_by(Topic.id)
        .limit(_BATCH)
    )
    while ids := db.session.scalars(waiting.where(Topic.created_at <= clock.now() - IN_VAIN)).all():
        with unit() as u:
            for topic_id in ids:
                topic = u.fetch(Topic, topic_id)
                topic.unindexed_at = u.now
                u.record(QuestionUnindexed(topic_id=topic.id, category_id=topic.category_id))


JOBS = [
    Job("posts.forget_submissions", timedelta(days=1), forget_submissions),
    Job("posts.unindex_unanswered", timedelta(hours=1), unindex_unanswered),
]
