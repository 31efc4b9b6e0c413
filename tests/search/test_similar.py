"""Similar questions while somebody types: near ones with their answers, and only what this viewer may see."""

from __future__ import annotations

from collections.abc import Iterator
from typing import Any

import pytest
from flask import Flask

from community.answers.actions import accept_answer, make_official
from community.categories.actions import change_category
from community.extensions import db
from community.posts.actions import remove_post
from community.search import whoosh_snapshots
from community.search.follow import SearchFollower
from community.search.indexes import indexes
from community.search.similar import Similar, similar
from community.staff.viewer import Viewer
from community.topics.actions import move_topic
from tests.forum import VISITOR, Forum, small_forum, statements, take_all


@pytest.fixture
def forum(app: Flask, monkeypatch: pytest.MonkeyPatch) -> Iterator[Forum]:
    monkeypatch.setattr(whoosh_snapshots, "FRESH", 0.0)
    with app.app_context():
        made = small_forum(app)
        made.person("admin", role="admin", title="Founder")
        yield made
        indexes().close()


def follow_up() -> None:
    take_all(SearchFollower())
    db.session.rollback()


def near(title: str, body: str = "", viewer: Viewer = VISITOR, **how: Any) -> tuple[Similar, ...]:
    db.session.rollback()
    found = similar(viewer, title, body, **how)
    db.session.rollback()
    return found


def titles(title: str, body: str = "", viewer: Viewer = VISITOR, **how: Any) -> list[str]:
    return [one.tile.title for one in near(title, body, viewer, **how)]


def test_the_very_first_topic_of_a_site_is_found_with_its_answer_in_place(forum: Forum) -> None:
    asked = forum.question(title="Why does the display flicker?", body="It flickers on cold days.")
    forum.post("friend", asked, "Mine never does.")
    best = forum.post("speaker", asked, "Press the **reset lever** for nine seconds.")
    make_official(by=forum["speaker"], post_id=best.post_id)
    follow_up()
    (one,) = near("Display flickers when it is cold")
    assert one.answer is not None
    assert (one.answer.id, one.answer.official, one.answer.author.name) == (best.post_id, True, "Speaker")
    assert "<strong>reset lever</strong>" in one.answer.html
    assert one.passage == "Press the reset lever for nine seconds."
    assert one.answer.url.endswith(f"#post_{best.post_id}")
    assert near("Display") == (), "seven characters"
    assert titles("display flicker", without=asked.topic_id) == []


def test_unanswered_questions_are_left_out_unless_they_are_asked_for(forum: Forum) -> None:
    asked = forum.question(title="The saddle creaks when I climb")
    follow_up()
    assert titles("Saddle creaks on hills") == []
    (one,) = near("Saddle creaks on hills", answered=False)
    assert (one.answer, one.passage) == (None, "It rattles.")
    forum.post("worker", asked, "Grease the rails.")
    follow_up()
    assert titles("Saddle creaks on hills") == ["The saddle creaks when I climb"]


def test_a_solved_question_stands_before_a_near_equal(forum: Forum) -> None:
    solved = forum.question(title="Front brake squeals loudly", body="It squeals.")
    answer = forum.post("friend", solved, "Clean the disc.")
    open_ = forum.question(title="Front brake squeals loudly", body="It squeals.")
    forum.post("friend", open_, "Clean the disc.")
    follow_up()
    assert [one.tile.id for one in near("Front brake squeals")] == [open_.topic_id, solved.topic_id], "the newer of equals"
    accept_answer(by=forum["asker"], post_id=answer.post_id)
    follow_up()
    assert [one.tile.state for one in near("Front brake squeals")] == ["solved", "answered"]


def test_the_accepted_answer_stands_before_the_official_and_the_teams_before_others(forum: Forum) -> None:
    asked = forum.question(title="Battery will not charge at all")
    first = forum.post("friend", asked, "Wiggle the plug.")
    team = forum.post("worker", asked, "Check the fuse.")
    official = forum.post("speaker", asked, "Bring it to us.")
    follow_up()

    def shown() -> int:
        (one,) = near("Battery will not charge")
        assert one.answer is not None
        return one.answer.id

    assert shown() == team.post_id
    make_official(by=forum["speaker"], post_id=official.post_id)
    assert shown() == official.post_id
    accept_answer(by=forum["asker"], post_id=first.post_id)
    assert shown() == first.post_id
    remove_post(by=forum["keeper"], post_id=first.post_id, rule="other", reason="Dangerous advice.")
    assert shown() == official.post_id, "with the texts of this moment, though the index does not know yet"


def test_what_may_not_be_seen_is_not_similar_to_anything(forum: Forum) -> None:
    forum.category("den", visibility="staff", opens={"question": "staff"})
    hidden = forum.question("worker", "The quokka motor overheats badly", "Secret.", category="den")
    forum.post("speaker", hidden, "We know.")
    shown = forum.question(title="The motor overheats badly", body="On hills.")
    forum.post("friend", shown, "Go slower.")
    forum.question("newcomer", "The motor overheats very badly", "Held.")
    follow_up()
    assert titles("motor overheats badly", answered=False) == ["The motor overheats badly"]
    assert "The quokka motor overheats badly" in titles("motor overheats badly", viewer=forum["worker"])
    change_category(by=forum["admin"], category_id=forum.categories["parts"], visibility="staff")
    assert titles("motor overheats badly") == [], "the index has not followed yet"
    change_category(by=forum["admin"], category_id=forum.categories["parts"], visibility="public")
    follow_up()
    move_topic(by=forum["admin"], topic_id=shown.topic_id, category_id=forum.categories["inside"])
    assert titles("motor overheats badly") == []


def test_what_is_typed_is_words_and_never_an_operator(forum: Forum) -> None:
    asked = forum.question(title="Error is:solved from:@asker shown -red", body='Says "stop".')
    forum.post("friend", asked, "Restart it.")
    follow_up()
    for text in ('"stop" error is:solved', "-error -shown -red error", "in:nowhere error shown", "kind:idea error shown"):
        assert titles(text) == ["Error is:solved from:@asker shown -red"], text
    for text in ("x" * 100_000, "\x00\ud800 error shown red" * 500, '"' * 500, "* ? ~ ^ ( ) [ ]", "１２３４５６７８９"):
        assert isinstance(near(text, text), tuple)


def test_two_or_ten_questions_cost_the_same_number_of_queries(forum: Forum) -> None:
    counts = []
    for number in range(10):
        asked = forum.question(title=f"The chain falls off again {number}")
        forum.post("friend", asked, "Shorten it.")
        if number in (1, 9):
            follow_up()
            with statements() as seen:
                found = near("The chain falls off", limit=20)
            assert len(found) == number + 1
            counts.append(len(seen))
    assert counts[0] == counts[1] <= 8, counts
