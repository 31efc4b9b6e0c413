"""Taking a post away, in the open, and bringing it back."""

from __future__ import annotations

from flask_babel import gettext as _
from sqlalchemy import select

from community.core.errors import Invalid, require
from community.core.unit import Unit, unit
from community.posts.events import PostRemoved, PostRestored
from community.posts.models import RULES, Post, Removal
from community.posts.policy import may_remove, may_restore
from community.posts.queries.posts import post_for
from community.posts.writing import recount
from community.staff.viewer import Viewer, refreshed
from community.topics.actions import checked_reason, open_unsolved
from community.topics.state import recompute


def remove_post(*, by: Viewer, post_id: int, rule: str = "", reason: str = "") -> None:
    """Take a post away; a tombstone stays (rulings 23). Without its first post a topic leaves all lists.

    Its author needs neither rule nor reason, everybody else both. A removed post stays as it is.
    Raises Conflict for the first post of a question of which another is a duplicate (product.md 2).
    """
    with unit() as u:
        by = refreshed(by)
        post = post_for(by, post_id)
        require(may_remove(by, post))
        if post.removed_at is not None:
            return
        by_author = by.id == post.author_id
        rule, reason = _stated(rule, reason, by_author=by_author)
        if post.number == 1:
            post.topic.removed_at = u.now
        post.removed_at = u.now
        removal = Removal(post_id=post.id, by_id=by.id, by_author=by_author, rule=rule, reason=reason, at=u.now)
        u.add(removal)
        if post.held_at is not None:
            return
        recount(u, post.topic)
        open_unsolved(u, post.topic, by)
        recompute(u, post.topic)
        u.session.flush()
        u.record(
            PostRemoved(
                removal_id=removal.id,
                by_id=by.id,
                topic_id=post.topic_id,
                category_id=post.topic.category_id,
                post_id=post.id,
                author_id=post.author_id,
                rule=rule,
                by_author=by_author,
            )
        )


def restore_post(*, by: Viewer, post_id: int) -> None:
    """Bring a removed post back. A post that is there stays as it is."""
    with unit() as u:
        by = refreshed(by)
        post = post_for(by, post_id)
        removal = live_removal(u, post.id)
        if removal is None:
            return
        require(may_restore(by, post, removal))
        restore(u, by, post, removal)


def restore(u: Unit, by: Viewer, post: Post, removal: Removal) -> None:
    """The same inside a unit, where it is decided already that it may come back."""
    removal.restored_at, removal.restored_by_id = u.now, by.id
    post.removed_at = None
    if post.number == 1:
        post.topic.removed_at = None
    if post.held_at is not None:
        return
    recount(u, post.topic)
    recompute(u, post.topic)
    told = {"topic_id": post.topic_id, "category_id": post.topic.category_id, "post_id": post.id}
    u.record(PostRestored(by_id=by.id, author_id=post.author_id, **told))


def live_removal(u: Unit, post_id: int) -> Removal | None:
    """The row by which a post is removed now."""
    return u.session.scalars(
        select(Removal).where(Removal.post_id == post_id, Removal.restored_at.is_(None)).limit(1)
    ).one_or_none()


def _stated(rule: str, reason: str, *, by_author: bool) -> tuple[str, str]:
    if by_author:
        return "", checked_reason(reason) if reason.strip() else ""
    if rule not in RULES:
        raise Invalid(fields={"rule": _("Please choose the rule that it breaks.")})
    return rule, checked_reason(reason)
