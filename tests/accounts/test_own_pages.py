"""Profile and photo, the first run, limits, and whatever else arrives."""

from __future__ import annotations

import io
import itertools
import re
from collections.abc import Iterator
from dataclasses import replace
from typing import Any

import pytest
from flask import Flask
from flask.testing import FlaskClient
from PIL import Image
from werkzeug.test import TestResponse

from community.accounts import actions
from community.accounts.pictures import photo_folder, store_photo
from community.app import create_app
from community.config import Config
from community.core.errors import Invalid, NotFound
from community.extensions import db, limiter
from community.settings.queries import site
from community.staff.viewer import viewer_unchecked
from tests.accounts.browsing import PASSWORD, is_in, row, send, signed_in
from tests.conftest import browser
from tests.forum import small_forum

PROFILE = {"name": "Asker", "about": "Rides.", "time_zone": "Europe/Berlin", "language": "en", "theme": "dark"}


def picture(kind: str, size: tuple[int, int] = (640, 480), **options: Any) -> bytes:
    made = io.BytesIO()
    Image.new("RGB", size, "teal").save(made, kind, **options)
    return made.getvalue()


def test_a_profile_is_changed_and_checked(app: Flask) -> None:
    with app.app_context():
        forum = small_forum(app)
    anna = forum.browser("asker")
    assert anna.post("/settings", PROFILE).status_code == 303
    with app.app_context():
        assert (row("asker").about, row("asker").time_zone, row("asker").theme) == ("Rides.", "Europe/Berlin", "dark")
    assert 'data-theme="dark"' in anna.get("/team").text
    for field, value in (("time_zone", "Mars/Base"), ("language", "xx"), ("theme", "pink"), ("about", "x" * 501), ("name", " ")):
        assert anna.post("/settings", PROFILE | {field: value}).status_code == 422, field
    assert anna.post("/settings", {}).status_code == 422
    assert "Rides." in forum.browser().get("/u/asker").text
    assert forum.browser().get("/u/newcomer").status_code == 404, "not before the address is confirmed"
    assert forum.browser("newcomer").get("/u/newcomer").status_code == forum.browser("worker").get("/u/newcomer").status_code == 200


def test_a_photo_becomes_a_plain_square_and_replaces_the_last(app: Flask) -> None:
    with app.app_context():
        forum = small_forum(app)
    anna = forum.browser("asker")
    exif = Image.Exif()
    exif[0x010E] = "at home, 12 Elm Street"
    names = []
    for sent in (picture("JPEG", exif=exif), picture("PNG"), picture("GIF"), picture("WEBP")):
        assert anna.post("/settings/photo", {"photo": (io.BytesIO(sent), "../../x.html")}).status_code == 303
        with app.app_context():
            names.append(str(row("asker").photo))
            assert [path.name for path in photo_folder().iterdir()] == [names[-1]]
    assert len(set(names)) == 4
    assert all(re.fullmatch(r"[0-9a-f]{32}\.webp", name) for name in names)
    shown = forum.browser().get(f"/photos/{names[-1]}")
    assert (shown.mimetype, shown.headers["X-Content-Type-Options"]) == ("image/webp", "nosniff")
    assert "immutable" in shown.headers["Cache-Control"]
    with Image.open(io.BytesIO(shown.data)) as stored:
        assert (stored.size, stored.format, dict(stored.getexif())) == ((256, 256), "WEBP", {})
    shown.close()
    assert f"/photos/{names[-1]}" in forum.browser().get("/u/asker").text
    small = f"/photos/small/{names[-1]}"
    for _ in range(2):  # made, then kept
        beside = forum.browser().get(small)
        assert (beside.status_code, beside.mimetype) == (200, "image/webp")
        with Image.open(io.BytesIO(beside.data)) as face:
            assert face.size == (128, 128)
    for other in ("/photos/small/nothing.webp", "/photos/small/..%2fsecret_key", "/photos/small/%2e%2e"):
        assert forum.browser().get(other).status_code == 404, other
    assert anna.post("/settings/photo/removal").status_code == 303
    assert forum.browser().get(small).status_code == 404
    assert forum.browser().get(f"/photos/{names[-1]}").status_code == 404


