"""Saying whether an answer helped, and taking that back. Saying the same twice changes nothing.

What visitors say is stored at once and counted by the worker about once a minute, so that many of them neither empty
the cache nor fill the log with every touch.
"""

from __future__ import annotations

from datetime import timedelta

from sqlalchemy import case, delete, func, select, update

from community.core.errors import require
from community.core.schedule import Job
from community.core.strangers import Stranger, digest_today, today
from community.core.unit import Unit, unit
from community.extensions import db
from community.posts.models import Post
from community.posts.queries import post_for
from community.staff.viewer import VISITOR, Viewer, refreshed
from community.topics.models import Topic
from community.votes.events import AnswerRated, AnswerRatedByVisitors, RatingUndone
from community.votes.models import HelpfulMark, VisitorsMark
from community.votes.policy import may_rate

_BATCH = 50
"""Posts that one unit counts."""


def rate_answer(*, by: Viewer, post_id: int, helpful: bool) -> None:
    """A member says whether an answer helped them."""
    with unit() as u:
        by = refreshed(by)
        post = post_for(by, post_id)
        require(may_rate(by, post.topic, post))
        mark = _mark_of(u, by, post_id)
        before = mark.helpful if mark is not None and mark.undone_at is None else None
        if before is helpful:
            return
        if mark is None:
            assert by.id is not None
            u.add(HelpfulMark(post_id=post_id, account_id=by.id, helpful=helpful, at=u.now))
        else:
            mark.helpful, mark.at, mark.undone_at = helpful, u.now, None
        _count(u, post, helpful, 1)
        if before is not None:
            _count(u, post, before, -1)
        u.record(AnswerRated(by_id=by.id, helpful=helpful, **_here(post)))


def undo_rating(*, by: Viewer, post_id: int) -> None:
    """A member takes back what they said of an answer, also of one that can no longer be marked."""
    with unit() as u:
        by = refreshed(by)
        post = post_for(by, post_id)
        mark = _mark_of(u, by, post_id)
        if mark is None or mark.undone_at is not None:
            return
        mark.undone_at = u.now
        _count(u, post, mark.helpful, -1)
        u.record(RatingUndone(by_id=by.id, **_here(post)))


def note_visitor(*, by: Stranger, post_id: int, value: int) -> None:
    """A visitor says that an answer helped (1), that it did not (-1), or takes it back (0): once a day and answer, changeable."""
    with unit() as u:
        post = post_for(VISITOR, post_id)
        require(may_rate(VISITOR, post.topic, post))
        digest = digest_today(u, by, "helpful", post_id)
        mark = u.session.get(VisitorsMark, digest)
        if mark is not None:
            mark.value = value
        elif value:
            u.add(VisitorsMark(digest=digest, day=today(), post_id=post_id, value=value))


def count_visitors() -> None:
    """Bring what visitors said into the counts, with one event a post, and forget the rows of days that are over."""
    waiting = select(VisitorsMark.post_id).where(VisitorsMark.value != VisitorsMark.told).distinct().order_by(VisitorsMark.post_id)
    while post_ids := db.session.scalars(waiting.limit(_BATCH)).all():
        with unit() as u:
            for post_id in post_ids:
                _count_visitors_of(u, post_id)
    if db.session.scalars(select(VisitorsMark.digest).where(VisitorsMark.day < today()).limit(1)).first() is not None:
        with unit() as u:
            u.session.execute(delete(VisitorsMark).where(VisitorsMark.day < today(), VisitorsMark.value == VisitorsMark.told))


def _count_visitors_of(u: Unit, post_id: int) -> None:
    mine = VisitorsMark.post_id == post_id
    change = func.sum(case((VisitorsMark.value == 1, 1), else_=0) - case((VisitorsMark.told == 1, 1), else_=0))
    against = func.sum(case((VisitorsMark.value == -1, 1), else_=0) - case((VisitorsMark.told == -1, 1), else_=0))
    row = u.session.execute(select(change, against).where(mine, VisitorsMark.value != VisitorsMark.told)).one()
    helped, failed = int(row[0] or 0), int(row[1] or 0)
    u.session.execute(update(VisitorsMark).where(mine).values(told=VisitorsMark.value))
    if not helped and not failed:
        return
    post = u.fetch(Post, post_id)
    u.session.execute(
        update(Post)
        .where(Post.id == post_id)
        .values(visitors_helpful=Post.visitors_helpful + helped, visitors_unhelpful=Post.visitors_unhelpful + failed)
    )
    u.record(AnswerRatedByVisitors(**_here(post)))


def _mark_of(u: Unit, by: Viewer, post_id: int) -> HelpfulMark | None:
    query = select(HelpfulMark).where(HelpfulMark.post_id == post_id, HelpfulMark.account_id == by.id)
    return u.session.scalars(query).one_or_none()


def _count(u: Unit, post: Post, helpful: bool, by: int) -> None:
    column = Post.helpful_count if helpful else Post.unhelpful_count
    u.session.execute(update(Post).where(Post.id == post.id).values({column: column + by}))


def _here(post: Post) -> dict[str, int]:
    topic: Topic = post.topic
    return {"topic_id": topic.id, "category_id": topic.category_id, "post_id": post.id, "author_id": post.author_id}


JOBS = [Job("votes.count_visitors", timedelta(minutes=1), count_visitors)]
