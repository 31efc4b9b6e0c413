"""Following by hand: topics, categories, tags and people, at a level."""

from __future__ import annotations

from flask_babel import gettext as _
from sqlalchemy import select

from community.accounts.queries import account_by_handle
from community.categories.queries import category_for
from community.core.errors import Invalid, require
from community.core.unit import Unit, unit
from community.follows.events import FollowChanged
from community.follows.models import ALL_UPDATES, LEVELS, Follow
from community.follows.policy import may_follow, may_follow_person
from community.follows.queries import tag_for
from community.staff.viewer import Viewer, refreshed
from community.topics.queries import topic_for

NOTHING = "none"
"""The level of a topic that somebody follows no longer, by their own choice: writing there does not change that."""


def follow_topic(*, by: Viewer, topic_id: int, level: str = "everything") -> None:
    """Follow a topic in view, or hear nothing of it (`muted`). Raises Invalid for a level that there is not."""
    with unit() as u:
        by = refreshed(by)
        require(may_follow(by))
        set_level(u, by, "topic", topic_for(by, topic_id).id, checked_level("topic", level))


def follow_category(*, by: Viewer, slug: str, level: str = "topics") -> None:
    """Follow a category in view."""
    with unit() as u:
        by = refreshed(by)
        require(may_follow(by))
        set_level(u, by, "category", category_for(by, slug).id, checked_level("category", level))


def follow_tag(*, by: Viewer, name: str, level: str = "topics") -> None:
    """Follow a tag that the viewer sees on some topic."""
    with unit() as u:
        by = refreshed(by)
        require(may_follow(by))
        set_level(u, by, "tag", tag_for(by, name).id, checked_level("tag", level))


def follow_person(*, by: Viewer, handle: str, level: str = "everything") -> None:
    """Follow what somebody writes."""
    with unit() as u:
        by = refreshed(by)
        account = account_by_handle(by, handle)
        require(may_follow_person(by, account.id))
        set_level(u, by, "person", account.id, checked_level("person", level))


def follow_updates(*, by: Viewer) -> None:
    """Hear of every update that the company publishes."""
    with unit() as u:
        by = refreshed(by)
        require(may_follow(by))
        set_level(u, by, "updates", ALL_UPDATES, "topics")


def unfollow(*, by: Viewer, kind: str, target_id: int) -> None:
    """Follow something no longer; what it is need not be in view any more. For a topic that choice is remembered."""
    with unit() as u:
        by = refreshed(by)
        require(may_follow(by))
        known = follow_of(u, by.id or 0, kind, target_id)
        if known is None or known.level == NOTHING:
            return
        if kind == "topic":
            known.level, known.chosen, known.at = NOTHING, True, u.now
        else:
            u.session.delete(known)
        u.record(FollowChanged(by_id=by.id, kind=kind, target_id=target_id, level=None))


def checked_level(kind: str, level: str) -> str:
    """The level as it is stored. Raises Invalid."""
    if level not in LEVELS[kind]:
        raise Invalid(fields={"level": _("There is no such way to follow this.")})
    return level


def set_level(u: Unit, by: Viewer, kind: str, target_id: int, level: str) -> None:
    """Inside a unit: what somebody chose; choosing the same again changes nothing."""
    known = follow_of(u, by.id or 0, kind, target_id)
    if known is None:
        u.add(Follow(account_id=by.id, kind=kind, target_id=target_id, level=level, chosen=True, at=u.now))
    elif known.level == level and known.chosen:
        return
    else:
        known.level, known.chosen, known.at = level, True, u.now
    u.record(FollowChanged(by_id=by.id, kind=kind, target_id=target_id, level=level))


def follow_of(u: Unit, account_id: int, kind: str, target_id: int) -> Follow | None:
    """Inside a unit: the row of somebody's follow."""
    query = select(Follow).where(Follow.account_id == account_id, Follow.kind == kind, Follow.target_id == target_id)
    return u.session.scalars(query).one_or_none()
