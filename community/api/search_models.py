"""What the API says beside the results of a search."""

from __future__ import annotations

from pydantic import BaseModel


class FacetOut(BaseModel):
    """A value of a filter and how many topics choosing it would find, exact to 100 where `at_least` is false."""

    value: str
    count: int
    at_least: bool


class WaitingOut(BaseModel):
    """A post of the caller's own that matches and waits for review."""

    title: str
    url: str
