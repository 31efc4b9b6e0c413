"""Reading insights, for employees; topics that one of them may not see are left out."""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Collection, Iterable
from dataclasses import dataclass
from datetime import date, timedelta
from typing import Final

from sqlalchemy import func, select

from community.categories.models import Category
from community.core import clock
from community.extensions import db
from community.insights.counting import day_of, week_of
from community.insights.models import GapReading, OutcomeDay, SearchGap, TopicOutcome
from community.settings.queries import site
from community.staff.viewer import Viewer
from community.topics.models import Topic
from community.topics.queries import topics_visible_to
from community.topics.titles import topic_url

FORGOTTEN: Final = timedelta(days=180)
"""After this time without anybody coming to it, a gap is deleted."""

WEEKS: Final = 12
"""Weeks that the page shows; best answers are those of the same time."""

MOST_GAPS: Final = 50
BEST: Final = 20
READ_INSTEAD: Final = 3


@dataclass(frozen=True, slots=True)
class Week:
    """Outcomes of asking in the week that begins on `monday`."""

    monday: date
    successful: int
    potential: int
    failed: int


@dataclass(frozen=True, slots=True)
class Reading:
    """A topic, and how often something was done with it."""

    title: str
    url: str
    count: int


@dataclass(frozen=True, slots=True)
class Gap:
    """What several people looked for in vain (`empty` searches), or asked all the same (`asked`)."""

    id: int
    words: str
    askers: int
    empty: int
    asked: int
    last_day: date
    readings: tuple[Reading, ...]


@dataclass(frozen=True, slots=True)
class Best:
    """A topic that answered people before they asked."""

    title: str
    url: str
    successful: int
    opened: int
    failed: int
    found: int


@dataclass(frozen=True, slots=True)
class Insights:
    """All that the page shows. `unnamed` gaps were come to by fewer people than the floor: their words are not known."""

    weeks: tuple[Week, ...]
    best: tuple[Best, ...]
    gaps: tuple[Gap, ...]
    unnamed: int
    floor: int


def insights_for(viewer: Viewer) -> Insights:
    """What asking and searching led to in the last weeks, as this employee may see it. Six queries."""
    return Insights(outcomes_by_week(), best_answers(viewer), gaps_for(viewer), _unnamed(), site().gap_floor)


def outcomes_by_week() -> tuple[Week, ...]:
    """The last twelve weeks, newest first; weeks without anything are there, with zeros."""
    this = week_of(day_of(clock.now()))
    mondays = [this - timedelta(weeks=number) for number in range(WEEKS)]
    sums: dict[date, list[int]] = {monday: [0, 0, 0] for monday in mondays}
    for day in db.session.scalars(select(OutcomeDay).where(OutcomeDay.day >= mondays[-1])):
        # What ends well after midnight was opened the day before, so days have no potential of their own.
        for place, number in enumerate((day.successful, day.opened - day.opened_successful - day.opened_failed, day.failed)):
            sums[week_of(day.day)][place] += number
    return tuple(Week(monday, successful, max(0, potential), failed) for monday, (successful, potential, failed) in sums.items())


def best_answers(viewer: Viewer) -> tuple[Best, ...]:
    """The topics that answered most people before they asked, in the last twelve weeks."""
    since = week_of(day_of(clock.now())) - timedelta(weeks=WEEKS - 1)
    sums = [func.sum(column).label(column.key) for column in _COUNTED]
    query = (
        select(Topic.id, Topic.title, Topic.slug, *sums)
        .join(TopicOutcome, TopicOutcome.topic_id == Topic.id)
        .join(Category, Category.id == Topic.category_id)
        .where(TopicOutcome.week >= since, topics_visible_to(viewer))
        .group_by(Topic.id, Topic.title, Topic.slug)
        .having(func.sum(TopicOutcome.successful) > 0)
        .order_by(func.sum(TopicOutcome.successful).desc(), func.sum(TopicOutcome.failed), Topic.id)
        .limit(BEST)
    )
    return tuple(
        Best(row.title, topic_url(row.id, row.slug), row.successful, row.opened, row.failed, row.found)
        for row in db.session.execute(query)
    )


_COUNTED = (TopicOutcome.successful, TopicOutcome.opened, TopicOutcome.failed, TopicOutcome.found)


def gaps_for(viewer: Viewer) -> tuple[Gap, ...]:
    """What several people looked for in vain and nobody has settled since, most wanted first.

    A floor that was raised since hides words again that were kept before.
    """
    query = (
        select(SearchGap)
        .where(SearchGap.words.is_not(None), SearchGap.askers >= site().gap_floor, SearchGap.settled_at.is_(None))
        .order_by(SearchGap.askers.desc(), SearchGap.last_day.desc(), SearchGap.id)
        .limit(MOST_GAPS)
    )
    gaps = db.session.scalars(query).all()
    readings = _readings(viewer, [gap.id for gap in gaps])
    return tuple(
        Gap(gap.id, gap.words or "", gap.askers, gap.empty, gap.asked, gap.last_day, tuple(readings[gap.id][:READ_INSTEAD]))
        for gap in gaps
    )


@dataclass(frozen=True, slots=True)
class Looked:
    """How many were helped by a topic before they asked: `members` of the `successful` were signed in."""

    successful: int = 0
    members: int = 0
    found: int = 0


def looked_for_unchecked(topic_ids: Collection[int]) -> dict[int, Looked]:
    """What these topics did for people who were about to ask or searched, since there are counts; those without are left out."""
    query = (
        select(TopicOutcome.topic_id)
        .add_columns(*(func.sum(column).label(column.key) for column in (TopicOutcome.successful, TopicOutcome.members)))
        .add_columns(func.sum(TopicOutcome.found).label("found"))
        .where(TopicOutcome.topic_id.in_(topic_ids))
        .group_by(TopicOutcome.topic_id)
    )
    return {row.topic_id: Looked(int(row.successful), int(row.members), int(row.found)) for row in db.session.execute(query)}


def _readings(viewer: Viewer, gap_ids: Iterable[int]) -> dict[int, list[Reading]]:
    found: dict[int, list[Reading]] = defaultdict(list)
    query = (
        select(GapReading.gap_id, GapReading.count.label("times"), Topic.id, Topic.title, Topic.slug)
        .join(Topic, Topic.id == GapReading.topic_id)
        .join(Category, Category.id == Topic.category_id)
        .where(GapReading.gap_id.in_(list(gap_ids)), topics_visible_to(viewer))
        .order_by(GapReading.gap_id, GapReading.count.desc(), Topic.id)
    )
    for row in db.session.execute(query):
        found[row.gap_id].append(Reading(row.title, topic_url(row.id, row.slug), row.times))
    return found


def _unnamed() -> int:
    hidden = select(func.count()).select_from(SearchGap).where(SearchGap.words.is_(None), SearchGap.empty > 0)
    return db.session.execute(hidden).scalar_one()
