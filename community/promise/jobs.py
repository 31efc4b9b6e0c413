"""What time alone does to promises: they fall due."""

from __future__ import annotations

from datetime import timedelta

from sqlalchemy import select

from community.core import clock
from community.core.schedule import Job
from community.core.unit import unit
from community.extensions import db
from community.promise.models import Promise
from community.promise.settling import settle

_BATCH = 50


def find_late() -> None:
    """Let questions that fell due unanswered be late. What a reader of the log has not settled yet is settled first."""
    due = select(Promise.topic_id).where(Promise.state == "open", Promise.due_at <= clock.now())
    ids = db.session.scalars(due.order_by(Promise.due_at, Promise.topic_id)).all()
    for start in range(0, len(ids), _BATCH):
        db.session.rollback()
        with unit() as u:
            for topic_id in ids[start : start + _BATCH]:
                settle(u, topic_id)


JOBS = [Job("find late promises", timedelta(minutes=1), find_late)]
