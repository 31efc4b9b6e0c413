"""The search engines there are, by the names that `BOTHWAYS_SEARCH` takes."""

from __future__ import annotations

from pathlib import Path
from typing import Any, Final

from community.search.engine import SearchEngine

NAMES: Final = ("whoosh", "tantivy")
"""The default first; the other comes with the extra of its name."""


class NoEngine(Exception):
    """An engine that is asked for is not installed; the message says how it comes."""


def opened(name: str, folder: Path, **options: Any) -> SearchEngine:
    """The engine of this name on the index in a folder; the options are those of `WhooshEngine`. Raises NoEngine."""
    if name == "tantivy":
        try:
            from community.search.tantivy_engine import TantivyEngine
        except ImportError:
            raise NoEngine("BOTHWAYS_SEARCH=tantivy needs the extra of that name: pip install 'bothways[tantivy]'.") from None
        return TantivyEngine(folder, **options)
    from community.search.whoosh_engine import WhooshEngine

    return WhooshEngine(folder, **options)
