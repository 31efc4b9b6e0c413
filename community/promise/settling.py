"""The promise to a question, computed from its terms and from what happened; twice gives the same."""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Collection
from dataclasses import asdict, dataclass
from datetime import datetime, timedelta
from typing import Final

from sqlalchemy import Select, func, select
from sqlalchemy.orm import Session

from community.categories.models import Category
from community.core.unit import Unit, unit
from community.extensions import db
from community.posts.models import Post
from community.promise.deskclock import Desk, Pause, desk_time, due_at
from community.promise.events import PromiseChanged, PromiseMissed
from community.promise.models import Promise, Terms
from community.settings.queries import site
from community.topics.models import Duplicate, InfoRequest, Topic

MINUTE: Final = timedelta(minutes=1)


@dataclass(frozen=True)
class Facts:
    """What happened to a question, as far as the promise asks. `ended_at`: since when nobody waits for an answer any more."""

    asked_at: datetime
    pauses: tuple[Pause, ...]
    answered_at: datetime | None
    answer_id: int | None
    solved_at: datetime | None
    ended_at: datetime | None


@dataclass(frozen=True)
class Outcome:
    """What terms and facts amount to at a moment: the columns of a promise that are computed."""

    due_at: datetime | None
    state: str
    answered_at: datetime | None
    answer_id: int | None
    answer_minutes: int | None
    solved_at: datetime | None
    solve_minutes: int | None


def outcome_of(desk: Desk, hours: int, facts: Facts, moment: datetime) -> Outcome:
    """The promise of so many desk hours at this moment."""
    due = due_at(desk, facts.asked_at, timedelta(hours=hours), facts.pauses)

    def minutes_until(end: datetime | None) -> int | None:
        return None if end is None else desk_time(desk, facts.asked_at, end, facts.pauses) // MINUTE

    return Outcome(
        due_at=due,
        state=_state(facts, due, moment),
        answered_at=facts.answered_at,
        answer_id=facts.answer_id,
        answer_minutes=minutes_until(facts.answered_at),
        solved_at=facts.solved_at,
        solve_minutes=minutes_until(facts.solved_at),
    )


def _state(facts: Facts, due: datetime | None, moment: datetime) -> str:
    if facts.answered_at is not None:
        return "kept" if due is None or facts.answered_at <= due else "late"
    if facts.ended_at is not None and (due is None or facts.ended_at <= due):
        return "settled"
    if due is None:
        return "paused" if any(goes_on is None for _, goes_on in facts.pauses) else "none"
    return "late" if due <= moment else "open"


def settle(u: Unit, topic_id: int, *, asked_at: datetime | None = None) -> bool:
    """Inside a unit: compute the promise to a question anew; whether due time or state changed, which is recorded.

    `asked_at` is when a question that was held was shown; otherwise it was asked when it was written. Other kinds, imports and
    what is still held have no promise.
    """
    topic = u.fetch(Topic, topic_id)
    if not topic.is_question or topic.imported or topic.held_at is not None:
        return False
    promise = u.session.get(Promise, topic_id) or _begun(u, topic, asked_at or topic.created_at)
    terms = u.fetch(Terms, promise.terms_id)
    u.session.flush()
    facts = facts_of(u.session, [topic_id])[topic_id]
    outcome = outcome_of(terms.clock, promise.hours, facts, u.now)
    if compare(promise, outcome) == []:
        return False
    missed = outcome.state == "late" and outcome.answered_at is None and promise.state != "late"
    told = (promise.due_at, promise.state) != (outcome.due_at, outcome.state)
    for name, value in asdict(outcome).items():
        setattr(promise, name, value)
    topic.due_at, topic.promise = outcome.due_at, outcome.state
    if told:
        u.record(PromiseChanged(topic_id=topic.id, category_id=topic.category_id, state=outcome.state))
    if missed:
        u.record(PromiseMissed(topic_id=topic.id, category_id=topic.category_id))
    return told


