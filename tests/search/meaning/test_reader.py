"""Vectors follow the log: made once for each text, taken back with it, and never lost or doubled."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

import pytest
from flask import Flask
from sqlalchemy import func, select, update

from community.core.follow import LEASE, Cursor, Parked
from community.core.log import head
from community.core.unit import unit
from community.extensions import db
from community.health.checks import followers, lags
from community.posts.actions import edit_post, remove_post, restore_post
from community.search.meaning import loading, weights
from community.search.meaning.follow import MeaningFollower
from community.search.meaning.models import TopicVector
from community.topics.actions import move_topic
from tests.forum import Forum, small_forum, take_all


class CountingModel:
    """The model of this process, with a list of what it was asked."""

    def __init__(self) -> None:
        self.asked: list[str] = []
        self._model = loading.model()

    def vector(self, text: str, most: int = 256) -> Any:
        assert self._model is not None
        self.asked.append(text.splitlines()[0])
        return self._model.vector(text, most)


@pytest.fixture
def model(installed: None, monkeypatch: pytest.MonkeyPatch) -> CountingModel:
    counting = CountingModel()
    monkeypatch.setattr(loading, "model", lambda: counting)
    return counting


def rows() -> dict[int, TopicVector]:
    db.session.rollback()
    found = {row.topic_id: row for row in db.session.scalars(select(TopicVector))}
    db.session.expunge_all()
    return found


def test_every_topic_has_one_vector_of_its_present_words(forum: Forum, model: CountingModel) -> None:
    asked = forum.question(title="The chain falls off", body="On hills.")
    forum.question("worker", "A word among us", category="inside")
    take_all(MeaningFollower())
    before = rows()
    assert len(before) == 2
    assert [len(row.vector or b"") for row in before.values()] == [768, 768]
    forum.post("friend", asked, "I wonder too.", role="reply")
    take_all(MeaningFollower())
    assert model.asked == ["The chain falls off", "A word among us"], "a remark says nothing of what is asked"
    model.asked.clear()
    forum.post("friend", asked, "Shorten it.")
    take_all(MeaningFollower())
    assert model.asked == ["The chain falls off", "Shorten it."], "an answer tells what the question was about"
    forum.post("friend", asked, "Or buy another one.")
    take_all(MeaningFollower())
    assert len(model.asked) == 2, "the first one stands for all"
    before = rows()
    edit_post(by=forum["asker"], post_id=asked.post_id, body="On every hill.", version=1)
    take_all(MeaningFollower())
    after = rows()[asked.topic_id]
    assert (after.vector, after.digest) != (before[asked.topic_id].vector, before[asked.topic_id].digest)
    assert after.position == head(db.session())[1]
    assert len(model.asked) == 4


def test_what_is_removed_or_held_has_none_and_what_comes_back_has_one(forum: Forum, model: CountingModel) -> None:
    asked = forum.question()
    forum.question("newcomer", "Not confirmed yet")
    take_all(MeaningFollower())
    assert list(rows()) == [asked.topic_id]
    remove_post(by=forum["keeper"], post_id=asked.post_id, rule="spam", reason="An advertisement.")
    take_all(MeaningFollower())
    assert [row.vector for row in rows().values()] == [None]
    restore_post(by=forum["keeper"], post_id=asked.post_id)
    take_all(MeaningFollower())
    assert [len(row.vector or b"") for row in rows().values()] == [768]


def test_a_topic_that_moved_is_told_anew(forum: Forum, model: CountingModel) -> None:
    asked = forum.question()
    take_all(MeaningFollower())
    before = rows()[asked.topic_id]
    move_topic(by=forum["admin"], topic_id=asked.topic_id, category_id=forum.categories["inside"])
    take_all(MeaningFollower())
    moved = rows()[asked.topic_id]
    assert (moved.category_id, moved.position > before.position) == (forum.categories["inside"], True)
    assert (moved.vector, len(model.asked)) == (before.vector, 1), "it says what it said"


def test_events_taken_again_change_nothing(forum: Forum, model: CountingModel) -> None:
    for number in range(25):
        forum.question(title=f"Question number {number}")
    take_all(MeaningFollower())
    before = {row.topic_id: (row.digest, row.vector, row.position) for row in rows().values()}
    with unit() as u:
        u.session.execute(update(Cursor).where(Cursor.name == "meaning").values(position=0))
    take_all(MeaningFollower())
    assert {row.topic_id: (row.digest, row.vector, row.position) for row in rows().values()} == before
    assert len(model.asked) == len(before) == 25


def test_a_crash_while_computing_loses_nothing(forum: Forum, model: CountingModel, monkeypatch: pytest.MonkeyPatch) -> None:
    forum.question(title="First of two")
    forum.question(title="Second of two")
    with monkeypatch.context() as patched:
        patched.setattr(model, "vector", lambda text, most: 1 / 0)
        with pytest.raises(ZeroDivisionError):
            MeaningFollower().catch_up()
    assert (len(rows()), MeaningFollower().reached()) == (0, 0)
    take_all(MeaningFollower())
    assert len(rows()) == 2


def test_a_topic_that_always_fails_is_parked_and_the_next_is_made(
    forum: Forum, model: CountingModel, monkeypatch: pytest.MonkeyPatch
) -> None:
    take_all(MeaningFollower())
    poisoned = forum.question(title="A poisoned question")
    good = forum.question(title="A good question")
    whole = model.vector

    def fail(text: str, most: int) -> Any:
        if "poisoned" in text:
            raise ValueError(text)
        return whole(text, most)

    monkeypatch.setattr(model, "vector", fail)
    follower = MeaningFollower()
    with pytest.raises(ValueError, match="poisoned") as failed:
        follower.take_one()
    follower.park_next(failed.value)
    take_all(follower)
    assert good.topic_id in rows()
    assert poisoned.topic_id not in rows()
    assert db.session.scalars(select(Parked.follower)).all() == ["meaning"]


def test_another_worker_with_the_lease_keeps_this_one_from_computing(forum: Forum, model: CountingModel) -> None:
    forum.question()
    with unit() as u:
        u.add(Cursor(name="meaning", position=0, owner="elsewhere:1", owned_until=u.now + LEASE))
    assert MeaningFollower().catch_up() == 0
    assert model.asked == []


def test_it_may_be_behind_for_long_with_nothing_wrong(forum: Forum) -> None:
    forum.question()
    lag = lags()["meaning"]
    assert (lag.events, lag.leisurely, lags()["search"].leisurely) == (head(db.session())[1], True, False)


def test_without_the_extra_nobody_follows_and_nobody_is_behind(
    make_app: Callable[..., Flask], monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(weights, "folder", lambda: None)
    app = make_app(meaning=True)
    with app.app_context():
        small_forum(app).question()
        assert "meaning" not in lags()
        assert "meaning" not in [each.name for each in followers()]
        assert db.session.execute(select(func.count()).select_from(TopicVector)).scalar_one() == 0


def test_switched_off_nobody_follows(make_app: Callable[..., Flask]) -> None:
    with make_app(meaning=False).app_context():
        assert "meaning" not in [each.name for each in followers()]
