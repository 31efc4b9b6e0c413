"""Saved searches: kept once, at most twenty, nobody else's."""

from __future__ import annotations

from collections.abc import Iterator

import pytest
from flask import Flask
from sqlalchemy import func, select

from community.api.queries import events_out
from community.core.errors import Invalid, NotFound, TooMany, Unauthorized
from community.core.log import head, read_after
from community.core.unit import unit
from community.extensions import db
from community.searches.actions import change_search, drop_search, save_search
from community.searches.events import SearchMatched
from community.searches.models import SearchMatch
from community.searches.queries import saved_here, saved_search_for, saved_searches_of
from tests.forum import VISITOR, Forum, events, small_forum

PUMP = {"q": "pump", "state": "waiting"}


@pytest.fixture
def forum(app: Flask) -> Iterator[Forum]:
    with app.test_request_context():
        yield small_forum(app)


def test_a_search_is_kept_once_for_each_thing_it_tells(forum: Forum) -> None:
    asker = forum["asker"]
    first = save_search(by=asker, arguments=PUMP, tells="matches", known=[3, 1, 3]).id
    assert save_search(by=asker, arguments=dict(reversed(PUMP.items())), tells="matches").id == first
    second = save_search(by=asker, arguments=PUMP, tells="answers").id
    assert [kept.id for kept in saved_searches_of(asker)] == [second, first]
    assert saved_search_for(asker, first).known == [1, 3]
    assert saved_here(asker, PUMP) == {"matches": first, "answers": second}
    assert saved_here(asker, {"q": "pump"}) == {}
    assert events().count("search.saved") == 2


def test_it_is_named_and_pauses_and_goes_on(forum: Forum) -> None:
    asker = forum["asker"]
    kept = save_search(by=asker, arguments=PUMP, tells="matches").id
    assert saved_search_for(asker, kept).words == "pump is:waiting"
    change_search(by=asker, saved_search_id=kept, name="  My   pumps ", paused=True)
    assert (saved_search_for(asker, kept).words, saved_search_for(asker, kept).paused_at is None) == ("My pumps", False)
    count = len(events())
    change_search(by=asker, saved_search_id=kept, paused=True)
    assert len(events()) == count
    save_search(by=asker, arguments=PUMP, tells="matches")
    assert saved_search_for(asker, kept).paused_at is None
    change_search(by=asker, saved_search_id=kept, name="")
    assert saved_search_for(asker, kept).words == "pump is:waiting"


def test_given_up_it_is_forgotten_with_what_it_told(forum: Forum) -> None:
    asker, topic = forum["asker"], forum.question()
    kept = save_search(by=asker, arguments=PUMP, tells="matches").id
    with unit() as u:
        u.add(SearchMatch(saved_search_id=kept, topic_id=topic.topic_id, at=u.now))
    drop_search(by=asker, saved_search_id=kept)
    assert saved_searches_of(asker) == []
    assert db.session.execute(select(func.count()).select_from(SearchMatch)).scalar_one() == 0
    assert events()[-1] == "search.dropped"


def test_nobody_touches_or_sees_anothers(forum: Forum) -> None:
    kept = save_search(by=forum["asker"], arguments=PUMP, tells="matches").id
    for stranger in (forum["friend"], forum["keeper"]):
        with pytest.raises(NotFound):
            saved_search_for(stranger, kept)
        with pytest.raises(NotFound):
            change_search(by=stranger, saved_search_id=kept, paused=True)
        with pytest.raises(NotFound):
            drop_search(by=stranger, saved_search_id=kept)
    with pytest.raises(NotFound):
        saved_search_for(VISITOR, kept)
    assert saved_searches_of(VISITOR) == []
    with pytest.raises(Unauthorized):
        save_search(by=VISITOR, arguments=PUMP, tells="matches")


def test_what_does_not_fit_is_refused(forum: Forum) -> None:
    asker = forum["asker"]
    for arguments, tells, name in (
        ({}, "matches", ""),
        (PUMP, "everything", ""),
        (PUMP, "matches", "x" * 81),
        (PUMP, "matches", "a\x00"),
    ):
        with pytest.raises(Invalid):
            save_search(by=asker, arguments=arguments, tells=tells, name=name)
    for number in range(20):
        save_search(by=asker, arguments={"q": f"pump {number}"}, tells="matches")
    with pytest.raises(TooMany):
        save_search(by=asker, arguments={"q": "one more"}, tells="matches")
    save_search(by=asker, arguments={"q": "pump 3"}, tells="matches")  # is kept already


def test_what_a_search_found_for_somebody_is_in_nobody_elses_log(forum: Forum) -> None:
    topic = forum.question()
    with unit() as u:
        u.record(SearchMatched(account_id=forum.people["friend"], saved_search_id=1, topic_id=topic.topic_id, tells="matches"))
    _, newest = head(db.session())
    (recorded,) = read_after(db.session(), newest - 1, 1)
    assert recorded.event is not None
    assert recorded.event.channels() == (f"user:{forum.people['friend']}",)
    names = [each.name for each in events_out(None, 100)[0]]
    assert "topic.opened" in names
    assert "search.matched" not in names
