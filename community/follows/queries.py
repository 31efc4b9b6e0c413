"""Reading follows: always one's own."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import datetime

from flask_babel import gettext
from sqlalchemy import ColumnElement, ScalarSelect, select

from community.accounts.models import Account
from community.categories.models import Category
from community.categories.queries import may_read
from community.core.errors import NotFound
from community.core.text import is_clean
from community.extensions import db
from community.follows.models import Follow, MeToo
from community.staff.viewer import Viewer
from community.tags.models import Tag, TopicTag
from community.topics.models import Topic
from community.topics.queries import topics_visible_to
from community.topics.titles import topic_url

MOST = 500
"""Follows of each kind that the list shows, newest first."""


@dataclass(frozen=True)
class Followed:
    """Something that the viewer follows, or keeps silent: its name and address, and how."""

    kind: str
    target_id: int
    name: str
    url: str
    level: str
    chosen: bool
    at: datetime


@dataclass(frozen=True)
class Standing:
    """What a viewer has to do with a topic: the level of their follow ("" where there is none), and whether they have it too."""

    level: str
    has_too: bool


def standing_in(viewer: Viewer, topic_id: int) -> Standing:
    """The viewer's follow and me-too of a topic, by one query."""
    mine = select(MeToo.id).where(MeToo.topic_id == topic_id, MeToo.account_id == viewer.id).exists()
    row = db.session.execute(select(_level(viewer, "topic", topic_id).label("level"), mine.label("has_too"))).one()
    return Standing(row.level if row.level not in {None, "none"} else "", bool(row.has_too))


def level_of(viewer: Viewer, kind: str, target_id: int) -> str:
    """The level at which the viewer follows something, "" where they do not."""
    if not viewer.signed_in:
        return ""
    found = db.session.execute(select(_level(viewer, kind, target_id))).scalar_one()
    return found if found not in {None, "none"} else ""


def tag_for(viewer: Viewer, name: str) -> Tag:
    """The tag of this name. Raises NotFound unless the viewer sees it on some topic."""
    query = (
        select(Tag)
        .join(TopicTag, TopicTag.tag_id == Tag.id)
        .join(Topic, Topic.id == TopicTag.topic_id)
        .join(Category, Category.id == Topic.category_id)
        .where(Tag.name == name, topics_visible_to(viewer))
        .limit(1)
    )
    found = db.session.scalars(query).first() if is_clean(name) else None
    if found is None:
        raise NotFound
    return found


def follows_of(viewer: Viewer) -> list[Followed]:
    """What the viewer follows or muted and may still see, by kind and newest first."""
    if not viewer.signed_in:
        return []
    return [*_updates(viewer), *_places(viewer), *_tags(viewer), *_people(viewer), *_topics(viewer)]


def _level(viewer: Viewer, kind: str, target_id: int) -> ScalarSelect[str]:
    return (
        select(Follow.level)
        .where(Follow.account_id == viewer.id, Follow.kind == kind, Follow.target_id == target_id)
        .scalar_subquery()
    )


def _mine(viewer: Viewer, kind: str) -> tuple[ColumnElement[bool], ...]:
    return Follow.account_id == viewer.id, Follow.kind == kind, Follow.level != "none"


def _updates(viewer: Viewer) -> list[Followed]:
    query = select(Follow).where(*_mine(viewer, "updates"))
    return [_followed(follow, gettext("Updates"), "/updates") for follow in db.session.scalars(query)]


def _places(viewer: Viewer) -> list[Followed]:
    query = (
        select(Follow, Category.name, Category.slug)
        .join(Category, Category.id == Follow.target_id)
        .where(*_mine(viewer, "category"), may_read(viewer))
        .order_by(Follow.id.desc())
        .limit(MOST)
    )
    return [_followed(follow, name, f"/c/{slug}") for follow, name, slug in db.session.execute(query)]


def _tags(viewer: Viewer) -> list[Followed]:
    seen = (
        select(TopicTag.tag_id)
        .join(Topic, Topic.id == TopicTag.topic_id)
        .join(Category, Category.id == Topic.category_id)
        .where(TopicTag.tag_id == Tag.id, topics_visible_to(viewer))
        .exists()
    )
    query = (
        select(Follow, Tag.name)
        .join(Tag, Tag.id == Follow.target_id)
        .where(*_mine(viewer, "tag"), seen)
        .order_by(Follow.id.desc())
        .limit(MOST)
    )
    return [_followed(follow, name, f"/tags/{name}") for follow, name in db.session.execute(query)]


def _people(viewer: Viewer) -> list[Followed]:
    query = (
        select(Follow, Account.name, Account.handle)
        .join(Account, Account.id == Follow.target_id)
        .where(*_mine(viewer, "person"), Account.erased_at.is_(None))
        .order_by(Follow.id.desc())
        .limit(MOST)
    )
    return [_followed(follow, name, f"/u/{handle}") for follow, name, handle in db.session.execute(query)]


def _topics(viewer: Viewer) -> list[Followed]:
    query = (
        select(Follow, Topic.title, Topic.slug)
        .join(Topic, Topic.id == Follow.target_id)
        .join(Category, Category.id == Topic.category_id)
        .where(*_mine(viewer, "topic"), topics_visible_to(viewer))
        .order_by(Follow.id.desc())
        .limit(MOST)
    )
    return [_followed(follow, title, topic_url(follow.target_id, slug)) for follow, title, slug in db.session.execute(query)]


def _followed(follow: Follow, name: str, url: str) -> Followed:
    return Followed(follow.kind, follow.target_id, name, url, follow.level, follow.chosen, follow.at)
