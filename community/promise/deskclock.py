"""The clock of the desk: it runs while the desk is open, in the desk's own time zone (product.md 6, The promise)."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from datetime import UTC, date, datetime, time, timedelta
from typing import Any, Final, Self
from zoneinfo import ZoneInfo

from community.settings.definitions import Site
from community.settings.kinds import Hours

LONGEST: Final = timedelta(days=3 * 366)
"""How far a due time is looked for: a desk that opens one hour a week keeps 150 desk hours in that time."""

NOTHING: Final = timedelta(0)

Pause = tuple[datetime, datetime | None]
"""From when until when the clock stands still; None: it still does."""


@dataclass(frozen=True)
class Desk:
    """When the desk is open: hours by weekday, Monday first, in `zone`, and the dates on which it stays closed."""

    hours: tuple[Hours, ...]
    zone: str
    holidays: frozenset[date]

    @classmethod
    def of(cls, settings: Site) -> Self:
        """The desk of the settings."""
        return cls(tuple(settings.desk_hours), settings.desk_time_zone, frozenset(settings.holidays))

    @classmethod
    def load(cls, stored: dict[str, Any]) -> Self:
        """What `stored` wrote."""
        hours = tuple(
            None if each is None else (time.fromisoformat(each[0]), time.fromisoformat(each[1])) for each in stored["hours"]
        )
        return cls(hours, stored["zone"], frozenset(date.fromisoformat(day) for day in stored["holidays"]))

    def stored(self) -> dict[str, Any]:
        """As JSON."""
        return {
            "hours": [
                None if each is None else [each[0].isoformat("minutes"), each[1].isoformat("minutes")] for each in self.hours
            ],
            "zone": self.zone,
            "holidays": sorted(day.isoformat() for day in self.holidays),
        }

    def spans(self, start: datetime, end: datetime) -> Iterator[tuple[datetime, datetime]]:
        """The open times between two moments, in UTC and in order.

        An hour that the change to summer time leaves out is not there to be open in. One that the change back brings twice is
        open twice, unless the desk opens or closes within it: then its first time counts.
        """
        zone = ZoneInfo(self.zone)
        day = start.astimezone(zone).date()
        last = end.astimezone(zone).date()
        while day <= last:
            hours = None if day in self.holidays else self.hours[day.weekday()]
            if hours is not None:
                opens, closes = (datetime.combine(day, each, zone).astimezone(UTC) for each in hours)
                opens, closes = max(opens, start), min(closes, end)
                if opens < closes:
                    yield opens, closes
            day += timedelta(days=1)


def due_at(desk: Desk, start: datetime, target: timedelta, pauses: Sequence[Pause] = ()) -> datetime | None:
    """The moment by which `target` desk time has passed since `start`.

    None while the clock stands still before that moment, and where the desk does not open often enough in three years.
    """
    left = target
    for opens, closes in _running(desk, start, start + LONGEST, pauses):
        if closes - opens >= left:
            return opens + left
        left -= closes - opens
    return None


def desk_time(desk: Desk, start: datetime, end: datetime, pauses: Sequence[Pause] = ()) -> timedelta:
    """How long the clock ran between two moments."""
    return sum((closes - opens for opens, closes in _running(desk, start, end, pauses)), NOTHING)


def _running(desk: Desk, start: datetime, end: datetime, pauses: Sequence[Pause]) -> Iterator[tuple[datetime, datetime]]:
    """The open times without the pauses, which may overlap and come in any order."""
    ordered = sorted(pauses, key=lambda pause: pause[0])
    for opens, closes in desk.spans(start, end):
        begin = opens
        for stops, goes_on in ordered:
            if stops >= closes or (goes_on is not None and goes_on <= begin):
                continue
            if stops > begin:
                yield begin, stops
            begin = closes if goes_on is None else max(begin, goes_on)
            if begin >= closes:
                break
        if begin < closes:
            yield begin, closes
