"""What time alone brings about among answers: solved questions close, askers are asked again, answers age."""

from __future__ import annotations

from datetime import timedelta

from flask_babel import force_locale, ngettext
from sqlalchemy import and_, case, exists, func, or_, select

from community.answers.events import AnswerAged, AnswerDoubted
from community.answers.models import Acceptance, OfficialMark
from community.answers.nudges import nudge_askers
from community.core import clock
from community.core.schedule import Job
from community.core.unit import unit
from community.extensions import db
from community.posts.models import Post
from community.settings.queries import site
from community.topics.events import TopicClosed
from community.topics.models import Closure, Topic
from community.votes.models import HelpfulMark

BATCH = 100
"""Topics or posts that one unit changes: other writers wait for it."""

UNHELPFUL = 3
"""Members who found an answer unhelpful before somebody is asked to look at it."""

MONTH = timedelta(days=365.25 / 12)


def close_solved() -> None:
    """Close what has been solved for 48 hours, once for each solution: what was opened again since stays open.

    Imported topics have no timers (rulings 25).
    """
    hours = site().close_after_hours
    if not hours:
        return
    before = clock.now() - timedelta(hours=hours)
    accepted = (Post.topic_id == Topic.id, Post.accepted, Post.removed_at.is_(None), Post.held_at.is_(None))
    solved_at = select(func.min(Post.accepted_at)).where(*accepted).scalar_subquery()
    closed_since = exists().where(Closure.topic_id == Topic.id, Closure.automatic, Closure.at >= solved_at)
    due = (
        select(Topic.id)
        .where(Topic.state == "solved", Topic.closed.is_(False), Topic.imported.is_(False), Topic.removed_at.is_(None))
        .where(solved_at <= before, ~closed_since)
        .order_by(Topic.id)
        .limit(BATCH)
    )
    while ids := db.session.scalars(due).all():
        close_unchecked(list(ids), hours)


def close_unchecked(topic_ids: list[int], hours: int) -> None:
    """Close these questions because they were solved `hours` ago; what is not solved any more, or closed, stays as it is."""
    with force_locale(site().default_language):
        reason = ngettext(
            "Closed by itself %(num)s hour after it was solved.", "Closed by itself %(num)s hours after it was solved.", hours
        )
    with unit() as u:
        for topic_id in topic_ids:
            topic = u.fetch(Topic, topic_id)
            if topic.closed or topic.state != "solved":
                continue
            topic.closed = True
            u.add(Closure(topic_id=topic.id, at=u.now, reason=reason, automatic=True))
            u.record(TopicClosed(topic_id=topic.id, category_id=topic.category_id))


def age_answers() -> None:
    """Bring to the desk what was accepted or made official and neither marked, edited nor checked for a year."""
    months = site().check_after_months
    if not months:
        return
    before = clock.now() - months * MONTH
    marked_since = or_(
        *(
            exists().where(mark.post_id == Post.id, mark.undone_at.is_(None), mark.at > before)
            for mark in (Acceptance, OfficialMark)
        )
    )
    due = (
        select(Post.id)
        .join(Topic, Topic.id == Post.topic_id)
        .where(or_(Post.accepted, Post.official), Post.aged_at.is_(None), Post.created_at <= before)
        .where(or_(Post.edited_at.is_(None), Post.edited_at <= before), or_(Post.checked_at.is_(None), Post.checked_at <= before))
        .where(Post.held_at.is_(None), Post.removed_at.is_(None), Topic.removed_at.is_(None), Topic.imported.is_(False))
        .where(~marked_since)
        .order_by(Post.id)
        .limit(BATCH)
    )
    while ids := db.session.scalars(due).all():
        with unit() as u:
            for post_id in ids:
                post = u.fetch(Post, post_id)
                if post.aged_at is None and (post.accepted or post.official):
                    post.aged_at = u.now
                    u.record(AnswerAged(topic_id=post.topic_id, category_id=post.topic.category_id, post_id=post.id))


def doubt_unhelpful() -> None:
    """Bring to the desk what members find unhelpful: three since the last look at it, and more than it helped."""
    since = func.coalesce(Post.checked_at, Post.created_at)
    said = (HelpfulMark.post_id == Post.id, HelpfulMark.undone_at.is_(None), HelpfulMark.at > since)
    helped = func.count(case((HelpfulMark.helpful, 1)))
    failed = func.count(case((HelpfulMark.helpful.is_(False), 1)))
    due = (
        select(Post.id)
        .join(HelpfulMark, and_(*said))
        .where(Post.unhelpful_count >= UNHELPFUL, or_(Post.accepted, Post.official), Post.doubted_at.is_(None))
        .where(Post.held_at.is_(None), Post.removed_at.is_(None))
        .group_by(Post.id)
        .having(failed >= UNHELPFUL, failed > helped)
        .order_by(Post.id)
        .limit(BATCH)
    )
    while ids := db.session.scalars(due).all():
        with unit() as u:
            for post_id in ids:
                post = u.fetch(Post, post_id)
                if post.doubted_at is None and (post.accepted or post.official):
                    post.doubted_at = u.now
                    u.record(AnswerDoubted(topic_id=post.topic_id, category_id=post.topic.category_id, post_id=post.id))


JOBS = [
    Job("answers.close_solved", timedelta(minutes=10), close_solved),
    Job("answers.nudge_askers", timedelta(minutes=10), nudge_askers),
    Job("answers.doubt_unhelpful", timedelta(minutes=10), doubt_unhelpful),
    Job("answers.age", timedelta(hours=1), age_answers),
]
