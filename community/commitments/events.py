"""What commitments record."""

from __future__ import annotations

from dataclasses import dataclass

from community.core.log import Event

_HERE = ("topic:{topic_id}", "commitments", "commitments:{topic_id}")


@dataclass(frozen=True, kw_only=True)
class CommitmentMade(Event, name="commitment.made", channels=_HERE):
    """An employee committed the brand to something in a post."""

    commitment_id: int
    topic_id: int
    category_id: int
    post_id: int
    deed_id: int


@dataclass(frozen=True, kw_only=True)
class CommitmentChanged(Event, name="commitment.changed", channels=_HERE):
    """It has another day, or another owner."""

    commitment_id: int
    topic_id: int
    category_id: int
    post_id: int
    deed_id: int


@dataclass(frozen=True, kw_only=True)
class CommitmentKept(Event, name="commitment.kept", channels=_HERE):
    """It was kept."""

    commitment_id: int
    topic_id: int
    category_id: int
    post_id: int
    deed_id: int


@dataclass(frozen=True, kw_only=True)
class CommitmentWithdrawn(Event, name="commitment.withdrawn", channels=_HERE):
    """It is given up, with the reason."""

    commitment_id: int
    topic_id: int
    category_id: int
    post_id: int
    deed_id: int


@dataclass(frozen=True, kw_only=True)
class CommitmentLate(Event, name="commitment.late", channels=_HERE):
    """Its day has passed and it was not kept."""

    commitment_id: int
    topic_id: int
    category_id: int
    post_id: int
    deed_id: int
