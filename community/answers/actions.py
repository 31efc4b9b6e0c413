"""The two marks of answers. Marking twice, and taking back what is not there, changes nothing."""

from __future__ import annotations

from typing import TypeVar

from sqlalchemy import select

from community.answers.events import AcceptanceUndone, AnswerAccepted, AnswerMadeOfficial, OfficialMarkUndone
from community.answers.models import Acceptance, OfficialMark
from community.answers.policy import can_be_marked, may_accept, may_make_official, may_undo_acceptance, may_undo_official
from community.core.errors import require
from community.core.unit import Unit, unit
from community.posts.models import Post
from community.posts.queries.posts import post_for
from community.staff.viewer import Viewer, refreshed
from community.topics.state import recompute

Mark = TypeVar("Mark", Acceptance, OfficialMark)


def accept_answer(*, by: Viewer, post_id: int) -> None:
    """Say that an answer solved the question; several may carry that (product.md 2)."""
    with unit() as u:
        by = refreshed(by)
        post = post_for(by, post_id)
        topic = post.topic
        require(may_accept(by, topic, u.now))
        require(can_be_marked(topic, post))
        if post.accepted:
            return
        by_asker = by.id == topic.author_id
        u.add(Acceptance(topic_id=topic.id, post_id=post.id, by_id=by.id, at=u.now, by_asker=by_asker))
        post.accepted, post.accepted_at, post.accepted_by_asker = True, u.now, by_asker
        topic.accepted_count += 1
        recompute(u, topic)
        u.record(
            AnswerAccepted(by_id=by.id, topic_id=topic.id, category_id=topic.category_id, post_id=post.id, author_id=post.author_id)
        )


def undo_acceptance(*, by: Viewer, post_id: int) -> None:
    """Take back that an answer solved the question."""
    with unit() as u:
        by = refreshed(by)
        post = post_for(by, post_id)
        topic = post.topic
        require(may_undo_acceptance(by, topic))
        if not _undo(u, by, Acceptance, post):
            return
        post.accepted, post.accepted_at, post.accepted_by_asker = False, None, False
        topic.accepted_count -= _counted(post)
        recompute(u, topic)
        u.record(
            AcceptanceUndone(
                by_id=by.id, topic_id=topic.id, category_id=topic.category_id, post_id=post.id, author_id=post.author_id
            )
        )


def make_official(*, by: Viewer, post_id: int) -> None:
    """Let an employee's answer speak for the company."""
    with unit() as u:
        by = refreshed(by)
        post = post_for(by, post_id)
        topic = post.topic
        require(may_make_official(by, post))
        require(can_be_marked(topic, post))
        if post.official:
            return
        u.add(OfficialMark(topic_id=topic.id, post_id=post.id, by_id=by.id, at=u.now))
        post.official = True
        topic.official_count += 1
        recompute(u, topic)
        u.record(
            AnswerMadeOfficial(
                by_id=by.id, topic_id=topic.id, category_id=topic.category_id, post_id=post.id, author_id=post.author_id
            )
        )


def undo_official(*, by: Viewer, post_id: int) -> None:
    """Take back that an answer speaks for the company."""
    with unit() as u:
        by = refreshed(by)
        post = post_for(by, post_id)
        topic = post.topic
        require(may_undo_official(by))
        if not _undo(u, by, OfficialMark, post):
            return
        post.official = False
        topic.official_count -= _counted(post)
        recompute(u, topic)
        u.record(
            OfficialMarkUndone(
                by_id=by.id, topic_id=topic.id, category_id=topic.category_id, post_id=post.id, author_id=post.author_id
            )
        )


def _undo(u: Unit, by: Viewer, mark: type[Mark], post: Post) -> bool:
    live = u.session.scalars(select(mark).where(mark.post_id == post.id, mark.undone_at.is_(None))).one_or_none()
    if live is None:
        return False
    live.undone_at, live.undone_by_id = u.now, by.id
    return True


def _counted(post: Post) -> int:
    """Marks of removed posts are not counted, so there is nothing to take off for them."""
    return 0 if post.removed_at is not None else 1
