"""Telling visitors apart for one day, without keeping who they are (rulings 7).

What a visitor may do once a day about a thing is remembered as an HMAC of their address block, browser and the
thing, under a key that is overwritten by the next at midnight UTC. From then on nobody, not even with the database,
can say whose a digest was, or that two of different days are one person's. Backups carry no key.
"""

from __future__ import annotations

import hmac
import json
import secrets
from dataclasses import dataclass
from datetime import timedelta

from flask import request
from sqlalchemy import LargeBinary
from sqlalchemy.orm import Mapped, mapped_column

from community.core import clock
from community.core.base import Base
from community.core.limits import network
from community.core.schedule import Job
from community.core.unit import Unit, unit

KEY_BYTES = 32
_ONLY = 1

TABLE = "stranger_keys"
"""The table that backups leave empty."""


class StrangerKey(Base):
    """The key of the day, in one row that is overwritten in place: no former key stays in the file."""

    __tablename__ = TABLE

    id: Mapped[int] = mapped_column(primary_key=True, autoincrement=False)
    day: Mapped[str]
    key: Mapped[bytes] = mapped_column(LargeBinary)


@dataclass(frozen=True)
class Stranger:
    """What tells one visitor from another: the address block and what the browser calls itself. Never stored."""

    network: str
    browser: str


def stranger() -> Stranger:
    """Who sent this request, as far as can be told without a session."""
    return Stranger(network(), request.user_agent.string)


def today() -> str:
    """The day for which digests hold, in UTC; rows that keep digests carry it, and are stripped of them afterwards."""
    return clock.now().date().isoformat()


def digest_today(u: Unit, who: Stranger, *about: str | int) -> str:
    """Inside a unit: what stands today for this visitor and this thing, such as `digest_today(u, who, "helpful", post_id)`."""
    told = json.dumps([who.network, who.browser, *about]).encode()
    return hmac.digest(_key(u), told, "sha256").hex()


def destroy_old_key() -> None:
    """Overwrite the key of a day that is over, when no visitor came since."""
    with unit() as u:
        if u.session.get(StrangerKey, _ONLY) is not None:
            _key(u)


def _key(u: Unit) -> bytes:
    row = u.session.get(StrangerKey, _ONLY)
    if row is None:
        row = u.add(StrangerKey(id=_ONLY, day="", key=bytes(KEY_BYTES)))
    if row.day != today():
        row.day, row.key = today(), secrets.token_bytes(KEY_BYTES)
        u.session.flush()
    return row.key


JOBS = [Job("strangers.destroy_key", timedelta(minutes=10), destroy_old_key)]
