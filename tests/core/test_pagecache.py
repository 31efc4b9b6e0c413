"""The cache in front of Flask: fresh, private where it must be, and honest to HTTP."""

from __future__ import annotations

import gzip
import sqlite3
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import brotli
import pytest
from flask import Flask, Response, request, session
from flask.testing import FlaskClient

from community.core import pagecache
from community.core.pagecache import EngineVersions, PublicPages, SqliteVersions, cacheable, shown
from community.extensions import db

from .test_unit import ring

PLAIN = {"Accept-Encoding": "identity"}
GUARDED = ("Referrer-Policy", "Permissions-Policy", "Cross-Origin-Opener-Policy")
"""What the guard puts on every answer, kept ones included."""


@pytest.fixture(params=["own", "engine"])
def site(app: Flask, request: pytest.FixtureRequest) -> Iterator[Flask]:
    """The application with a page that shows bell 1 and says how often it was drawn."""
    drawn = {"times": 0}

    def bell() -> Response:
        now = shown(db.session(), "bell:1")
        drawn["times"] += 1
        return cacheable(Response(f"<p>drawn {drawn['times']} times</p>" + "x" * 2000, mimetype="text/html"), now)

    def private() -> Response:
        session["who"] = "somebody"
        return cacheable(Response("private"), shown(db.session(), "bell:1"))

    def broken() -> Response:
        return cacheable(Response("no", status=404), {"bell:1": 0})

    for rule, view in (("/bell", bell), ("/private", private), ("/broken", broken)):
        app.add_url_rule(rule, rule, view)
    config = app.config["BOTHWAYS"]
    with app.app_context():
        engine = db.engine
    watched: Any = SqliteVersions(str(engine.url.database)) if request.param == "own" and config.sqlite else EngineVersions(engine)
    inner = app.wsgi_app._app if isinstance(app.wsgi_app, PublicPages) else app.wsgi_app  # type: ignore[attr-defined]
    app.wsgi_app = PublicPages(inner, watched, cookie="bothways", language=lambda _: "en")  # type: ignore[method-assign]
    yield app
    if isinstance(watched, SqliteVersions):
        watched.close()


def drawn(client: FlaskClient, path: str = "/bell", **headers: str) -> str:
    return client.get(path, headers={**PLAIN, **headers}).get_data(as_text=True)[:17]


def somebody(site: Flask) -> FlaskClient:
    client = site.test_client()
    client.set_cookie("bothways", "abc")
    return client


def test_a_page_is_drawn_again_only_when_its_channels_moved(site: Flask) -> None:
    client = site.test_client()
    assert drawn(client) == "<p>drawn 1 times<"
    assert drawn(client) == "<p>drawn 1 times<"
    with site.app_context():
        ring(2)
    assert drawn(client) == "<p>drawn 1 times<", "another bell does not concern this page"
    with site.app_context():
        ring(1)
    assert drawn(client) == "<p>drawn 2 times<"
    assert drawn(client, "/bell?x=1") == "<p>drawn 3 times<", "another address is another page"


def test_a_session_is_never_served_from_the_cache_nor_kept_in_it(site: Flask) -> None:
    client = site.test_client()
    assert drawn(client) == "<p>drawn 1 times<"
    assert drawn(somebody(site)) == "<p>drawn 2 times<"
    assert drawn(client) == "<p>drawn 1 times<"
    first = client.get("/private")
    assert "Set-Cookie" in first.headers
    other = site.test_client().get("/private")
    assert "ETag" not in other.headers
    assert "Set-Cookie" in other.headers, "each visitor got an answer of their own"


def test_errors_are_not_kept_and_the_mark_never_leaves_the_house(site: Flask) -> None:
    client = site.test_client()
    for browser, path in ((client, "/broken"), (client, "/bell"), (somebody(site), "/bell")):
        answer = browser.get(path)
        assert "X-Bothways-Shows" not in answer.headers
    assert "ETag" not in client.get("/broken").headers


