"""What votes record."""

from __future__ import annotations

from dataclasses import dataclass

from community.core.log import Event

_HERE = ("topic:{topic_id}", "category:{category_id}", "home")


@dataclass(frozen=True, kw_only=True)
class AnswerRated(Event, name="answer.rated", channels=_HERE):
    """A member said whether an answer helped them, for the first time or otherwise than before."""

    topic_id: int
    category_id: int
    post_id: int
    author_id: int
    helpful: bool


@dataclass(frozen=True, kw_only=True)
class RatingUndone(Event, name="rating.undone", channels=_HERE):
    """A member took that back."""

    topic_id: int
    category_id: int
    post_id: int
    author_id: int


@dataclass(frozen=True, kw_only=True)
class AnswerRatedByVisitors(Event, name="answer.rated_by_visitors", channels=_HERE):
    """What visitors said of an answer in the last minute was counted; nobody knows who they were."""

    topic_id: int
    category_id: int
    post_id: int
    author_id: int
