"""The worker's own machinery: the bell, leases, checkpoints, and a part that dies."""

from __future__ import annotations

import os
import sqlite3
import threading
from datetime import timedelta
from pathlib import Path

import pytest
from flask import Flask
from sqlalchemy import select

from community import checkpoints as keeping
from community import worker
from community.checkpoints import checkpoints
from community.config import Config
from community.core import clock
from community.core.errors import Conflict
from community.core.follow import Cursor, this_process
from community.core.unit import unit
from community.extensions import db
from community.running import running, stopped
from community.settings.models import Setting
from community.worker import Bell
from tests.running_site import until


def test_the_bell_wakes_every_listener_and_forgets_no_ring(app: Flask, config: Config) -> None:
    bell = Bell(config.database_url)
    stop, heard = threading.Event(), []
    listeners = [bell.listener(), bell.listener()]
    bell.ring()
    for listener in listeners:
        listener.wait(60)  # rung before: returns at once
    thread = threading.Thread(target=bell.listen, args=(stop,))
    waiting = threading.Thread(target=lambda: heard.append(listeners[0].wait(60)))
    thread.start()
    waiting.start()
    with app.app_context(), unit() as u:
        u.add(Setting(name="x", value=1, changed_at=u.now))
    waiting.join(20)
    assert heard
    stop.set()
    bell.ring()
    thread.join(20)
    assert not thread.is_alive()


def test_leases_of_dead_processes_of_this_machine_are_free_at_once(app: Flask) -> None:
    here = this_process().rpartition(":")[0]
    owners = {"dead": f"{here}:4194305", "alive": f"{here}:{os.getppid()}", "elsewhere": "another-host:4194305", "free": None}
    with app.app_context():
        with unit() as u:
            for name, owner in owners.items():
                u.add(Cursor(name=name, position=0, owner=owner, owned_until=clock.now() + timedelta(hours=1)))
        worker._free_leases_of_the_dead()
        left = {row.name: row.owner for row in db.session.execute(select(Cursor.name, Cursor.owner))}
    assert left == {**owners, "dead": None}


def test_a_part_that_dies_ends_the_worker(monkeypatch: pytest.MonkeyPatch) -> None:
    threads = [threading.Thread(target=lambda: None, name="mail")]
    threads[0].start()
    threads[0].join()
    assert worker._watch_over(threads, threading.Event()) == 1
    asked = threading.Event()
    asked.set()
    assert worker._watch_over(threads, asked) == 0


def test_one_connection_checkpoints_and_the_log_stays_small(
    config: Config, app: Flask, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    if not config.sqlite:
        with checkpoints(config, db.create_engine(config.database_url)):
            assert not (config.data / "checkpoint.lock").exists()
        return
    calls: list[str] = []
    monkeypatch.setattr(keeping, "EVERY", 0.0)
    monkeypatch.setattr(keeping, "checkpoint", lambda engine: calls.append(threading.current_thread().name))
    with app.app_context():
        engine = db.engine
    with checkpoints(config, engine):
        until(lambda: calls, "a checkpoint")
        before = len(calls)
        rival = config.data / "checkpoint.lock"
        with rival.open("w") as file:
            assert not keeping._held(file.fileno()), "only one may hold the lock"
        until(lambda: len(calls) > before, "another checkpoint")
    monkeypatch.undo()
    with app.app_context():
        for number in range(200):
            with unit() as u:
                u.add(Setting(name=f"x{number}", value="x" * 4000, changed_at=u.now))
        db.session.remove()
        keeping.checkpoint(engine)
    connection = sqlite3.connect(str(engine.url.database))
    busy, pages, moved = connection.execute("PRAGMA wal_checkpoint(PASSIVE)").fetchone()
    connection.close()
    assert (busy, pages) == (0, moved), "all of the log is in the file"


def test_a_restore_and_a_running_site_exclude_one_another(config: Config) -> None:
    with running(config), running(config), pytest.raises(Conflict, match="stop it first"), stopped(config):
        pass
    with stopped(config), pytest.raises(Conflict, match="restore is under way"), running(config):
        pass
