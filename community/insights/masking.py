"""What may be kept of the words of a search: never an address, never a number that could be somebody's."""

from __future__ import annotations

import hashlib
import hmac
import re
import unicodedata
from typing import Final

from flask import current_app

from community.core.text import without_unwanted

LONGEST: Final = 80
MOST_WORDS: Final = 8
"""What is longer than this is a letter to somebody rather than a search; it is not kept at all."""

MOST_DIGITS: Final = 4
"""Digits that may stand together: versions, years and short codes; from five on it may be an order, a telephone or an account."""

_OPERATOR: Final = re.compile(r"(?<!\S)-?[a-z]+:(?:\"[^\"]*\"|\S+)")
_WEB: Final = re.compile(r"\b(?:https?://|www\.)\S+")
_MAIL: Final = re.compile(r"\S+@\S+")
_HANDLE: Final = re.compile(r"(?<!\w)@\w+")
_NUMBER: Final = re.compile(r"[+(]?\d(?:[\d\s().,/:-]*\d)?")
_EDGES: Final = re.compile(r"(?<!\w)[^\w\s#@…-]+|[^\w\s#@…-]+(?!\w)")


def kept_words(text: str) -> str | None:
    """The words of a search as they may be counted: folded, without operators, with addresses and long numbers masked.

    None where nothing is left, or where it is too long for a search.
    """
    folded = unicodedata.normalize("NFKC", without_unwanted(text)).casefold()
    for unwanted, instead in ((_WEB, " "), (_OPERATOR, " "), (_MAIL, "@…"), (_HANDLE, "@…")):
        folded = unwanted.sub(instead, folded)
    words = _EDGES.sub(" ", _NUMBER.sub(_masked, folded)).split()
    found = " ".join(words)
    if not any(character.isalpha() for character in found) or len(found) > LONGEST or len(words) > MOST_WORDS:
        return None
    return found


def digest_of(words: str) -> str:
    """Under which words are counted while nobody may read them: keyed, so that it cannot be guessed from a copy of the database."""
    key = f"search gaps {current_app.secret_key!s}".encode()
    return hmac.new(key, words.encode(), hashlib.sha256).hexdigest()[:32]


def _masked(found: re.Match[str]) -> str:
    digits = sum(character.isdigit() for character in found[0])
    return found[0] if digits <= MOST_DIGITS else "#… "
