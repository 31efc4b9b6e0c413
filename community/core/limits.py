"""Limits on how often something may be asked, by network, by person and by what was typed.

They count in Redis where there is one, otherwise and while it is lost in the process's own memory.
`BOTHWAYS_LIMITS=off` lifts them all.
"""

from __future__ import annotations

import time
from collections.abc import Callable
from hashlib import sha256
from ipaddress import IPv6Address, ip_address, ip_network
from typing import Any, Final

from flask import request
from flask_login import current_user

from community.extensions import limiter

View = Callable[..., Any]

SEARCHES: Final = "60 per minute"
LOOKS: Final = "120 per minute"
"""Of looks for similar and related questions, which a page asks for by itself."""

SAVED_SEARCHES: Final = "20 per minute"
"""Saving a search searches, and every later topic is compared with it."""


def network() -> str:
    """The address block a request comes from: an IPv4 address, or the /64 that one IPv6 customer has."""
    try:
        address = ip_address(request.remote_addr or "")
    except ValueError:
        return "unknown"
    if not isinstance(address, IPv6Address):
        return str(address)
    return str(address.ipv4_mapped or ip_network((address, 64), strict=False))


def browser() -> str:
    """What tells one browser from another where nobody is named: its network and what it says of itself. Never to be kept."""
    return f"{network()} {request.user_agent.string[:300]}"


def person() -> str:
    """Who asks, as far as limits tell people apart: the account, or the network of a visitor."""
    return str(current_user.id) if current_user.signed_in else network()


def by_network(limit: str, *, methods: tuple[str, ...] = ("POST",)) -> Callable[[View], View]:
    """At most `limit` (such as `20 per 10 minutes`) for each network."""
    return _limited(limit, network, methods)


def by_person(limit: str, *, methods: tuple[str, ...] = ("POST",)) -> Callable[[View], View]:
    """At most `limit` for each account, or for the network of a visitor."""
    return _limited(limit, person, methods)


def by_field(name: str, limit: str, *, methods: tuple[str, ...] = ("POST",)) -> Callable[[View], View]:
    """At most `limit` for each value of a form field, whoever sends it and whether or not it names anybody."""
    return _limited(limit, lambda: _digest(request.form.get(name, "")), methods)


def by_field_and_network(name: str, limit: str, *, methods: tuple[str, ...] = ("POST",)) -> Callable[[View], View]:
    """At most `limit` for each value of a form field from each network."""
    return _limited(limit, lambda: f"{_digest(request.form.get(name, ''))} {network()}", methods)


def seconds_left() -> int:
    """After a limit was broken: whole seconds until it is open again, at least 1."""
    broken = limiter.current_limit
    return max(1, int(broken.reset_at - time.time()) + 1) if broken else 60


def _limited(limit: str, key: Callable[[], str], methods: tuple[str, ...]) -> Callable[[View], View]:
    return limiter.limit(limit, key_func=key, methods=list(methods))


def _digest(text: str) -> str:
    return sha256(text.strip().lower().encode("utf-8", "replace")).hexdigest()[:24]
