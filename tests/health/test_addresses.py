"""What machines that watch the site are told, and who may ask for figures."""

from __future__ import annotations

import re
from collections.abc import Callable
from datetime import timedelta

import time_machine
from flask import Flask
from flask.testing import FlaskClient

from community.core import clock
from community.core.follow import Follower, park
from community.core.log import read_after
from community.core.schedule import run_due
from community.core.unit import unit
from community.extensions import db
from community.health import checks
from community.search.follow import rebuild
from community.worker import jobs
from tests.conftest import count_queries
from tests.forum import small_forum


def figure(client: FlaskClient, name: str) -> float:
    """One figure of /metrics."""
    found = re.findall(rf"^{re.escape(name)} (\S+)$", client.get("/metrics").text, re.MULTILINE)
    assert found, name
    return float(found[0])


def test_healthz_asks_nothing(app: Flask, client: FlaskClient) -> None:
    with count_queries(app) as queries:
        answer = client.get("/healthz")
    assert answer.json is not None
    assert answer.json["status"] == "ok"
    assert queries == []
    assert answer.headers["Cache-Control"] == "no-store"


def test_readyz_names_the_part_that_is_not_usable(app: Flask, client: FlaskClient) -> None:
    assert client.get("/readyz").json == {"status": "not ready", "database": True, "log": True, "index": False}
    with app.app_context():
        rebuild()
        db.session.remove()
    ready = client.get("/readyz")
    assert (ready.status_code, ready.json) == (200, {"status": "ok", "database": True, "log": True, "index": True})
    with app.app_context(), db.engine.begin() as connection:
        connection.exec_driver_sql("DROP TABLE event_head")
    gone = client.get("/readyz")
    assert gone.status_code == 503
    assert gone.json is not None
    assert gone.json["log"] is False


def test_figures_are_for_this_machine_or_for_the_token(make_app: Callable[..., Flask]) -> None:
    app = make_app(metrics_token="a token of some length")
    client = app.test_client()
    here = {"REMOTE_ADDR": "127.0.0.1"}
    elsewhere = {"REMOTE_ADDR": "203.0.113.7"}
    assert client.get("/metrics", environ_base=here).status_code == 200
    assert client.get("/metrics", environ_base={"REMOTE_ADDR": "::1"}).status_code == 200
    assert client.get("/metrics", environ_base=elsewhere).status_code == 401
    for header in ("X-Forwarded-For", "Forwarded", "X-Real-IP", "Via"):
        assert client.get("/metrics", environ_base=here, headers={header: "203.0.113.7"}).status_code == 401, header
    right, wrong = {"Authorization": "Bearer a token of some length"}, {"Authorization": "Bearer a token of some"}
    assert client.get("/metrics", environ_base=elsewhere, headers=right).status_code == 200
    assert client.get("/metrics", environ_base=elsewhere, headers=wrong).status_code == 401
    open_app = make_app(metrics_token="")
    assert open_app.test_client().get("/metrics", environ_base=elsewhere, headers={"Authorization": "Bearer "}).status_code == 401


def test_figures_tell_of_requests_and_of_what_hangs(app: Flask, client: FlaskClient) -> None:
    with app.app_context():
        forum = small_forum(app)
        forum.post("worker", forum.question())
        waiting = len(read_after(db.session(), 0, 1000))
        with unit() as u:
            park(u, "mail", read_after(u.session, 0, 1)[0], ValueError("no"))
        db.session.remove()
    assert figure(client, "bothways_log_position") == waiting
    assert figure(client, 'bothways_follower_lag_events{follower="mail"}') == waiting
    assert figure(client, "bothways_parked_events") == 1
    assert figure(client, "bothways_posts") == 2
    assert figure(client, "bothways_worker_silence_seconds") == float("inf")
    with app.app_context():
        assert checks.PULSE in run_due(jobs())
        db.session.remove()
    assert figure(client, "bothways_worker_silence_seconds") < 60
    counted = 'bothways_http_requests_total{endpoint="health.healthz",method="GET",status="200"}'
    client.get("/healthz")
    before = figure(client, counted)
    client.get("/healthz")
    assert figure(client, counted) == before + 1


def test_strangers_make_up_no_labels(client: FlaskClient) -> None:
    client.open("/healthz", method="BREW")
    client.get("/nowhere/at/all")
    shown = client.get("/metrics").text
    assert "BREW" not in shown
    assert "nowhere" not in shown


def test_a_lag_is_as_old_as_the_oldest_event_not_taken(app: Flask) -> None:
    with app.app_context():
        with clock.at(clock.now() - timedelta(days=200)):
            forum = small_forum(app)
        forum.question()
        assert checks.lags()["mail"].seconds < 60, "imports and the demo write in the past, and nobody has waited since"
        with time_machine.travel(clock.now() + timedelta(minutes=5), tick=False):
            lag = checks.lags()["mail"]
        assert lag.events > 1
        assert 299 < lag.seconds < 360
        mail: Follower = next(each for each in checks.followers() if each.name == "mail")
        while mail.catch_up():
            pass
        db.session.rollback()
        assert checks.lags()["mail"] == checks.Lag(0, 0.0)
