"""Signing in and out: sessions are rows, and what ends one ends it at once."""

from __future__ import annotations

from datetime import timedelta
from typing import Any

import pytest
import time_machine
from argon2 import PasswordHasher
from flask import Flask
from flask.testing import FlaskClient
from sqlalchemy import func, select, update

from community.accounts import actions, passwords, seen
from community.accounts.devices import device
from community.accounts.jobs import forget_ended
from community.accounts.models import Account, ApiKey, MailedLink, SignIn
from community.accounts.queries import viewer_of_key, viewer_of_token
from community.core import clock
from community.core.database import Busy
from community.core.errors import Forbidden, Invalid, NotFound
from community.core.unit import unit
from community.extensions import db
from tests.accounts.browsing import PASSWORD, is_in, link, row, send, signed_in
from tests.accounts.conftest import REAL_HASHER
from tests.conftest import browser
from tests.forum import Forum, events, small_forum


@pytest.fixture
def anna(app: Flask) -> int:
    with app.app_context():
        return actions.open_account(handle="anna", name="Anna", email="anna@example.com", confirmed=True, password=PASSWORD)


def cookie_of(client: FlaskClient) -> str:
    found = client.get_cookie("bothways")
    assert found is not None
    return found.value


def with_cookie(app: Flask, value: str) -> FlaskClient:
    thief = browser(app)
    thief.set_cookie("bothways", value)
    return thief


def test_signing_in_changes_everything_the_browser_carried(app: Flask, anna: int) -> None:
    client = browser(app)
    client.get("/sign-in")
    before = cookie_of(client)
    send(client, "/sign-in", {"login": "anna", "password": PASSWORD})
    first = cookie_of(client)
    assert first != before
    assert not is_in(with_cookie(app, before))
    actions_page = client.get("/settings").text
    token = actions_page.split('name="csrf_token" value="')[1].split('"')[0]
    client.post("/sign-in", data={"login": "anna", "password": PASSWORD, "csrf_token": token})
    assert is_in(client)
    assert not is_in(with_cookie(app, first)), "the session this browser had before is over"


def test_a_copied_cookie_dies_with_the_session(app: Flask, anna: int) -> None:
    client = signed_in(app, "anna", remember="y")
    thief = with_cookie(app, cookie_of(client))
    assert is_in(thief)
    answer = send(client, "/settings", {}, to="/sign-out")
    assert (answer.status_code, answer.headers["Location"]) == (303, "/")
    assert not is_in(client)
    assert not is_in(thief)
    with app.app_context():
        assert events()[-1] == "session.ended"


def test_a_password_change_ends_other_sessions_and_links(app: Flask, anna: int) -> None:
    client, other = signed_in(app, "anna"), signed_in(app, "anna")
    with app.app_context():
        reset = link("reset", anna)
    wrong = send(client, "/settings/sign-in", {"old": "not the one", "password": "another long one"}, to="/settings/password")
    assert wrong.status_code == 422
    assert is_in(other)
    answer = send(client, "/settings/sign-in", {"old": PASSWORD, "password": "another long one"}, to="/settings/password")
    assert answer.status_code == 303
    assert is_in(client)
    assert not is_in(other)
    assert browser(app).get(reset).status_code == 404
    with app.app_context():
        assert actions.authenticate("anna", PASSWORD) is None
        assert actions.authenticate("anna", "another long one") == anna


def test_devices_are_listed_and_ended_one_by_one_and_all(app: Flask, anna: int) -> None:
    client, second, third = (signed_in(app, "anna") for _ in range(3))
    with app.app_context():
        actions.open_account(handle="berta", name="Berta", confirmed=True, password=PASSWORD)
    stranger = signed_in(app, "berta")
    with app.app_context():
        ids = list(db.session.scalars(select(SignIn.id).where(SignIn.account_id == anna).order_by(SignIn.id)))
    assert client.get("/settings/sign-in").text.count("Werkzeug") == 3
    assert send(stranger, "/settings", {}, to=f"/settings/sessions/{ids[1]}/end").status_code == 404
    assert is_in(second)
    send(client, "/settings", {}, to=f"/settings/sessions/{ids[1]}/end")
    assert not is_in(second)
    assert is_in(third)
    send(client, "/settings", {}, to="/settings/sessions/end")
    assert is_in(client)
    assert not is_in(third)


def test_devices_are_named_in_words() -> None:
    agents = {
        "Mozilla/5.0 (X11; Linux x86_64; rv:140.0) Gecko/20100101 Firefox/140.0": "Firefox on Linux",
        "Mozilla/5.0 (iPhone; CPU iPhone OS 18_0 like Mac OS X) AppleWebKit/605 Version/18 Mobile Safari/604.1": "Safari on iPhone",
        "Mozilla/5.0 (Windows NT 10.0) AppleWebKit/537.36 Chrome/150 Safari/537.36 Edg/150.0": "Edge on Windows",
        "curl/8.1": "curl/8.1",
        "": "Unknown",
    }
    assert {agent: device(agent) for agent in agents} == agents


