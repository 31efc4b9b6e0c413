"""The desk's clock beside a second one that is slow and obvious: it looks at every minute."""

from __future__ import annotations

from datetime import UTC, date, datetime, time, timedelta
from zoneinfo import ZoneInfo

from hypothesis import given, settings
from hypothesis import strategies as st

from community.promise.deskclock import Desk, Pause, desk_time, due_at

MINUTE = timedelta(minutes=1)
ZONES = ("UTC", "Europe/Berlin", "America/New_York", "Australia/Lord_Howe", "Asia/Kathmandu", "Pacific/Apia")
OFFICE = Desk((*[(time(9), time(17))] * 5, None, None), "Europe/Berlin", frozenset())


def is_open(desk: Desk, moment: datetime) -> bool:
    """Whether the desk is open in the minute that begins at this moment, by the clock on its wall."""
    wall = moment.astimezone(ZoneInfo(desk.zone))
    hours = None if wall.date() in desk.holidays else desk.hours[wall.weekday()]
    return hours is not None and hours[0] <= wall.time() < hours[1]


def is_paused(moment: datetime, pauses: list[Pause]) -> bool:
    return any(stops <= moment and (goes_on is None or moment < goes_on) for stops, goes_on in pauses)


def minutes_between(desk: Desk, start: datetime, end: datetime, pauses: list[Pause]) -> int:
    moment, count = start, 0
    while moment < end:
        count += is_open(desk, moment) and not is_paused(moment, pauses)
        moment += MINUTE
    return count


@st.composite
def desks(draw: st.DrawFn) -> Desk:
    """Desks whose hours begin and end on whole minutes, some of them at night, when clocks are changed."""

    def hours() -> tuple[time, time] | None:
        if draw(st.integers(0, 4)) == 0:
            return None
        first, second = sorted(draw(st.lists(st.integers(0, 23 * 60 + 59), min_size=2, max_size=2, unique=True)))
        return time(*divmod(first, 60)), time(*divmod(second, 60))

    days = draw(st.lists(st.dates(date(2026, 3, 20), date(2026, 11, 10)), max_size=4))
    return Desk(tuple(hours() for _ in range(7)), draw(st.sampled_from(ZONES)), frozenset(days))


starts = st.one_of(
    # Around changes of the clock, and at any time.
    st.builds(
        lambda hour, minute: datetime(2026, 3, 27, tzinfo=UTC) + timedelta(hours=hour, minutes=minute),
        st.integers(0, 72),
        st.integers(0, 59),
    ),
    st.builds(
        lambda hour, minute: datetime(2026, 10, 23, tzinfo=UTC) + timedelta(hours=hour, minutes=minute),
        st.integers(0, 72),
        st.integers(0, 59),
    ),
    st.builds(lambda minute: datetime(2026, 4, 1, tzinfo=UTC) + timedelta(minutes=minute), st.integers(0, 300_000)),
)


@st.composite
def pauses_after(draw: st.DrawFn, start: datetime) -> list[Pause]:
    found: list[Pause] = []
    for _ in range(draw(st.integers(0, 3))):
        begins = start + timedelta(minutes=draw(st.integers(-600, 4000)))
        length = draw(st.one_of(st.none(), st.integers(0, 3000)))
        found.append((begins, None if length is None else begins + timedelta(minutes=length)))
    return found


@given(desks(), starts, st.integers(0, 4 * 1440), st.data())
@settings(max_examples=60, deadline=None)
def test_desk_time_is_the_minutes_that_the_desk_was_open(desk: Desk, start: datetime, minutes: int, data: st.DataObject) -> None:
    pauses = data.draw(pauses_after(start))
    end = start + timedelta(minutes=minutes)
    fast = desk_time(desk, start, end, pauses)
    slow = minutes_between(desk, start, end, pauses)
    if on_the_edge(desk, start, end):
        assert abs(fast - slow * MINUTE) <= timedelta(hours=1)
    else:
        assert fast == slow * MINUTE


def on_the_edge(desk: Desk, start: datetime, end: datetime) -> bool:
    """Whether clocks change in this time, and some day's hours begin or end in the hours in which they do."""
    zone = ZoneInfo(desk.zone)
    offsets = {(start + timedelta(hours=hour)).astimezone(zone).utcoffset() for hour in range(-24, (end - start).days * 24 + 49)}
    at_night = any(each.hour in {1, 2, 3} for hours in desk.hours if hours for each in hours)
    return len(offsets) > 1 and at_night


@given(desks(), starts, st.integers(1, 20 * 60), st.data())
@settings(max_examples=80, deadline=None)
def test_the_due_time_is_when_the_target_has_passed(desk: Desk, start: datetime, target: int, data: st.DataObject) -> None:
    pauses = data.draw(pauses_after(start))
    due = due_at(desk, start, target * MINUTE, pauses)
    if due is None:
        far = start + timedelta(days=60)
        assert desk_time(desk, start, far, pauses) < target * MINUTE or not any(desk.hours)
        return
    assert desk_time(desk, start, due, pauses) == target * MINUTE
    assert desk_time(desk, start, due - MINUTE, pauses) < target * MINUTE
    assert is_open(desk, due - MINUTE) or on_the_edge(desk, start, due)


def test_over_a_weekend_and_a_holiday() -> None:
    friday = datetime(2026, 11, 27, 15, 0, tzinfo=UTC)  # 16:00 in Berlin
    assert due_at(OFFICE, friday, timedelta(hours=4)) == datetime(2026, 11, 30, 11, 0, tzinfo=UTC)
    closed = Desk(OFFICE.hours, OFFICE.zone, frozenset({date(2026, 11, 30)}))
    assert due_at(closed, friday, timedelta(hours=4)) == datetime(2026, 12, 1, 11, 0, tzinfo=UTC)


def test_over_the_change_to_summer_time() -> None:
    friday = datetime(2026, 3, 27, 15, 0, tzinfo=UTC)  # 16:00 in Berlin, winter time
    assert due_at(OFFICE, friday, timedelta(hours=4)) == datetime(2026, 3, 30, 10, 0, tzinfo=UTC)  # 12:00, summer time


def test_the_night_that_has_an_hour_twice_or_not_at_all() -> None:
    night = Desk((None,) * 6 + ((time(1), time(4)),), "Europe/Berlin", frozenset())
    spring, autumn = datetime(2026, 3, 28, 12, tzinfo=UTC), datetime(2026, 10, 24, 12, tzinfo=UTC)
    assert desk_time(night, spring, spring + timedelta(days=1)) == timedelta(hours=2)
    assert desk_time(night, autumn, autumn + timedelta(days=1)) == timedelta(hours=4), "from 1 to 4 by the wall, 4 hours pass"


def test_a_clock_that_stands_still() -> None:
    monday = datetime(2026, 11, 30, 9, 0, tzinfo=UTC)
    assert due_at(OFFICE, monday, timedelta(hours=1), [(monday, None)]) is None
    half = monday + timedelta(minutes=30)
    assert due_at(OFFICE, monday, timedelta(hours=1), [(half, monday + timedelta(hours=3))]) == monday + timedelta(
        hours=3, minutes=30
    )
    assert due_at(OFFICE, monday, timedelta(minutes=30), [(half, None)]) == half, "what was due when it stopped is due"


def test_a_desk_that_never_opens() -> None:
    assert due_at(Desk((None,) * 7, "UTC", frozenset()), datetime(2026, 1, 1, tzinfo=UTC), timedelta(hours=4)) is None


@given(desks())
def test_a_desk_is_stored_and_loaded(desk: Desk) -> None:
    assert Desk.load(desk.stored()) == desk
