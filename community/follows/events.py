"""What follows record."""

from __future__ import annotations

from dataclasses import dataclass

from community.core.log import Event

_HERE = ("topic:{topic_id}", "category:{category_id}", "home")


@dataclass(frozen=True, kw_only=True)
class FollowChanged(Event, name="follow.changed", channels=("user:{by_id}",)):
    """Somebody chose what to hear of something; `level` is None where they follow it no longer. `kind` as in follows/models.py."""

    kind: str
    target_id: int
    level: str | None


@dataclass(frozen=True, kw_only=True)
class MeTooAdded(Event, name="me_too.added", channels=(*_HERE, "user:{by_id}")):
    """A member has this problem too."""

    topic_id: int
    category_id: int


@dataclass(frozen=True, kw_only=True)
class MeTooUndone(Event, name="me_too.undone", channels=(*_HERE, "user:{by_id}")):
    """A member took that back."""

    topic_id: int
    category_id: int


@dataclass(frozen=True, kw_only=True)
class VisitorMeTooAsked(Event, name="me_too.visitor_asked"):
    """A visitor left an address; nothing counts before it is confirmed. `visitor_id` is of VisitorMeToo."""

    visitor_id: int


@dataclass(frozen=True, kw_only=True)
class VisitorMeTooConfirmed(Event, name="me_too.visitor_confirmed", channels=_HERE):
    """A visitor's address was confirmed: it counts from now on."""

    topic_id: int
    category_id: int


@dataclass(frozen=True, kw_only=True)
class MeToosRecounted(Event, name="me_too.recounted", channels=_HERE):
    """The number of those with this problem changed otherwise: by a duplicate that was marked or undone, or by who withdrew."""

    topic_id: int
    category_id: int
