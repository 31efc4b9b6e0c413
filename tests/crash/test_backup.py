"""Promise 7: one command makes a consistent copy while people write, and the copy becomes a site again."""

from __future__ import annotations

import threading
from dataclasses import replace
from pathlib import Path

import pytest
from flask import Flask
from sqlalchemy import func, select

from community.accounts.actions import open_account, start_session
from community.accounts.models import SignIn
from community.app import create_app
from community.backup.actions import back_up, restore
from community.categories.actions import make_category
from community.config import Config
from community.core.errors import Invalid
from community.core.log import LoggedEvent, head
from community.doctor.counters import examine_topics
from community.extensions import db
from community.posts.actions import open_topic, write_post
from community.posts.models import Post
from community.staff.viewer import viewer_unchecked
from tests.conftest import empty_site
from tests.running_site import until

WRITERS = 3


def test_a_backup_under_load_is_whole(
    app: Flask, config: Config, tmp_path: Path, template_database: str, database_kind: str
) -> None:
    archive = tmp_path / "site.tar.gz"
    stop, written = threading.Event(), [0] * WRITERS
    with app.app_context():
        account_id = open_account(handle="mira", name="Mira", email="mira@example.com", confirmed=True)
        start_session(account_id)
        category = make_category(by=None, slug="help", name="Help", opens={"question": "members"})
        by = viewer_unchecked(account_id)
        topic_id = open_topic(by=by, kind="question", title="Which tyre fits?", body="Wide.", category_id=category).topic_id
        db.session.remove()
        engine = db.engine
        threads = [threading.Thread(target=_write, args=(app, account_id, topic_id, n, written, stop)) for n in range(WRITERS)]
        for thread in threads:
            thread.start()
        try:
            until(lambda: min(written) >= 3, "everybody writes")
            before = list(written)
            manifest = back_up(config, engine, archive)
            during = sum(written) - sum(before)
            until(lambda: sum(written) > sum(before) + during, "everybody still writes")
        finally:
            stop.set()
            for thread in threads:
                thread.join()
    with empty_site(tmp_path / "other", database_kind, template_database) as other:
        restore(other, archive)
        copy = create_app(other, durable=False)
        with copy.app_context():
            epoch, position = head(db.session())
            assert (epoch != manifest.epoch, position) == (True, manifest.position + 1)
            assert db.session.execute(select(func.count()).select_from(LoggedEvent)).scalar_one() == position
            bodies = set(db.session.scalars(select(Post.body)))
            assert {f"{n}-{i}" for n in range(WRITERS) for i in range(before[n])} <= bodies
            told = db.session.execute(
                select(func.count()).select_from(LoggedEvent).where(LoggedEvent.name == "post.written")
            ).scalar_one()
            assert told == len(bodies) - 1
            assert [finding.level for finding in examine_topics(fix=False)] == ["fine"]
            assert db.session.execute(select(func.count()).select_from(SignIn).where(SignIn.ended_at.is_(None))).scalar_one() == 0
            db.session.remove()
            db.engine.dispose()


def test_a_backup_of_the_other_kind_of_database_is_refused(app: Flask, config: Config, tmp_path: Path) -> None:
    archive = tmp_path / "site.tar.gz"
    with app.app_context():
        back_up(config, db.engine, archive)
        db.session.remove()
    other = f"sqlite:///{tmp_path}/x.sqlite3" if not config.sqlite else "postgresql+psycopg://nobody@127.0.0.1:1/none"
    with pytest.raises(Invalid, match="was made on"):
        restore(replace(config, database_url=other), archive)


def _write(app: Flask, account_id: int, topic_id: int, number: int, written: list[int], stop: threading.Event) -> None:
    while not stop.is_set():
        with app.app_context():
            write_post(by=viewer_unchecked(account_id), topic_id=topic_id, body=f"{number}-{written[number]}")
        written[number] += 1
