"""Numbers in addresses: only those that a database can hold, so that a longer one is an address that is not there."""

from __future__ import annotations

from typing import Any

from werkzeug.routing import IntegerConverter, Map

LARGEST = 2**63 - 1
"""What fits a BIGINT. SQLite's driver raises OverflowError beyond it, and PostgreSQL refuses it."""


class Number(IntegerConverter):
    """The converter `int` of this site: written in one way, without leading zeros."""

    regex = r"0|[1-9][0-9]{0,18}"

    def __init__(self, map: Map, **named: Any) -> None:  # noqa: A002 - Werkzeug's name
        super().__init__(map, **({"max": LARGEST} | named))
