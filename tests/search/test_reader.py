"""The index follows the log, and what it finds is judged by the rights and texts of the moment."""

from __future__ import annotations

from collections.abc import Callable, Collection, Iterator
from typing import Any

import pytest
from flask import Flask
from sqlalchemy import update

from community.answers.actions import accept_answer, make_official
from community.categories.actions import change_category
from community.core.follow import Parked
from community.core.log import EventHead
from community.core.unit import unit
from community.extensions import db
from community.posts.actions import edit_post, remove_post
from community.search import follow, queries, verifying, whoosh_snapshots
from community.search.engine import Document
from community.search.follow import SearchFollower, rebuild
from community.search.indexes import indexes
from community.search.queries import SearchPage, search
from community.search.querying import parse
from community.search.whoosh_engine import WhooshEngine
from community.staff.viewer import Viewer
from community.topics.actions import close_topic
from tests.forum import VISITOR, Forum, small_forum


@pytest.fixture
def forum(app: Flask, monkeypatch: pytest.MonkeyPatch) -> Iterator[Forum]:
    monkeypatch.setattr(whoosh_snapshots, "FRESH", 0.0)
    with app.app_context():
        made = small_forum(app)
        made.person("admin", role="admin", title="Founder")
        yield made
        indexes().close()


def follow_up() -> None:
    follower = SearchFollower()
    while follower.catch_up():
        pass
    db.session.rollback()


def look(text: str, viewer: Viewer = VISITOR) -> SearchPage:
    db.session.rollback()
    found = search(viewer, parse(text))
    db.session.rollback()
    return found


def titles(text: str, viewer: Viewer = VISITOR) -> list[str]:
    return [result.tile.title for result in look(text, viewer).results]


def test_a_question_is_found_by_its_answer_and_shows_the_passage(forum: Forum) -> None:
    asked = forum.question(title="Why does the display flicker?", body="It flickers on <b>cold</b> days.")
    forum.post("friend", asked, "No idea, mine is fine, the display never flickers.")
    answer = forum.post("speaker", asked, "Press the reset lever beneath the display for **nine** seconds.")
    follow_up()
    (result,) = look("reset lever").results
    assert (result.by.name, result.official, result.accepted) == ("Speaker", False, False)  # type: ignore[union-attr]
    assert [text for text, marked in result.passage if marked] == ["reset", "lever"]
    assert result.post_url.endswith(f"#post_{answer.post_id}")
    make_official(by=forum["speaker"], post_id=answer.post_id)
    accept_answer(by=forum["asker"], post_id=answer.post_id)
    follow_up()
    (result,) = look("display is:solved").results
    assert (result.official, result.accepted, result.tile.state) == (True, True, "solved"), "the best answer that matches is shown"
    assert titles("display is:waiting") == []
    assert titles("from:@speaker display") == titles("by:staff") == ["Why does the display flicker?"]
    assert titles("from:@nobody display") == []


def test_nothing_that_may_not_be_seen_shows_in_hits_counts_or_suggestions(forum: Forum) -> None:
    forum.category("den", visibility="staff", opens={"question": "staff"})
    forum.question("worker", "Where is the quokka battery?", "In the den.", category="den")
    forum.question(title="Where is the spare battery?", body="I lost it.")
    forum.question("newcomer", "Is the numbat battery good?", "I wonder.")
    follow_up()
    assert titles("battery") == ["Where is the spare battery?"]
    assert look("battery").total == 1
    assert (look("quokka").total, look("quokkas").suggestion, look("quoka").suggestion) == (0, None, None)
    assert titles("quokka", forum["worker"]) == ["Where is the quokka battery?"]
    assert titles("in:den battery") == []
    assert titles("numbat", forum["worker"]) == []
    assert look("is:new").total == 1


def test_a_right_that_ends_and_words_that_go_are_gone_before_the_index_knows(forum: Forum) -> None:
    asked = forum.question(title="A secret thing", body="The wombat sleeps here.")
    second = forum.post("friend", asked, "Also a bilby.")
    follow_up()
    assert titles("wombat") == titles("bilby") == ["A secret thing"]
    remove_post(by=forum["friend"], post_id=second.post_id, rule="other", reason="Mine.")
    assert titles("bilby") == [], "removed a moment ago, and the index has not followed yet"
    assert titles("wombat") == ["A secret thing"]
    edit_post(by=forum["asker"], post_id=asked.post_id, body="Nothing sleeps here.", version=1)
    assert titles("wombat") == []
    change_category(by=forum["admin"], category_id=forum.categories["parts"], visibility="staff")
    assert titles("secret") == []
    follow_up()
    assert titles("secret") == []
    assert titles("secret", forum["worker"]) == ["A secret thing"]


