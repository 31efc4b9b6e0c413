"""Text at the door: what the databases and the rest of the house may rely on."""

from __future__ import annotations

import re
import unicodedata
from typing import Final

# NUL is refused by PostgreSQL and stored by SQLite, lone surrogates fail in every encoder, the rest of the
# C0 and C1 controls means nothing in a text; tab and line ends are left.
_UNWANTED: Final = re.compile("[\x00-\x08\x0b\x0c\x0e-\x1f\x7f-\x9f\ud800-\udfff\ufffe\uffff]")


MOST_MARKS: Final = 4
"""Combining marks on one letter. Living scripts need three at most; more are drawn over the lines above and below."""


def is_clean(text: str) -> bool:
    """Whether `text` has no control characters (but tab and line ends) and no lone surrogates."""
    return _UNWANTED.search(text) is None


def without_unwanted(text: str) -> str:
    """`text` without what `is_clean` refuses, to show again what somebody sent."""
    return _UNWANTED.sub("", text)


def has_towers(text: str) -> bool:
    """Whether some letter of `text` carries more than four combining marks."""
    height = 0
    for character in text:
        height = height + 1 if unicodedata.category(character) in {"Mn", "Me"} else 0
        if height > MOST_MARKS:
            return True
    return False
