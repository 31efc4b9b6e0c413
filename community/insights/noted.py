"""Searches that found nothing: noted in memory, written at most once a minute, after the answer has gone out.

A GET never writes, and losing a minute of it costs nobody anything. Who searched is known here alone, for a week
at most, as a digest under a key that is made with the process and goes with it: it only tells five people from one.
"""

from __future__ import annotations

import hashlib
import hmac
import secrets
import time
from collections.abc import Callable
from dataclasses import dataclass, field
from datetime import date
from typing import Final

import structlog
from flask import Flask, current_app
from sqlalchemy import update

from community.core import clock
from community.core.unit import Unit, unit
from community.insights.counting import day_of, raise_counters, week_of
from community.insights.masking import digest_of, kept_words
from community.insights.models import SearchGap
from community.settings.queries import site

EVERY: Final = 60.0  # seconds between two writes of one process
MOST_KNOWN: Final = 20_000
"""Askers that a process remembers; beyond, nobody is new until the week ends: a floor is reached too late, never too early."""

MOST_WAITING: Final = 2_000
"""Different searches that wait to be written; what comes beyond in the same minute is not counted."""

_NAME: Final = "bothways_searches"

logger = structlog.get_logger()


@dataclass
class Waiting:
    """What is to be added to a gap."""

    words: str
    empty: int = 0
    askers: int = 0


@dataclass
class Notes:
    """What one process has noted since it last wrote, and whom it has met this week."""

    week: date | None = None
    key: bytes = b""
    known: set[bytes] = field(default_factory=set)
    waiting: dict[str, Waiting] = field(default_factory=dict)
    written_at: float = float("-inf")

    def is_new(self, digest: str, asker: str, week: date) -> bool:
        """Whether this asker is met with these words for the first time this week."""
        if week != self.week:
            self.week, self.key, self.known = week, secrets.token_bytes(32), set()
        met = hmac.new(self.key, f"{digest} {asker}".encode(), hashlib.sha256).digest()[:16]
        if met in self.known or len(self.known) >= MOST_KNOWN:
            return False
        self.known.add(met)
        return True

    def take(self) -> dict[str, Waiting]:
        """What is to be written, leaving nothing here."""
        taken, self.waiting = self.waiting, {}
        self.written_at = time.monotonic()
        return taken


def note_empty_search(text: str, asker: str) -> None:
    """A search found nothing. `asker` is anything by which one asker can be told from another; it is never kept."""
    words = kept_words(text)
    if words is None:
        return
    notes, digest = _notes(current_app), digest_of(words)
    if digest not in notes.waiting and len(notes.waiting) >= MOST_WAITING:
        return
    found = notes.waiting.setdefault(digest, Waiting(words))
    found.empty += 1
    found.askers += is_new_asker(words, asker)


def flusher() -> Callable[[], None]:
    """A callback for the end of the response: writes what was noted, when a minute has passed since the last time."""
    app: Flask = current_app._get_current_object()  # type: ignore[attr-defined]  # noqa: SLF001 - the proxy is gone by then

    def flush() -> None:
        notes = _notes(app)
        if notes.waiting and time.monotonic() - notes.written_at >= EVERY:
            with app.app_context():
                write()

    return flush


def write() -> None:
    """Write the notes in one unit; what cannot be written is logged and let go."""
    try:
        floor = site().gap_floor
        with unit() as u:
            for waiting in _notes(current_app).take().values():
                raise_gap(u, waiting.words, {"empty": waiting.empty, "askers": waiting.askers}, floor)
    except Exception:
        logger.exception("searches could not be written")


def raise_gap(u: Unit, words: str, raised: dict[str, int], floor: int) -> None:
    """Inside a unit: count what came to a gap, which is open again; its words are kept from `floor` askers on."""
    digest, day = digest_of(words), day_of(u.now)
    raise_counters(u, SearchGap, {"digest": digest}, raised, new={"first_day": day}, last_day=day, settled_at=None)
    named = update(SearchGap).where(SearchGap.digest == digest, SearchGap.askers >= floor, SearchGap.words.is_(None))
    u.session.execute(named.values(words=words))


def is_new_asker(words: str, asker: str) -> bool:
    """Whether this process meets an asker with these words for the first time this week."""
    return _notes(current_app).is_new(digest_of(words), asker, week_of(day_of(clock.now())))


def _notes(app: Flask) -> Notes:
    notes: Notes = app.extensions.setdefault(_NAME, Notes())
    return notes
