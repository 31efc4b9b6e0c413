"""Outcomes of asking are counted in three kinds, and nothing that is kept says who."""

from __future__ import annotations

from collections.abc import Iterator
from datetime import UTC, datetime, timedelta
from unittest.mock import Mock

import pytest
import time_machine
from flask import Flask
from sqlalchemy import inspect, select
from sqlalchemy.exc import OperationalError

from community.core.database import Busy
from community.core.errors import NotFound, Unauthorized
from community.extensions import db
from community.insights import noted
from community.insights.actions import (
    count_asked,
    count_found,
    count_opened,
    count_successful,
    forget_old_gaps,
    settle_gap,
)
from community.insights.masking import kept_words
from community.insights.models import SearchGap
from community.insights.noted import note_empty_search, write
from community.insights.queries import best_answers, gaps_for, insights_for, looked_for_unchecked, outcomes_by_week
from community.staff.actions import end_role
from community.staff.models import Grant
from tests.forum import VISITOR, Forum, small_forum


@pytest.fixture
def forum(app: Flask) -> Iterator[Forum]:
    with app.app_context():
        yield small_forum(app)


def kinds() -> tuple[int, int, int]:
    week = outcomes_by_week()[0]
    return week.successful, week.potential, week.failed


def test_an_asking_that_crosses_midnight_is_one_outcome(forum: Forum) -> None:
    topic = forum.question().topic_id
    with time_machine.travel(datetime(2026, 11, 25, 23, 59, 59, tzinfo=UTC), tick=False) as traveller:
        count_opened(by=VISITOR, topic_id=topic, first=True)
        assert kinds() == (0, 1, 0)
        traveller.shift(timedelta(seconds=2))
        count_successful(by=VISITOR, topic_id=topic, opened=True)
        assert kinds() == (1, 0, 0)


def search_in_vain(words: str, people: int) -> None:
    for number in range(people):
        note_empty_search(words, f"browser {number}")
    write()


def test_the_three_kinds_stay_apart(forum: Forum) -> None:
    topic = forum.question().topic_id
    count_successful(by=VISITOR, topic_id=topic, opened=False)
    assert kinds() == (1, 0, 0)
    count_opened(by=VISITOR, topic_id=topic, first=True)
    assert kinds() == (1, 1, 0)
    count_opened(by=VISITOR, topic_id=topic, first=False)  # the second answer in one asking
    assert kinds() == (1, 1, 0)
    count_successful(by=VISITOR, topic_id=topic, opened=True)  # it was not only opened
    assert kinds() == (2, 0, 0)
    count_opened(by=VISITOR, topic_id=topic, first=True)
    count_asked(by=forum["asker"], shown=[topic], opened=[topic])
    assert kinds() == (2, 0, 1)
    count_asked(by=forum["asker"], shown=[])  # nothing was shown: nothing failed
    assert kinds() == (2, 0, 1)


def test_weeks_are_counted_apart(forum: Forum) -> None:
    topic = forum.question().topic_id
    with time_machine.travel(datetime(2030, 5, 5, 23, 59, tzinfo=UTC), tick=False):  # a Sunday
        count_successful(by=VISITOR, topic_id=topic, opened=False)
    with time_machine.travel(datetime(2030, 5, 6, 0, 1, tzinfo=UTC), tick=False):
        count_successful(by=VISITOR, topic_id=topic, opened=False)
        weeks = outcomes_by_week()
        assert [week.successful for week in weeks[:3]] == [1, 1, 0]
        assert weeks[0].monday.isoformat() == "2030-05-06"
        assert best_answers(forum["worker"])[0].successful == 2
        assert looked_for_unchecked([topic])[topic].successful == 2


def test_numbers_that_a_browser_made_up_count_nothing(forum: Forum) -> None:
    hidden = forum.question("keeper", category="inside").topic_id
    for made_up in (hidden, 10**17):
        count_successful(by=VISITOR, topic_id=made_up, opened=False)
        count_opened(by=VISITOR, topic_id=made_up, first=True)
        count_asked(by=forum["asker"], shown=[made_up])
        count_found(by=VISITOR, topic_id=made_up, searched=["anything"])
    assert kinds() == (0, 0, 0)
    assert looked_for_unchecked([hidden]) == {}


def test_members_are_counted_apart_from_visitors(forum: Forum) -> None:
    topic = forum.question().topic_id
    count_successful(by=VISITOR, topic_id=topic, opened=False)
    count_successful(by=forum["friend"], topic_id=topic, opened=False)
    looked = looked_for_unchecked([topic])[topic]
    assert (looked.successful, looked.members) == (2, 1)


def test_words_are_kept_only_when_several_people_used_them(forum: Forum) -> None:
    search_in_vain("My Secret neighbour", 4)
    search_in_vain("my secret  neighbour", 1)  # the first browser again
    row = db.session.scalars(select(SearchGap)).one()
    assert (row.words, row.askers, row.empty) == (None, 4, 5)
    assert insights_for(forum["worker"]).gaps == ()
    assert insights_for(forum["worker"]).unnamed == 1
    db.session.rollback()
    note_empty_search("my secret neighbour!", "browser 17")
    write()
    assert [(gap.words, gap.askers, gap.empty) for gap in gaps_for(forum["worker"])] == [("my secret neighbour", 5, 6)]


