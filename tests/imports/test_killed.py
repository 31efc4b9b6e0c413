"""An import that is killed at any moment and run again leaves what one that was let be leaves; and memory stays flat."""

from __future__ import annotations

import os
import subprocess
import sys
import tracemalloc
from collections.abc import Callable
from pathlib import Path

import pytest
from flask import Flask
from sqlalchemy import func, select

from community.app import create_app
from community.config import Config
from community.extensions import db
from community.imports.models import ImportedThing
from community.imports.stackexchange import StackExchange
from community.posts.models import Post, Source
from community.topics.models import Topic
from tests.conftest import empty_site
from tests.imports.dumps import SITE, checksum, contents, imported, many
from tests.running_site import until

QUESTIONS = 300


def started(config: Config, folder: Path) -> subprocess.Popen[bytes]:
    own = {
        "BOTHWAYS_DATA": str(config.data),
        "BOTHWAYS_ENV": "test",
        "BOTHWAYS_SECRET_KEY": config.secret_key,
        "DATABASE_URL": config.database_url.replace("+psycopg", ""),
    }
    command = [sys.executable, "-m", "community.cli", "import", "stackexchange", str(folder), "--site", SITE]
    return subprocess.Popen(command, env={**os.environ, **own}, stdout=subprocess.PIPE, stderr=subprocess.PIPE)


@pytest.mark.crash
def test_kill_9_in_the_middle(app: Flask, config: Config, tmp_path: Path, database_kind: str, template_database: str) -> None:
    folder = many(tmp_path / "dump", QUESTIONS).write()
    imported(app, folder)
    clean = contents(app)
    assert len(clean) == QUESTIONS * 4
    with empty_site(tmp_path / "second", database_kind, template_database) as second:
        other = create_app(second, durable=False)
        known = 0
        for _kill in range(2):
            process = started(second, folder)
            try:
                until(lambda before=known: topics_of(other) > before, "a batch is stored", seconds=60)
                children = Path(f"/proc/{process.pid}/task/{process.pid}/children").read_text().split()
            finally:
                process.kill()
                process.communicate()
            until(lambda gone=children: not any(Path(f"/proc/{child}").exists() for child in gone), "its children are gone")
            known = topics_of(other)
            assert 0 < known < QUESTIONS, "it was killed too late to tell anything"
            assert known % 50 == 0
            with other.app_context():
                # Whole batches only: every thing that is noted is there, and nothing else.
                assert db.session.scalar(select(func.count()).select_from(Post)) == known * 4
                assert db.session.scalar(select(func.count()).select_from(Source)) == known * 4
                assert db.session.scalar(select(func.count()).where(ImportedThing.kind == "post")) == known * 4
        process = started(second, folder)
        said, complained = process.communicate(timeout=60)
        assert process.returncode == 0, complained
        assert complained == b""  # quiet, as this is no terminal
        assert f"{QUESTIONS - known} questions" in said.decode()
        assert contents(other) == clean
        before = checksum(other)
        imported(other, folder)
        assert checksum(other) == before
        with other.app_context():
            db.session.remove()
            db.engine.dispose()


def topics_of(app: Flask) -> int:
    with app.app_context():
        return db.session.scalar(select(func.count()).select_from(Topic)) or 0


def peak(work: Callable[[], object]) -> int:
    """The most memory that Python held during some work, in bytes."""
    tracemalloc.start()
    try:
        work()
        return tracemalloc.get_traced_memory()[1]
    finally:
        tracemalloc.stop()


def test_memory_is_flat(app: Flask, tmp_path: Path) -> None:
    small, large = many(tmp_path / "small", 120).write(), many(tmp_path / "large", 300).write()

    def read(folder: Path) -> None:
        with app.app_context(), StackExchange(folder, SITE) as dump:
            dump.load(lambda _bytes: None)
            for _topic in dump.topics():
                pass

    read(small)  # what is made once is made before
    assert peak(lambda: read(large)) < peak(lambda: read(small)) + 300_000
    imported(app, small)
    few = peak(lambda: imported(app, small, site="few.example.com"))
    assert topics_of(app) == 240
    assert peak(lambda: imported(app, large, site="many.example.com")) < few + 500_000
    assert topics_of(app) == 540
