"""Search by words and meaning together: what is asked in plain words finds more, and what is asked exactly loses nothing."""

from __future__ import annotations

from typing import Any

import pytest

from community.answers.actions import accept_answer
from community.core.native import NativeThreads
from community.extensions import db
from community.search import comparing, fusion, queries
from community.search.engine import Document
from community.search.follow import SearchFollower
from community.search.fusion import has_meaning, reordered
from community.search.meaning import nearness
from community.search.meaning.follow import MeaningFollower
from community.search.queries import SearchPage, asked, search
from community.search.querying import parse
from community.staff.viewer import Viewer
from tests.forum import VISITOR, Forum, take_all

FROST = "Charging the accumulator when it is freezing"
PLAIN = "load my battery safely in winter"


@pytest.fixture(autouse=True)
def patient(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(nearness, "_threads", NativeThreads(at_once=2, seconds=20))
    monkeypatch.setattr(queries, "_threads", NativeThreads(at_once=2, seconds=20))


def follow_up() -> None:
    take_all(SearchFollower())
    take_all(MeaningFollower())
    db.session.rollback()


def look(text: str, viewer: Viewer = VISITOR, **chips: str) -> SearchPage:
    db.session.rollback()
    found = search(viewer, asked({"q": text, **chips}))
    db.session.rollback()
    return found


def titles(found: SearchPage) -> list[str]:
    return [one.tile.title for one in found.results]


def test_plain_words_ask_by_meaning_and_exact_ones_do_not() -> None:
    for text in (
        PLAIN,
        "why does the display flicker in rain",
        "what's wrong with my motor's noise?",
        "is:solved brake squeals loudly",
    ):
        assert has_meaning(parse(text)), text
    exact = (
        '"battery in winter" charging cold',
        "battery charging winter -cold",
        "error E07 on my display",
        "update to version 4.6.1 fails",
    )
    for text in (
        *exact,
        "open settings/network/proxy page please",
        "write to help@volt.example about battery",
        "battery winter",
        "why is it so",
    ):
        assert not has_meaning(parse(text)), text
    assert not has_meaning(asked({"q": PLAIN, "sort": "newest"})), "newest first is no question of nearness"


def test_another_wording_is_found_below_what_has_the_words(forum: Forum) -> None:
    forum.question(title=FROST, body="Does frost harm the cells of it?")
    forum.question(title="The battery in winter", body="Load it safely in the house.")
    forum.question(title="Where is my parcel?", body="I paid weeks ago.")
    follow_up()
    found = look(PLAIN)
    assert titles(found) == ["The battery in winter", FROST]
    assert (found.total, found.facets["kind"]["question"].number) == (2, 2)
    assert titles(look('"battery" load safely winter')) == ["The battery in winter"]


def test_filters_hold_for_what_meaning_adds_and_their_counts_are_right(forum: Forum) -> None:
    solved = forum.question(title=FROST, body="Does frost harm the cells of it?", tags=["cold"])
    answer = forum.post("worker", solved, "Warm it first.")
    accept_answer(by=forum["asker"], post_id=answer.post_id)
    forum.question(title="Battery loading in the winter", body="Safely?")
    follow_up()
    everything = look(PLAIN)
    assert set(titles(everything)) == {FROST, "Battery loading in the winter"}
    for text, chips in (
        (f"{PLAIN} is:solved", {}),
        (PLAIN, {"state": "solved"}),
        (PLAIN, {"by": "staff"}),
        (f"{PLAIN} tag:cold", {}),
        (f"{PLAIN} from:@worker", {}),
    ):
        found = look(text, **chips)
        assert (titles(found), found.total) == ([FROST], 1), (text, chips)
        if chips:
            chosen = next(iter(chips.items()))
            assert everything.facets[chosen[0]][chosen[1]].number == found.total, "the count said what choosing it finds"
            assert found.facets[chosen[0]] == everything.facets[chosen[0]]
    assert titles(look(f"{PLAIN} is:waiting")) == []
    assert titles(look(f"{PLAIN} before:2020")) == []


def test_nothing_restricted_comes_in_by_meaning(forum: Forum) -> None:
    forum.question("worker", FROST, "Does frost harm the cells of it?", category="inside")
    forum.question("newcomer", "Charging the accumulator in the cold", "Held until confirmed.")
    follow_up()
    assert (titles(look(PLAIN)), look(PLAIN).total) == ([], 0)
    assert titles(look(PLAIN, forum["worker"])) == [FROST]


def test_rare_words_codes_and_names_lose_nothing(forum: Forum, monkeypatch: pytest.MonkeyPatch) -> None:
    wanted = {
        "quokka holder for the battery cable": forum.question(title="Accessories", body="Is there a quokka holder? For a cable."),
        "does Emeka know about loose brake levers": forum.question(title="To the team", body="Emeka, a lever is loose."),
        "display says 0x80070005 when charging": forum.question(title="A number", body="It says 0x80070005."),
        "firmware 4.6.1 makes my motor noisy": forum.question(title="After the update", body="Now on 4.6.1, noisy."),
    }
    for number in range(12):
        forum.question(
            title=f"Battery cable holder for the display, loose brake levers, motor noise {number}", body="When charging."
        )
    follow_up()
    for text, topic in wanted.items():
        with monkeypatch.context() as alone:
            alone.setattr(queries, "near_text", lambda *_, **__: {})
            before = [one.tile.id for one in look(text).results]
        after = [one.tile.id for one in look(text).results]
        assert topic.topic_id in before[: fusion.PINNED], text
        assert after.index(topic.topic_id) == before.index(topic.topic_id), text


def test_the_first_by_words_stay_and_the_rest_are_weighed() -> None:
    words = {1: 10.0, 2: 9.0, 3: 8.0, 4: 2.0, 5: 1.0}
    meaning: dict[int, float] = {1: 0.0, 4: 0.1, 5: 0.6, 6: 0.9, 7: 0.9}
    assert reordered([1, 2, 3, 4, 5, 6], words, meaning) == [1, 2, 3, 6, 5, 4], "7 may not be seen"
    assert reordered([4, 6], words, meaning) == [4, 6]
    assert reordered([], words, {}) == []


def test_near_topics_are_filtered_without_their_texts(forum: Forum, monkeypatch: pytest.MonkeyPatch) -> None:
    forum.question(title=FROST, body="Does frost harm the cells of it?")
    forum.question(title="The battery in winter", body="Load it safely in the house.")
    follow_up()

    class Busy:
        """Every turn is taken."""

        def run(self, *_: Any) -> None:
            raise comparing.TooBusy

    monkeypatch.setattr(comparing, "_threads", Busy())
    whole, read = comparing.documents_unchecked, []

    def noted(*arguments: Any, **options: Any) -> list[Document]:
        read.extend(found := whole(*arguments, **options))
        return found

    monkeypatch.setattr(comparing, "documents_unchecked", noted)
    found = look(PLAIN, kind="question")
    assert sorted(titles(found)) == sorted([FROST, "The battery in winter"])
    assert [result.loose for result in found.results if result.tile.title == FROST] == [True]
    assert read
    assert {one.question for one in read} == {""}
    assert titles(look(PLAIN, kind="idea")) == []


def test_words_alone_answer_while_the_model_is_late(forum: Forum, monkeypatch: pytest.MonkeyPatch) -> None:
    forum.question(title=FROST, body="Does frost harm the cells of it?")
    forum.question(title="The battery in winter", body="Load it safely in the house.")
    follow_up()

    class Busy:
        """Every turn is taken."""

        def run(self, *_: Any) -> None:
            raise nearness.TooBusy

    monkeypatch.setattr(nearness, "_threads", Busy())
    assert titles(look(PLAIN)) == ["The battery in winter"]
