"""Two web processes on one database: live and rights go across with Redis, without it, and when it comes back."""

from __future__ import annotations

from collections.abc import Iterator
from contextlib import ExitStack
from dataclasses import replace
from pathlib import Path
from typing import Any

import pytest
import requests

from community.accounts.actions import end_session
from community.core.position import position_now
from community.extensions import db
from community.posts.actions import open_topic, write_post
from tests.conftest import empty_site
from tests.live.conftest import Ear, House, WebProcess, cookie_of, make_house, viewer_of
from tests.live.test_shared_presence import redis_at
from tests.running_site import free_port, until

SOON = 2.0  # seconds within which a right that ended is gone everywhere (product.md 5)


@pytest.fixture
def processes(tmp_path: Path, database_kind: str, template_database: str) -> Iterator[tuple[WebProcess, WebProcess, int]]:
    """Two web processes on one site, and the port at which they look for a Redis that is not there yet."""
    ports, redis_port = [free_port(), free_port()], free_port()
    options = {"BOTHWAYS_PORT": str(ports[0]), "BOTHWAYS_LIMITS": "off", "REDIS_URL": f"redis://127.0.0.1:{redis_port}/0"}
    with ExitStack() as stack:
        made = stack.enter_context(empty_site(tmp_path / "data", database_kind, template_database, **options))
        both = []
        for number, port in enumerate(ports):
            config = replace(made, port=port, base_url=f"http://127.0.0.1:{port}")
            both.append(WebProcess(config, tmp_path / f"web{number}.log"))
            stack.callback(both[-1].stop)
        with both[0].app():
            yield both[0], both[1], redis_port


def present(ear: Ear, topic_id: int) -> list[str]:
    """The employees who read a topic, as this socket was told last."""
    told = [each for each in ear.presence if each["channel"] == f"topic:{topic_id}"]
    return [handle for handle, _name in told[-1]["staff"]] if told else []


def test_live_goes_on_whatever_happens_to_redis(processes: tuple[WebProcess, WebProcess, int], tmp_path: Path) -> None:
    one, two, redis_port = processes
    ears: list[Ear] = []
    answers: dict[int, dict[str, Any]] = {}

    def listen(site: WebProcess, topic_id: int, cookie: str = "", position: str = "") -> Ear:
        ears.append(Ear(site, cookie))
        answers[id(ears[-1])] = ears[-1].subscribe(f"topic:{topic_id}", position=position or str(position_now()))
        db.session.rollback()
        return ears[-1]

    def post(house: House, body: str) -> None:
        write_post(by=house.viewer(house.ben), topic_id=topic_id, body=body)
        for ear in (here, there):
            until(lambda ear=ear: body in str(ear.told("stream")), f"{body} arrives")  # type: ignore[misc]

    try:
        with redis_at(redis_port, tmp_path):
            one.start("web")
            two.start("web")
            house = make_house()
            question = {"kind": "question", "title": "Who hears it?", "body": "Well?", "category_id": house.public}
            topic_id = open_topic(by=house.viewer(house.ana), **question).topic_id  # type: ignore[arg-type]
            here, there = listen(one, topic_id), listen(two, topic_id)
            eva = listen(two, topic_id, cookie_of(two, house.eva))
            until(lambda: present(here, topic_id) == ["eva"], "an employee who reads in the other process is known")
            post(house, "With Redis")
        post(house, "Without Redis")
        assert [requests.get(f"{each.base_url}/questions", timeout=10).status_code for each in (one, two)] == [200, 200]
        ana = listen(two, topic_id, cookie_of(two, house.ana))
        end_session(by=viewer_of(ana))
        assert ana.wait_for("goodbye", seconds=SOON) == [{"reason": "signed_out"}]
        with redis_at(redis_port, tmp_path):
            post(house, "With Redis again")
            eva.close()
            listen(two, topic_id, cookie_of(two, house.colleague("frey")))
            until(lambda: present(here, topic_id) == ["frey"], "presence is shared again")
            before = str(position_now())
            db.session.rollback()
            two.kill("web")
            write_post(by=house.viewer(house.ben), topic_id=topic_id, body="While one is dead")
            two.start("web")
            back = listen(two, topic_id, position=before)
            assert "While one is dead" in str(answers[id(back)]["streams"])
        heard = [each["position"] for each in here.told("stream")]
        assert len(heard) == len(set(heard)), "nothing came twice"
    finally:
        for ear in ears:
            ear.close()
