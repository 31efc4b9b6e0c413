"""Who is here now: named staff, counted others, signs of writing that end by themselves, and nobody where one may not read."""

from __future__ import annotations

from collections.abc import Iterator
from typing import Any

import pytest
from flask import Flask

from community.accounts.actions import change_profile
from community.live import presence as here
from community.live.channels import Channel
from community.live.listeners import Listener, Listeners
from community.live.presence import Alone, Presence, Present
from tests.live.conftest import House, make_house

TOPIC, OTHER, DESK, HOME = Channel("topic", 1), Channel("topic", 2), Channel("desk"), Channel("home")


class Outbox:
    """Instead of sockets: what each listener was told, newest last."""

    def __init__(self) -> None:
        self.told: dict[str, list[dict[str, Any]]] = {}

    def send(self, event: str, data: dict[str, Any], listeners: list[Listener]) -> None:
        assert event == "presence"
        for listener in listeners:
            self.told.setdefault(listener.sid, []).append(data)

    def of(self, sid: str) -> list[dict[str, Any]]:
        return self.told.pop(sid, [])


class Others(Alone):
    """Another process, as one wants it."""

    def __init__(self) -> None:
        self.places: dict[Channel, Present] = {}
        self.heard: list[Any] = []

    def tell(self, places: Any, *, whole: bool) -> None:
        self.heard.append((dict(places), whole))

    def elsewhere(self, place: Channel) -> Present:
        return self.places.get(place, Present())

    def changed(self) -> set[Channel]:
        return set(self.places)


class Scene:
    def __init__(self, app: Flask, house: House) -> None:
        self.house, self.listeners, self.outbox, self.others = house, Listeners(), Outbox(), Others()
        self.presence = Presence(app, self.listeners, self.outbox, self.others)  # type: ignore[arg-type]
        self.now = 1000.0

    def comes(self, sid: str, account_id: int | None, *places: Channel) -> Listener:
        listener = Listener(sid, account_id, None, "en")
        self.listeners.add(listener)
        for place in places:
            self.listeners.join(listener, place)
        return listener

    def step(self, seconds: float = 2.0) -> None:
        self.now += seconds
        self.presence.step()


@pytest.fixture
def scene(app: Flask, monkeypatch: pytest.MonkeyPatch) -> Iterator[Scene]:
    with app.app_context():
        made = Scene(app, make_house())
        monkeypatch.setattr(here.time, "monotonic", lambda: made.now)
        yield made


def test_staff_are_named_and_everybody_else_is_counted_once(scene: Scene) -> None:
    house = scene.house
    scene.comes("alone", None, TOPIC)
    scene.step()
    assert scene.outbox.of("alone") == [], "nobody tells a reader that they are here"
    scene.comes("ana", house.ana, TOPIC)
    scene.comes("ana's other tab", house.ana, TOPIC)
    scene.comes("eva", house.eva, TOPIC)
    scene.step()
    (told,) = scene.outbox.of("alone")
    assert told["channel"] == "topic:1"
    assert (told["staff"], told["staff_count"], told["others"]) == ([["eva", "Eva"]], 1, 2)
    assert "ana" not in str(told)
    scene.step()
    assert scene.outbox.of("alone") == [], "nothing changed"


def test_who_comes_to_where_nothing_changes_is_told_too(scene: Scene) -> None:
    for sid in ("one", "two"):
        scene.comes(sid, scene.house.ana, TOPIC)
    scene.comes("eva", scene.house.eva, TOPIC)
    scene.step()
    scene.outbox.told.clear()
    scene.comes("three", scene.house.ana, TOPIC)
    scene.step()
    assert len(scene.outbox.of("three")) == 1
    assert scene.outbox.told == {}


def test_a_sign_of_writing_ends_when_it_is_taken_back_when_it_is_old_and_with_the_tab(scene: Scene) -> None:
    house = scene.house
    scene.comes("reader", None, TOPIC)
    eva, ben = scene.comes("eva", house.eva, TOPIC), scene.comes("ben", house.ben, TOPIC)
    scene.presence.writes(eva, TOPIC, speaks=True)
    scene.presence.writes(ben, TOPIC, speaks=True)
    scene.step()
    told = scene.outbox.of("reader")[-1]
    assert (told["writing"], told["staff"], told["others_writing"]) == ([["eva", "Eva", True]], [], 1)
    scene.presence.rests(eva, TOPIC)
    scene.step()
    told = scene.outbox.of("reader")[-1]
    assert (told["writing"], told["staff"], told["others_writing"]) == ([], [["eva", "Eva"]], 1)
    scene.step(here.WRITING)
    assert scene.outbox.of("reader")[-1]["others_writing"] == 0
    scene.presence.writes(eva, TOPIC, speaks=False)
    scene.step()
    assert scene.outbox.of("reader")[-1]["writing"] == [["eva", "Eva", False]]
    scene.listeners.remove("eva")  # the tab crashed
    scene.step()
    assert scene.outbox.of("reader")[-1]["writing"] == []