def test_one_person_is_never_several_however_often_they_come(forum: Forum) -> None:
    monday = datetime(2030, 5, 6, 12, 0, tzinfo=UTC)
    for week in range(5):
        with time_machine.travel(monday + timedelta(weeks=week), tick=False):
            search_in_vain("my secret neighbour", 1)
            forum.app.extensions.pop("bothways_searches")  # as a restart does
            search_in_vain("my secret neighbour", 1)
            count_asked(by=forum["asker"], shown=[], searched="My secret neighbour", asker="browser 0")
    row = db.session.scalars(select(SearchGap)).one()
    assert (row.words, row.askers, row.empty, row.asked) == (None, 10, 10, 5)
    db.session.rollback()
    with time_machine.travel(monday + timedelta(weeks=5), tick=False):
        search_in_vain("my secret neighbour", 4)
        count_asked(by=forum["asker"], shown=[], searched="My secret neighbour", asker="browser 17")
        assert [gap.words for gap in gaps_for(forum["worker"])] == ["my secret neighbour"]


def test_what_could_not_be_written_waits_for_the_next_time(forum: Forum, monkeypatch: pytest.MonkeyPatch) -> None:
    for number in range(4):
        note_empty_search("swivel seat", f"browser {number}")
    for error in (Busy(), OperationalError("", {}, Exception())):
        with monkeypatch.context() as broken:
            broken.setattr(noted, "unit", Mock(side_effect=error))
            write()
    note_empty_search("swivel seat", "browser 4")
    write()
    write()
    assert [(gap.words, gap.askers, gap.empty) for gap in gaps_for(forum["worker"])] == [("swivel seat", 5, 5)]


def test_a_gap_says_what_was_read_instead_to_who_may_read_it(forum: Forum) -> None:
    topic = forum.question(title="Does the saddle turn?").topic_id
    search_in_vain("swivel seat", 5)
    count_found(by=VISITOR, topic_id=topic, searched=["saddle turns", "swivel seat"])
    count_found(by=VISITOR, topic_id=topic, searched=["swivel seat"])
    (gap,) = gaps_for(forum["worker"])
    assert [(reading.title, reading.count) for reading in gap.readings] == [("Does the saddle turn?", 2)]
    assert looked_for_unchecked([topic])[topic].found == 2
    db.session.rollback()
    count_asked(by=forum["asker"], shown=[], searched="Swivel seat", opened=[topic], asker="browser 3")
    (gap,) = gaps_for(forum["worker"])
    assert (gap.asked, gap.askers, gap.readings[0].count) == (1, 5, 3)


def test_a_settled_gap_comes_back_with_the_next_search(forum: Forum) -> None:
    search_in_vain("swivel seat", 5)
    (gap,) = gaps_for(forum["worker"])
    db.session.rollback()
    settle_gap(by=forum["worker"], gap_id=gap.id)
    assert gaps_for(forum["worker"]) == ()
    db.session.rollback()
    search_in_vain("swivel seat", 1)
    assert [each.askers for each in gaps_for(forum["worker"])] == [5]


def test_only_who_is_an_employee_now_settles_gaps(forum: Forum) -> None:
    search_in_vain("swivel seat", 5)
    (gap,) = gaps_for(forum["worker"])
    db.session.rollback()
    former = forum["worker"]
    grant_id = db.session.scalars(select(Grant.id).where(Grant.account_id == former.id)).one()
    db.session.rollback()
    end_role(by=None, grant_id=grant_id)
    for by in (VISITOR, forum["asker"], former):
        for settled in (True, False):
            with pytest.raises((NotFound, Unauthorized)):
                settle_gap(by=by, gap_id=gap.id, settled=settled)
        db.session.rollback()
    assert [each.id for each in gaps_for(forum["keeper"])] == [gap.id]


def test_old_gaps_are_forgotten(forum: Forum) -> None:
    topic = forum.question().topic_id
    search_in_vain("swivel seat", 5)
    count_found(by=VISITOR, topic_id=topic, searched=["swivel seat"])
    with time_machine.travel(datetime.now(UTC) + timedelta(days=179)):
        forget_old_gaps()
        assert len(gaps_for(forum["worker"])) == 1
        db.session.rollback()
    with time_machine.travel(datetime.now(UTC) + timedelta(days=182)):
        forget_old_gaps()
        assert db.session.scalars(select(SearchGap)).all() == []


@pytest.mark.parametrize(
    ("typed", "kept"),
    [
        ("  The  BELL rattles? ", "the bell rattles"),
        ("write to jane.doe@example.com please", "write to @… please"),
        ("from:@jane is:solved rattle", "rattle"),
        ("@jane rattle", "@… rattle"),
        ("call 0170 / 123 45 67 now", "call #… now"),
        ("order 123456 lost", "order #… lost"),
        ("error 4021 on 2.4", "error 4021 on 2.4"),
        ("https://example.com/secret?token=a rattle", "rattle"),
        ("12345678", None),
        ("one two three four five six seven eight nine", None),
        ("x" * 81, None),
        ("   ", None),
        ("“the bell” (loose)", "the bell loose"),
    ],
)
def test_what_is_kept_of_words(typed: str, kept: str | None) -> None:
    assert kept_words(typed) == kept


def test_no_table_of_insights_can_say_who(app: Flask) -> None:
    with app.app_context():
        found = inspect(db.engine)
        for table in ("outcome_days", "topic_outcomes", "search_gaps", "gap_readings"):
            columns = {column["name"] for column in found.get_columns(table)}
            # Who settled a gap is an employee who said so; nobody who asked or searched is named.
            assert not columns & {"account_id", "by_id", "author_id", "session_id", "address", "at", "cookie"}, table
