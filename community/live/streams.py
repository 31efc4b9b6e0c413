"""From events to Turbo streams: what a viewer's page on a channel has to change."""

from __future__ import annotations

from collections.abc import Sequence

from markupsafe import Markup

from community.core.log import Recorded
from community.live.changes import EVENTS, changes_of, is_hidden
from community.live.channels import Channel
from community.live.lists import list_streams
from community.live.topic_page import topic_streams
from community.staff.viewer import Viewer

DRAWN = frozenset({"topic", "category", "home"})
"""Kinds of channels with pages that events redraw. `user` and `desk` can be heard, and have no page of their own yet."""


def draws(channel: Channel, recorded: Sequence[Recorded]) -> bool:
    """Whether these events change anything that a page on this channel shows."""
    return channel.kind in DRAWN and any(type(each.event) in EVENTS for each in recorded)


def streams_for(viewer: Viewer, channel: Channel, recorded: Sequence[Recorded]) -> Markup:
    """The streams that bring a page on this channel up to date for this viewer, in the language of the running context.

    Rights are those of this moment. What only its author sees (`is_hidden`) is drawn for its author alone.
    """
    mine = [each for each in recorded if not is_hidden(each) or (each.event and each.event.by_id == viewer.id)]
    if not draws(channel, mine):
        return Markup()
    changes = changes_of(mine)
    if channel.kind == "topic":
        return topic_streams(viewer, channel.id, changes)
    return list_streams(viewer, changes)
