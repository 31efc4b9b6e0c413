"""When things happened: employees write in desk hours, customers while they are awake.

The answers to an old question are spread over desk hours, so that the promise was kept whichever day
of the week the demo is made; a topic of the last hours simply runs up to now.
"""

from __future__ import annotations

from collections.abc import Sequence
from datetime import UTC, date, datetime, time, timedelta
from typing import Final
from zlib import crc32
from zoneinfo import ZoneInfo

ZONE: Final = ZoneInfo("Europe/Berlin")
OPENS, CLOSES = time(9), time(17)
"""The desk hours of Volt, Monday to Friday; the same as in `content/people.toml`."""

WAKES, SLEEPS = time(7), time(23)
HOLIDAYS: Final = ((1, 1), (5, 1), (10, 3), (12, 24), (12, 25), (12, 26), (12, 31))
"""Month and day of the dates on which the desk of Volt stays closed."""

_DAY: Final = timedelta(days=1)


def holidays_around(day: date) -> list[date]:
    """The closed dates of last year, this year and the next."""
    return [date(year, month, number) for year in (day.year - 1, day.year, day.year + 1) for month, number in HOLIDAYS]


def opening(at: timedelta | tuple[int, time], now: datetime, key: str, *, at_desk: bool) -> datetime:
    """When a topic was opened, in UTC: some time ago, or at a time of a day so many days ago.

    Employees open it when the desk is open next. Three of four customers who would have asked on a
    day on which it stays closed asked on the last working day, as people do.
    """
    if isinstance(at, timedelta):
        return now - at + _seconds(key)
    days, clock_time = at
    day = now.astimezone(ZONE).date() - timedelta(days=days)
    while not at_desk and not _is_open_day(day) and crc32(key.encode()) % 4:
        day -= _DAY
    local = datetime.combine(day, clock_time, ZONE) + _seconds(key)
    return (_desk(local) if at_desk else local).astimezone(UTC)


def moments(begin: datetime, waits: Sequence[tuple[timedelta, bool]], now: datetime, key: str, *, recent: bool) -> list[datetime]:
    """The moments of the posts after `begin`, each by its wait after the one before and whether its author sits at the desk.

    Where that would run past `now`, or the topic is `recent`, waits are taken by the clock on the wall.
    Raises ValueError when even so something would happen later than now.
    """
    adjusted = [] if recent else _moments(begin, waits, key, adjust=True)
    if recent or (adjusted and adjusted[-1] > now):
        adjusted = _moments(begin, waits, key, adjust=False)
    if adjusted and adjusted[-1] > now:
        raise ValueError(f"{key} would go on after now")
    return adjusted


def _moments(begin: datetime, waits: Sequence[tuple[timedelta, bool]], key: str, *, adjust: bool) -> list[datetime]:
    found, last = [], begin
    for number, (wait, at_desk) in enumerate(waits, 2):
        last = after(last, wait, at_desk=at_desk) if adjust else last + wait
        found.append(last + _seconds(f"{key} {number}"))
    return found


def after(moment: datetime, wait: timedelta, *, at_desk: bool) -> datetime:
    """The moment `wait` after another, in UTC.

    At the desk whole days count by the calendar and the rest in desk hours; elsewhere what would
    come while people sleep is put off to the morning.
    """
    local = moment.astimezone(ZONE)
    return (_at_desk_after(local, wait) if at_desk else _awake(local + wait)).astimezone(UTC)


def _at_desk_after(local: datetime, wait: timedelta) -> datetime:
    local, wait = _desk(local + wait.days * _DAY), wait % _DAY
    while (left := _closing(local) - local) < wait:
        wait -= left
        local = _desk(_closing(local))
    return local + wait


def _desk(local: datetime) -> datetime:
    """The same moment if the desk is open then, else when it opens next."""
    while not _is_open_day(local.date()) or local.time() >= CLOSES:
        local = datetime.combine(local.date() + _DAY, OPENS, ZONE)
    return max(local, datetime.combine(local.date(), OPENS, ZONE))


def _closing(local: datetime) -> datetime:
    return datetime.combine(local.date(), CLOSES, ZONE)


def _is_open_day(day: date) -> bool:
    return day.weekday() < 5 and (day.month, day.day) not in HOLIDAYS


def _awake(local: datetime) -> datetime:
    if WAKES <= local.time() < SLEEPS:
        return local
    day = local.date() + (_DAY if local.time() >= SLEEPS else timedelta(0))
    return datetime.combine(day, WAKES, ZONE) + timedelta(minutes=15 + local.minute)


def _seconds(key: str) -> timedelta:
    """Up to a minute, always the same for a key, so that nothing happens on the full minute."""
    return timedelta(milliseconds=crc32(key.encode()) % 59_000)
