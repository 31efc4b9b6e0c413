"""What means the same is similar without a word in common; what may not be seen moves nothing; and nothing waits for the model."""

from __future__ import annotations

import time
from collections.abc import Callable
from typing import Any

import pytest
from flask import Flask
from sqlalchemy import update

from community.categories.actions import change_category
from community.core.log import EventHead
from community.core.native import NativeThreads
from community.core.unit import unit
from community.extensions import db
from community.posts.actions import remove_post
from community.posts.queries import topic_view
from community.search.follow import SearchFollower
from community.search.fusion import fused
from community.search.meaning import loading, nearness, weights
from community.search.meaning.follow import MeaningFollower
from community.search.meaning.matrix import Matrix
from community.search.similar import related, similar
from community.staff.viewer import Viewer
from community.topics.actions import move_topic
from tests.forum import VISITOR, Forum, small_forum, take_all


@pytest.fixture(autouse=True)
def patient(monkeypatch: pytest.MonkeyPatch) -> None:
    """A busy machine must not make a test fail: what is late has a test of its own."""
    monkeypatch.setattr(nearness, "_threads", NativeThreads(at_once=2, seconds=20))


def follow_up() -> None:
    take_all(SearchFollower())
    take_all(MeaningFollower())
    db.session.rollback()


def titles(title: str, body: str = "", viewer: Viewer = VISITOR, **how: Any) -> list[str]:
    db.session.rollback()
    found = similar(viewer, title, body, answered=False, **how)
    db.session.rollback()
    return [one.tile.title for one in found]


def scores(text: str, viewer: Viewer = VISITOR) -> dict[int, float]:
    db.session.rollback()
    return nearness.near_text(viewer, text, limit=50)


COLD = "Charging the accumulator when it is freezing"


def test_a_paraphrase_is_similar_without_a_word_in_common(forum: Forum) -> None:
    forum.question(title=COLD, body="Does frost harm the cells?")
    forum.question(title="My order has not arrived", body="I paid weeks ago.")
    follow_up()
    assert titles("Can I load my battery in winter?") == [COLD]
    assert titles("Where is my parcel?") == ["My order has not arrived"]
    assert titles("A recipe for tomato soup") == [], "strangers are not near"


def test_an_answer_brings_its_question_nearer(forum: Forum) -> None:
    asked = forum.question(title="What is that noise?", body="It comes and goes.")
    follow_up()
    text = "The brake pads rub against the disc"
    before = scores(text).get(asked.topic_id, 0.0)
    forum.post("friend", asked, "Your brake pads touch the disc: loosen the calliper and centre it.")
    follow_up()
    assert scores(text)[asked.topic_id] > before + 0.1


def test_a_topic_that_is_moved_removed_or_locked_away_is_gone_at_once(forum: Forum) -> None:
    asked = forum.question(title=COLD, body="Does frost harm the cells?")
    follow_up()
    text = "Can I load my battery in winter?"
    move_topic(by=forum["admin"], topic_id=asked.topic_id, category_id=forum.categories["inside"])
    assert titles(text) == [], "the vectors have not followed yet"
    assert titles(text, viewer=forum["worker"]) == [COLD]
    follow_up()
    assert (titles(text), titles(text, viewer=forum["worker"])) == ([], [COLD])
    change_category(by=forum["admin"], category_id=forum.categories["inside"], visibility="public")
    assert titles(text) == [COLD]
    remove_post(by=forum["admin"], post_id=asked.post_id, rule="other", reason="Twice.")
    assert titles(text) == []
    follow_up()
    assert scores(text, forum["admin"]) == {}


def test_two_worlds_that_differ_in_a_secret_are_near_alike(forum: Forum) -> None:
    for number in range(30):
        forum.question(title=f"Question {number} about the saddle and its post", body="It slips.")
    forum.question(title=COLD, body="Does frost harm the cells?")
    follow_up()
    texts = ("Can I load my battery in winter?", "The saddle slips on its post", "Saddle 7")
    before = [(scores(text), scores(text, forum["asker"]), titles(text, limit=20)) for text in texts]
    secret = forum.question("worker", "The saddle slips on its post in winter", "It slips.", category="inside")
    follow_up()
    assert [(scores(text), scores(text, forum["asker"]), titles(text, limit=20)) for text in texts] == before
    assert secret.topic_id in scores(texts[1], forum["worker"])


def test_what_is_related_by_meaning_needs_no_word_in_common_and_no_model(forum: Forum, monkeypatch: pytest.MonkeyPatch) -> None:
    cold = forum.question(title=COLD, body="Does frost harm the cells?")
    winter = forum.question(title="Can I load my battery in winter?", body="Will the cold hurt it while it charges?")
    forum.question(title="My order has not arrived", body="I paid weeks ago.")
    follow_up()
    monkeypatch.setattr(loading, "model", lambda: None)
    assert [one.tile.id for one in related(VISITOR, topic_view(VISITOR, cold.topic_id))] == [winter.topic_id]
    assert not nearness.may_come_nearer(cold.topic_id)
    new = forum.question(title="Not followed yet", body="Wait.")
    assert related(VISITOR, topic_view(VISITOR, new.topic_id)) == ()
    assert nearness.may_come_nearer(new.topic_id), "so that nothing is kept that will soon be another"


