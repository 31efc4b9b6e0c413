"""Last seen and last used: noted in memory, written at most once a minute, after the answer has gone out.

Losing some minutes of it costs nobody anything, so a failure is logged and no request feels it.
"""

from __future__ import annotations

import time
from collections.abc import Callable
from dataclasses import dataclass, field
from datetime import datetime
from typing import Final

import structlog
from flask import Flask, current_app
from sqlalchemy import update

from community.accounts.models import Account, ApiKey, SignIn
from community.core import clock
from community.core.base import Base
from community.core.unit import unit

EVERY: Final = 60.0  # seconds between two writes of one process
_NAME: Final = "bothways_seen"

logger = structlog.get_logger()


@dataclass
class Notes:
    """What one process has seen since it last wrote."""

    sessions: dict[int, datetime] = field(default_factory=dict)
    accounts: dict[int, datetime] = field(default_factory=dict)
    keys: dict[int, datetime] = field(default_factory=dict)
    written_at: float = float("-inf")

    def take(self) -> list[tuple[type[Base], str, dict[int, datetime]]]:
        """What is to be written, by table and column, leaving nothing here."""
        taken: list[tuple[type[Base], str, dict[int, datetime]]] = [
            (SignIn, "seen_at", self.sessions),
            (Account, "seen_at", self.accounts),
            (ApiKey, "used_at", self.keys),
        ]
        self.sessions, self.accounts, self.keys = {}, {}, {}
        self.written_at = time.monotonic()
        return taken


def note_session(session_id: int, account_id: int) -> None:
    """A browser's session has just been used."""
    notes, moment = _notes(current_app), clock.now()
    notes.sessions[session_id] = notes.accounts[account_id] = moment


def note_key(key_id: int) -> None:
    """An API key has just been used."""
    _notes(current_app).keys[key_id] = clock.now()


def flusher() -> Callable[[], None]:
    """A callback for the end of the response: writes what was noted, when a minute has passed since the last time."""
    app: Flask = current_app._get_current_object()  # type: ignore[attr-defined]  # noqa: SLF001 - the proxy is gone by then

    def flush() -> None:
        notes = _notes(app)
        if time.monotonic() - notes.written_at < EVERY:
            return
        with app.app_context():
            write(notes)

    return flush


def write(notes: Notes) -> None:
    """Write the notes in one unit; what cannot be written is logged and let go."""
    try:
        with unit() as u:
            for model, column, moments in notes.take():
                if moments:
                    u.session.execute(update(model), [{"id": key, column: at} for key, at in moments.items()])
    except Exception:
        logger.exception("last seen could not be written")


def _notes(app: Flask) -> Notes:
    notes: Notes = app.extensions.setdefault(_NAME, Notes())
    return notes
