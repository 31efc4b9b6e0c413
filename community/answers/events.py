"""What answers record."""

from __future__ import annotations

from dataclasses import dataclass

from community.core.log import Event

_HERE = ("topic:{topic_id}", "category:{category_id}", "home", "desk")


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


@dataclass(frozen=True, kw_only=True)
class AnswerRejected(Event, name="answer.rejected", channels=(*_HERE, "user:{author_id}")):
    """An answer did not solve the question, says its asker; the question is back in the queue."""

    topic_id: int
    category_id: int
    post_id: int
    author_id: int


@dataclass(frozen=True, kw_only=True)
class RejectionUndone(Event, name="rejection.undone", channels=(*_HERE, "user:{author_id}")):
    """The asker took a rejection back, or accepted the answer after all."""

    topic_id: int
    category_id: int
    post_id: int
    author_id: int


@dataclass(frozen=True, kw_only=True)
class AcceptanceNudged(Event, name="acceptance.nudged", channels=("user:{account_id}",)):
    """The asker is asked whether an answer solved it, for the first or second time (`number`). Recorded by the scheduler."""

    topic_id: int
    category_id: int
    post_id: int
    account_id: int
    number: int


@dataclass(frozen=True, kw_only=True)
class AnswerChecked(Event, name="answer.checked", channels=_HERE):
    """An employee looked: the answer still is true."""

    topic_id: int
    category_id: int
    post_id: int


@dataclass(frozen=True, kw_only=True)
class CheckUndone(Event, name="check.undone", channels=_HERE):
    """A check was taken back; the one before it counts again."""

    topic_id: int
    category_id: int
    post_id: int


@dataclass(frozen=True, kw_only=True)
class OutdatedMarked(Event, name="outdated.marked", channels=_HERE):
    """A member says that an answer no longer works. Visitors' marks are counted without an event."""

    topic_id: int
    category_id: int
    post_id: int


@dataclass(frozen=True, kw_only=True)
class OutdatedUndone(Event, name="outdated.undone", channels=_HERE):
    """A member took that back."""

    topic_id: int
    category_id: int
    post_id: int


@dataclass(frozen=True, kw_only=True)
class AnswerDoubted(Event, name="answer.doubted", channels=_HERE):
    """Enough people say that an answer no longer works: it waits on the desk for a check."""

    topic_id: int
    category_id: int
    post_id: int


@dataclass(frozen=True, kw_only=True)
class AnswerAged(Event, name="answer.aged", channels=_HERE):
    """Nobody has looked at an answer for so long that it waits on the desk for a check. Recorded by the scheduler."""

    topic_id: int
    category_id: int
    post_id: int
