"""Whether the site runs on this data folder: its programs hold a shared lock, a restore needs it alone."""

from __future__ import annotations

import fcntl
from collections.abc import Iterator
from contextlib import contextmanager

from community.config import Config
from community.core.errors import Conflict


@contextmanager
def running(config: Config) -> Iterator[None]:
    """Held by run, web and worker while they run. Raises Conflict while a restore is under way."""
    yield from _locked(config, fcntl.LOCK_SH, "A restore is under way in this data folder; start the site when it has ended.")


@contextmanager
def stopped(config: Config) -> Iterator[None]:
    """Held while the site's files are exchanged. Raises Conflict when one of its programs runs."""
    yield from _locked(config, fcntl.LOCK_EX, "The site is running on this data folder; stop it first.")


def _locked(config: Config, kind: int, sentence: str) -> Iterator[None]:
    with (config.data / "site.lock").open("w") as lock:
        try:
            fcntl.flock(lock.fileno(), kind | fcntl.LOCK_NB)
        except BlockingIOError:
            raise Conflict(sentence) from None
        yield
