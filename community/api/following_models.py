"""What the endpoints of following and of notifications take and give (following.py)."""

from __future__ import annotations

from datetime import datetime
from typing import Literal

from pydantic import BaseModel, Field

from community.api.models import Cursor, Id, Limit, Line, Sent

FollowKind = Literal["topic", "category", "tag", "person"]
FollowLevel = Literal["everything", "answers", "topics", "muted"]


class FollowOut(BaseModel):
    """Something that you follow. `target` is a topic's id, a category's slug, a tag's name or a person's handle."""

    kind: FollowKind
    target: str
    name: str
    url: str
    level: FollowLevel
    chosen: bool = Field(description="False where it came by writing there.")
    at: datetime


class FollowList(BaseModel):
    """What you follow or muted and may still see."""

    follows: list[FollowOut]


class NewFollow(Sent):
    """What to follow, and how; without a level the usual way."""

    kind: FollowKind
    target: Line
    level: FollowLevel | None = None


class FollowQuery(Sent):
    """What to follow no longer."""

    kind: FollowKind
    target: Line


class NotificationOut(BaseModel):
    """Something that you were told; `by` is a handle, or null where nobody or many did it."""

    id: int
    kind: str
    at: datetime
    read: bool
    topic_id: int
    title: str
    post_id: int | None
    url: str
    by: str | None
    beginning: str


class NotificationPage(BaseModel):
    """Notifications, newest first. `unread` counts all, to 100."""

    notifications: list[NotificationOut]
    unread: int
    next: str | None


class NotificationQuery(Sent):
    """Which notifications to list."""

    unread: bool = False
    after: Cursor | None = None
    limit: Limit = 20


class ReadNotifications(Sent):
    """What was read: these notifications, those of a topic, or all where neither is named."""

    ids: list[Id] | None = Field(default=None, max_length=100)
    topic_id: Id | None = None


class Unread(BaseModel):
    """How many are unread now."""

    unread: int
