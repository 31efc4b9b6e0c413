"""The search engines there are, by the names that `BOTHWAYS_SEARCH` takes."""

from __future__ import annotations

from pathlib import Path
from typing import Any

from community.search.engine import SearchEngine
from community.search.whoosh_engine import WhooshEngine


def opened(name: str, folder: Path, **options: Any) -> SearchEngine:
    """The engine of this name on the index in a folder; the options are those of `WhooshEngine`."""
    assert name == "whoosh"
    return WhooshEngine(folder, **options)
