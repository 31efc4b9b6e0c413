"""The indexes of this site: one of what everybody may read, one of the rest (rulings 31), by the engine that was chosen.

Each engine has a folder of its own below `search/`. When another is chosen, the worker builds its indexes, and until they
are there those of the engine before go on answering; a day later their folder goes.
"""

from __future__ import annotations

import shutil
import time
from collections.abc import Collection
from pathlib import Path
from typing import Final

from flask import current_app

from community.config import Config
from community.search.analysis import LANGUAGES
from community.search.engine import PUBLIC, Found, SearchEngine, SearchIndexes
from community.search.engines import NAMES, NoEngine, opened
from community.search.querying import Query

KEPT_SECONDS: Final = 86_400.0
"""How long the indexes of a former engine are kept: processes that were not started anew may still ask them."""


class Succession(SearchIndexes):
    """The indexes of the chosen engine; those of a former one answer until the new ones are built."""

    former: SearchIndexes | None = None

    @property
    def is_usable(self) -> bool:
        """Whether searches are answered, by whichever."""
        return not self.needs_rebuild or (self.former is not None and not self.former.needs_rebuild)

    def find(self, query: Query, *, limit: int, offset: int = 0, audiences: Collection[str] = ()) -> Found:
        found = super().find(query, limit=limit, offset=offset, audiences=audiences)
        if found.available or self.former is None:
            return found
        return self.former.find(query, limit=limit, offset=offset, audiences=audiences)

    def like(
        self, title: str, body: str = "", *, limit: int, audiences: Collection[str] = (), without: Collection[int] = ()
    ) -> Found:
        found = super().like(title, body, limit=limit, audiences=audiences, without=without)
        if found.available or self.former is None:
            return found
        return self.former.like(title, body, limit=limit, audiences=audiences, without=without)

    def suggest(self, query: Query) -> str | None:
        if self.former is not None and self.needs_rebuild:
            return self.former.suggest(query)
        return super().suggest(query)

    def close(self) -> None:
        super().close()
        if self.former is not None:
            self.former.close()


def indexes() -> Succession:
    """The indexes below the data folder, opened once a process. Needs an application context."""
    kept: Succession | None = current_app.extensions.get("search")
    if kept is None:
        config: Config = current_app.config["BOTHWAYS"]
        kept = current_app.extensions["search"] = _opened(config)
    return kept


def forget_former() -> None:
    """Delete the indexes of other engines and releases, once those of the chosen one have been in use for a day."""
    config: Config = current_app.config["BOTHWAYS"]
    place = config.data / "search"
    own = place / config.search
    try:
        built = (own / "public" / "CURRENT").stat().st_mtime
    except FileNotFoundError:
        return
    if time.time() - built < KEPT_SECONDS or indexes().needs_rebuild:
        return
    indexes().former = None
    for each in place.iterdir():
        if each != own:
            shutil.rmtree(each, ignore_errors=True)


def audience_of(visibility: str) -> str:
    """The audience of a topic in a category of this visibility: `public`, or the visibility itself."""
    return PUBLIC if visibility == "public" else visibility


def audiences(visibilities: Collection[str]) -> tuple[str, ...]:
    """Which restricted audiences somebody belongs to who may read these visibilities."""
    return tuple(sorted(each for each in visibilities if audience_of(each) != PUBLIC))


def _opened(config: Config) -> Succession:
    chosen = Succession(*_pair(config.search, config.data / "search" / config.search))
    for name in NAMES:
        if name != config.search and (config.data / "search" / name).is_dir():
            try:
                chosen.former = SearchIndexes(*_pair(name, config.data / "search" / name))
            except NoEngine:  # it was taken off the machine: nobody can read what it left
                continue
    return chosen


def _pair(name: str, place: Path) -> tuple[SearchEngine, SearchEngine]:
    public = opened(name, place / "public", languages=LANGUAGES)
    return public, opened(name, place / "restricted", languages=LANGUAGES, statistics=public)