def test_memory_follows_the_table_and_begins_anew_with_another_log(forum: Forum) -> None:
    first = forum.question(title="The battery in winter", body="May I charge it in the cold?")
    follow_up()
    text = "Can I load my battery in winter?"
    assert list(scores(text)) == [first.topic_id]
    second = forum.question(title="Loading the battery in winter", body="Is it safe?")
    assert list(scores(text)) == [first.topic_id]
    follow_up()
    assert set(scores(text)) == {first.topic_id, second.topic_id}
    with unit() as u:
        u.session.execute(update(EventHead).values(epoch="another"))
    assert set(scores(text)) == {first.topic_id, second.topic_id}


def test_words_alone_answer_while_the_model_is_late(forum: Forum, monkeypatch: pytest.MonkeyPatch) -> None:
    forum.question(title="The battery in winter", body="It is cold.")
    forum.question(title=COLD, body="Does frost harm the cells?")
    follow_up()

    class Busy:
        """Every turn is taken."""

        def run(self, *_: Any) -> None:
            raise nearness.TooBusy

    monkeypatch.setattr(nearness, "_threads", Busy())
    assert titles("Can I load my battery in winter?") == ["The battery in winter"]


def test_the_first_search_does_not_wait_for_the_model_to_load(forum: Forum, monkeypatch: pytest.MonkeyPatch) -> None:
    forum.question(title="The battery in winter", body="It is cold.")
    follow_up()
    begun: list[Any] = []
    monkeypatch.setattr(loading, "is_loaded", lambda: False)
    monkeypatch.setattr(loading, "begin", begun.append)
    assert titles("Can I load my battery in winter?") == ["The battery in winter"]
    assert len(begun) == 1


def test_without_the_extra_similar_questions_are_found_by_words(
    make_app: Callable[..., Flask], monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(weights, "folder", lambda: None)
    with make_app(meaning=True).app_context():
        forum = small_forum(make_app(meaning=True))
        forum.question(title="The battery in winter", body="It is cold.")
        take_all(SearchFollower())
        assert titles("Can I load my battery in winter?") == ["The battery in winter"]
        assert scores("battery") == {}


def test_refused_weights_are_like_none(forum: Forum, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(loading, "_loaded", [])
    monkeypatch.setattr(weights, "DIGEST", "0" * 64)
    monkeypatch.setattr(weights.load, "__defaults__", ("0" * 64,))
    forum.question(title="The battery in winter", body="It is cold.")
    take_all(SearchFollower())
    assert MeaningFollower().catch_up() == 0
    assert titles("Can I load my battery in winter?") == ["The battery in winter"]


def test_the_mean_of_a_site_says_nothing_and_strangers_are_left_out(installed: None) -> None:
    np = pytest.importorskip("numpy")
    rng = np.random.default_rng(3)
    common = rng.standard_normal(384)
    matrix = Matrix()

    def vector(own: Any) -> Any:
        made = 3 * common / np.linalg.norm(common) + own / np.linalg.norm(own)
        return (made / np.linalg.norm(made)).astype(np.float32)

    owns = rng.standard_normal((3000, 384))
    for number, own in enumerate(owns, 1):
        matrix.put(number, 1 + number % 2, vector(own).astype("<f2").tobytes())
    asked = vector(owns[7])
    assert min(matrix.nearest(asked, {1, 2}, 2000, ()).values()) > 0.8, "everything is near everything"
    matrix.centre_on({1, 2})
    near = matrix.nearest(asked, {1, 2}, 5, also=[100])
    assert max(near, key=lambda topic_id: near[topic_id]) == 8
    assert set(near) == {8, 100}
    assert abs(near[100]) < 0.25
    assert 8 not in matrix.nearest(asked, {2}, 5, ())
    matrix.put(8, 1, None)
    assert matrix.nearest(asked, {1, 2}, 5, also=[8]) == {}
    assert (matrix.of(8), len(matrix)) == (None, 3000)


def test_two_rankings_are_one() -> None:
    assert fused({}, {}) == {}
    assert fused({1: 4.0, 2: 2.0}, {}) == pytest.approx({1: 0.6, 2: 0.3})
    both = fused({1: 4.0, 2: 2.0, 3: 1.0}, {2: 0.9, 4: 0.5, 1: 0.1})
    assert both == pytest.approx({1: 0.7, 2: 1.2, 3: 0.15 + 0.5, 4: 0.5}), "3 has no vector yet"


def test_work_is_given_up_in_time_and_begun_without_waiting() -> None:
    threads = NativeThreads(at_once=1, seconds=5)
    done: list[int] = []
    threads.begin(done.append, 1)
    deadline = time.monotonic() + 5
    while not done and time.monotonic() < deadline:
        time.sleep(0.001)
    assert done == [1]
