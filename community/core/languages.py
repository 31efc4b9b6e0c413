"""The languages that texts of the site itself are shown in."""

from __future__ import annotations

from functools import cache, lru_cache
from pathlib import Path

from babel.support import NullTranslations, Translations
from flask import Flask
from flask_babel import get_locale
from werkzeug.datastructures import LanguageAccept
from werkzeug.http import parse_accept_header

AVAILABLE = ("en",)
"""Every shipped language, the site's default first."""


@lru_cache(maxsize=512)
def negotiate(accept_language: str) -> str:
    """The available language that an Accept-Language header likes best; the default where it likes none."""
    return parse_accept_header(accept_language[:200], LanguageAccept).best_match(AVAILABLE, AVAILABLE[0])


def install(app: Flask) -> None:
    """Let templates take their texts from catalogues read once a process; Flask-Babel would read them for each request."""
    app.jinja_env.install_gettext_callables(_gettext, _ngettext, newstyle=True)  # type: ignore[attr-defined]


def _gettext(text: str) -> str:
    return catalogue(get_locale().language).gettext(text)


def _ngettext(one: str, many: str, number: int) -> str:
    return catalogue(get_locale().language).ngettext(one, many, number)


@cache
def catalogue(language: str) -> NullTranslations:
    """The texts of a language; the English ones are in the code, so a missing catalogue gives those."""
    return Translations.load(Path(__file__).parents[1] / "translations", [language])
