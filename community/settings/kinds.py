"""The types a setting can have: what a form sends is parsed to JSON, and JSON is loaded to Python."""

from __future__ import annotations

import re
from dataclasses import dataclass
from datetime import date, time
from typing import Any, Protocol

from flask_babel import gettext

from community.core import clock
from community.core.text import is_clean

Hours = tuple[time, time] | None
"""When the desk opens and closes on a day, or None where it stays closed."""

_HOURS = re.compile(r"([01]\d|2[0-3]):([0-5]\d)\s*[-–]\s*([01]\d|2[0-3]):([0-5]\d)", re.ASCII)


class Kind(Protocol):
    """How one type of setting is read. `widget` names the form field that suits it."""

    @property
    def widget(self) -> str:
        """Which form field suits it: line, number, choice, zone, lines or week."""

    def parse(self, sent: str) -> Any:
        """What a form sent, as JSON. Raises ValueError with a sentence for the admin."""

    def load(self, stored: Any) -> Any:
        """Stored JSON as the value that code uses."""

    def write(self, value: Any) -> str:
        """The value as the text that `parse` reads."""


@dataclass(frozen=True)
class Line:
    """One line of text, 1 (or 0 with `empty`) to `most` characters."""

    most: int = 80
    empty: bool = False
    widget: str = "line"

    def parse(self, sent: str) -> str:
        text = " ".join(sent.split())
        if not is_clean(text) or len(text) > self.most:
            raise ValueError(gettext("Please write at most %(most)s characters.", most=self.most))
        if not text and not self.empty:
            raise ValueError(gettext("This cannot be empty."))
        return text

    def load(self, stored: Any) -> str:
        return str(stored)

    def write(self, value: Any) -> str:
        return str(value)


@dataclass(frozen=True)
class Number:
    """A whole number from `low` to `high`."""

    low: int
    high: int
    widget: str = "number"

    def parse(self, sent: str) -> int:
        text = sent.strip()
        if not re.fullmatch(r"[0-9]{1,9}", text) or not self.low <= int(text) <= self.high:
            raise ValueError(gettext("Please enter a whole number from %(low)s to %(high)s.", low=self.low, high=self.high))
        return int(text)

    def load(self, stored: Any) -> int:
        return int(stored)

    def write(self, value: Any) -> str:
        return str(value)


@dataclass(frozen=True)
class Choice:
    """One of a few words, each with what it means."""

    options: tuple[tuple[str, Any], ...]
    widget: str = "choice"

    def parse(self, sent: str) -> str:
        if sent not in dict(self.options):
            raise ValueError(gettext("Please choose one of the options."))
        return sent

    def load(self, stored: Any) -> str:
        return str(stored)

    def write(self, value: Any) -> str:
        return str(value)


@dataclass(frozen=True)
class Zone:
    """A time zone of the IANA database."""

    widget: str = "zone"

    def parse(self, sent: str) -> str:
        if sent not in clock.zones():
            raise ValueError(gettext("Please choose a time zone from the list."))
        return sent

    def load(self, stored: Any) -> str:
        return str(stored)

    def write(self, value: Any) -> str:
        return str(value)


@dataclass(frozen=True)
class Lines:
    """A list, one entry a line: at most 500 entries of at most 80 characters."""

    lower: bool = False
    widget: str = "lines"

    def parse(self, sent: str) -> list[str]:
        lines = [" ".join(line.split()) for line in sent.splitlines()]
        entries = list(dict.fromkeys(line.lower() if self.lower else line for line in lines if line))
        if len(entries) > 500 or any(len(entry) > 80 or not is_clean(entry) for entry in entries):
            raise ValueError(gettext("Please write at most 500 lines of at most 80 characters."))
        return entries

    def load(self, stored: Any) -> tuple[str, ...]:
        return tuple(stored)

    def write(self, value: Any) -> str:
        return "\n".join(value)


@dataclass(frozen=True)
class Days:
    """Dates, one a line, as 2026-12-25."""

    widget: str = "lines"

    def parse(self, sent: str) -> list[str]:
        days = sorted({line.strip() for line in sent.splitlines() if line.strip()})
        for day in days:
            if not re.fullmatch(r"\d{4}-\d\d-\d\d", day) or not _is_date(day):
                raise ValueError(gettext("“%(day)s” is not a date such as 2026-12-25.", day=day[:20]))
        if len(days) > 500:
            raise ValueError(gettext("Please write at most 500 lines of at most 80 characters."))
        return days

    def load(self, stored: Any) -> tuple[date, ...]:
        return tuple(date.fromisoformat(day) for day in stored)

    def write(self, value: Any) -> str:
        return "\n".join(day.isoformat() for day in value)


@dataclass(frozen=True)
class WeekHours:
    """Seven lines, Monday first: `09:00-17:00`, or nothing where the desk is closed."""

    widget: str = "week"

    def parse(self, sent: str) -> list[str]:
        lines = [line.strip() for line in sent.splitlines()]
        lines += [""] * (7 - len(lines))
        if len(lines) > 7:
            raise ValueError(gettext("A week has seven lines, Monday first."))
        for line in lines:
            found = _HOURS.fullmatch(line)
            if line and (found is None or found.group(1, 2) >= found.group(3, 4)):
                raise ValueError(gettext("“%(line)s” is not a span such as 09:00-17:00.", line=line[:20]))
        return ["-".join((":".join(m.group(1, 2)), ":".join(m.group(3, 4)))) if (m := _HOURS.fullmatch(x)) else "" for x in lines]

    def load(self, stored: Any) -> tuple[Hours, ...]:
        return tuple(_hours(line) for line in stored)

    def write(self, value: Any) -> str:
        return "\n".join(f"{day[0]:%H:%M}-{day[1]:%H:%M}" if day else "" for day in value)


def _hours(line: str) -> Hours:
    if not line:
        return None
    opens, closes = line.split("-")
    return time.fromisoformat(opens), time.fromisoformat(closes)


def _is_date(day: str) -> bool:
    try:
        date.fromisoformat(day)
    except ValueError:
        return False
    return True
