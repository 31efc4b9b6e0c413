"""What may be taken back, or used, once: numbered tickets, remembered where limits are counted (core/limits.py).

That is Redis where there is one, else the process's own memory. A ticket that is no longer known there, after a restart
or while Redis is lost, is worth nothing: what hangs on it happens at most once, and perhaps not at all.
"""

from __future__ import annotations

import re
import secrets
from functools import cache
from typing import Final

import structlog
from limits.storage import MemoryStorage, Storage

from community.extensions import limiter

_TICKET: Final = re.compile(r"[A-Za-z0-9_-]{22}", re.ASCII)

logger = structlog.get_logger()


def new_ticket(seconds: int) -> str:
    """A ticket that can be used once within so many seconds; an empty one, which cannot, where nothing remembers it."""
    ticket = secrets.token_urlsafe(16)
    try:
        _storage().incr(_name(ticket), seconds)
    except Exception:
        logger.exception("a ticket could not be kept")
        return ""
    return ticket


def use_ticket(ticket: str) -> bool:
    """Whether this is the first use of a ticket that was given out and has not run out."""
    if not _TICKET.fullmatch(ticket):
        return False
    storage, name = _storage(), _name(ticket)
    try:
        # Given out it stands at 1, and the first to raise it to 2 has it, whoever else is raising it just now.
        return storage.get(name) > 0 and storage.incr(name, 1) == 2
    except Exception:
        logger.exception("a ticket could not be looked up")
        return False


def _storage() -> Storage:
    return limiter.storage if limiter.enabled else _memory()


@cache
def _memory() -> MemoryStorage:
    """Where limits are lifted, nothing else counts."""
    return MemoryStorage()


def _name(ticket: str) -> str:
    return f"once/{ticket}"