def test_what_is_no_picture_of_ours_is_refused(app: Flask) -> None:
    huge = io.BytesIO()
    Image.new("1", (30000, 30000)).save(huge, "PNG")
    assert len(huge.getvalue()) < 200_000, "small to send, 900 megapixels to decode"
    svg = b'<svg xmlns="http://www.w3.org/2000/svg"><script>alert(1)</script></svg>'
    with app.app_context():
        for sent in (
            b"",
            b"\x00" * 100,
            svg,
            picture("BMP"),
            picture("TIFF"),
            picture("JPEG")[:300],
            huge.getvalue(),
            b"x" * (10 * 1024 * 1024 + 1),
        ):
            with pytest.raises(Invalid):
                store_photo(sent)
        assert not photo_folder().exists()
        forum = small_forum(app)
    anna = forum.browser("asker")
    assert anna.post("/settings/photo", {"photo": (io.BytesIO(svg), "x.png")}).status_code == 422
    assert anna.post("/settings/photo", {"photo": "text"}).status_code == 422
    body = b"--x\r\n" + b"y" * (11 * 1024 * 1024)
    assert anna.client.post("/settings/photo", data=body, content_type="multipart/form-data; boundary=x").status_code == 413
    assert (
        anna.client.post("/settings", data=body[: 2 * 1024 * 1024], content_type="multipart/form-data; boundary=x").status_code
        == 413
    )


def test_the_first_run_makes_one_admin_and_closes(app: Flask) -> None:
    with app.app_context():
        former, link = actions.first_admin_link(), actions.first_admin_link()
        assert former is not None
        assert link is not None
    former, link = former.removeprefix("http://localhost"), link.removeprefix("http://localhost")
    visitor = browser(app)
    assert visitor.get(former).status_code == 404, "each start makes the one before useless"
    fields = {"name": "Ada Volt", "title": "Head", "handle": "volt", "email": "ada@volt.example", "password": PASSWORD}
    assert send(visitor, link, fields | {"password": "short"}).status_code == 422
    answer = send(visitor, link, fields)
    assert answer.headers["Location"] == "/admin/settings?first-run=1"
    assert "Welcome" in visitor.get("/admin/settings?first-run=1").text
    assert send(visitor, "/admin/settings", {"brand_name": "Volt", "hue": "20"}).status_code == 303
    with app.app_context():
        assert (site().brand_name, site().hue) == ("Volt", 20)
        assert viewer_unchecked(row("volt").id).is_admin
        assert actions.first_admin_link() is None
        with pytest.raises(NotFound):
            actions.create_first_admin(token=link.rsplit("/", 1)[1], **fields)
    assert browser(app).get(link).status_code == send(browser(app), link, fields).status_code == 404
    assert is_in(signed_in(app, "ada@volt.example"))


@pytest.fixture
def limited(config: Config) -> Iterator[Flask]:
    """The application with limits on, Redis asked for and out of reach."""
    app = create_app(replace(config, limits=True, redis_url="redis://127.0.0.1:9/0"), durable=False)
    app.testing = True
    yield app
    limiter.enabled = False
    with app.app_context():
        db.session.remove()
        db.engine.dispose()


def post_from(app: Flask, network: str, address: str, data: dict[str, str]) -> TestResponse:
    client = browser(app)
    client.environ_base["REMOTE_ADDR"] = network
    return client.post(address, data=data)


def test_every_change_has_a_limit_and_reading_has_none(limited: Flask) -> None:
    undo = [post_from(limited, "192.0.2.9", "/t/1/closure/undo", {}) for _ in range(61)]
    assert [answer.status_code for answer in undo] == [401] * 60 + [429]
    assert int(undo[-1].headers["Retry-After"]) <= 61
    assert post_from(limited, "192.0.2.8", "/t/1/closure/undo", {}).status_code == 401, "each for themselves"
    assert {browser(limited).get("/team").status_code for _ in range(70)} == {200}


def test_limits_hold_without_redis_and_tell_nothing(limited: Flask) -> None:
    with limited.app_context():
        actions.open_account(handle="anna", name="Anna", email="anna@example.com", confirmed=True, password=PASSWORD)
    for login in ("anna", "nobody"):
        wrong = {"login": login, "password": "wrong but long"}
        answers = [post_from(limited, "192.0.2.1", "/sign-in", wrong) for _ in range(11)]
        assert [answer.status_code for answer in answers] == [422] * 10 + [429], login
        assert 1 <= int(answers[-1].headers["Retry-After"]) <= 901
        assert "A little slower" in answers[-1].text
    right = {"login": "ANNA ", "password": PASSWORD}
    assert post_from(limited, "192.0.2.1", "/sign-in", right).status_code == 429
    assert post_from(limited, "192.0.2.2", "/sign-in", right).status_code == 303, "nobody can lock her out from elsewhere"
    for email in ("anna@example.com", "nobody@example.com"):
        answers = [post_from(limited, "192.0.2.3", "/reset", {"email": email}) for _ in range(4)]
        assert [answer.status_code for answer in answers] == [303, 303, 303, 429], email
    joins = [post_from(limited, f"2001:db8:1:2::{n}", "/sign-up", {"email": f"{n}@example.com"}).status_code for n in range(21)]
    assert joins == [422] * 20 + [429], "one customer has a whole /64"


