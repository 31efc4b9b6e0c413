"""Counting what asking led to. These are counters, so nothing is recorded in the log and nobody is named."""

from __future__ import annotations

from collections.abc import Collection, Iterable
from datetime import date

from sqlalchemy import delete, select, update

from community.categories.models import Category
from community.core.errors import require
from community.core.unit import Unit, unit
from community.insights.counting import day_of, raise_counters, week_of
from community.insights.masking import digest_of, kept_words
from community.insights.models import GapReading, OutcomeDay, SearchGap, TopicOutcome
from community.insights.noted import askers_met, is_new_asker, raise_gap
from community.insights.policy import may_settle_gaps
from community.insights.queries import FORGOTTEN
from community.settings.queries import site
from community.staff.viewer import Viewer, refreshed
from community.topics.models import Topic
from community.topics.queries import topics_visible_to

MOST_TOPICS = 5
"""Topics of one asking that are counted: as many as a list of similar ones shows."""


def count_successful(*, by: Viewer, topic_id: int, opened: bool) -> date:
    """Somebody who was about to ask said that a topic answers it; `opened`: they had opened an answer before.

    Returns the day (UTC) that it is counted under.
    """
    with unit() as u:
        day = day_of(u.now)
        for each in _known(u, by, [topic_id]):
            raised = {"successful": 1, "members": int(by.signed_in)}
            raise_counters(u, TopicOutcome, {"topic_id": each, "week": week_of(day)}, raised)
            raise_counters(u, OutcomeDay, {"day": day}, {"successful": 1, "opened_successful": int(opened)})
        return day


def uncount_successful(*, topic_id: int, opened: bool, member: bool, day: date) -> None:
    """It was not the answer after all: take off what `count_successful` counted on that day, `member`: of somebody signed in.

    Whoever calls this knows that it was counted and has not been taken off; no counter falls below 0 in any case.
    """
    took, opened_too = int(member), int(opened)
    week = (TopicOutcome.topic_id == topic_id, TopicOutcome.week == week_of(day))
    some_week = (TopicOutcome.successful > 0, TopicOutcome.members >= took)
    some_day = (OutcomeDay.successful > 0, OutcomeDay.opened_successful >= opened_too)
    less_in_week = {"successful": TopicOutcome.successful - 1, "members": TopicOutcome.members - took}
    less_on_day = {"successful": OutcomeDay.successful - 1, "opened_successful": OutcomeDay.opened_successful - opened_too}
    with unit() as u:
        u.session.execute(update(TopicOutcome).where(*week, *some_week).values(less_in_week))
        u.session.execute(update(OutcomeDay).where(OutcomeDay.day == day, *some_day).values(less_on_day))


def count_opened(*, by: Viewer, topic_id: int, first: bool) -> None:
    """Somebody who was about to ask opened a topic; `first`: the first of this asking, which alone makes it a potential outcome."""
    with unit() as u:
        for each in _known(u, by, [topic_id]):
            raise_counters(u, TopicOutcome, {"topic_id": each, "week": _week(u)}, {"opened": 1})
            if first:
                raise_counters(u, OutcomeDay, {"day": day_of(u.now)}, {"opened": 1})


def count_asked(*, by: Viewer, shown: Collection[int], opened: Collection[int] = (), searched: str = "", asker: str = "") -> None:
    """Somebody posted their question: after similar ones were `shown` to them, and perhaps after a search for `searched`.

    `asker` is anything by which one asker can be told from another; it is never kept.
    """
    words = kept_words(searched)
    if words is None and not shown:
        return
    floor = site().gap_floor
    with unit() as u:
        failed = _known(u, by, shown)
        for each in failed:
            raise_counters(u, TopicOutcome, {"topic_id": each, "week": _week(u)}, {"failed": 1})
        if failed:
            raise_counters(u, OutcomeDay, {"day": day_of(u.now)}, {"failed": 1, "opened_failed": int(bool(opened))})
        if words is not None:
            new = int(is_new_asker(words, asker))
            raise_gap(u, words, {"asked": 1, "askers": new}, named=askers_met(words) >= floor)
            _count_readings(u, [words], _known(u, by, opened))


def count_found(*, by: Viewer, topic_id: int, searched: Iterable[str]) -> None:
    """Somebody opened a topic from a list of results, after searches for `searched`; where these are gaps, it was read instead."""
    words = [found for text in searched if (found := kept_words(text)) is not None]
    with unit() as u:
        for each in _known(u, by, [topic_id]):
            raise_counters(u, TopicOutcome, {"topic_id": each, "week": _week(u)}, {"found": 1})
            _count_readings(u, words, [each])


def settle_gap(*, by: Viewer, gap_id: int, settled: bool = True) -> None:
    """Say that a gap is closed, so that it stays away until it is searched for again; or take that back. Raises NotFound."""
    with unit() as u:
        by = refreshed(by)
        require(may_settle_gaps(by))
        gap = u.fetch(SearchGap, gap_id)
        gap.settled_at, gap.settled_by_id = (u.now, by.id) if settled else (None, None)


def forget_old_gaps() -> None:
    """Delete gaps that nobody came to for half a year, with what was read instead."""
    with unit() as u:
        old = select(SearchGap.id).where(SearchGap.last_day < day_of(u.now) - FORGOTTEN)
        u.session.execute(delete(GapReading).where(GapReading.gap_id.in_(old)))
        u.session.execute(delete(SearchGap).where(SearchGap.last_day < day_of(u.now) - FORGOTTEN))


def _count_readings(u: Unit, words: Iterable[str], topic_ids: Iterable[int]) -> None:
    gaps = select(SearchGap.id).where(SearchGap.digest.in_([digest_of(each) for each in words]))
    for gap_id in u.session.scalars(gaps).all():
        for topic_id in topic_ids:
            raise_counters(u, GapReading, {"gap_id": gap_id, "topic_id": topic_id}, {"count": 1})


def _known(u: Unit, by: Viewer, topic_ids: Collection[int]) -> list[int]:
    """Those of the topics that whoever says so may see: numbers that a browser sends prove nothing. At most five."""
    few = list(dict.fromkeys(topic_ids))[:MOST_TOPICS]
    query = select(Topic.id).join(Category, Category.id == Topic.category_id).where(Topic.id.in_(few), topics_visible_to(by))
    return sorted(u.session.scalars(query))


def _week(u: Unit) -> date:
    return week_of(day_of(u.now))
