"""What answers record."""

from __future__ import annotations

from dataclasses import dataclass

from community.core.log import Event

_HERE = ("topic:{topic_id}", "category:{category_id}", "home")


@dataclass(frozen=True, kw_only=True)
class AnswerAccepted(Event, name="answer.accepted", channels=(*_HERE, "user:{author_id}")):
    """An answer solved the question for its asker (or staff said so after seven silent days)."""

    topic_id: int
    category_id: int
    post_id: int
    author_id: int


@dataclass(frozen=True, kw_only=True)
class AcceptanceUndone(Event, name="acceptance.undone", channels=(*_HERE, "user:{author_id}")):
    """The acceptance was taken back."""

    topic_id: int
    category_id: int
    post_id: int
    author_id: int


@dataclass(frozen=True, kw_only=True)
class AnswerMadeOfficial(Event, name="answer.made_official", channels=(*_HERE, "user:{author_id}")):
    """An answer speaks for the company."""

    topic_id: int
    category_id: int
    post_id: int
    author_id: int


@dataclass(frozen=True, kw_only=True)
class OfficialMarkUndone(Event, name="official_mark.undone", channels=(*_HERE, "user:{author_id}")):
    """The official mark was taken back."""

    topic_id: int
    category_id: int
    post_id: int
    author_id: int
