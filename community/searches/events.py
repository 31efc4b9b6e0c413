"""What saved searches record. Nobody but their owner knows of them: only the owner's own channel is touched."""

from __future__ import annotations

from dataclasses import dataclass

from community.core.log import Event

_OWN = ("user:{account_id}",)


@dataclass(frozen=True, kw_only=True)
class SearchSaved(Event, name="search.saved", channels=_OWN):
    """Somebody kept a search, to be told of what it finds."""

    account_id: int
    saved_search_id: int


@dataclass(frozen=True, kw_only=True)
class SearchChanged(Event, name="search.changed", channels=_OWN):
    """Its owner gave a saved search another name, let it pause, or let it go on."""

    account_id: int
    saved_search_id: int


@dataclass(frozen=True, kw_only=True)
class SearchDropped(Event, name="search.dropped", channels=_OWN):
    """Its owner no longer keeps a search."""

    account_id: int
    saved_search_id: int


@dataclass(frozen=True, kw_only=True)
class SearchMatched(Event, name="search.matched", channels=_OWN):
    """A saved search has news for its owner: a topic that matches it, or an answer in one (`tells` as in `SavedSearch`).

    `post_id` is the answer, where it is one.
    """

    account_id: int
    saved_search_id: int
    topic_id: int
    tells: str
    post_id: int | None = None
