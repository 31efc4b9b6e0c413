"""The answer to who was away: `GET /live`, and the acknowledgement of `subscribe`, which is the same."""

from __future__ import annotations

from typing import Any

import pytest
from flask import Flask

from community.core.log import EventHead
from community.core.position import parse_position, position_now
from community.core.unit import unit
from community.live import catch_up as catching
from community.live.catch_up import MOST
from community.posts.events import PostEdited
from tests.forum import Browser, Forum, small_forum


@pytest.fixture
def forum(app: Flask) -> Forum:
    with app.app_context():
        made = small_forum(app)
        made.question()
    return made


def ask(browser: Browser, channels: str, position: str) -> dict[str, Any]:
    answer = browser.get("/live", query_string={"channels": channels, "position": position})
    assert answer.status_code == 200
    assert answer.headers["Cache-Control"] == "private, no-store"
    found: dict[str, Any] = answer.get_json()
    assert set(found) == {"granted", "refused", "streams", "reload", "position"}
    return found


def position(app: Flask) -> str:
    with app.app_context():
        return str(position_now())


def test_only_what_the_channels_asked_for_missed_is_told(app: Flask, forum: Forum) -> None:
    before = position(app)
    with app.app_context():
        other = forum.question(title="Another one")
        written = forum.post("friend", other)
    answer = ask(forum.browser(), "topic:1,topic:2,home,nonsense,topic:2", before)
    assert (answer["granted"], answer["refused"], answer["reload"]) == (["topic:1", "topic:2", "home"], ["nonsense"], [])
    told = {each["channel"]: each for each in answer["streams"]}
    assert set(told) == {"topic:2", "home"}
    assert f'id="post_{written.post_id}"' in told["topic:2"]["html"]
    assert (told["topic:2"]["prev"], told["topic:2"]["position"]) == (before, answer["position"])
    assert ask(forum.browser(), "topic:1,topic:2,home", answer["position"])["streams"] == []


def test_who_cannot_be_followed_up_reloads_and_is_not_told_so_again(app: Flask, forum: Forum) -> None:
    now = position(app)
    epoch = now.partition(":")[0]
    for unknown in (
        "",
        "x",
        f"{epoch}:",
        f"{epoch}:-1",
        f"{epoch}:1e3",
        "0" * 12 + ":1",
        f"{epoch}:999999",
        f"{epoch}:" + "9" * 30,
    ):
        answer = ask(forum.browser(), "topic:1,home,desk", unknown)
        assert (answer["reload"], answer["streams"]) == (["topic:1", "home"], [])
        assert answer["position"] == now
    assert ask(forum.browser(), "topic:1,home", now)["reload"] == []


def test_behind_counts_events_of_the_channels_asked_for(app: Flask, forum: Forum) -> None:
    before = position(app)
    for times, reload in ((MOST, []), (1, ["topic:1"])):
        with app.app_context(), unit() as u:
            for _ in range(times):
                u.record(PostEdited(topic_id=1, category_id=1, post_id=1, kept=False))
        assert ask(forum.browser(), "topic:1", before)["reload"] == reload
    assert ask(forum.browser(), "topic:2,category:2", before)["reload"] == []


def test_a_part_that_cannot_be_drawn_is_reloaded_and_the_rest_follows(
    app: Flask, forum: Forum, monkeypatch: pytest.MonkeyPatch
) -> None:
    before = position(app)
    with app.app_context(), unit() as u:
        u.record(PostEdited(topic_id=1, category_id=1, post_id=1, kept=False))
    draw = catching.streams_for

    def broken(viewer: Any, channel: Any, recorded: Any) -> Any:
        if channel.kind == "home":
            raise ValueError("no")
        return draw(viewer, channel, recorded)

    monkeypatch.setattr(catching, "streams_for", broken)
    answer = ask(forum.browser(), "home,topic:1", before)
    assert (answer["reload"], [each["channel"] for each in answer["streams"]]) == (["home"], ["topic:1"])


def test_rights_are_those_of_the_moment(app: Flask, forum: Forum) -> None:
    before = position(app)
    with app.app_context():
        inside = forum.question("worker", category="inside")
        forum.post("worker", inside, "A secret")
    channels = f"topic:{inside.topic_id},category:{forum.categories['inside']},home"
    friend = ask(forum.browser("friend"), channels, before)
    assert (friend["granted"], friend["streams"]) == (["home"], [])
    worker = ask(forum.browser("worker"), channels, before)
    assert worker["refused"] == []
    assert "A secret" in str(worker["streams"])


def test_a_restored_log_is_another_epoch(app: Flask, forum: Forum) -> None:
    before = position(app)
    with app.app_context(), unit() as u:
        u.fetch(EventHead, 1).epoch = "another"
    answer = ask(forum.browser(), "topic:1", before)
    assert answer["reload"] == ["topic:1"]
    assert parse_position(answer["position"]) == parse_position(f"another:{before.partition(':')[2]}")
