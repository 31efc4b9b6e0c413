"""Names of channels, and who may subscribe to which (contract.md Live).

`search:<key>`, `updates` and `talk:<id>` are names of later features: they are refused like unknown ones.
"""

from __future__ import annotations

import re
from collections.abc import Iterable
from dataclasses import dataclass

from sqlalchemy import select

from community.categories.models import Category
from community.categories.queries import may_read
from community.extensions import db
from community.staff.viewer import Viewer
from community.topics.models import Topic
from community.topics.queries import topics_readable_by

MAX_CHANNELS = 50
"""Channels that one socket or one request may name; a page shows one to three."""

_FORM = re.compile(r"(home|desk)|(topic|category|user):([1-9][0-9]{0,17})", re.ASCII)


@dataclass(frozen=True)
class Channel:
    """What can be subscribed to: a kind, and the id of the thing where the kind has things."""

    kind: str
    id: int = 0

    def __str__(self) -> str:
        return f"{self.kind}:{self.id}" if self.id else self.kind


def parse(name: str) -> Channel | None:
    """The channel of this name, or None where there is none."""
    found = _FORM.fullmatch(name)
    if found is None:
        return None
    return Channel(found[1]) if found[1] else Channel(found[2], int(found[3]))


def readable(viewer: Viewer, channels: Iterable[Channel]) -> set[Channel]:
    """Those of the channels that this viewer may subscribe to at this moment; at most two queries."""
    wanted = set(channels)
    topics = {channel.id for channel in wanted if channel.kind == "topic"}
    categories = {channel.id for channel in wanted if channel.kind == "category"}
    return (
        {Channel("topic", topic_id) for topic_id in _readable_topics(viewer, topics)}
        | {Channel("category", category_id) for category_id in _readable_categories(viewer, categories)}
        | {channel for channel in wanted if _is_open(viewer, channel)}
    )


def _is_open(viewer: Viewer, channel: Channel) -> bool:
    match channel.kind:
        case "home":
            return True
        case "desk":
            return viewer.is_staff
        case "user":
            return viewer.id == channel.id
        case _:
            return False


def _readable_topics(viewer: Viewer, ids: set[int]) -> Iterable[int]:
    if not ids:
        return ()
    query = select(Topic.id).join(Topic.category).where(Topic.id.in_(ids), topics_readable_by(viewer))
    return db.session.scalars(query)


def _readable_categories(viewer: Viewer, ids: set[int]) -> Iterable[int]:
    if not ids:
        return ()
    return db.session.scalars(select(Category.id).where(Category.id.in_(ids), may_read(viewer)))
