"""Anybody says that an answer no longer works. Enough of them bring it back to the desk; visitors alone never do (rulings 7)."""

from __future__ import annotations

from sqlalchemy import func, select

from community.answers.events import AnswerDoubted, OutdatedMarked, OutdatedUndone
from community.answers.models import OutdatedMark
from community.answers.policy import can_be_checked, may_call_outdated
from community.core.errors import require
from community.core.unit import Unit, unit
from community.posts.models import Post
from community.posts.queries.posts import post_for
from community.settings.queries import site
from community.staff.viewer import Viewer, refreshed

VISITORS = 3
"""Visitors whose word weighs as much as that of one member more, once a member has said it too."""


def mark_outdated(*, by: Viewer, post_id: int) -> None:
    """A member says that an accepted or official answer no longer works. Said twice it is said once."""
    needed = site().doubts
    with unit() as u:
        by = refreshed(by)
        post = post_for(by, post_id)
        require(may_call_outdated(by, post))
        require(can_be_checked(post))
        if standing_mark(u, by, post_id) is not None:
            return
        u.add(OutdatedMark(post_id=post_id, account_id=by.id, by_staff=by.is_staff, at=u.now))
        recount_outdated(u, post)
        u.record(OutdatedMarked(by_id=by.id, topic_id=post.topic_id, category_id=post.topic.category_id, post_id=post.id))
        doubt(u, post, needed)


def undo_outdated(*, by: Viewer, post_id: int) -> None:
    """A member takes it back. What waits on the desk for it goes on waiting for a check."""
    with unit() as u:
        by = refreshed(by)
        post = post_for(by, post_id)
        mark = standing_mark(u, by, post_id)
        if mark is None:
            return
        mark.ended_at = u.now
        recount_outdated(u, post)
        u.record(OutdatedUndone(by_id=by.id, topic_id=post.topic_id, category_id=post.topic.category_id, post_id=post.id))


def standing_mark(u: Unit, by: Viewer, post_id: int) -> OutdatedMark | None:
    """What this member says of an answer now."""
    mine = (OutdatedMark.post_id == post_id, OutdatedMark.account_id == by.id, OutdatedMark.ended_at.is_(None))
    return u.session.scalars(select(OutdatedMark).where(*mine)).one_or_none()


def recount_outdated(u: Unit, post: Post) -> None:
    """Inside a unit: count the marks that stand, members' and visitors' apart."""
    u.session.flush()
    count = func.count(), func.count(OutdatedMark.account_id)
    row = u.session.execute(select(*count).where(OutdatedMark.post_id == post.id, OutdatedMark.ended_at.is_(None))).one()
    post.outdated_count, post.outdated_visitor_count = row[1], row[0] - row[1]


def doubt(u: Unit, post: Post, needed: int) -> None:
    """Inside a unit: bring an answer to the desk when enough people say that it no longer works.

    An employee is enough, or `needed` members; three visitors stand for one member, where a member says so at all.
    """
    if post.doubted_at is not None:
        return
    staff = select(OutdatedMark.id).where(OutdatedMark.post_id == post.id, OutdatedMark.ended_at.is_(None), OutdatedMark.by_staff)
    members, visitors = post.outdated_count, post.outdated_visitor_count
    weight = members + min(visitors // VISITORS, 1) if members else 0
    if weight >= needed or u.session.execute(staff.limit(1)).first() is not None:
        post.doubted_at = u.now
        u.record(AnswerDoubted(topic_id=post.topic_id, category_id=post.topic.category_id, post_id=post.id))
