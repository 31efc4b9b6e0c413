"""What it costs to tell 10,000 followers of one post: seconds in all, and how long the longest unit keeps other writers waiting.

    .venv/bin/python -m bench.fan_out [FOLLOWERS]

On SQLite with fsync, in a folder of its own. The reference is what one unit that inserts one row takes in the same minute.
"""

from __future__ import annotations

import sys
import tempfile
import time
from collections.abc import Callable
from pathlib import Path
from statistics import median
from typing import Any

from sqlalchemy import create_engine, func, insert, select

from community.accounts.actions import open_account
from community.accounts.models import Account
from community.app import create_app
from community.categories.actions import make_category
from community.config import Config
from community.core import clock, database
from community.core.follow import Follower
from community.core.unit import unit
from community.extensions import db
from community.follows.keeping import FollowKeeper
from community.follows.models import Follow
from community.mail.models import OutgoingMail
from community.migrating import migrate
from community.notifications.follow import NotificationFollower
from community.notifications.models import MailChoice, Notification
from community.posts.actions import open_topic, write_post
from community.staff.viewer import viewer_unchecked

AIM = 0.1
"""Seconds that a unit of the worker may keep other writers waiting."""


def main() -> None:
    """Print the figures."""
    count = int(sys.argv[1]) if len(sys.argv) > 1 else 10_000
    with tempfile.TemporaryDirectory() as folder:
        config = Config.from_environment({"BOTHWAYS_DATA": folder, "BOTHWAYS_ENV": "test", "BOTHWAYS_SECRET_KEY": "bench" * 8})
        engine = create_engine(config.database_url)
        database.prepare(engine)
        migrate(engine)
        engine.dispose()
        app = create_app(config)
        with app.test_request_context():
            _measure(count, Path(folder))
            db.session.remove()
            db.engine.dispose()


def _measure(count: int, folder: Path) -> None:
    category = make_category(by=None, slug="parts", name="Parts")
    asker, writer = (
        open_account(handle=name, name=name, email=f"{name}@example.com", confirmed=True) for name in ("asker", "writer")
    )
    by = viewer_unchecked(asker)
    db.session.rollback()
    topic = open_topic(by=by, kind="question", title="Why does it rattle?", body="It rattles.", category_id=category)
    _add_followers(topic.topic_id, count)
    _settle()
    reference = _reference(asker)
    write_post(by=viewer_unchecked(writer), topic_id=topic.topic_id, body="Tighten the screw.")
    _take_all(FollowKeeper())
    told = _timed(NotificationFollower().catch_up)
    rows = db.session.execute(select(func.count(Notification.id))).scalar_one()
    db.session.rollback()
    with clock.at(clock.now() + follow_wait()):
        mailed = _timed(NotificationFollower().catch_up)
    mails = db.session.execute(select(func.count(OutgoingMail.id))).scalar_one()
    size = sum(each.stat().st_size for each in folder.glob("*.sqlite3*")) / 1e6
    print(f"one row in a unit of its own (reference)    {reference * 1000:8.1f} ms")
    for words, times, done in (("told", told, rows), ("mails put into the outbox", mailed, mails)):
        print(f"{done:,} {words}: {sum(times):.2f} s in {len(times)} units, median {median(times) * 1000:.0f} ms, ", end="")
        print(f"longest {max(times) * 1000:.0f} ms ({max(times) / reference:.0f} x the reference; aim {AIM * 1000:.0f} ms)")
    print(f"database {size:.0f} MB")


def follow_wait() -> Any:
    """How long notifications wait before they are mailed, and a second more."""
    from datetime import timedelta

    from community.notifications.telling import WAIT

    return WAIT + timedelta(seconds=1)


def _timed(step: Callable[[], int]) -> list[float]:
    """The seconds of each step until there is nothing left; a step is one unit."""
    times = []
    while True:
        began = time.perf_counter()
        if not step():
            return times
        times.append(time.perf_counter() - began)


def _take_all(follower: Follower) -> None:
    while follower.catch_up():
        pass


def _settle() -> None:
    _take_all(FollowKeeper())
    _take_all(NotificationFollower())


def _reference(account_id: int) -> float:
    times = []
    for n in range(20):
        began = time.perf_counter()
        with unit() as u:
            u.add(MailChoice(account_id=account_id, kind=f"bench {n}", wanted=True))
        times.append(time.perf_counter() - began)
    return median(times)


def _add_followers(topic_id: int, count: int) -> None:
    with unit() as u:
        people = [
            {
                "handle": f"p{n}",
                "skeleton": f"p{n}",
                "name": f"Person {n}",
                "email": f"p{n}@example.com",
                "confirmed_at": u.now,
                "created_at": u.now,
            }
            for n in range(count)
        ]
        u.session.execute(insert(Account), people)
        ids = u.session.scalars(select(Account.id).where(Account.handle.like("p%"))).all()
        rows = [
            {"account_id": each, "kind": "topic", "target_id": topic_id, "level": "everything", "chosen": True, "at": u.now}
            for each in ids
        ]
        u.session.execute(insert(Follow), rows)


if __name__ == "__main__":
    main()