def settle_all() -> None:
    """Settle the promise to every question at this moment, 100 in a unit: for a site whose past was made at once, as the demo's."""
    ids = db.session.scalars(select(Topic.id).where(Topic.kind == "question").order_by(Topic.id)).all()
    for start in range(0, len(ids), 100):
        with unit() as u:
            for topic_id in ids[start : start + 100]:
                settle(u, topic_id)


def compare(promise: Promise, outcome: Outcome) -> list[str]:
    """The columns in which a stored promise differs from what it is computed to be."""
    return [name for name, value in asdict(outcome).items() if getattr(promise, name) != value]


def facts_of(session: Session, topic_ids: Collection[int]) -> dict[int, Facts]:
    """What happened to these questions, in four statements; those without a promise are left out."""
    asked = select(Promise.topic_id, Promise.asked_at, Topic.removed_at).join(Topic, Topic.id == Promise.topic_id)
    rows = session.execute(asked.where(Promise.topic_id.in_(topic_ids))).all()
    pauses: dict[int, list[Pause]] = defaultdict(list)
    requests = select(InfoRequest.topic_id, InfoRequest.at, InfoRequest.cleared_at).where(InfoRequest.topic_id.in_(topic_ids))
    for request in session.execute(requests.order_by(InfoRequest.id)):
        pauses[request.topic_id].append((request.at, request.cleared_at))
    answers = {row.topic_id: row for row in session.execute(_answers(topic_ids).order_by(Post.created_at.desc(), Post.id.desc()))}
    solved = _solved_at(session, topic_ids)
    closed = select(Duplicate.topic_id, Duplicate.at).where(Duplicate.topic_id.in_(topic_ids), Duplicate.undone_at.is_(None))
    closed_at = {row.topic_id: row.at for row in session.execute(closed)}
    found = {}
    for row in rows:
        topic_id, answer = row.topic_id, answers.get(row.topic_id)
        ends = [each for each in (solved.get(topic_id), closed_at.get(topic_id), row.removed_at) if each is not None]
        found[topic_id] = Facts(
            asked_at=row.asked_at,
            pauses=tuple(pauses[topic_id]),
            answered_at=answer.created_at if answer else None,
            answer_id=answer.id if answer else None,
            solved_at=solved.get(topic_id),
            ended_at=min(ends, default=None),
        )
    return found


def _answers(topic_ids: Collection[int]) -> Select[int, int, datetime]:
    """Rulings 18: answers by employees who speak for the company, without those that their asker rejected."""
    return (
        select(Post.topic_id, Post.id, Post.created_at)
        .join(Topic, Topic.id == Post.topic_id)
        .where(Post.topic_id.in_(topic_ids), Post.role == "answer", Post.badge == "staff", Post.author_id != Topic.author_id)
        .where(Post.held_at.is_(None), Post.removed_at.is_(None), Post.rejected_at.is_(None))
    )


def _solved_at(session: Session, topic_ids: Collection[int]) -> dict[int, datetime]:
    first = (
        select(Post.topic_id, func.min(Post.accepted_at).label("at"))
        .where(Post.topic_id.in_(topic_ids), Post.accepted, Post.removed_at.is_(None))
        .group_by(Post.topic_id)
    )
    return {row.topic_id: row.at for row in session.execute(first) if row.at is not None}


def _begun(u: Unit, topic: Topic, asked_at: datetime) -> Promise:
    own = u.session.scalar(select(Category.promise_hours).where(Category.id == topic.category_id))
    terms = terms_now(u)
    promise = Promise(topic_id=topic.id, terms_id=terms.id, hours=own or terms.hours, asked_at=asked_at, state="")
    u.add(promise)
    return promise


def terms_now(u: Unit) -> Terms:
    """Inside a unit: the terms in force, written down where the settings have changed since they last were."""
    settings = site()
    now = Terms(at=u.now, desk=Desk.of(settings).stored(), hours=settings.promise_hours, share=settings.promise_share)
    last = u.session.scalars(select(Terms).order_by(Terms.id.desc()).limit(1)).one_or_none()
    if last is not None and (last.desk, last.hours, last.share) == (now.desk, now.hours, now.share):
        return last
    u.add(now)
    u.session.flush()
    return now
