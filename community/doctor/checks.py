"""What the doctor looks at, in the order of what stands on what."""

from __future__ import annotations

import sqlite3
from collections.abc import Iterator

from flask import current_app
from sqlalchemy import func, select, text

from community.config import Config
from community.core import clock
from community.core.follow import Parked
from community.core.log import LoggedEvent, head
from community.doctor.counters import examine_topics
from community.doctor.findings import Finding, fine, note, wrong
from community.extensions import db
from community.health import checks
from community.migrating import is_current
from community.record.chain import Broken
from community.record.checking import missing_triggers, verify_own
from community.search import pace
from community.search.indexes import indexes

SAFE_SQLITE = (3, 51, 3)
"""From this version two connections that checkpoint at one instant cannot damage a write-ahead log (traps)."""

LATE = 60.0
"""Seconds behind the log, or without a sign of life of the worker, after which something hangs."""


def examine(*, fix: bool) -> Iterator[Finding]:
    """Look over the whole site. With `fix`, what can be computed anew is. Needs an application context."""
    if not is_current(db.engine):
        yield wrong("The database does not have this release's tables; run `bothways migrate`.")
        return
    yield fine("The database has this release's tables.")
    yield _database()
    yield _log()
    yield from examine_topics(fix=fix)
    yield from _record()
    silence = _silence()
    yield _worker(silence)
    yield from _followers(working=silence is not None and silence < LATE)
    yield from _parked()
    yield from _index()


def _database() -> Finding:
    if db.engine.dialect.name != "sqlite":
        version = db.session.execute(text("SHOW server_version")).scalar_one()
        return fine(f"PostgreSQL {version}.")
    damage = db.session.execute(text("PRAGMA quick_check")).scalar_one()
    if damage != "ok":
        return wrong(f"The database file is damaged: {damage}. Restore the newest backup.")
    if sqlite3.sqlite_version_info < SAFE_SQLITE:
        return note(
            f"SQLite {sqlite3.sqlite_version}; older than 3.51.3, so only one process may checkpoint. The site sees to that."
        )
    return fine(f"SQLite {sqlite3.sqlite_version}.")


def _record() -> Iterator[Finding]:
    try:
        found = verify_own()
    except Broken as error:
        yield wrong(f"The public record does not hold. {error}")
    else:
        yield fine(f"The public record holds, {found.entries} entries.")
    missing = missing_triggers()
    if missing:
        yield wrong(f"The record is not guarded against accidents: the triggers {', '.join(sorted(missing))} are not there.")


def _log() -> Finding:
    _, newest = head(db.session())
    count, last = db.session.execute(select(func.count(), func.max(LoggedEvent.position))).one()
    if count == newest and (last or 0) == newest:
        return fine(f"The log has {newest} events without a gap.")
    return wrong(f"The log should have {newest} events without a gap; it has {count}, the last at {last}.")


def _followers(*, working: bool) -> Iterator[Finding]:
    """A follower hangs when it is late although a worker runs; in a site that stands still all are late."""
    for name, lag in checks.lags().items():
        behind = f"The follower {name} is {lag.events} events behind, the oldest {lag.seconds:.0f} s old."
        if lag.seconds > LATE and not lag.leisurely:
            yield wrong(behind) if working else note(behind)
        else:
            yield fine(behind if lag.events else f"The follower {name} is up to date.")


def _parked() -> Iterator[Finding]:
    rows = select(Parked.follower, func.count()).where(Parked.settled_at.is_(None)).group_by(Parked.follower)
    for follower, count in db.session.execute(rows):
        yield wrong(f"The follower {follower} gave up on {count} events; an admin sees them under parked work.")


def _silence() -> float | None:
    seen = checks.worker_seen_at()
    return None if seen is None else (clock.now() - seen).total_seconds()


def _worker(silence: float | None) -> Finding:
    if silence is None:
        return note("No worker ever ran on this site.")
    return fine("A worker runs.") if silence < LATE else note(f"No worker runs; the last sign of life is {silence:.0f} s old.")


def _index() -> Iterator[Finding]:
    if not checks.readiness()["index"]:
        yield wrong("The search index cannot be used; run `bothways reindex`.")
        return
    config: Config = current_app.config["BOTHWAYS"]
    if indexes().needs_rebuild:
        yield note(
            f"The index of {config.search} is not built yet; the former one answers. A worker builds it, or `bothways reindex`."
        )
    else:
        yield fine("The search index can be used.")
    if config.search == "whoosh":
        yield from _pace()


def _pace() -> Iterator[Finding]:
    """Advice for a site that has grown out of the engine that comes with it."""
    advice = "Tantivy is quicker: install bothways[tantivy] and set BOTHWAYS_SEARCH=tantivy."
    topics, slowest = pace.topic_count(), pace.slowest_ms()
    if topics > pace.MANY:
        yield note(f"The site has {topics} topics. {advice}")
    elif slowest > pace.SLOW_MS:
        yield note(f"One search in twenty takes {slowest:.0f} ms. {advice}")
