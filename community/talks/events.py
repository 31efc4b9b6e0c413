"""What desk talk records. Nothing of what is said; only who takes part in a talk is told of it, and the desk."""

from __future__ import annotations

from dataclasses import dataclass

from community.core.log import Event

_TALK = ("talk:{talk_id}", "talks", "user:{customer_id}")


@dataclass(frozen=True, kw_only=True)
class DutyBegun(Event, name="duty.begun", channels=("talks",)):
    """An employee is on duty now: customers may talk to the desk live."""

    account_id: int


@dataclass(frozen=True, kw_only=True)
class DutyEnded(Event, name="duty.ended", channels=("talks",)):
    """An employee is no longer on duty; `by_itself` when nobody has seen them for a while."""

    account_id: int
    by_itself: bool = False


@dataclass(frozen=True, kw_only=True)
class TalkOpened(Event, name="talk.opened", channels=_TALK):
    """A customer began to talk with the desk."""

    talk_id: int
    customer_id: int


@dataclass(frozen=True, kw_only=True)
class TalkSpoken(Event, name="talk.spoken", channels=_TALK):
    """Somebody said something in a talk."""

    talk_id: int
    customer_id: int
    number: int
    by_staff: bool


@dataclass(frozen=True, kw_only=True)
class TalkChanged(Event, name="talk.changed", channels=_TALK):
    """Something else was done with a talk and stands in it under this number: taken, handed over, ended, proposed and so on."""

    talk_id: int
    customer_id: int
    number: int
    kind: str


@dataclass(frozen=True, kw_only=True)
class TalkRead(Event, name="talk.read", channels=_TALK):
    """One side has read a talk up to a number."""

    talk_id: int
    customer_id: int
    number: int
    by_staff: bool
