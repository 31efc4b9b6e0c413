"""What time alone changes in topics."""

from __future__ import annotations

from datetime import timedelta

from sqlalchemy import or_, select

from community.core import clock
from community.core.schedule import Job
from community.core.unit import unit
from community.extensions import db
from community.topics.events import QuestionQuiet
from community.topics.models import Topic
from community.topics.state import SILENCE, recompute

_BATCH = 100


def settle_quiet_questions() -> None:
    """Let questions that were silent for seven days after an official answer be answered, not confirmed."""
    quiet = (
        select(Topic.id)
        .where(Topic.state.in_(("answered", "waiting", "new")), Topic.standing_count > 0, Topic.imported.is_(False))
        .where(or_(Topic.unsolved_at.is_(None), Topic.unsolved_at < Topic.last_post_at))
        .order_by(Topic.id)
        .limit(_BATCH)
    )
    while ids := db.session.scalars(quiet.where(Topic.last_post_at <= clock.now() - SILENCE)).all():
        with unit() as u:
            for topic_id in ids:
                topic = u.fetch(Topic, topic_id)
                before = topic.state
                recompute(u, topic)
                if topic.state != before:
                    u.record(QuestionQuiet(topic_id=topic.id, category_id=topic.category_id))


JOBS = [Job("settle quiet questions", timedelta(minutes=10), settle_quiet_questions)]
