"""The forum's own numbers as figures: computed when an update is published, and frozen from then on with the moment they are of.

Each counts what everybody may read and check on the page that it names, in whole months or quarters by the desk's time zone.
"""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Callable, Iterator, Mapping
from dataclasses import dataclass
from datetime import date, datetime, time
from typing import Any, Final
from zoneinfo import ZoneInfo

from flask_babel import format_date, gettext, lazy_gettext
from sqlalchemy import select

from community.appeals.models import Appeal
from community.categories.models import Category
from community.commitments.queries import quarters
from community.core import clock
from community.extensions import db
from community.posts.models import Post, Removal
from community.promise.models import Promise
from community.promise.queries import measured
from community.settings.queries import site
from community.staff.viewer import VISITOR
from community.topics.models import Topic
from community.topics.queries import topics_visible_to
from community.updates.tables import Cell, Table

MONTHS: Final = 12
"""Months that a measured figure tells of, without the one that is not over."""


@dataclass(frozen=True)
class Measure:
    """A number of the forum: what it is called, its unit, the chart that fits, and where it can be checked."""

    label: Any
    unit: Any
    chart: str
    checked_at: str
    table: Callable[[], Table]


def promise_share() -> Table:
    """Percent of questions by the month in which they were asked that the team answered in time."""
    return _by_month([gettext("Answered in time")], lambda rows: [measured(rows).share])


def first_answers() -> Table:
    """Median and 90th percentile of first answers by the team, in hours of desk time."""

    def hours(rows: list[Any]) -> list[float | None]:
        return [minutes / 60 if minutes is not None else None for minutes in measured(rows).first]

    return _by_month([gettext("Half of them within"), gettext("Nine of ten within")], hours)


def questions() -> Table:
    """Questions by the month in which they were asked, and how many of them are solved."""
    names = [gettext("Asked"), gettext("Solved")]
    return _by_month(names, lambda rows: [float(len(rows)), float(sum(row.solved_at is not None for row in rows))])


def removals() -> Table:
    """Posts that moderators removed by month, and how many of these removals were reversed on objection."""
    months = dict.fromkeys(_months(), (0.0, 0.0))
    first, last = _span()
    reversed_too = select(Appeal.id).where(Appeal.removal_id == Removal.id, Appeal.outcome == "reversed").exists()
    query = (
        select(Removal.at, reversed_too.label("reversed"))
        .join(Post, Post.id == Removal.post_id)
        .join(Topic, Topic.id == Post.topic_id)
        .join(Category, Category.id == Topic.category_id)
        .where(Removal.by_author.is_(False), Removal.at >= first, Removal.at < last, Category.visibility == "public")
    )
    for row in db.session.execute(query):
        month = _month(row.at)
        removed, undone = months[month]
        months[month] = (removed + 1, undone + bool(row.reversed))
    rows = tuple((_named(month), *counts) for month, counts in months.items())
    return Table((gettext("Month"), gettext("Removed"), gettext("Reversed")), rows)


def commitments() -> Table:
    """Commitments by the quarter of their day: kept by it, kept late, late, withdrawn."""
    found = reversed(quarters(VISITOR, _today()))
    rows = tuple(
        (
            gettext("%(year)s, quarter %(number)s", year=each.year, number=each.number),
            *(float(count) for count in (each.kept, each.kept_late, each.late, each.withdrawn)),
        )
        for each in found
    )
    names = (gettext("Quarter"), gettext("Kept by their day"), gettext("Kept late"), gettext("Late"), gettext("Withdrawn"))
    return Table(names, rows)


MEASURES: Final[Mapping[str, Measure]] = {
    "promise_share": Measure(lazy_gettext("The promise: share kept, by month"), "%", "line", "/promise", promise_share),
    "first_answers": Measure(
        lazy_gettext("First answers by the team, by month"), lazy_gettext("desk hours"), "line", "/promise", first_answers
    ),
    "questions": Measure(
        lazy_gettext("Questions asked and solved, by month"), lazy_gettext("questions"), "bar", "/questions", questions
    ),
    "removals": Measure(
        lazy_gettext("Removed posts, and removals reversed, by month"), lazy_gettext("posts"), "bar", "/record", removals
    ),
    "commitments": Measure(
        lazy_gettext("Commitments, by quarter"), lazy_gettext("commitments"), "stacked", "/commitments", commitments
    ),
}


def _by_month(names: list[str], counted: Callable[[list[Any]], list[float | None]]) -> Table:
    first, last = _span()
    query = (
        select(Promise.asked_at, Promise.state, Promise.answer_minutes, Promise.solve_minutes, Promise.solved_at)
        .join(Topic, Topic.id == Promise.topic_id)
        .join(Category, Category.id == Topic.category_id)
        .where(topics_visible_to(VISITOR), Promise.asked_at >= first, Promise.asked_at < last)
    )
    by_month: dict[date, list[Any]] = defaultdict(list)
    for row in db.session.execute(query):
        by_month[_month(row.asked_at)].append(row)
    months = _since_the_first(list(_months()), by_month)
    rows: tuple[tuple[Cell, ...], ...] = tuple((_named(month), *map(_rounded, counted(by_month[month]))) for month in months)
    return Table((gettext("Month"), *names), rows)


def _since_the_first(months: list[date], by_month: Mapping[date, list[Any]]) -> list[date]:
    """Without the months before anybody asked anything; at least the last."""
    begun = next((number for number, month in enumerate(months) if by_month.get(month)), len(months) - 1)
    return months[begun:]


def _rounded(number: float | None) -> float | None:
    return round(number, 1) if number is not None else None


def _months() -> Iterator[date]:
    """The first days of the last whole months, oldest first."""
    this = _today().replace(day=1)
    count = this.year * 12 + this.month - 1
    yield from (date(each // 12, each % 12 + 1, 1) for each in range(count - MONTHS, count))


def _span() -> tuple[datetime, datetime]:
    """From when to when these months are."""
    first = next(_months())
    return tuple(datetime.combine(day, time(), _zone()) for day in (first, _today().replace(day=1)))  # type: ignore[return-value]


def _month(moment: datetime) -> date:
    return moment.astimezone(_zone()).date().replace(day=1)


def _named(month: date) -> str:
    return str(format_date(month, "MMM yyyy"))


def _today() -> date:
    return clock.now().astimezone(_zone()).date()


def _zone() -> ZoneInfo:
    return ZoneInfo(site().desk_time_zone)
