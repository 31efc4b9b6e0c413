"""The endpoints of saved searches: one's own, and nobody else's."""

from __future__ import annotations

from datetime import datetime
from typing import Literal

from pydantic import BaseModel, Field

from community.api.blueprint import bp
from community.api.layer import Call, Nothing, endpoint
from community.core.fragments import base_url
from community.core.limits import SAVED_SEARCHES
from community.search.normal import normal
from community.search.queries import asked, search
from community.search.saved_routes import address_of
from community.searches.actions import LONGEST_NAME, change_search, drop_search, save_search
from community.searches.models import SavedSearch
from community.searches.queries import saved_searches_of

Tells = Literal["matches", "answers"]


class NewSavedSearch(BaseModel, extra="forbid"):
    """A search to keep: what stands in its box (`q`) and its chips, as in the address of its page."""

    tells: Tells
    q: str = Field("", max_length=200)
    kind: str = Field("", max_length=60)
    state: str = Field("", max_length=60)
    category: str = Field("", max_length=60)
    tag: str = Field("", max_length=60)
    by: str = Field("", max_length=60)
    name: str = Field("", max_length=LONGEST_NAME)


class SavedSearchChange(BaseModel, extra="forbid"):
    """What to change; what is left out stays."""

    name: str | None = Field(None, max_length=LONGEST_NAME)
    paused: bool | None = None


class SavedSearchOut(BaseModel):
    """A search that somebody keeps. It tells of new `matches`, or of accepted and official `answers` to questions it finds."""

    id: int
    url: str
    name: str
    arguments: dict[str, str]
    tells: Tells
    paused: bool
    created_at: datetime


class SavedSearches(BaseModel):
    """Everything one keeps, newest first; there are 20 at most."""

    saved_searches: list[SavedSearchOut]


@endpoint(bp, "GET", "/saved-searches", scope="read", answer=SavedSearches)
def list_saved_searches(call: Call[Nothing, Nothing]) -> SavedSearches:
    """List one's own saved searches."""
    return SavedSearches(saved_searches=[_out(each) for each in saved_searches_of(call.viewer)])


@endpoint(
    bp, "POST", "/saved-searches", scope="write", body=NewSavedSearch, answer=SavedSearchOut, status=201, limit=SAVED_SEARCHES
)
def post_saved_search(call: Call[NewSavedSearch, Nothing]) -> SavedSearchOut:
    """Keep a search; the same one again is the one that is kept already."""
    sent = call.body
    arguments = normal(sent.model_dump(exclude={"tells", "name"}))
    known = search(call.viewer, asked(arguments)).known if arguments else ()
    return _out(save_search(by=call.viewer, arguments=arguments, tells=sent.tells, known=known, name=sent.name))


@endpoint(bp, "PATCH", "/saved-searches/<int:saved_search_id>", scope="write", body=SavedSearchChange, answer=SavedSearchOut)
def patch_saved_search(call: Call[SavedSearchChange, Nothing], saved_search_id: int) -> SavedSearchOut:
    """Give it another name, let it pause or go on."""
    sent = call.body
    return _out(change_search(by=call.viewer, saved_search_id=saved_search_id, name=sent.name, paused=sent.paused))


@endpoint(bp, "DELETE", "/saved-searches/<int:saved_search_id>", scope="write", answer=SavedSearches)
def delete_saved_search(call: Call[Nothing, Nothing], saved_search_id: int) -> SavedSearches:
    """Give it up; answers what is left."""
    drop_search(by=call.viewer, saved_search_id=saved_search_id)
    return SavedSearches(saved_searches=[_out(each) for each in saved_searches_of(call.viewer)])


def _out(kept: SavedSearch) -> SavedSearchOut:
    return SavedSearchOut(
        id=kept.id,
        url=f"{base_url()}{address_of(kept.arguments)}",
        name=kept.words,
        arguments=kept.arguments,
        tells="answers" if kept.tells == "answers" else "matches",
        paused=kept.paused_at is not None,
        created_at=kept.created_at,
    )
