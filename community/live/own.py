"""The channel `user:<id>`: what is somebody's alone. Its one part on pages is the bell, drawn with its count of this moment.

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

CHUNK = 500
"""Accounts that one query asks about."""

EVENTS = (NotificationsMade, NotificationsRead)


def rings(recorded: Sequence[Recorded]) -> bool:
    """Whether a bell has another count after these events."""
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
    """The viewer's bell as it is now."""
    return stream("replace", "bell", fragment("notifications/_bell.html", "bell", bell(viewer).unread))
