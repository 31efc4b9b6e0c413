"""SQLite's write-ahead log, moved into the database file by one connection of the whole site.

SQLite before 3.51.3 can corrupt the file when two connections checkpoint at one instant (traps), so
whoever checkpoints holds a lock on a file in the data folder: the worker, or a long command while no
worker runs.
"""

from __future__ import annotations

import fcntl
import threading
import time
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path

import structlog
from sqlalchemy import Engine

from community.config import Config
from community.core.database import checkpoint

EVERY = 10.0
"""Seconds between checkpoints while somebody writes."""

GROWTH = 8 * 1024 * 1024
"""Bytes by which the log may grow before a checkpoint comes early."""

logger = structlog.get_logger()


@contextmanager
def checkpoints(config: Config, engine: Engine) -> Iterator[None]:
    """Checkpoint in the background until the end of the block; on PostgreSQL nothing happens."""
    if not config.sqlite:
        yield
        return
    stop = threading.Event()
    thread = threading.Thread(target=_keep, args=(config, engine, stop), name="checkpoints", daemon=True)
    thread.start()
    try:
        yield
    finally:
        stop.set()
        thread.join()


def _keep(config: Config, engine: Engine, stop: threading.Event) -> None:
    log_file = Path(f"{engine.url.database}-wal")
    with (config.data / "checkpoint.lock").open("w") as lock:
        while not stop.is_set() and not _held(lock.fileno()):
            stop.wait(1.0)
        last, size = 0.0, 0
        while not stop.wait(0.5):
            now = time.monotonic()
            if now - last < EVERY and _size(log_file) - size < GROWTH:
                continue
            try:
                checkpoint(engine)
            except Exception:
                logger.exception("checkpoint failed")
            last, size = now, _size(log_file)


def _held(descriptor: int) -> bool:
    try:
        fcntl.flock(descriptor, fcntl.LOCK_EX | fcntl.LOCK_NB)
    except BlockingIOError:
        return False
    return True


def _size(path: Path) -> int:
    try:
        return path.stat().st_size
    except FileNotFoundError:
        return 0
