"""The two marks of answers. Marking twice, and taking back what is not there, changes nothing."""

from __future__ import annotations

from typing import TypeVar

from sqlalchemy import select

from community.answers.events import AcceptanceUndone, AnswerAccepted, AnswerMadeOfficial, OfficialMarkUndone, RejectionUndone
from community.answers.models import Acceptance, OfficialMark, Rejection
from community.answers.policy import can_be_marked, may_accept, may_make_official, may_undo_acceptance, may_undo_official
from community.core.errors import require
from community.core.log import Event
from community.core.unit import Unit, unit
from community.posts.models import Post
from community.posts.queries.posts import post_for
from community.posts.writing import recount_marks
from community.staff.viewer import Viewer, refreshed
from community.topics.actions import open_unsolved
from community.topics.state import recompute

Mark = TypeVar("Mark", Acceptance, OfficialMark, Rejection)


def accept_answer(*, by: Viewer, post_id: int) -> None:
    """Say that an answer solved the question; several may carry that (product.md 2)."""
    with unit() as u:
        accept(u, refreshed(by), post_id)


def accept(u: Unit, by: Viewer, post_id: int) -> None:
    """Inside a unit: the same. An asker who rejected the answer before takes that back by it."""
    post = post_for(by, post_id)
    topic = post.topic
    require(may_accept(by, post, u.now))
    require(can_be_marked(topic, post))
    if post.accepted:
        return
    if end_mark(u, by, Rejection, post):
        post.rejected_at = None
        tell(u, RejectionUndone, by, post)
    by_asker = by.id == topic.author_id
    u.add(Acceptance(topic_id=topic.id, post_id=post.id, by_id=by.id, at=u.now, by_asker=by_asker))
    post.accepted, post.accepted_at, post.accepted_by_asker = True, u.now, by_asker
    settle(u, post)
    tell(u, AnswerAccepted, by, post)


def undo_acceptance(*, by: Viewer, post_id: int) -> None:
    """Take back that an answer solved the question. One that had closed itself for it opens again."""
    with unit() as u:
        by = refreshed(by)
        post = post_for(by, post_id)
        require(may_undo_acceptance(by, post.topic))
        if not end_acceptance(u, by, post):
            return
        recount_marks(u, post.topic)
        open_unsolved(u, post.topic, by)
        settle(u, post)


def end_acceptance(u: Unit, by: Viewer, post: Post) -> bool:
    """Inside a unit: take the acceptance of a post back, and tell of it; whether there was one. Settle its topic after."""
    if not end_mark(u, by, Acceptance, post):
        return False
    post.accepted, post.accepted_at, post.accepted_by_asker = False, None, False
    tell(u, AcceptanceUndone, by, post)
    return True


def make_official(*, by: Viewer, post_id: int) -> None:
    """Let an employee's answer speak for the company."""
    with unit() as u:
        by = refreshed(by)
        post = post_for(by, post_id)
        require(may_make_official(by, post))
        require(can_be_marked(post.topic, post))
        if post.official:
            return
        u.add(OfficialMark(topic_id=post.topic_id, post_id=post.id, by_id=by.id, at=u.now))
        post.official = True
        settle(u, post)
        tell(u, AnswerMadeOfficial, by, post)


def undo_official(*, by: Viewer, post_id: int) -> None:
    """Take back that an answer speaks for the company."""
    with unit() as u:
        by = refreshed(by)
        post = post_for(by, post_id)
        require(may_undo_official(by))
        if not end_mark(u, by, OfficialMark, post):
            return
        post.official = False
        settle(u, post)
        tell(u, OfficialMarkUndone, by, post)


def end_mark(u: Unit, by: Viewer, mark: type[Mark], post: Post) -> bool:
    """Inside a unit: end the mark of a kind that a post carries; whether there was one."""
    live = u.session.scalars(select(mark).where(mark.post_id == post.id, mark.undone_at.is_(None))).one_or_none()
    if live is None:
        return False
    live.undone_at, live.undone_by_id = u.now, by.id
    return True


def settle(u: Unit, post: Post) -> None:
    """Inside a unit: counters and state of the question after a mark of one of its answers changed.

    An answer that is neither accepted nor official any more promises nothing, so no check is waited for.
    """
    if not (post.accepted or post.official):
        post.doubted_at = post.aged_at = None
    recount_marks(u, post.topic)
    recompute(u, post.topic)


def tell(u: Unit, kind: type[Event], by: Viewer, post: Post) -> None:
    """Inside a unit: record what happened to the mark of a post."""
    told = {"topic_id": post.topic_id, "category_id": post.topic.category_id, "post_id": post.id, "author_id": post.author_id}
    u.record(kind(by_id=by.id, **told))
