"""Names of channels, and who may subscribe to which (contract.md Live).

Some kinds of channels belong to another reader, which knows what a change means to their pages: `app.py` brings the two
together (`OtherChannel`), as readers do not import one another. `updates` is a name of a later feature: it is refused like an
unknown one.
"""

from __future__ import annotations

import re
from collections.abc import Callable, Collection, Iterable, Mapping, Sequence
from dataclasses import dataclass
from typing import Protocol

from flask import current_app
from markupsafe import Markup
from sqlalchemy import select

from community.categories.models import Category
from community.categories.queries import may_read
from community.core.log import Recorded
from community.extensions import db
from community.staff.viewer import Viewer
from community.talks.queries import readable_talks
from community.topics.models import Topic
from community.topics.queries import topics_readable_by

MAX_CHANNELS = 50
"""Channels that one socket or one request may name; a page shows one to three."""

_WHOLE = "home|desk|faq|promise|record|talks|commitments|moderation"
_FORM = re.compile(rf"({_WHOLE})|(topic|category|user|talk):([1-9][0-9]{{0,17}})", re.ASCII)
_OTHER = re.compile(r"([a-z]{1,20}):([\w.-]{1,2500})", re.ASCII)


@dataclass(frozen=True)
class Channel:
    """What can be subscribed to: a kind, and the id of the thing where the kind has things, or the key of another reader's."""

    kind: str
    id: int = 0
    key: str = ""

    def __str__(self) -> str:
        return f"{self.kind}:{self.id or self.key}" if self.id or self.key else self.kind


class OtherChannel(Protocol):
    """A kind of channels whose pages another reader draws. Everybody may subscribe: rights are judged by what is sent."""

    kind: str
    follows: str
    """The channel of the log whose events may concern these."""

    def is_genuine(self, key: str) -> bool:
        """Whether there is a channel with this key."""

    def concerned(
        self, recorded: Sequence[Recorded], keys: Collection[str], showing: Callable[[int], Collection[str]]
    ) -> dict[str, list[Recorded]]:
        """Which events concern which of the keys; `showing` tells the keys of the pages that show a topic."""

    def streams(self, viewer: Viewer, key: str, recorded: Sequence[Recorded]) -> Markup:
        """What a page has to change after events of which the viewer may know, with the rights of now."""


def others() -> Mapping[str, OtherChannel]:
    """The channels that other readers draw, by kind. Needs an application context."""
    found: Mapping[str, OtherChannel] = current_app.extensions["other_channels"]
    return found


def logged_as(name: str) -> str:
    """The channel of the log whose events touch the channel of this name. Needs an application context."""
    other = others().get(name.partition(":")[0])
    return other.follows if other is not None else name


def parse(name: str) -> Channel | None:
    """The channel of this name, or None where there is none. Needs an application context."""
    found = _FORM.fullmatch(name)
    if found is not None:
        return Channel(found[1]) if found[1] else Channel(found[2], int(found[3]))
    found = _OTHER.fullmatch(name)
    other = others().get(found[1]) if found is not None else None
    if found is None or other is None or not other.is_genuine(found[2]):
        return None
    return Channel(other.kind, key=found[2])


def readable(viewer: Viewer, channels: Iterable[Channel]) -> set[Channel]:
    """Those of the channels that this viewer may subscribe to at this moment; at most three queries."""
    wanted = set(channels)
    topics = {channel.id for channel in wanted if channel.kind == "topic"}
    categories = {channel.id for channel in wanted if channel.kind == "category"}
    talks = {channel.id for channel in wanted if channel.kind == "talk"}
    return (
        {Channel("topic", topic_id) for topic_id in _readable_topics(viewer, topics)}
        | {Channel("category", category_id) for category_id in _readable_categories(viewer, categories)}
        | {Channel("talk", talk_id) for talk_id in readable_talks(viewer, talks)}
        | {channel for channel in wanted if _is_open(viewer, channel)}
    )


def _is_open(viewer: Viewer, channel: Channel) -> bool:
    match channel.kind:
        case "home" | "faq" | "promise" | "record" | "commitments":
            return True
        case "desk" | "talks":
            return viewer.is_staff
        case "moderation":
            return viewer.is_moderator
        case "user":
            return viewer.id == channel.id
        case _:
            return channel.kind in others()


def _readable_topics(viewer: Viewer, ids: set[int]) -> Iterable[int]:
    if not ids:
        return ()
    query = select(Topic.id).join(Topic.category).where(Topic.id.in_(ids), topics_readable_by(viewer))
    return db.session.scalars(query)


def _readable_categories(viewer: Viewer, ids: set[int]) -> Iterable[int]:
    if not ids:
        return ()
    return db.session.scalars(select(Category.id).where(Category.id.in_(ids), may_read(viewer)))