@pytest.mark.parametrize("known", [True, False])
def test_what_was_found_by_a_typo_stays_while_the_index_is_behind(
    forum: Forum, monkeypatch: pytest.MonkeyPatch, known: bool
) -> None:
    asked = forum.question(title="Cleaning the radiator", body="It is dusty.")
    forum.question(title="The radiator of a wombat", body="It is warm.")
    follow_up()
    assert titles("radiatir dusty") == ["Cleaning the radiator"]
    if not known:
        monkeypatch.setattr(verifying, "MOST_BEHIND", 1)
    forum.post("friend", asked, "Mine too.")
    assert titles("radiatir dusty") == ["Cleaning the radiator"]
    assert len(titles("radiatir")) == 2
    edit_post(by=forum["asker"], post_id=asked.post_id, title="Cleaning it", body="It is clean.", version=1)
    assert titles("radiatir dusty") == []


def test_only_so_many_characters_are_compared_while_the_index_is_behind(forum: Forum, monkeypatch: pytest.MonkeyPatch) -> None:
    asked = forum.question(title="A thing", body="The wombat sleeps here.")
    follow_up()
    edit_post(by=forum["asker"], post_id=asked.post_id, body="Nothing sleeps here.", version=1)
    monkeypatch.setattr(verifying, "MOST_CHARACTERS", 10)
    assert titles("wombat") == ["A thing"], "the index's word is taken"
    monkeypatch.setattr(verifying, "MOST_CHARACTERS", 100)
    assert titles("wombat") == []


def test_the_index_says_how_far_it_came_and_is_made_anew_when_it_must_be(forum: Forum) -> None:
    forum.question(title="One penguin", body="Walks.")
    follow_up()
    before = SearchFollower().reached()
    forum.question(title="Two penguins", body="Walk.")
    assert SearchFollower().catch_up() > 0
    assert SearchFollower().reached() > before
    assert len(titles("penguin")) == 2
    with unit() as u:
        u.session.execute(update(EventHead).values(epoch="another"))
    follow_up()
    assert indexes().position().startswith("another:")
    assert len(titles("penguin")) == 2
    rebuild()
    assert len(titles("penguin")) == 2


def test_an_event_that_always_fails_is_parked_and_the_next_ones_are_indexed(forum: Forum, monkeypatch: pytest.MonkeyPatch) -> None:
    follow_up()
    forum.question(title="A poisoned penguin", body="Walks.")
    whole = follow.documents_unchecked

    def fail(topic_ids: set[int]) -> list[object]:
        raise ValueError(topic_ids)

    follower = SearchFollower()
    monkeypatch.setattr(follow, "documents_unchecked", fail)
    while True:
        at = follower.reached()
        try:
            if not follower.take_one():
                break
        except ValueError as error:
            db.session.rollback()
            follower.park_next(error)
        assert follower.reached() > at
    monkeypatch.setattr(follow, "documents_unchecked", whole)
    assert db.session.query(Parked).filter_by(follower="search").count() >= 1
    forum.question(title="A healthy penguin", body="Walks.")
    follow_up()
    assert titles("penguin") == ["A healthy penguin"]


def test_a_topic_that_cannot_be_written_is_parked_and_keeps_no_other_from_being_found(
    forum: Forum, monkeypatch: pytest.MonkeyPatch
) -> None:
    follow_up()
    forum.question(title="A healthy penguin", body="Walks.")
    poisoned = forum.question(title="A poisoned penguin", body="Walks.")
    whole = WhooshEngine._row

    def row(engine: WhooshEngine, document: Document) -> dict[str, Any]:
        if document.topic_id == poisoned.topic_id:
            raise ValueError(document.topic_id)
        return whole(engine, document)

    monkeypatch.setattr(WhooshEngine, "_row", row)
    follower = SearchFollower()
    with pytest.raises(ValueError, match=str(poisoned.topic_id)):
        follower.catch_up()
    db.session.rollback()
    while True:
        try:
            if not follower.take_one():
                break
        except ValueError as error:
            db.session.rollback()
            follower.park_next(error)
    forum.question(title="A late penguin", body="Walks.")
    follow_up()
    assert sorted(titles("penguin")) == ["A healthy penguin", "A late penguin"]
    parked = {row.event_name for row in db.session.query(Parked).filter_by(follower="search")}
    assert "topic.opened" in parked
    rebuild()
    assert sorted(titles("penguin")) == ["A healthy penguin", "A late penguin"], "nor from being built anew"


