"""Searches that found nothing: noted in memory, written at most once a minute, after an answer has gone out, and at the end.

A GET never writes, and losing a minute of it in a crash costs nobody anything. Who searched is known here alone, for a week
at most, as a digest under a key that is made with the process and goes with it: it only tells five people from one.
"""

from __future__ import annotations

import hashlib
import hmac
import secrets
import time
from collections import Counter
from dataclasses import dataclass, field
from datetime import date
from typing import Final

import structlog
from flask import Flask, Response, current_app
from sqlalchemy import update
from sqlalchemy.exc import OperationalError

from community.core import clock
from community.core.database import Busy
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
    """What is to be added to a gap; `met`: different askers that this process has met with these words this week."""

    words: str
    empty: int = 0
    askers: int = 0
    met: int = 0


@dataclass
class Notes:
    """What one process has noted since it last wrote, and whom it has met this week."""

    week: date | None = None
    key: bytes = b""
    known: set[bytes] = field(default_factory=set)
    met: Counter[str] = field(default_factory=Counter)
    waiting: dict[str, Waiting] = field(default_factory=dict)
    written_at: float = float("-inf")

    def is_new(self, digest: str, asker: str, week: date) -> bool:
        """Whether this asker is met with these words for the first time this week."""
        if week != self.week:
            self.week, self.key, self.known, self.met = week, secrets.token_bytes(32), set(), Counter()
        met = hmac.new(self.key, f"{digest} {asker}".encode(), hashlib.sha256).digest()[:16]
        if met in self.known or len(self.known) >= MOST_KNOWN:
            return False
        self.known.add(met)
        self.met[digest] += 1
        return True

    def take(self) -> dict[str, Waiting]:
        """What is to be written, leaving nothing here."""
        taken, self.waiting = self.waiting, {}
        self.written_at = time.monotonic()
        return taken

    def put_back(self, taken: dict[str, Waiting]) -> None:
        """What could not be written waits on, beside what came meanwhile, as far as there is room."""
        for digest, each in taken.items():
            if digest in self.waiting or len(self.waiting) < MOST_WAITING:
                found = self.waiting.setdefault(digest, Waiting(each.words))
                found.empty += each.empty
                found.askers += each.askers
                found.met = max(found.met, each.met)


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
    found.met = askers_met(words)


def flush_after(response: Response) -> Response:
    """After any answer of the application: write what was noted, when a minute has passed since the last time."""
    app: Flask = current_app._get_current_object()  # type: ignore[attr-defined]  # noqa: SLF001 - the proxy is gone by then

    def flush() -> None:
        notes = _notes(app)
        if notes.waiting and time.monotonic() - notes.written_at >= EVERY:
            with app.app_context():
                write()

    if _notes(app).waiting:
        response.call_on_close(flush)
    return response


def write() -> None:
    """Write the notes in one unit. Without a database they wait on; what it does not take is logged and let go."""
    taken = _notes(current_app).take()
    try:
        if taken:
            floor = site().gap_floor
            with unit() as u:
                for each in taken.values():
                    raise_gap(u, each.words, {"empty": each.empty, "askers": each.askers}, named=each.met >= floor)
    except (Busy, OperationalError):
        _notes(current_app).put_back(taken)
        logger.warning("searches could not be written yet", exc_info=True)
    except Exception:
        logger.exception("searches could not be written")


def raise_gap(u: Unit, words: str, raised: dict[str, int], *, named: bool) -> None:
    """Inside a unit: count what came to a gap, which is open again; `named`: enough people used its words to keep them."""
    digest, day = digest_of(words), day_of(u.now)
    raise_counters(u, SearchGap, {"digest": digest}, raised, new={"first_day": day}, last_day=day, settled_at=None)
    if named:
        u.session.execute(update(SearchGap).where(SearchGap.digest == digest, SearchGap.words.is_(None)).values(words=words))


def is_new_asker(words: str, asker: str) -> bool:
    """Whether this process meets an asker with these words for the first time this week."""
    return _notes(current_app).is_new(digest_of(words), asker, week_of(day_of(clock.now())))


def askers_met(words: str) -> int:
    """How many different askers this process has met with these words this week; the last one was just asked about.

    The total of a gap proves nothing: one person adds to it anew each week, in each process and after each restart.
    """
    return _notes(current_app).met[digest_of(words)]


def _notes(app: Flask) -> Notes:
    notes: Notes = app.extensions.setdefault(_NAME, Notes())
    return notes
