"""The channel `user:<id>`: what is somebody's alone. On pages these are the bell and the door to the desk, as they are now.

An event that tells thousands names no channels: each process asks which of those who have a page open here were told.
"""

from __future__ import annotations

from collections.abc import Sequence

from markupsafe import Markup

from community.core.fragments import fragment, stream
from community.core.log import Recorded
from community.live.channels import Channel
from community.live.listeners import Listeners
from community.notifications.events import NotificationsMade, NotificationsRead
from community.notifications.queries import bell, told_of
from community.staff.viewer import Viewer
from community.talks.events import TalkChanged, TalkOpened, TalkRead, TalkSpoken
from community.talks.fragments import door_replaced

CHUNK = 500
"""Accounts that one query asks about."""

EVENTS = (NotificationsMade, NotificationsRead, TalkOpened, TalkSpoken, TalkChanged, TalkRead)


def rings(recorded: Sequence[Recorded]) -> bool:
    """Whether a bell or a door has another count after these events."""
    return any(isinstance(each.event, EVENTS) for each in recorded)


def told_here(recorded: Recorded, listeners: Listeners) -> list[Channel]:
    """The channels of those who were told by this event and listen in this process. Needs an application context."""
    if not isinstance(recorded.event, NotificationsMade):
        return []
    channels = {channel.id: channel for channel in listeners.channels("user")}
    ids = sorted(channels)
    told: set[int] = set()
    for start in range(0, len(ids), CHUNK):
        told |= told_of(recorded.event.told, ids[start : start + CHUNK])
    return [channels[account_id] for account_id in sorted(told)]


def bell_streams(viewer: Viewer) -> Markup:
    """The viewer's bell and door as they are now."""
    now = bell(viewer)
    return stream("replace", "bell", fragment("notifications/_bell.html", "bell", now.unread)) + door_replaced(now.door)
