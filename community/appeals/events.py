"""What appeals record. `topic_id`, `category_id` and `post_id` are those of a removal, None where it is about a suspension."""

from __future__ import annotations

from dataclasses import dataclass

from community.core.log import Event

_HERE = ("moderation",)


@dataclass(frozen=True, kw_only=True)
class AppealMade(Event, name="appeal.made", channels=_HERE):
    """Somebody objects to what was decided about them."""

    appeal_id: int
    account_id: int
    topic_id: int | None = None
    category_id: int | None = None
    post_id: int | None = None


@dataclass(frozen=True, kw_only=True)
class AppealDecided(Event, name="appeal.decided", channels=_HERE):
    """Another moderator upheld or reversed it, with a reason."""

    appeal_id: int
    account_id: int
    outcome: str
    topic_id: int | None = None
    category_id: int | None = None
    post_id: int | None = None