def test_encodings_etags_and_head(site: Flask) -> None:
    client = site.test_client()
    plain = client.get("/bell", headers=PLAIN)
    packed = client.get("/bell", headers={"Accept-Encoding": "gzip"})
    brotlied = client.get("/bell", headers={"Accept-Encoding": "gzip, deflate, br"})
    refusing = client.get("/bell", headers={"Accept-Encoding": "br;q=0, gzip;q=0.5"})
    assert gzip.decompress(packed.data) == brotli.decompress(brotlied.data) == plain.data
    assert (plain.headers.get("Content-Encoding"), packed.headers["Content-Encoding"], brotlied.headers["Content-Encoding"]) == (
        None,
        "gzip",
        "br",
    )
    assert refusing.headers["Content-Encoding"] == "gzip"
    assert len({answer.headers["ETag"] for answer in (plain, packed, brotlied)}) == 3
    for header in ("Content-Security-Policy", "Vary", "X-Content-Type-Options", *GUARDED):
        assert header in plain.headers
    assert plain.headers["Cache-Control"] == "no-cache"
    unchanged = client.get("/bell", headers={**PLAIN, "If-None-Match": plain.headers["ETag"]})
    assert (unchanged.status_code, unchanged.data) == (304, b"")
    with site.app_context():
        ring(1)
    assert client.get("/bell", headers={**PLAIN, "If-None-Match": plain.headers["ETag"]}).status_code == 200
    head = client.head("/bell", headers=PLAIN)
    assert (head.status_code, head.data, head.headers["Content-Length"]) == (200, b"", plain.headers["Content-Length"])


def test_what_is_kept_is_bounded(site: Flask, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(pagecache, "MAX_BYTES", 10_000)
    client = site.test_client()
    for number in range(20):
        drawn(client, f"/bell?n={number}")
    pages: Any = site.wsgi_app
    assert sum(entry.size for entry in pages._entries.values()) <= 10_000
    assert drawn(client, "/bell?n=19") == "<p>drawn 20 times"
    assert drawn(client, "/bell?n=0") == "<p>drawn 21 times"


def test_a_page_that_is_pushed_out_while_its_versions_are_asked_is_served(site: Flask) -> None:
    client, pages = site.test_client(), site.wsgi_app
    assert isinstance(pages, PublicPages)
    assert drawn(client) == "<p>drawn 1 times<"
    asked = pages._versions.read

    def read(channels: Any) -> dict[str, int]:
        pages._entries.clear()  # as others do on PostgreSQL, where asking lets them have their turn
        return asked(channels)

    pages._versions = Pushing(read)
    assert drawn(client) == "<p>drawn 1 times<"
    assert not pages._entries


class Pushing:
    """Versions that are looked up every time, by a function."""

    def __init__(self, read: Any) -> None:
        self.read = read

    def generation(self) -> None:
        return None


def test_the_database_may_lie_anywhere(tmp_path: Path) -> None:
    folder = tmp_path / "a #b? 100%"
    folder.mkdir()
    with sqlite3.connect(folder / "forum.sqlite3") as made:
        made.execute("CREATE TABLE event_channels (channel TEXT, position INTEGER)")
        made.execute("INSERT INTO event_channels VALUES ('home', 3)")
    made.close()
    watched = SqliteVersions(str(folder / "forum.sqlite3"))
    assert watched.read(["home", "site"]) == {"home": 3, "site": 0}
    watched.close()


def test_language_and_method_are_passed_on(site: Flask) -> None:
    seen: list[str] = []
    site.add_url_rule("/echo", "echo", lambda: seen.append(request.method) or "ok", methods=["GET", "POST"])  # type: ignore[func-returns-value]
    client = site.test_client()
    client.get("/echo")
    client.post("/echo", headers={"Sec-Fetch-Site": "same-origin"})
    assert seen == ["GET", "POST"]