def test_a_category_that_is_closed_is_indexed_in_portions(forum: Forum, monkeypatch: pytest.MonkeyPatch) -> None:
    for number in range(5):
        forum.question(title=f"Penguin {number}", body="Walks.")
    follow_up()
    asked_for: list[int] = []
    whole = follow.documents_unchecked

    def counted(topic_ids: Collection[int]) -> list[Document]:
        asked_for.append(len(topic_ids))
        return whole(topic_ids)

    monkeypatch.setattr(follow, "BATCH", 2)
    monkeypatch.setattr(follow, "documents_unchecked", counted)
    change_category(by=None, category_id=forum.categories["parts"], visibility="staff")
    before = SearchFollower().reached()
    assert SearchFollower().catch_up() == 1
    assert asked_for == [2, 2, 1]
    assert SearchFollower().reached() == before + 1
    assert indexes().public.find(parse("penguin"), limit=9).total == 0
    assert len(titles("penguin", forum["worker"])) == 5


def test_the_connection_is_given_back_while_the_index_is_asked(forum: Forum, monkeypatch: pytest.MonkeyPatch) -> None:
    follow_up()
    run = queries._threads.run

    def watched(work: Callable[[], Any]) -> Any:
        assert not db.session().in_transaction()
        return run(work)

    monkeypatch.setattr(queries._threads, "run", watched)
    assert forum.browser("friend").get("/search?q=penguin+in:parts").status_code == 200


def test_of_a_long_topic_marked_answers_are_read_before_the_rest(forum: Forum, monkeypatch: pytest.MonkeyPatch) -> None:
    asked = forum.question(title="Penguins", body="Do they walk?")
    for number in range(4):
        forum.post("asker", asked, f"A remark on penguin {number}.", role="reply")
    answer = forum.post("friend", asked, "A penguin waddles.")
    best = forum.post("speaker", asked, "Each penguin does.")
    make_official(by=forum["speaker"], post_id=best.post_id)
    follow_up()
    monkeypatch.setattr(queries, "_PASSAGE_POSTS", 3)
    read = queries._best_posts([asked.topic_id], ["penguin"])
    assert read[asked.topic_id].id == best.post_id
    monkeypatch.setattr(queries, "_worth", lambda post, _terms: (post.number, 0))
    assert queries._best_posts([asked.topic_id], [])[asked.topic_id].id == best.post_id
    monkeypatch.setattr(queries, "_worth", lambda post, _terms: (-post.number, 0))
    assert queries._best_posts([asked.topic_id], [])[asked.topic_id].number == 1
    monkeypatch.setattr(queries, "_PASSAGE_POSTS", 2)
    assert queries._best_posts([asked.topic_id], [])[asked.topic_id].id == answer.post_id


def test_chips_that_no_database_takes_are_no_chips(forum: Forum) -> None:
    strange = {"category": "a\x00b", "tag": "\x07", "kind": "\x00", "state": "none", "by": "\x00"}
    assert queries.asked({"q": "penguin", **strange}) == parse("penguin")
    assert queries.asked({"q": "penguin", "category": "Parts"}).categories == ("parts",)


def test_the_page_shows_answers_filters_and_a_way_on(forum: Forum, app: Flask) -> None:
    asked = forum.question(title="Why <i>E07</i> & rain?", body="It says E07 <script>alert(1)</script> in the rain.")
    forum.post("speaker", asked, "E07 is water in the plug.")
    for number in range(25):
        forum.question(title=f"Rain number {number}", body="So much rain.")
    close_topic(by=forum["keeper"], topic_id=asked.topic_id, reason="Settled.")
    follow_up()
    visitor = forum.browser()
    page = visitor.get("/search?q=E07").get_data(as_text=True)
    assert "Why &lt;i&gt;E07&lt;/i&gt; &amp; rain?" in page
    assert "<mark>E07</mark> is water in the plug" in page
    assert "1 result" in page
    assert "<script>alert" not in page
    rain = visitor.get("/search?q=rain&kind=question&page=2").get_data(as_text=True)
    assert rain.count('class="result"') == 6
    assert "26 results" in rain
    assert 'href="/search?q=rain&amp;kind=question"' in rain
    assert "Ask, and somebody" in visitor.get("/search?q=xylophone").get_data(as_text=True)
    assert visitor.get("/search").status_code == 200
    for strange in ("page=0", "page=x", "page=99999999"):
        assert visitor.get(f"/search?q=rain&{strange}").status_code == 404
    for strange in (
        "q=" + "a" * 20_000,
        "q=%00%ff",
        "q=%22%22%22-",
        "q=rain&kind=nonsense&state=%F0",
        "q=*&category=../x",
        "page=9&q=rain",
    ):
        assert visitor.get(f"/search?{strange}").status_code == 200, strange
