"""Marks, counters and states that topics and posts carry beside the rows they are computed from."""

from __future__ import annotations

from collections.abc import Callable
from datetime import timedelta

from sqlalchemy import ColumnElement, ScalarSelect, case, exists, func, or_, select, update

from community.answers.actions.checking import show_newest
from community.answers.actions.doubting import recount_outdated
from community.answers.models import Acceptance, Check, OfficialMark, OutdatedMark, Rejection
from community.core import clock
from community.core.unit import Unit, unit
from community.doctor.findings import Finding, fine, mended, wrong
from community.extensions import db
from community.follows.counting import counted, recount_me_toos
from community.posts.models import Post
from community.posts.writing import recount
from community.promise.models import Promise, Terms
from community.promise.settling import compare, facts_of, outcome_of, settle
from community.topics.events import TopicRecounted
from community.topics.models import Closure, Duplicate, InfoRequest, Topic
from community.topics.state import recompute, state_of
from community.votes.models import HelpfulMark

_PORTION = 500  # Promises whose facts are read together.
_DUE = timedelta(minutes=2)

BATCH = 50
"""Topics that one unit mends: other writers wait for it."""


def examine_topics(*, fix: bool) -> list[Finding]:
    """Compare what topics and posts carry with what it is computed from; with `fix`, compute it anew."""
    found = {name: look() for name, look in LOOKS.items()}
    topic_ids = sorted(set().union(*found.values()))
    if not topic_ids:
        return [fine("Marks, counters and states of all topics are right.")]
    if fix:
        for start in range(0, len(topic_ids), BATCH):
            _mend(topic_ids[start : start + BATCH])
        db.session.rollback()
        found = {name: look() & ids for name, look in LOOKS.items() for ids in [found[name]]}
        if not any(found.values()):
            return [mended(f"Marks, counters or states of {len(topic_ids)} topics were wrong and were computed anew.")]
    return [
        wrong(f"{name.capitalize()} of {len(ids)} topics are wrong, such as topic {min(ids)}.")
        for name, ids in found.items()
        if ids
    ]


def _wrong_marks() -> set[int]:
    accepted = exists().where(Acceptance.post_id == Post.id, Acceptance.undone_at.is_(None))
    official = exists().where(OfficialMark.post_id == Post.id, OfficialMark.undone_at.is_(None))
    rejected = exists().where(Rejection.post_id == Post.id, Rejection.undone_at.is_(None))
    checked = exists().where(Check.post_id == Post.id, Check.undone_at.is_(None))
    standing = select(func.count(OutdatedMark.account_id)).where(OutdatedMark.post_id == Post.id, OutdatedMark.ended_at.is_(None))
    said = [
        (Post.helpful_count, _said(helpful=True)),
        (Post.unhelpful_count, _said(helpful=False)),
    ]
    differ = or_(
        *(column != count for column, count in said),
        _differ(Post.accepted.expression, accepted),
        _differ(Post.official.expression, official),
        _differ(Post.rejected_at.is_not(None), rejected),
        _differ(Post.checked_at.is_not(None), checked),
        Post.outdated_count != standing.scalar_subquery(),
    )
    return set(db.session.scalars(select(Post.topic_id).where(differ)))


def _said(*, helpful: bool) -> ScalarSelect[int]:
    """How many members said of the post in the row that it helped, or that it did not; of visitors there is no second count."""
    mine = (HelpfulMark.post_id == Post.id, HelpfulMark.undone_at.is_(None), HelpfulMark.helpful.is_(helpful))
    return select(func.count()).select_from(HelpfulMark).where(*mine).correlate(Post).scalar_subquery()


def _wrong_counters() -> set[int]:
    counted: dict[ColumnElement[int], ColumnElement[int]] = {
        Topic.post_count.expression: func.count(Post.id),
        Topic.others_count.expression: func.count(case((Post.author_id != Topic.author_id, 1))),
        Topic.official_count.expression: func.count(case((Post.official, 1))),
        Topic.accepted_count.expression: func.count(case((Post.accepted, 1))),
        Topic.standing_count.expression: func.count(case((Post.official & Post.rejected_at.is_(None), 1))),
    }
    seen = (Post.topic_id == Topic.id) & Post.held_at.is_(None) & Post.removed_at.is_(None)
    query = select(Topic.id).outerjoin(Post, seen).where(Topic.held_at.is_(None)).group_by(Topic.id)
    return set(db.session.scalars(query.having(or_(*(column != count for column, count in counted.items())))))