FORMS = {
    "/sign-in": ("login", "password", "next", "remember"),
    "/sign-up": ("name", "email", "password", "handle", "next"),
    "/reset": ("email",),
    "/reset/unknown": ("password",),
    "/confirm/unknown": (),
    "/first-run/unknown": ("name", "title", "handle", "email", "password"),
}
OWN_FORMS = {
    "/settings": ("name", "about", "language", "time_zone", "theme"),
    "/settings/photo": ("photo",),
    "/settings/password": ("old", "password"),
    "/settings/keys": ("name", "read", "admin"),
    "/settings/work": ("works_on", "at_desk"),
    "/u/asker/suspension": ("rule", "reason", "term"),
    "/admin/settings": ("brand_name", "hue", "desk_hours", "holidays", "desk_time_zone", "products"),
    "/admin/people/asker/roles": ("role", "starts_on", "ends_on"),
    "/admin/people/asker/staff-profile": ("title", "team", "works_on", "at_desk"),
}
ADDRESSES = [
    "/settings/sessions/9/end",
    f"/settings/sessions/{2**63}/end",
    "/settings/keys/99/revocation",
    "/u/nobody/suspension",
    "/u/%00/suspension/undo",
]
ADDRESSES += [
    "/admin/parked/1/retry",
    "/admin/parked/99999999999999999999/settlement",
    "/admin/people/asker/roles/77/end",
    "/confirmation",
]
STRANGE = [
    "\x00",
    "\ud800",
    "\u202e" * 50,
    "x" * 70_000,
    "-1",
    "99999999999999999999",
    "é" * 300,
    "[]",
    "{{7*7}}",
    "0000-00-00",
    "9999-12-31",
    "' OR 1=1 --",
    "\r\n\r\n",
]


def test_nothing_strange_breaks_a_form(app: Flask) -> None:
    with app.app_context():
        forum = small_forum(app)
        forum.person("boss", role="admin")
    boss = forum.browser("boss")
    for number, (address, fields) in enumerate([*FORMS.items(), *OWN_FORMS.items()]):
        own = address in OWN_FORMS
        sent: list[dict[str, Any]] = [{}, *(dict.fromkeys(fields, value) for value in STRANGE)]
        sent += [{name: ["a", "b"] for name in fields}, {name: (io.BytesIO(b"\xff\xfe"), "x.png") for name in fields}]
        for data in sent:
            data = {name: encoded(value) for name, value in data.items()}
            answer = boss.post(address, data) if own else browser(app).post(address, data=data)
            assert answer.status_code < 500, (address, data)
        for body in (b"%ff%fe&=&&&", b"a=" + b"%00" * 50, b"--x\r\n\r\n"):
            kind = ("application/x-www-form-urlencoded", "multipart/form-data; boundary=x", "application/json")[number % 3]
            assert browser(app).post(address, data=body, content_type=kind).status_code < 500, (address, body)
    for address in ADDRESSES:
        assert boss.post(address).status_code in {303, 404, 409}, address
    for query in (
        "?page=0",
        "?page=x",
        f"?page={'9' * 30}",
        "?q=%00",
        "?q=" + "w" * 5000,
        "?q=%ff",
        "?topic=" + "9" * 40,
        "?next=%00",
    ):
        for address in ("/admin/people", "/admin/settings", "/admin/outbox", "/u/asker", "/viewer.css", "/sign-in", "/welcome"):
            assert boss.get(address + query).status_code < 500, address + query


def encoded(value: Any) -> Any:
    return value.encode("utf-8", "surrogatepass") if isinstance(value, str) else value


def test_every_form_asks_for_the_token_and_for_our_own_origin(app: Flask) -> None:
    with app.app_context():
        forum = small_forum(app)
        forum.person("boss", role="admin")
    boss: FlaskClient = forum.browser("boss").client
    foreign = app.test_client()
    for address in itertools.chain(FORMS, OWN_FORMS, ADDRESSES, ["/sign-out", "/settings/photo/removal"]):
        if "%" not in address and "unknown" not in address:
            assert boss.post(address, data={}).status_code == 400, address
        for headers in ({}, {"Origin": "https://evil.example"}, {"Sec-Fetch-Site": "cross-site", "Origin": "http://localhost"}):
            assert foreign.post(address, data={}, headers=headers).status_code == 403, address
    assert is_in(boss)
