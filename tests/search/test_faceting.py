"""Filters and their counts, the order of results, and what somebody wrote themselves."""

from __future__ import annotations

from collections.abc import Iterator

import pytest
from flask import Flask

from community.answers.actions import accept_answer
from community.search import comparing, whoosh_snapshots
from community.search.faceting import Count
from community.search.indexes import indexes
from community.search.queries import asked, search
from community.search.querying import parse
from tests.forum import VISITOR, Forum, small_forum
from tests.search.test_reader import follow_up, look, titles


@pytest.fixture
def forum(app: Flask, monkeypatch: pytest.MonkeyPatch) -> Iterator[Forum]:
    monkeypatch.setattr(whoosh_snapshots, "FRESH", 0.0)
    with app.app_context():
        made = small_forum(app)
        made.person("admin", role="admin", title="Founder")
        yield made
        indexes().close()


def counts(text: str, **more: str) -> dict[str, dict[str, int]]:
    found = search(VISITOR, asked({"q": text, **more}))
    return {name: {value: count.number for value, count in values.items()} for name, values in found.facets.items()}


def test_each_count_says_what_choosing_the_value_finds(forum: Forum) -> None:
    first = forum.question(title="Penguin one", body="It walks.")
    answer = forum.post("speaker", first, "It waddles.")
    accept_answer(by=forum["asker"], post_id=answer.post_id)
    forum.question(title="Penguin two", body="It swims.")
    forum.question(title="Penguin three", body="It flies.")
    follow_up()
    assert counts("penguin") == {
        "kind": {"question": 3},
        "state": {"solved": 1, "new": 2},
        "category": {"parts": 3},
        "by": {"staff": 1},
    }
    # A filter narrows the counts of all others, not its own.
    assert counts("penguin", state="solved") == {
        "kind": {"question": 1},
        "state": {"solved": 1, "new": 2},
        "category": {"parts": 1},
        "by": {"staff": 1},
    }
    for name, values in counts("penguin").items():
        for value, count in values.items():
            assert search(VISITOR, asked({"q": "penguin", name: value})).total == count, (name, value)
    assert counts("is:new") == {"kind": {"question": 2}, "state": {"new": 2}, "category": {"parts": 2}, "by": {}}
    assert counts("xylophone") == {"kind": {}, "state": {}, "category": {}, "by": {}}


def test_counts_are_of_what_may_be_seen_and_say_where_they_end(forum: Forum, monkeypatch: pytest.MonkeyPatch) -> None:
    forum.category("den", visibility="staff", opens={"question": "staff"})
    forum.question("worker", "A penguin of ours", "In the den.", category="den")
    forum.question("newcomer", "A held penguin", "I wonder.")
    for number in range(4):
        forum.question(title=f"Penguin {number}", body="It walks.")
    follow_up()
    assert counts("penguin")["kind"] == {"question": 4}
    assert counts("penguin")["category"] == {"parts": 4}
    assert search(forum["worker"], parse("penguin")).facets["category"] == {"parts": Count(4, False), "den": Count(1, False)}
    monkeypatch.setattr("community.search.faceting.EXACT", 3)
    assert search(VISITOR, parse("penguin")).facets["kind"] == {"question": Count(3, True)}


def test_newest_first_and_filters_of_the_address(forum: Forum) -> None:
    forum.question(title="Penguin penguin penguin", body="A penguin.")
    forum.question(title="Birds", body="There was one penguin among them, I think, or something else entirely.")
    for number in range(4):
        forum.question(title=f"Penguin of the year {number}", body="It walks.")
    follow_up()
    assert titles("penguin")[0] == "Penguin penguin penguin"
    newest = titles("penguin sort:newest")
    assert newest == [*(f"Penguin of the year {number}" for number in (3, 2, 1, 0)), "Birds", "Penguin penguin penguin"]
    assert asked({"q": "x", "sort": "newest"}).newest
    assert not asked({"q": "x", "sort": "sideways"}).newest
    both = asked({"q": "penguin", "since": "2026-01-01", "until": "2026-01-31", "from": "@Friend", "product": "One"})
    assert (str(both.after), str(both.before), both.authors, both.products) == ("2026-01-01", "2026-02-01", ("friend",), ("one",))
    assert asked({"q": "x", "since": "never", "until": "9999-12-31", "from": "@"}) == parse("x")


def test_what_one_wrote_oneself_is_found_at_once_and_while_it_is_held(forum: Forum) -> None:
    follow_up()
    forum.question(title="My new penguin", body="Just written.")
    assert titles("penguin", forum["asker"]) == ["My new penguin"], "the index has not followed yet"
    assert titles("penguin", forum["friend"]) == titles("penguin") == []
    forum.question("newcomer", "A held quokka", "I wonder.")
    follow_up()
    mine = look("quokka", forum["newcomer"])
    assert ([one.title for one in mine.held], mine.total) == (["A held quokka"], 0)
    for viewer in (VISITOR, forum["friend"], forum["worker"]):
        assert (look("quokka", viewer).held, look("quokka", viewer).total) == ((), 0)
    assert look("quokka kind:idea", forum["newcomer"]).held == ()
    page = forum.browser("newcomer").get("/search?q=quokka").get_data(as_text=True)
    assert "still waiting for review" in page
    assert "A held quokka" in page


def test_held_posts_are_compared_by_their_beginnings_and_not_while_others_wait(
    forum: Forum, monkeypatch: pytest.MonkeyPatch
) -> None:
    forum.question("newcomer", "A held quokka", f"{'long ' * 800}numbat")
    follow_up()
    assert look("quokka long", forum["newcomer"]).held
    assert look("numbat", forum["newcomer"]).held == ()

    class Busy:
        """Every turn is taken."""

        def run(self, *_: object) -> None:
            raise comparing.TooBusy

    monkeypatch.setattr(comparing, "_threads", Busy())
    assert look("quokka", forum["newcomer"]).held == ()


def test_the_page_offers_only_filters_that_find_something(forum: Forum) -> None:
    forum.question(title="Penguin one", body="It walks.")
    follow_up()
    page = forum.browser().get("/search?q=penguin&sort=newest&since=2020-01-01").get_data(as_text=True)
    filters = page[page.index('aria-label="Filters"') : page.index('id="search_results"')]
    assert 'New<span class="chip__count num">1</span>' in filters
    assert "Solved" not in filters
    assert "Since 2020-01-01" in filters
    assert 'value="newest"' in page
    api = forum.browser().get("/api/v1/search?q=penguin&sort=newest").get_json()
    assert api["facets"]["state"] == [{"value": "new", "count": 1, "at_least": False}]
    assert api["waiting"] == []
