"""What time alone brings about: small jobs that the worker runs again and again."""

from __future__ import annotations

import threading
from collections.abc import Callable, Sequence
from dataclasses import dataclass
from datetime import datetime, timedelta

import structlog
from flask import Flask
from sqlalchemy.orm import Mapped, mapped_column

from community.core import clock
from community.core.base import Base
from community.core.unit import unit
from community.extensions import db

logger = structlog.get_logger()


class Due(Base):
    """When a job runs next; whoever moves it on runs the job."""

    __tablename__ = "schedules"

    name: Mapped[str] = mapped_column(primary_key=True)
    due_at: Mapped[datetime]


@dataclass(frozen=True)
class Job:
    """`run` is called in an application context about every `every`, by one process of the site."""

    name: str
    every: timedelta
    run: Callable[[], None]


def run_due(jobs: Sequence[Job]) -> list[str]:
    """Run what is due now; returns the names. A job that fails is logged and runs again at its next time."""
    ran = []
    for job in jobs:
        if _claim(job):
            ran.append(job.name)
            try:
                job.run()
            except Exception:
                logger.exception("job failed", job=job.name)
            finally:
                db.session.rollback()
    return ran


def keep_time(app: Flask, jobs: Sequence[Job], stop: threading.Event) -> None:
    """Run jobs until `stop` is set, looking once a second."""
    while not stop.wait(1.0):
        with app.app_context():
            try:
                run_due(jobs)
            except Exception:
                logger.exception("schedule failed")


def _claim(job: Job) -> bool:
    due = db.session.get(Due, job.name)
    waiting = due is not None and due.due_at > clock.now()
    db.session.rollback()
    if waiting:
        return False
    with unit() as u:
        due = u.session.get(Due, job.name)
        if due is not None and due.due_at > u.now:
            return False
        if due is None:
            u.add(Due(name=job.name, due_at=u.now + job.every))
        else:
            due.due_at = u.now + job.every
    return True
