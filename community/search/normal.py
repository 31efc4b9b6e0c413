"""One form for all ways to ask the same: what saved searches keep, and what names the channel of an open result page."""

from __future__ import annotations

import json
from collections.abc import Mapping

from flask import current_app
from itsdangerous import BadData, URLSafeSerializer

from community.config import Config
from community.search.queries import asked
from community.search.querying import Query, parse

LONGEST_KEY = 2_500
"""Characters of a key; a search that needs more (200 rare characters and every filter) has no live page."""


def normal(arguments: Mapping[str, str]) -> dict[str, str]:
    """The arguments of a search without its order and what is not understood, in lower case, single blanks, one sequence."""
    kept = {name: _plain(name, value) for name, value in sorted(arguments.items()) if name != "sort"}
    return {name: value for name, value in kept.items() if value and not asked({name: value}).is_empty}


def key_of(arguments: Mapping[str, str]) -> str | None:
    """The key of a search, by which its open pages are told of new results; None where it is empty or too long.

    It holds the search itself with the site's signature, so that a process that never saw it can read it and nobody
    can make one up.
    """
    told = normal(arguments)
    key = _serializer().dumps(list(told.items())) if told else ""
    return key if 0 < len(key) <= LONGEST_KEY else None


def opened(key: str) -> Query | None:
    """The search that a key names, its names not yet resolved; None for one that we did not make."""
    try:
        return asked(dict(_serializer().loads(key)))
    except (BadData, ValueError, TypeError):
        return None


def _plain(name: str, value: str) -> str:
    return (parse(value).text if name == "q" else " ".join(value.split())).lower()


def _serializer() -> URLSafeSerializer:
    config: Config = current_app.config["BOTHWAYS"]
    return URLSafeSerializer(config.secret_key, salt="search channel", serializer=_Compact)


class _Compact:
    """JSON with characters as they are: half the length for most languages."""

    @staticmethod
    def dumps(value: object, **_options: object) -> str:
        """Write it."""
        return json.dumps(value, ensure_ascii=False, separators=(",", ":"))

    @staticmethod
    def loads(text: str | bytes) -> object:
        """Read it."""
        return json.loads(text)
