"""From events to Turbo streams: what a viewer's page on a channel has to change."""

from __future__ import annotations

from collections.abc import Sequence
from contextlib import suppress
from typing import Any

from flask import get_template_attribute
from markupsafe import Markup
from sqlalchemy import select

from community.categories.events import CategoryChanged, CategoryMade
from community.categories.models import Category
from community.categories.queries import may_read
from community.core.errors import NotFound
from community.core.fragments import REFRESH
from community.core.log import Recorded
from community.extensions import db
from community.live.changes import EVENTS, Changes, Part, changes_of, is_hidden
from community.live.channels import Channel, others, readable
from community.live.desk import desk_streams
from community.live.lists import MOST_TILES, home_streams, list_streams
from community.live.own import bell_streams, rings
from community.live.talks import inbox_streams, talk_streams
from community.live.topic_page import topic_streams
from community.posts.queries import post_views_unchecked, topic_view
from community.staff.viewer import VISITOR, Viewer
from community.topics.models import Topic
from community.topics.queries import topics_readable_by

REFRESHED = frozenset({"faq", "record", "commitments", "moderation"})
"""Kinds of channels whose pages are fetched anew."""

DRAWN = REFRESHED | {"topic", "category", "home", "desk", "promise", "user", "talk", "talks"}
"""Kinds of channels with pages that events redraw."""


MACROS = (
    *(("topics/_topic.html", "topic_head"), ("posts/_post.html", "post"), ("_pager.html", "pager")),
    *(("_tile.html", "tile"), ("home/_home.html", "recent_block")),
)


def warm_up() -> None:
    """Compile the macros and statements that pushes are drawn with, so that no first push waits for it (0.3 s).

    Needs a context as `drawing` gives it.
    """
    for template, macro in MACROS:
        get_template_attribute(template, macro)
    readable(VISITOR, [Channel("topic", 1), Channel("category", 1)])
    post_views_unchecked([1])
    with suppress(NotFound):
        topic_view(VISITOR, 1)
    list_streams(VISITOR, Changes(topics={1: None}))
    home_streams(VISITOR)


def draws(channel: Channel, recorded: Sequence[Recorded]) -> bool:
    """Whether these events change anything that a page on this channel shows."""
    if channel.kind == "user":
        return rings(recorded)
    return (channel.kind in DRAWN or channel.kind in others()) and any(type(each.event) in EVENTS for each in recorded)


def open_to(viewer: Viewer, channel: Channel, recorded: Sequence[Recorded]) -> list[Recorded]:
    """Those of the events of which this viewer may know: in places in view, or on a topic that left one.

    What a topic's own channel says of the topic itself is judged with the topic (`topic_streams`).
    """
    changes = changes_of(recorded)
    own = {channel.id} if channel.kind == "topic" else set[int]()
    topics = own | _readable_topics(viewer, changes.topics.keys() - own)
    left = {category_id for former in changes.former_categories.values() for category_id in former}
    places = _readable_categories(viewer, left | changes.categories)
    return [each for each in recorded if _is_known(each.event, topics, places)]


def _is_known(event: Any, topics: set[int], places: set[int]) -> bool:
    if isinstance(event, CategoryMade | CategoryChanged):
        return event.category_id in places or getattr(event, "visibility_changed", False)
    topic_id = getattr(event, "topic_id", None)
    return topic_id is None or topic_id in topics or getattr(event, "former_category_id", None) in places


def _readable_topics(viewer: Viewer, ids: set[int]) -> set[int]:
    if not ids:
        return set()
    return set(db.session.scalars(select(Topic.id).join(Topic.category).where(Topic.id.in_(ids), topics_readable_by(viewer))))


def _readable_categories(viewer: Viewer, ids: set[int]) -> set[int]:
    return set(db.session.scalars(select(Category.id).where(Category.id.in_(ids), may_read(viewer)))) if ids else set()


def streams_for(viewer: Viewer, channel: Channel, recorded: Sequence[Recorded]) -> Markup:
    """The streams that bring a page on this channel up to date for this viewer, in the language of the running context.

    Rights are those of this moment. What only its author sees (`is_hidden`) is drawn for its author alone.
    """
    if channel.kind in REFRESHED:
        # Also of entries whose question can no longer be read: that they left is all that this says.
        return REFRESH if draws(channel, recorded) else Markup()
    if channel.kind == "user":
        return bell_streams(viewer) if viewer.id == channel.id else Markup()
    if channel.kind == "talk":
        return talk_streams(viewer, channel.id, recorded)
    if channel.kind == "talks":
        return inbox_streams(viewer)
    mine = [each for each in recorded if not is_hidden(each) or (each.event and each.event.by_id == viewer.id)]
    known = open_to(viewer, channel, mine)
    if not draws(channel, known):
        return Markup()
    if channel.key:
        return others()[channel.kind].streams(viewer, channel.key, known)
    changes = changes_of(known)
    if channel.kind == "topic":
        return topic_streams(viewer, channel.id, changes)
    if channel.kind == "promise" or Part.CATEGORY in changes.parts or len(changes.topics) > MOST_TILES:
        return REFRESH
    if channel.kind == "desk":
        return desk_streams(viewer, changes)
    return list_streams(viewer, changes) + (home_streams(viewer, changes.places) if channel.kind == "home" else "")