def test_nobody_writes_where_they_do_not_listen_and_visitors_do_not_write(scene: Scene) -> None:
    scene.comes("reader", None, TOPIC)
    eva, visitor = scene.comes("eva", scene.house.eva, OTHER), scene.comes("visitor", None, TOPIC)
    scene.presence.writes(eva, TOPIC, speaks=True)
    scene.presence.writes(visitor, TOPIC, speaks=True)
    scene.step()
    told = scene.outbox.of("reader")[-1]
    assert (told["writing"], told["others_writing"], told["others"]) == ([], 0, 2)
    assert scene.outbox.of("eva") == []


def test_the_first_page_hears_who_is_at_the_desk(scene: Scene) -> None:
    scene.comes("first page", None, HOME)
    scene.comes("eva", scene.house.eva, DESK)
    scene.step()
    (told,) = scene.outbox.of("first page")
    assert (told["channel"], told["staff"]) == ("desk", [["eva", "Eva"]])
    scene.comes("later", None, HOME)
    scene.step()
    assert scene.outbox.of("later") == [told]
    assert scene.outbox.of("first page") == []
    scene.listeners.remove("eva")
    scene.step()
    assert scene.outbox.of("later")[-1]["staff"] == []


def test_members_are_named_where_they_want_it(scene: Scene) -> None:
    house = scene.house
    for name, wants in (("Ana", True), ("Ben", False)):
        by = house.viewer(getattr(house, name.lower()))
        change_profile(by=by, name=name, about="", time_zone="UTC", language="en", theme="system", shows_presence=wants)
    ana, ben = scene.comes("ana", house.ana, TOPIC), scene.comes("ben", house.ben, TOPIC)
    scene.comes("ana's other tab", house.ana, TOPIC)
    scene.step()
    told = scene.outbox.of("ben")[-1]
    assert (told["members"], told["others"], told["staff"]) == ([("ana", "Ana", False)], 1, [])
    scene.presence.writes(ana, TOPIC, speaks=True)
    scene.presence.writes(ben, TOPIC, speaks=True)
    scene.step()
    told = scene.outbox.of("ben")[-1]
    assert (told["members"], told["writing"], told["others_writing"]) == ([("ana", "Ana", True)], [], 1)


def test_the_desk_sees_where_a_colleague_writes(scene: Scene) -> None:
    house = scene.house
    scene.comes("desk", house.eva, DESK)
    ben, eva = scene.comes("ben", house.ben, TOPIC), scene.comes("eva", house.eva, TOPIC)
    scene.presence.writes(ben, TOPIC, speaks=True)
    scene.step()
    assert [told for told in scene.outbox.of("desk") if told["channel"] == "topic:1"] == [], (
        "a customer who writes is no news there"
    )
    scene.presence.writes(eva, TOPIC, speaks=True)
    scene.step()
    assert scene.outbox.of("desk")[-1]["writing"] == [["eva", "Eva", True]]
    scene.comes("second desk", house.eva, DESK)
    scene.step()
    assert scene.outbox.of("second desk")[-1]["writing"] == [["eva", "Eva", True]]
    scene.presence.rests(eva, TOPIC)
    scene.step()
    assert [told["writing"] for told in scene.outbox.of("desk") if told["channel"] == "topic:1"] == [[]]


def test_people_in_other_processes_count_and_are_one_person_with_two_tabs(scene: Scene) -> None:
    house = scene.house
    scene.comes("ana", house.ana, TOPIC)
    scene.others.places[TOPIC] = Present(frozenset({house.ana, house.eva}), {house.eva: True}, visitors=3)
    scene.step()
    told = scene.outbox.of("ana")[-1]
    assert (told["writing"], told["others"]) == ([["eva", "Eva", True]], 4)
    assert scene.others.heard[0] == ({TOPIC: Present(frozenset({house.ana}))}, False)
    scene.others.places[TOPIC] = Present()
    scene.step()
    assert scene.outbox.of("ana")[-1]["others"] == 1


def test_a_crowd_is_told_less_often(scene: Scene, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(here, "CROWD", 1)
    for number in range(5):
        scene.comes(f"reader {number}", None, TOPIC)
    scene.step()
    assert scene.outbox.of("reader 0")[-1]["others"] == 5
    scene.comes("one more", None, TOPIC)
    scene.step()
    assert scene.outbox.of("reader 0") == []
    scene.step(5)
    assert scene.outbox.of("reader 0")[-1]["others"] == 6
