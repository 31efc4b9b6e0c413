"""Changes of commitments. Every one is a row of the history, and stays visible."""

from __future__ import annotations

from collections.abc import Callable
from datetime import date, timedelta
from typing import Any, Final

from flask_babel import gettext as _
from sqlalchemy import select

from community.commitments.events import (
    CommitmentChanged,
    CommitmentKept,
    CommitmentLate,
    CommitmentMade,
    CommitmentWithdrawn,
)
from community.commitments.models import Commitment, CommitmentDeed
from community.commitments.policy import may_commit, may_work_on
from community.commitments.queries import commitment_for, today
from community.core.errors import Invalid, require
from community.core.log import Event
from community.core.text import is_clean
from community.core.unit import Unit, unit
from community.extensions import db
from community.posts.queries import post_for
from community.staff.viewer import Viewer, refreshed, viewers_unchecked
from community.topics.models import Topic

SHORTEST, LONGEST, LONGEST_WORDS = 8, 200, 500
"""Characters of what is promised, and of a reason or note."""

FARTHEST: Final = timedelta(days=3 * 366)
"""A commitment is due within three years: what is farther off is a wish."""

_BATCH = 100


def make_commitment(*, by: Viewer, post_id: int, what: str, due_on: date | None, owner_id: int | None = None) -> int:
    """Commit to something in a post, for the end of a day; returns its id. Without an owner it is one's own.

    The same again in the same post is what is there. Raises Invalid with a sentence for every field that does not fit.
    """
    what = _line(what, "what", SHORTEST, LONGEST)
    with unit() as u:
        by = refreshed(by)
        post = post_for(by, post_id)
        require(may_commit(by, post))
        assert by.id is not None
        day, owner = _day(due_on), _owner(owner_id or by.id)
        same = (Commitment.post_id == post.id, Commitment.what == what, Commitment.due_on == day)
        there = u.session.scalars(select(Commitment).where(*same)).first()
        if there is not None:
            return there.id
        commitment = u.add(
            Commitment(
                post_id=post.id,
                topic_id=post.topic_id,
                what=what,
                owner_id=owner,
                made_by_id=by.id,
                made_at=u.now,
                first_due_on=day,
                due_on=day,
            )
        )
        _note(u, CommitmentMade, commitment, by, "made", due_on=day, to_id=owner)
        return commitment.id


def move_commitment(*, by: Viewer, commitment_id: int, due_on: date | None, reason: str) -> None:
    """Give it another day; the former one stays visible, with the reason. Raises Invalid for a day or reason that does not fit."""
    reason = _line(reason, "reason", SHORTEST, LONGEST_WORDS)
    with unit() as u:
        by, commitment = _open(u, by, commitment_id)
        day, former = _day(due_on), commitment.due_on
        if day == former:
            return
        commitment.due_on, commitment.late_at = day, None
        _note(u, CommitmentChanged, commitment, by, "moved", former_due_on=former, due_on=day, words=reason)


def hand_on(*, by: Viewer, commitment_id: int, owner_id: int, reason: str = "") -> None:
    """Give it another owner. Raises Invalid for who is no employee."""
    reason = _line(reason, "reason", 0, LONGEST_WORDS)
    with unit() as u:
        by, commitment = _open(u, by, commitment_id)
        if commitment.owner_id == _owner(owner_id):
            return
        commitment.owner_id = owner_id
        _note(u, CommitmentChanged, commitment, by, "handed_on", to_id=owner_id, words=reason)


def keep_commitment(*, by: Viewer, commitment_id: int, note: str = "") -> None:
    """It is done, today."""
    note = _line(note, "reason", 0, LONGEST_WORDS)
    with unit() as u:
        by, commitment = _open(u, by, commitment_id)
        commitment.kept_on = today()
        _note(u, CommitmentKept, commitment, by, "kept", words=note)


def withdraw_commitment(*, by: Viewer, commitment_id: int, reason: str) -> None:
    """Give it up, in public. Raises Invalid without a reason."""
    reason = _line(reason, "reason", SHORTEST, LONGEST_WORDS)
    with unit() as u:
        by, commitment = _open(u, by, commitment_id)
        commitment.withdrawn_at = u.now
        _note(u, CommitmentWithdrawn, commitment, by, "withdrawn", words=reason)


def find_late() -> None:
    """Tell of every commitment whose day has passed: nobody has to say so."""
    day = today()
    due = select(Commitment.id).where(
        Commitment.due_on < day, Commitment.kept_on.is_(None), Commitment.withdrawn_at.is_(None), Commitment.late_at.is_(None)
    )
    while ids := db.session.scalars(due.order_by(Commitment.id).limit(_BATCH)).all():
        with unit() as u:
            for commitment in u.session.scalars(select(Commitment).where(Commitment.id.in_(ids))):
                commitment.late_at = u.now
                _note(u, CommitmentLate, commitment, None, "late", due_on=commitment.due_on)


def _open(u: Unit, by: Viewer, commitment_id: int) -> tuple[Viewer, Commitment]:
    by = refreshed(by)
    commitment = u.fetch(Commitment, commitment_for(by, commitment_id).id)
    require(may_work_on(by, commitment))
    return by, commitment


def _note(u: Unit, event: Callable[..., Event], commitment: Commitment, by: Viewer | None, kind: str, **fields: Any) -> None:
    by_id = by.id if by is not None else None
    deed = u.add(CommitmentDeed(commitment_id=commitment.id, kind=kind, at=u.now, by_id=by_id, **fields))
    topic = u.fetch(Topic, commitment.topic_id)
    where = {"topic_id": topic.id, "category_id": topic.category_id, "post_id": commitment.post_id}
    u.record(event(by_id=by_id, commitment_id=commitment.id, deed_id=deed.id, **where))


def _line(text: str, field: str, shortest: int, longest: int) -> str:
    text = " ".join(text.split())
    if not shortest <= len(text) <= longest or not is_clean(text):
        sentence = _("Please write %(least)s to %(most)s characters.", least=shortest, most=longest)
        raise Invalid(fields={field: sentence})
    return text


def _day(due_on: date | None) -> date:
    if due_on is None or not today() <= due_on <= today() + FARTHEST:
        raise Invalid(fields={"due_on": _("Please choose a day from today on, at most three years ahead.")})
    return due_on


def _owner(owner_id: int) -> int:
    owner = viewers_unchecked([owner_id]).get(owner_id)
    if owner is None or not owner.is_staff or owner.suspended:
        raise Invalid(fields={"owner": _("Please choose an employee.")})
    return owner_id