def _wrong_closures() -> set[int]:
    live = exists().where(Closure.topic_id == Topic.id, Closure.undone_at.is_(None))
    return set(db.session.scalars(select(Topic.id).where(_differ(Topic.closed.expression, live))))


def _wrong_states() -> set[int]:
    duplicates = set(db.session.scalars(select(Duplicate.topic_id).where(Duplicate.undone_at.is_(None))))
    asked = set(db.session.scalars(select(InfoRequest.topic_id).where(InfoRequest.cleared_at.is_(None))))
    now, found = clock.now(), set()
    for topic in db.session.scalars(select(Topic).where(Topic.held_at.is_(None)).execution_options(yield_per=500)):
        marks = {"duplicate": topic.id in duplicates, "info_asked": topic.id in asked}
        # A question grows quiet by time alone, and the worker says so within ten minutes: both are right.
        right = {state_of(topic, **marks, moment=moment) for moment in (topic.last_word_at, now)}
        if topic.state not in right:
            found.add(topic.id)
    return found


def _wrong_promises() -> set[int]:
    """Promises that differ from what their terms and the rows of what happened amount to.

    One falls due by time alone, and the worker says so within a minute: both are right.
    """
    terms = {row.id: row.clock for row in db.session.scalars(select(Terms))}
    ids = db.session.scalars(select(Promise.topic_id).order_by(Promise.topic_id)).all()
    now, found = clock.now(), set()
    for start in range(0, len(ids), _PORTION):
        portion = ids[start : start + _PORTION]
        facts = facts_of(db.session(), portion)
        for promise in db.session.scalars(select(Promise).where(Promise.topic_id.in_(portion))):
            desk, fact = terms[promise.terms_id], facts[promise.topic_id]
            if all(compare(promise, outcome_of(desk, promise.hours, fact, moment)) for moment in (now, now - _DUE)):
                found.add(promise.topic_id)
        db.session.expunge_all()
    return found


def _wrong_me_toos() -> set[int]:
    return set(db.session.scalars(select(Topic.id).where(Topic.me_too_count != counted())))


LOOKS: dict[str, Callable[[], set[int]]] = {
    "marks": _wrong_marks,
    "counters": _wrong_counters,
    "closures": _wrong_closures,
    "me-toos": _wrong_me_toos,
    "states": _wrong_states,
    "promises": _wrong_promises,
}
"""What is looked at, and how the topics are found of which it is wrong."""


def _differ(flag: ColumnElement[bool], truth: ColumnElement[bool]) -> ColumnElement[bool]:
    return or_(flag & ~truth, ~flag & truth)


def _mend(topic_ids: list[int]) -> None:
    with unit() as u:
        for topic_id in topic_ids:
            topic = u.fetch(Topic, topic_id)
            for post in u.session.scalars(select(Post).where(Post.topic_id == topic_id)):
                _mend_marks(u, post)
            live = exists().where(Closure.topic_id == topic_id, Closure.undone_at.is_(None))
            topic.closed = bool(u.session.execute(select(live)).scalar_one())
            recount(u, topic)
            recompute(u, topic)
            recount_me_toos(u, [topic.id])
            if u.session.get(Promise, topic_id) is not None:
                settle(u, topic_id)
            u.record(TopicRecounted(topic_id=topic.id, category_id=topic.category_id))


def _mend_marks(u: Unit, post: Post) -> None:
    acceptance = u.session.scalars(
        select(Acceptance).where(Acceptance.post_id == post.id, Acceptance.undone_at.is_(None))
    ).one_or_none()
    post.accepted = acceptance is not None
    post.accepted_at = acceptance.at if acceptance else None
    post.accepted_by_asker = acceptance.by_asker if acceptance else False
    official = exists().where(OfficialMark.post_id == post.id, OfficialMark.undone_at.is_(None))
    post.official = bool(u.session.execute(select(official)).scalar_one())
    rejection = u.session.scalars(
        select(Rejection).where(Rejection.post_id == post.id, Rejection.undone_at.is_(None))
    ).one_or_none()
    post.rejected_at = rejection.at if rejection else None
    show_newest(u, post)
    recount_outdated(u, post)
    for column, count in ((Post.helpful_count, _said(helpful=True)), (Post.unhelpful_count, _said(helpful=False))):
        u.session.execute(update(Post).where(Post.id == post.id).values({column: count}))
