"""The worker: everything that follows the log, and what time alone brings about.

Any number of workers may run: a follower belongs to the one that holds its lease, a job to the one
that moves it on. Nothing is lost when one is killed; the next goes on where it stood.
"""

from __future__ import annotations

import os
import signal
import socket
import threading
from collections.abc import Callable, Sequence
from types import FrameType
from typing import Any

import structlog
from flask import Flask
from sqlalchemy import select
from werkzeug.utils import import_string

from community.app import JOBS
from community.checkpoints import checkpoints
from community.config import Config
from community.core.follow import Cursor, follow, this_process
from community.core.schedule import Job, keep_time
from community.core.unit import unit
from community.core.wake import Watch, watch
from community.extensions import db
from community.health.checks import PULSE, PULSE_EVERY, followers, lags
from community.mail.sending import keep_sending

STOPPING = 10.0
"""Seconds that a batch under way may take to end after SIGTERM; what is cut off is taken again."""

HANGING = 60.0
"""Seconds behind the log after which a follower is worth a warning; parking an event takes 36."""

logger = structlog.get_logger()


def jobs() -> list[Job]:
    """Every job of the lists that app.py names under JOBS, and the worker's own pulse."""
    return [Job(PULSE, PULSE_EVERY, _warn_of_lags), *(job for name in JOBS for job in import_string(name))]


def work(app: Flask) -> int:
    """Run until SIGTERM or SIGINT; returns the exit code, 1 when a part of the worker died and all should start again."""
    stop = threading.Event()

    def end(_signal: int, _frame: FrameType | None) -> None:
        stop.set()

    signal.signal(signal.SIGTERM, end)
    signal.signal(signal.SIGINT, end)
    config: Config = app.config["BOTHWAYS"]
    with app.app_context():
        engine = db.engine
        _free_leases_of_the_dead()
        db.session.remove()
    bell = Bell(config.database_url)
    with checkpoints(config, engine):
        threads = _start(app, bell, stop)
        logger.info("worker started", parts=[thread.name for thread in threads])
        code = _watch_over(threads, stop)
        stop.set()
        bell.ring()
        for thread in threads:
            thread.join(STOPPING)
    with app.app_context():
        _free_leases(lambda owner: owner == this_process())
        db.session.remove()
        engine.dispose()
    logger.info("worker stopped", code=code)
    return code


def _start(app: Flask, bell: Bell, stop: threading.Event) -> list[threading.Thread]:
    with app.app_context():
        readers = followers()
    targets: list[tuple[str, Callable[..., None], tuple[Any, ...]]] = [
        ("bell", bell.listen, (stop,)),
        ("schedule", keep_time, (app, jobs(), stop)),
        ("mail sender", keep_sending, (app, bell.listener(), stop)),
        *((reader.name, follow, (app, reader, bell.listener(), stop)) for reader in readers),
    ]
    threads = [threading.Thread(target=target, args=args, name=name, daemon=True) for name, target, args in targets]
    for thread in threads:
        thread.start()
    return threads


def _watch_over(threads: Sequence[threading.Thread], stop: threading.Event) -> int:
    """Wait for the end; a thread that died of an error takes the worker with it, so that all start afresh."""
    parent = os.getppid()
    while not stop.wait(0.5):
        dead = [thread.name for thread in threads if not thread.is_alive()]
        if dead:
            logger.error("a part of the worker died", parts=dead)
            return 1
        if "BOTHWAYS_SUPERVISOR" in os.environ and os.getppid() != parent:
            logger.error("the supervisor is gone")
            return 1
    return 0


class Bell:
    """One watch over the database for all followers of this worker."""

    def __init__(self, database_url: str) -> None:
        self._url = database_url
        self._changed = threading.Condition()
        self._rings = 0

    def listen(self, stop: threading.Event) -> None:
        """Ring whenever the log may have grown, until `stop` is set. Raises what the watch raises."""
        source = watch(self._url)
        try:
            while not stop.is_set():
                source.wait(1.0)
                self.ring()
        finally:
            source.close()

    def ring(self) -> None:
        """Wake every listener."""
        with self._changed:
            self._rings += 1
            self._changed.notify_all()

    def listener(self) -> Watch:
        """A watch for one follower."""
        return _Listener(self)

    def heard(self, after: int, seconds: float) -> int:
        """The number of rings so far, as soon as it is above `after` or `seconds` have passed."""
        with self._changed:
            self._changed.wait_for(lambda: self._rings > after, seconds)
            return self._rings


class _Listener:
    def __init__(self, bell: Bell) -> None:
        self._bell = bell
        self._rings = 0

    def wait(self, seconds: float) -> None:
        self._rings = self._bell.heard(self._rings, seconds)

    def close(self) -> None:
        """Nothing to give back: the bell holds the connection."""


def _free_leases_of_the_dead() -> None:
    """Give up leases of processes of this machine that no longer live, so that a restart need not wait for them to run out."""
    here = f"{socket.gethostname()}:"
    _free_leases(lambda owner: owner.startswith(here) and not _lives(int(owner.removeprefix(here))))


def _free_leases(is_over: Callable[[str], bool]) -> None:
    with unit() as u:
        for cursor in u.session.scalars(select(Cursor).where(Cursor.owner.is_not(None))):
            if is_over(str(cursor.owner)):
                cursor.owner = cursor.owned_until = None


def _lives(process_id: int) -> bool:
    try:
        os.kill(process_id, 0)
    except ProcessLookupError:
        return False
    except PermissionError:
        return True
    return True


def _warn_of_lags() -> None:
    """The pulse: that it ran is the worker's sign of life (`checks.worker_seen_at`), and it warns of followers that hang."""
    for name, lag in lags().items():
        if lag.seconds > HANGING and not lag.leisurely:
            logger.warning("follower is behind", follower=name, events=lag.events, seconds=round(lag.seconds))
