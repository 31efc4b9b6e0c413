"""What the promise records."""

from __future__ import annotations

from dataclasses import dataclass

from community.core.log import Event

_HERE = ("topic:{topic_id}", "category:{category_id}", "home", "desk", "promise")


@dataclass(frozen=True, kw_only=True)
class PromiseChanged(Event, name="promise.changed", channels=_HERE):
    """When an answer is due, or whether it came in time, is another than before."""

    topic_id: int
    category_id: int
    state: str


@dataclass(frozen=True, kw_only=True)
class PromiseMissed(Event, name="promise.missed", channels=_HERE):
    """A question fell due and no employee had answered."""

    topic_id: int
    category_id: int
