"""How the promise was kept: of everything that everybody may read, the same for whoever asks."""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Sequence
from dataclasses import dataclass
from datetime import date, datetime, timedelta
from math import ceil
from typing import Any
from zoneinfo import ZoneInfo

from sqlalchemy import ColumnElement, Select, func, select

from community.categories.models import Category
from community.core import clock
from community.core.errors import NotFound
from community.core.paging import PAGE_SIZE, Page, page_count
from community.extensions import db
from community.posts.queries.lists import tiles_unchecked
from community.posts.views import Tile
from community.promise.deskclock import Desk, due_at
from community.promise.models import Promise
from community.settings.queries import site
from community.staff.viewer import VISITOR
from community.topics.models import Topic
from community.topics.queries import topics_visible_to

WEEKS = 13
"""Weeks that the page tells of: a quarter."""


@dataclass(frozen=True, slots=True)
class Measured:
    """Questions that were asked in some time, and what became of the promise to them.

    `first` and `solved` are the median and the 90th percentile, in minutes of desk time; None where nothing was answered, or
    where so many still wait that the figure is not known. Who still waits beyond the due time counts as longer than all others.
    """

    asked: int
    kept: int
    late: int
    waiting: int
    settled: int
    first: tuple[int | None, int | None]
    solved: tuple[int | None, int | None]

    @property
    def share(self) -> float | None:
        """Percent kept of what was kept or late; None where there is neither."""
        decided = self.kept + self.late
        return 100 * self.kept / decided if decided else None


@dataclass(frozen=True, slots=True)
class Week:
    """One week, from its Monday, in the desk's time zone."""

    monday: date
    measured: Measured


@dataclass(frozen=True, slots=True)
class Miss:
    """A question whose answer came late or has not come: `answered_at` None."""

    tile: Tile
    due_at: datetime
    answered_at: datetime | None
    minutes: int | None


@dataclass(frozen=True, slots=True)
class Own:
    """A category with hours of its own."""

    name: str
    url: str
    hours: int


@dataclass(frozen=True, slots=True)
class Kept:
    """The whole page: what is promised, how it was kept by week, and a page of misses."""

    hours: int
    share: int
    own: tuple[Own, ...]
    whole: Measured
    weeks: tuple[Week, ...]
    misses: tuple[Miss, ...]
    miss_count: int
    page: Page


def kept_unchecked(*, number: int = 1, address: str = "/promise") -> Kept:
    """The last quarter and every miss, newest first. Raises NotFound beyond the last page of misses."""
    settings = site()
    zone = ZoneInfo(settings.desk_time_zone)
    this_week = _monday(clock.now(), zone)
    mondays = [this_week - timedelta(weeks=back) for back in range(WEEKS)]
    since = datetime.combine(mondays[-1], datetime.min.time(), zone)
    columns = (Promise.asked_at, Promise.state, Promise.answer_minutes, Promise.solve_minutes)
    rows = db.session.execute(_public(*columns).where(Promise.asked_at >= since)).all()
    by_week: dict[date, list[Any]] = defaultdict(list)
    for row in rows:
        by_week[_monday(row.asked_at, zone)].append(row)
    weeks = tuple(Week(monday, measured(by_week[monday])) for monday in mondays)
    count, misses, page = _misses(number, address)
    return Kept(settings.promise_hours, settings.promise_share, _own(), measured(rows), weeks, misses, count, page)


def measured(rows: Sequence[Any]) -> Measured:
    """Sum up promises; each row has `state`, `answer_minutes` and `solve_minutes`."""
    states = [row.state for row in rows]
    answered = [row.answer_minutes for row in rows if row.answer_minutes is not None]
    unanswered = sum(row.state == "late" and row.answer_minutes is None for row in rows)
    solved = [row.solve_minutes for row in rows if row.solve_minutes is not None]
    return Measured(
        asked=len(rows),
        kept=states.count("kept"),
        late=states.count("late"),
        waiting=states.count("open") + states.count("paused"),
        settled=states.count("settled"),
        first=(quantile(answered, 50, unanswered), quantile(answered, 90, unanswered)),
        solved=(quantile(solved, 50), quantile(solved, 90)),
    )


def quantile(values: Sequence[int], percent: int, unknown: int = 0) -> int | None:
    """The nearest-rank percentile of values and of so many unknown ones that are longer than all of them."""
    total = len(values) + unknown
    rank = ceil(percent * total / 100)
    return sorted(values)[rank - 1] if 0 < rank <= len(values) else None


def promised_now(moment: datetime | None = None, hours: int | None = None) -> datetime | None:
    """By when somebody who asks now hears from an employee; None where the desk never opens."""
    settings = site()
    return due_at(Desk.of(settings), moment or clock.now(), timedelta(hours=hours or settings.promise_hours))


def _own() -> tuple[Own, ...]:
    query = select(Category.name, Category.slug, Category.promise_hours).where(
        Category.promise_hours.is_not(None), Category.visibility == "public"
    )
    return tuple(Own(row.name, f"/c/{row.slug}", row.promise_hours) for row in db.session.execute(query.order_by(Category.name)))


def _misses(number: int, address: str) -> tuple[int, tuple[Miss, ...], Page]:
    late: ColumnElement[bool] = Promise.state == "late"
    total = db.session.execute(_public(func.count()).where(late)).scalar_one()
    page = Page(number, page_count(total), address, ())
    if number > page.count:
        raise NotFound
    columns = (Promise.topic_id, Promise.due_at, Promise.answered_at, Promise.answer_minutes)
    rows = db.session.execute(
        _public(*columns)
        .where(late)
        .order_by(Promise.due_at.desc(), Promise.topic_id.desc())
        .offset((number - 1) * PAGE_SIZE)
        .limit(PAGE_SIZE)
    ).all()
    tiles = {tile.id: tile for tile in tiles_unchecked([row.topic_id for row in rows])}
    found = tuple(
        Miss(tiles[row.topic_id], row.due_at, row.answered_at, row.answer_minutes) for row in rows if row.topic_id in tiles
    )
    return total, found, page


def _public(*columns: Any) -> Select[*tuple[Any, ...]]:
    return (
        select(*columns)
        .select_from(Promise)
        .join(Topic, Topic.id == Promise.topic_id)
        .join(Category, Category.id == Topic.category_id)
        .where(topics_visible_to(VISITOR))
    )


def _monday(moment: datetime, zone: ZoneInfo) -> date:
    day = moment.astimezone(zone).date()
    return day - timedelta(days=day.weekday())
