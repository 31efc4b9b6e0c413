"""Being on duty: an employee says so with a switch. Whoever is gone without a word is no longer on duty a little later."""

from __future__ import annotations

from collections.abc import Collection
from datetime import timedelta
from typing import Final

from sqlalchemy import select, update

from community.core import clock
from community.core.errors import require
from community.core.unit import Unit, unit
from community.extensions import db
from community.staff.viewer import Viewer, refreshed
from community.talks.events import DutyBegun, DutyEnded
from community.talks.models import Duty
from community.talks.policy import may_be_on_duty

FORGOTTEN: Final = timedelta(minutes=10)
"""Somebody on duty who has had no page open for so long is not there: a closed laptop says nothing."""


def begin_duty(*, by: Viewer) -> None:
    """Be on duty from now on; who is already stays so."""
    with unit() as u:
        by = refreshed(by)
        require(may_be_on_duty(by))
        assert by.id is not None
        running = running_duty(u, by.id)
        if running is not None:
            running.seen_at = u.now
            return
        u.add(Duty(account_id=by.id, began_at=u.now, seen_at=u.now))
        u.record(DutyBegun(by_id=by.id, account_id=by.id))


def end_duty(*, by: Viewer) -> None:
    """Be no longer on duty. Whoever lost their role may always say so."""
    with unit() as u:
        by = refreshed(by)
        assert by.id is not None
        running = running_duty(u, by.id)
        if running is not None:
            running.ended_at = u.now
            u.record(DutyEnded(by_id=by.id, account_id=by.id))


def see_duty(account_ids: Collection[int]) -> None:
    """These people have a page open: those of them who are on duty go on being so. Web processes say it once a minute."""
    some = db.session.execute(select(Duty.id).where(Duty.account_id.in_(account_ids), Duty.ended_at.is_(None)).limit(1)).first()
    db.session.rollback()
    if some is not None:
        with unit() as u:
            seen = update(Duty).where(Duty.account_id.in_(account_ids), Duty.ended_at.is_(None)).values(seen_at=u.now)
            u.session.execute(seen.execution_options(synchronize_session=False))


def end_forgotten() -> None:
    """End the duty of those whom nobody has seen for ten minutes."""
    gone = select(Duty.id).where(Duty.ended_at.is_(None), Duty.seen_at < clock.now() - FORGOTTEN)
    if db.session.execute(gone.limit(1)).first() is None:
        db.session.rollback()
        return
    with unit() as u:
        for duty in u.session.scalars(select(Duty).where(Duty.ended_at.is_(None), Duty.seen_at < u.now - FORGOTTEN)):
            duty.ended_at = u.now
            u.record(DutyEnded(account_id=duty.account_id, by_itself=True))


def running_duty(u: Unit, account_id: int) -> Duty | None:
    """The duty that somebody is on."""
    return u.session.scalars(select(Duty).where(Duty.account_id == account_id, Duty.ended_at.is_(None))).one_or_none()