def test_sessions_run_out(app: Flask, anna: int) -> None:
    with time_machine.travel(clock.now(), tick=False) as travel:
        brief, long = signed_in(app, "anna"), signed_in(app, "anna", remember="y")
        assert "Expires" not in brief.get("/settings").headers.get("Set-Cookie", "")
        travel.shift(timedelta(hours=13))
        assert not is_in(brief)
        assert is_in(long)
        travel.shift(timedelta(days=91))
        assert not is_in(long)


def test_what_ended_long_ago_is_forgotten(app: Flask, anna: int) -> None:
    with app.app_context(), time_machine.travel(clock.now(), tick=False) as travel:
        for _ in range(2):
            actions.start_session(anna, remember=False)
            link("reset", anna)
        travel.shift(timedelta(days=30))
        living = actions.start_session(anna)
        forget_ended()
        assert db.session.scalar(select(func.count()).select_from(SignIn)) == 3
        travel.shift(timedelta(days=1))
        forget_ended()
        assert db.session.scalar(select(func.count()).select_from(SignIn)) == 1
        assert db.session.scalar(select(func.count()).select_from(MailedLink)) == 0
        assert viewer_of_token(living) is not None


def test_nothing_tells_a_wrong_name_from_a_wrong_password(app: Flask, anna: int, monkeypatch: pytest.MonkeyPatch) -> None:
    with app.app_context():
        actions.open_account(handle="imported", name="Imported", confirmed=True)
        actions.sign_up(handle="claimer", name="Claimer", email="claimed@example.com", password=PASSWORD)
    verified: list[object] = []
    real = passwords._verify
    monkeypatch.setattr(passwords, "_verify", lambda stored, password: verified.append(stored) or real(stored, password))
    told = set()
    for login in (
        "anna",
        "anna@example.com",
        "nobody",
        "nobody@example.com",
        "imported",
        "claimed@example.com",
        "",
        "\x00",
        "a" * 300,
    ):
        answer = browser(app).post("/sign-in", data={"login": login, "password": "wrong but long"})
        told.add((answer.status_code, answer.text.partition("form__errors")[0].count("did not match")))
    assert told == {(422, 1)}
    assert len(verified) == 7, "each name that could be one costs one hash, the others none at all"


