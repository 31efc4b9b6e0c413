"""Asking the asker whether an answer solved it: on day 3 and day 7 after it, by day in their own time zone, twice at most."""

from __future__ import annotations

from datetime import datetime, timedelta
from zoneinfo import ZoneInfo, ZoneInfoNotFoundError

from sqlalchemy import Select, and_, exists, func, or_, select
from sqlalchemy.orm import aliased

from community.accounts.models import Account
from community.answers.events import AcceptanceNudged
from community.answers.models import Nudge
from community.core import clock
from community.core.errors import NotFound, Unauthorized
from community.core.unit import Unit, unit
from community.extensions import db
from community.posts.models import Post
from community.settings.definitions import Site
from community.settings.queries import site
from community.staff.viewer import Viewer, viewer_unchecked
from community.topics.models import Topic
from community.topics.queries import topic_for

BATCH = 10
"""Questions that one unit looks at: other writers wait for it."""

OLDEST = timedelta(days=30)
"""After this nobody waits for the question any more: a site that is new to this does not write to everybody who ever asked."""

MOST = 2
"""Nudges a question, ever."""


def nudge_askers() -> None:
    """Ask whoever is due and whose hours are not quiet; whose are is asked in the morning."""
    settings = site()
    if not settings.nudge_after_days:
        return
    last, moment = 0, clock.now()
    quiet = [zone for zone in db.session.scalars(select(Account.time_zone).distinct()) if is_quiet(zone, moment, settings)]
    due = _waiting(settings, moment).where(Account.time_zone.not_in(quiet))
    while ids := db.session.scalars(due.where(Topic.id > last).limit(BATCH)).all():
        last = ids[-1]
        with unit() as u:
            for topic_id in ids:
                _nudge(u, topic_id, settings)


def is_quiet(zone: str, moment: datetime, settings: Site) -> bool:
    """Whether somebody who lives in a time zone is not to be disturbed at this moment. An unknown zone is UTC."""
    try:
        local = moment.astimezone(ZoneInfo(zone))
    except (ZoneInfoNotFoundError, ValueError, OSError):
        local = moment
    begins, ends = settings.quiet_from, settings.quiet_until
    if begins <= ends:
        return begins <= local.hour < ends
    return local.hour >= begins or local.hour < ends


def awake_from(zone: str, moment: datetime, settings: Site) -> datetime:
    """The first moment, from this one, at which somebody who lives in a time zone may be disturbed: in steps of 15 minutes, UTC."""
    quarter = moment.replace(minute=moment.minute // 15 * 15, second=0, microsecond=0)
    for step in range(24 * 4):
        at = max(moment, quarter + step * timedelta(minutes=15))
        if not is_quiet(zone, at, settings):
            return at
    return moment + timedelta(days=1)


def answer_to_judge(u: Unit, topic: Topic) -> Post | None:
    """The answer that the asker has not reacted to: the newest official one, else the newest. None where they spoke last."""
    spoke = select(func.max(Post.number)).where(Post.topic_id == topic.id, Post.author_id == topic.author_id, *_SEEN)
    candidates = (
        select(Post)
        .where(Post.topic_id == topic.id, Post.author_id != topic.author_id, Post.role == "answer", *_SEEN)
        .where(Post.accepted.is_(False), Post.rejected_at.is_(None), Post.number > spoke.scalar_subquery())
        .order_by(Post.official.desc(), Post.number.desc())
        .limit(1)
    )
    return u.session.scalars(candidates).one_or_none()


_SEEN = (Post.removed_at.is_(None), Post.held_at.is_(None))
_STATES = ("answered", "answered_unconfirmed")


def _waiting(settings: Site, now: datetime) -> Select[int]:
    """Questions in which somebody else than the asker wrote last and that long ago, by askers who can be written to.

    Imported topics send no mail (rulings 25).
    """
    told, newest = aliased(Nudge), aliased(Nudge)
    count = select(func.count(told.id)).where(told.topic_id == Topic.id).scalar_subquery()
    recent = select(newest.id).where(newest.topic_id == Topic.id, newest.at > now - _between(settings)).exists()
    most = MOST if settings.nudge_again_after_days else 1
    old_enough = (Post.created_at > now - OLDEST, Post.created_at <= now - timedelta(days=settings.nudge_after_days))
    open_answer = (Post.topic_id == Topic.id, Post.role == "answer", Post.accepted.is_(False), Post.rejected_at.is_(None))
    return (
        select(Topic.id)
        .join(Account, Account.id == Topic.author_id)
        .where(Topic.state.in_(_STATES), Topic.imported.is_(False), Topic.held_at.is_(None), Topic.removed_at.is_(None))
        .where(Topic.closed.is_(False), Topic.last_post_at > now - OLDEST)
        .where(exists().where(*open_answer, *old_enough, *_SEEN, Post.author_id != Topic.author_id))
        .where(Account.email.is_not(None), Account.erased_at.is_(None))
        .where(or_(count == 0, and_(count < most, ~recent)))
        .order_by(Topic.id)
    )


def _between(settings: Site) -> timedelta:
    return timedelta(days=max(1, settings.nudge_again_after_days - settings.nudge_after_days))


def _nudge(u: Unit, topic_id: int, settings: Site) -> None:
    topic = u.fetch(Topic, topic_id)
    asker = _asker(topic)
    if asker is None or topic.state not in _STATES or is_quiet(asker.time_zone, u.now, settings):
        return
    number = 1 + u.session.execute(select(func.count(Nudge.id)).where(Nudge.topic_id == topic.id)).scalar_one()
    days = settings.nudge_after_days if number == 1 else settings.nudge_again_after_days
    post = answer_to_judge(u, topic)
    if post is None or not u.now - OLDEST < post.created_at <= u.now - timedelta(days=days):
        return
    u.add(Nudge(topic_id=topic.id, post_id=post.id, account_id=topic.author_id, number=number, at=u.now))
    told = {"topic_id": topic.id, "category_id": topic.category_id, "post_id": post.id}
    u.record(AcceptanceNudged(**told, account_id=topic.author_id, number=number))


def _asker(topic: Topic) -> Viewer | None:
    """Who asked, if they can be written to and still may read the question."""
    try:
        asker = viewer_unchecked(topic.author_id)
        topic_for(asker, topic.id)
    except (NotFound, Unauthorized):
        return None
    return asker if asker.confirmed and not asker.suspended else None
