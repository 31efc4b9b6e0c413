"""The indexes of this site: one of what everybody may read, one of the rest (rulings 31)."""

from __future__ import annotations

from collections.abc import Collection

from flask import current_app

from community.config import Config
from community.core.languages import AVAILABLE
from community.search.engine import PUBLIC, SearchIndexes
from community.search.whoosh_engine import WhooshEngine


def indexes() -> SearchIndexes:
    """The indexes below the data folder, opened once a process. Needs an application context."""
    kept: SearchIndexes | None = current_app.extensions.get("search")
    if kept is None:
        config: Config = current_app.config["BOTHWAYS"]
        public = WhooshEngine(config.data / "search" / "public", languages=AVAILABLE)
        restricted = WhooshEngine(config.data / "search" / "restricted", languages=AVAILABLE, statistics=public)
        kept = current_app.extensions["search"] = SearchIndexes(public, restricted)
    return kept


def audience_of(visibility: str) -> str:
    """The audience of a topic in a category of this visibility: `public`, or the visibility itself."""
    return PUBLIC if visibility == "public" else visibility


def audiences(visibilities: Collection[str]) -> tuple[str, ...]:
    """Which restricted audiences somebody belongs to who may read these visibilities."""
    return tuple(sorted(each for each in visibilities if audience_of(each) != PUBLIC))
