"""Whole pages: the frame, the pattern page, the pages that tell of an error."""

from __future__ import annotations

from collections import Counter
from collections.abc import Callable
from types import SimpleNamespace

import pytest
from flask import Flask
from flask.testing import FlaskClient

from community.core.fragments import drawing
from tests.look.test_macros import Tags

VISITOR = SimpleNamespace(signed_in=False, theme="system", handle="")
BRAND = SimpleNamespace(name="Volt", title="Volt Community", tagline="Ask in public", hue=192)


def test_the_pattern_page_is_whole_and_has_one_of_everything_it_should(client: FlaskClient) -> None:
    answer = client.get("/patterns")
    assert answer.status_code == 200
    page = Tags(answer.text.partition(">")[2])
    tags = Counter(tag for tag, _ in page.found)
    assert (tags["h1"], tags["main"], tags["style"]) == (1, 1, 0)
    assert not [attributes for _, attributes in page.found if "style" in attributes]
    assert all(attributes.get("src") for tag, attributes in page.found if tag == "script")
    ids = Counter(attributes["id"] for _, attributes in page.found if "id" in attributes)
    assert [name for name, times in ids.items() if times > 1] == []
    referred = {name for _, attributes in page.found for name in (attributes.get("aria-labelledby") or "").split()}
    assert referred <= set(ids)
    assert 'name="csrf_token"' not in answer.text, "a visitor's page may be cached and holds no token"


def test_the_pattern_page_is_not_there_in_production(make_app: Callable[..., Flask]) -> None:
    assert make_app(env="production").test_client().get("/patterns").status_code == 404


def test_a_brand_sets_its_hue_and_nothing_else(client: FlaskClient) -> None:
    answer = client.get("/brand/310.css")
    assert (answer.mimetype, answer.text.strip()) == ("text/css", "@layer brand { :root { --hue: 310; } }")
    assert [client.get(f"/brand/{hue}.css").status_code for hue in ("360", "-1", "red")] == [404, 404, 404]


@pytest.mark.parametrize("status", [400, 401, 403, 404, 405, 409, 410, 413, 418, 422, 429])
def test_each_refusal_is_said_in_words_with_a_way_on(app: Flask, status: int) -> None:
    with drawing(app, "en"):
        page = app.jinja_env.get_template("errors/error.html")
        html = page.render(status=status, title="Standard Phrase", sentence="", viewer=VISITOR, brand=BRAND)
        told = page.render(status=status, title="Standard Phrase", sentence="Your <own> reason.", viewer=VISITOR, brand=BRAND)
    assert html.count("<h1>") == 1
    assert f"{status} · Standard Phrase" in html
    assert 'href="/"' in html
    assert "Your &lt;own&gt; reason." in told
    assert ('action="/search"' in html.partition("<main")[2]) == (status in {404, 410})


@pytest.mark.parametrize("name", ["500", "503", "offline"])
def test_what_tells_of_our_own_failure_asks_for_nothing(app: Flask, name: str) -> None:
    with drawing(app, "en"):
        if name == "offline":
            html = app.jinja_env.get_template("errors/offline.html").render()
        else:
            html = app.jinja_env.get_template("errors/error.html").render(status=int(name), title="Phrase", sentence="")
    assert html.count("<h1>") == 1
    assert "<script" not in html
