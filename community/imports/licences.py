"""The licence of what Stack Exchange publishes, with its address."""

from __future__ import annotations

import re
from datetime import UTC, datetime
from typing import Final

_LICENCE: Final = re.compile(r"CC (BY(?:-(?:SA|NC|ND|NC-SA|NC-ND))?) ([1-4]\.[05])")
_SINCE: Final = (
    (datetime(2018, 5, 2, tzinfo=UTC), "CC BY-SA 4.0"),
    (datetime(2011, 4, 8, tzinfo=UTC), "CC BY-SA 3.0"),
)
"""From stackoverflow.com/help/licensing: under which licence somebody contributed from which day on."""


def licence_of(said: str, written_at: datetime) -> tuple[str, str]:
    """The name and address of a row's licence; by the day it was written where the row names none that is known."""
    known = _LICENCE.fullmatch(said.strip())
    if known is None:
        name = next((licence for since, licence in _SINCE if written_at >= since), "CC BY-SA 2.5")
        known = _LICENCE.fullmatch(name)
        assert known is not None
    return known[0], f"https://creativecommons.org/licenses/{known[1].lower()}/{known[2]}/"
