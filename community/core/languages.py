"""The languages that texts of the site itself are shown in."""

from __future__ import annotations

from functools import lru_cache

from werkzeug.datastructures import LanguageAccept
from werkzeug.http import parse_accept_header

AVAILABLE = ("en",)
"""Every shipped language, the site's default first."""


@lru_cache(maxsize=512)
def negotiate(accept_language: str) -> str:
    """The available language that an Accept-Language header likes best; the default where it likes none."""
    return parse_accept_header(accept_language[:200], LanguageAccept).best_match(AVAILABLE, AVAILABLE[0])
