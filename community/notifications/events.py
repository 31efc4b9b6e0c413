"""What notifications record."""

from __future__ import annotations

from dataclasses import dataclass

from community.core.log import Event


@dataclass(frozen=True, kw_only=True)
class NotificationsMade(Event, name="notifications.made"):
    """Some people were told of the event at `told`.

    It names no channels, as they may be thousands: each web process asks which of them have a page open (live/own.py).
    """

    told: int


@dataclass(frozen=True, kw_only=True)
class NotificationsRead(Event, name="notifications.read", channels=("user:{by_id}",)):
    """Somebody has read some of what they were told: those of a topic, or all (None)."""

    topic_id: int | None


@dataclass(frozen=True, kw_only=True)
class MailChanged(Event, name="notifications.mail_changed", channels=("user:{by_id}",)):
    """Somebody chose of which kinds of notifications they want mail."""
