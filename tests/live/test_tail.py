"""The tail of the log in this process, step by step, with sockets that only note what they are told."""

from __future__ import annotations

from collections.abc import Iterable
from typing import Any

import gevent
import pytest
from flask import Flask

from community.core.log import EventHead
from community.core.unit import unit
from community.live import push as pushing
from community.live.channels import Channel
from community.live.listeners import Listener, Listeners
from community.live.tail import JOIN, Tail
from community.posts.events import PostEdited
from tests.forum import Forum, small_forum
from tests.live.conftest import number

TOPIC = Channel("topic", 1)


class Outbox:
    """Notes what a Sender would send: the event, its data, and to which sockets."""

    def __init__(self, listeners: Listeners) -> None:
        self.listeners = listeners
        self.sent: list[tuple[str, dict[str, Any], list[str]]] = []

    def send(self, event: str, data: dict[str, Any], listeners: Iterable[Listener]) -> None:
        self.sent.append((event, data, [listener.sid for listener in listeners]))

    def goodbye(self, listener: Listener, reason: str) -> None:
        self.listeners.remove(listener.sid)
        self.sent.append(("goodbye", {"reason": reason}, [listener.sid]))

    def take(self) -> list[tuple[str, dict[str, Any], list[str]]]:
        sent, self.sent = self.sent, []
        return sent


class Now:
    """A watch that never waits, and a clock that stands still until it is moved."""

    def __init__(self) -> None:
        self.seconds = 1000.0

    def wait(self, seconds: float) -> None:
        """At once."""

    def close(self) -> None:
        """Nothing to close."""

    def monotonic(self) -> float:
        return self.seconds


class Following:
    """A tail with its outbox, on a small forum."""

    def __init__(self, app: Flask, monkeypatch: pytest.MonkeyPatch) -> None:
        with app.app_context():
            self.forum: Forum = small_forum(app)
            self.forum.question()
        self.app, self.now = app, Now()
        monkeypatch.setattr("community.live.tail.time", self.now)
        self.listeners = Listeners()
        self.outbox = Outbox(self.listeners)
        self.tail = Tail(app, self.listeners, self.outbox)  # type: ignore[arg-type]
        self.tail.start()

    def listen(self, sid: str, language: str = "en", channel: Channel = TOPIC) -> None:
        listener = Listener(sid, None, None, language)
        self.listeners.add(listener)
        self.listeners.join(listener, channel)

    def edit(self, times: int = 1) -> None:
        with self.app.app_context():
            for _ in range(times):
                with unit() as u:
                    u.record(PostEdited(topic_id=1, category_id=1, post_id=1, kept=False))

    def step(self) -> list[tuple[str, dict[str, Any], list[str]]]:
        self.tail.step(self.now)
        while self.tail.is_asking:
            gevent.sleep(0)
        return self.outbox.take()


@pytest.fixture
def following(app: Flask, monkeypatch: pytest.MonkeyPatch) -> Following:
    return Following(app, monkeypatch)


def test_the_first_change_goes_out_at_once_and_what_follows_is_joined(following: Following) -> None:
    following.listen("a")
    following.edit()
    (first,) = following.step()
    following.edit(3)
    assert following.step() == []
    following.now.seconds += JOIN / 2
    following.edit()
    assert following.step() == []
    following.now.seconds += JOIN / 2
    (second,) = following.step()
    assert second[1]["prev"] == first[1]["position"]
    assert number(second[1]["position"]) - number(second[1]["prev"]) == 4
    assert second[1]["html"].count('target="post_1"') == 1, "values are absolute: four edits are drawn once"


def test_each_language_is_drawn_once_and_nothing_for_nobody(following: Following, monkeypatch: pytest.MonkeyPatch) -> None:
    drawn: list[Channel] = []
    draw = pushing.streams_for
    monkeypatch.setattr(pushing, "streams_for", lambda viewer, channel, each: drawn.append(channel) or draw(viewer, channel, each))
    following.edit()
    assert following.step() == []
    for sid, language in (("a", "en"), ("b", "de"), ("c", "en")):
        following.listen(sid, language)
    following.edit()
    assert sorted(sids for _event, _data, sids in following.step()) == [["a", "c"], ["b"]]
    assert len(drawn) == 2


def test_what_cannot_be_drawn_or_read_leaves_nobody_with_a_gap(following: Following, monkeypatch: pytest.MonkeyPatch) -> None:
    following.listen("a")
    following.edit()
    (first,) = following.step()

    def broken(*_arguments: object) -> None:
        raise ValueError("no")

    with monkeypatch.context() as breaking:
        breaking.setattr(pushing, "streams_for", broken)
        following.now.seconds += 1
        following.edit()
        ((kind, hint, _sids),) = following.step()
    assert (kind, hint["prev"]) == ("nudge", first[1]["position"])
    with monkeypatch.context() as breaking:
        breaking.setattr(pushing, "readable", broken)
        following.now.seconds += 1
        following.edit()
        assert following.step() == []
    following.now.seconds += 1
    following.edit()
    ((kind, pushed, _sids),) = following.step()
    assert kind == "stream"
    assert number(pushed["prev"]) > number(hint["position"]), "who has the last push sees that one is missing, and asks"


def test_a_restored_log_sends_everybody_away_to_come_back(following: Following) -> None:
    following.listen("a")
    with following.app.app_context(), unit() as u:
        u.fetch(EventHead, 1).epoch = "another"
    assert following.step() == [("goodbye", {"reason": "restart"}, ["a"])]
    following.listen("b")
    following.edit()
    ((_kind, pushed, sids),) = following.step()
    assert (pushed["position"].partition(":")[0], sids) == ("another", ["b"])