def test_old_hashes_are_made_anew_at_sign_in(app: Flask, anna: int, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(passwords, "_hasher", REAL_HASHER)
    weak = PasswordHasher(time_cost=1, memory_cost=8192, parallelism=1).hash(PASSWORD)
    with app.app_context():
        with unit() as u:
            u.session.execute(update(Account).values(password_hash=weak))
        assert actions.authenticate("anna", "wrong but long") is None
        assert row("anna").password_hash == weak
        assert actions.authenticate("anna", PASSWORD) == anna
        assert "m=19456,t=2,p=1" in (row("anna").password_hash or "")


ELSEWHERE = [
    "//evil.example",
    "////evil.example",
    "/\t/evil.example",
    "/\\evil.example",
    "https://evil.example",
    "javascript:alert(1)",
]
ELSEWHERE += ["/%09/evil", "/nowhere/at/all", "", "settings", "/settings\r\nX: y", "/\x00", "/sign-out", "/" + "a" * 3000]


def test_after_signing_in_only_our_own_pages_are_gone_to(app: Flask, anna: int) -> None:
    for back in ELSEWHERE:
        answer = browser(app).post("/sign-in", data={"login": "anna", "password": PASSWORD, "next": back})
        assert (answer.status_code, answer.headers["Location"]) == (303, "/"), back
        assert f'value="{back}"' not in browser(app).get("/sign-in", query_string={"next": back}).text or back == ""
    for back in ("/settings", "/settings/keys?x=1", "/u/anna"):
        answer = browser(app).post("/sign-in", data={"login": "anna", "password": PASSWORD, "next": back})
        assert answer.headers["Location"] == back
    assert browser(app).get("/settings/keys?a=b&c").headers["Location"] == "/sign-in?next=/settings/keys%3Fa%3Db%26c"


def test_a_suspension_ends_everything_and_gives_its_reason(app: Flask, anna: int) -> None:
    spam = {"account_id": anna, "rule": "spam", "reason": "advertising"}
    with app.app_context():
        forum = small_forum(app)
        key = actions.make_key(by=None, account_id=anna, name="k", scopes=("read",))
        with pytest.raises(NotFound):
            actions.suspend(by=forum["worker"], **spam)
        for fields in ({"rule": "dislike"}, {"reason": "  "}, {"reason": "x" * 501}, {"ends_at": clock.now()}):
            with pytest.raises(Invalid):
                actions.suspend(by=forum["keeper"], **(spam | fields))
    client, keeper = signed_in(app, "anna"), forum.browser("keeper")
    answer = keeper.post("/u/anna/suspension", {"rule": "spam", "reason": "advertising", "term": "7"})
    assert (answer.status_code, answer.headers["Location"]) == (303, "/u/anna")
    assert not is_in(client)
    assert keeper.post("/u/anna/suspension", {"rule": "spam", "reason": "advertising", "term": "7"}).status_code == 422
    answer = browser(app).post("/sign-in", data={"login": "anna", "password": PASSWORD})
    assert answer.status_code == 403
    assert "advertising" in answer.text
    assert "advertising" not in browser(app).post("/sign-in", data={"login": "anna", "password": "wrong but long"}).text
    assert "advertising" in keeper.get("/u/anna").text
    assert "advertising" not in browser(app).get("/u/anna").text, "the reason is for them and the moderators"
    with app.app_context():
        assert viewer_of_key(key) is None
    with time_machine.travel(clock.now() + timedelta(days=8), tick=False):
        assert is_in(signed_in(app, "anna"))
        with app.app_context():
            assert viewer_of_key(key) is None, "a key that has ended stays ended"
    assert keeper.post("/u/anna/suspension/undo").status_code == 303
    assert is_in(signed_in(app, "anna"))
    with app.app_context():
        assert [name for name in events() if "susp" in name] == ["account.suspended", "suspension.lifted"]
        forum.people["anna"] = anna
        actions.suspend(by=forum["keeper"], **spam)
        with pytest.raises(Forbidden):
            actions.change_profile(by=forum["anna"], name="Anna", about="", time_zone="UTC", language="en", theme="system")


def test_nobody_is_suspended_by_an_equal(app: Flask) -> None:
    with app.app_context():
        forum = small_forum(app)
        for handle, role in (("boss", "admin"), ("boss2", "admin"), ("keeper2", "moderator")):
            forum.person(handle, role=role)
        allowed = {
            (by, target)
            for by in ("asker", "worker", "speaker", "keeper", "boss")
            for target in ("friend", "worker", "keeper2", "boss2", by)
            if suspends(forum, by, target)
        }
        assert allowed == {("keeper", "friend"), ("keeper", "worker"), ("boss", "friend"), ("boss", "worker"), ("boss", "keeper2")}


def suspends(forum: Forum, by: str, target: str) -> bool:
    try:
        actions.suspend(by=forum[by], account_id=forum.people[target], rule="other", reason="to see")
    except (NotFound, Forbidden):
        return False
    actions.lift_suspension(by=forum[by], account_id=forum.people[target])
    return True


def test_last_seen_is_written_once_a_minute_and_no_page_fails_of_it(app: Flask, anna: int, monkeypatch: pytest.MonkeyPatch) -> None:
    client = signed_in(app, "anna")
    written: list[float] = []
    real = seen.write
    monkeypatch.setattr(seen, "write", lambda notes: written.append(seen.time.monotonic()) or real(notes))
    app.extensions["bothways_seen"].written_at = float("-inf")
    for _ in range(5):
        client.get("/settings").close()
    assert len(written) == 1
    with app.app_context():
        account = row("anna")
        assert account.seen_at is not None
        assert db.session.scalar(select(func.max(SignIn.seen_at))) == account.seen_at

    def locked(*_args: Any) -> Any:
        raise Busy("the database is busy")

    monkeypatch.setattr(seen, "unit", locked)
    app.extensions["bothways_seen"].written_at = float("-inf")
    answer = client.get("/settings")
    answer.close()
    assert answer.status_code == 200
    assert len(written) == 2


def test_a_key_is_shown_once_narrowed_by_scopes_and_ended(app: Flask, anna: int) -> None:
    with app.app_context():
        forum = small_forum(app)
        for scopes in ((), ("read", "rule"), ("moderate",), ("read", "admin")):
            with pytest.raises(Invalid):
                actions.make_key(by=None, account_id=anna, name="k", scopes=scopes)
        key = actions.make_key(by=None, account_id=forum.people["keeper"], name="k", scopes=("read", "write"))
        found = viewer_of_key(key)
        assert found is not None
        assert found.scopes == {"read", "write"}
        assert (found.is_staff, found.is_moderator) == (True, False), "a key without the scope has not the power"
        strong = viewer_of_key(actions.make_key(by=None, account_id=found.id or 0, name="k", scopes=("moderate",)))
        assert strong is not None
        assert strong.is_moderator
        assert [viewer_of_key(key) for key in ("bw_" + "x" * 43, "", "\ud800")] == [None] * 3
    client = signed_in(app, "anna")
    page = send(client, "/settings/keys", {"name": "My <b>script", "read": "y", "write": "y"}, to="/settings/keys").text
    shown = page.split("<code>bw_")[1].split("<")[0]
    assert "My &lt;b&gt;script" in page
    assert shown not in client.get("/settings/keys").text
    with app.app_context():
        stored = db.session.scalars(select(ApiKey).where(ApiKey.account_id == anna)).one()
        assert shown not in stored.key_digest
        assert stored.scopes == "read write"
        found = viewer_of_key(f"bw_{shown}")
        assert found is not None
        assert found.id == anna
    stranger = Forum(app).browser()
    assert stranger.post(f"/settings/keys/{stored.id}/revocation").status_code == 401
    assert send(client, "/settings", {}, to=f"/settings/keys/{stored.id}/revocation").status_code == 303
    with app.app_context():
        assert viewer_of_key(f"bw_{shown}") is None
