"""Strange input on every address and every form of this part: a refusal, never an error of ours."""

from __future__ import annotations

import pytest
from flask import Flask

from tests.forum import Forum, small_forum

STRANGE = [
    "",
    "\x00",
    "a\x00b",
    "\ud800",
    "-1",
    "0",
    "1e9",
    "9" * 40,
    "99999999999999999999",
    "٣",
    "x" * 5_000,
    "'; DROP TABLE posts; --",
    "<script>alert(1)</script>",
    "../../etc/passwd",
    "{{ 7 * 7 }}",
    "%00",
    "\u202eevil",
    "\r\n\r\nSet-Cookie: a=b",
    '{"a": ' * 300,
]
WORST = ["a\x00b", "\ud800", "9" * 40, '{"a": ' * 300]
"""What other fields should not hide: sent in one field at a time, the others being good."""

FIELDS = {
    "/ask": ("title", "body", "kind", "category", "tags", "product", "product_version", "submission_id", "brand"),
    "/t/{t}/posts": ("body", "role", "reply_to", "submission_id", "brand", "asks_info"),
    "/posts/{p}/edit": ("title", "body", "version", "tags", "product", "product_version"),
    "/posts/{a}/removal": ("rule", "reason"),
    "/t/{t}/closure": ("reason",),
    "/t/{t}/duplicate": ("original",),
    "/t/{t}/category": ("category",),
    "/preview": ("body", "place", "title", "role"),
    "/drafts": ("place", "fields", "body"),
    "/drafts/discard": ("place",),
}
GOOD = {
    "title": "A good title",
    "body": "A good body",
    "kind": "question",
    "category": "parts",
    "role": "",
    "version": "1",
    "rule": "spam",
    "reason": "A reason",
    "original": "1",
    "place": "ask",
}


@pytest.fixture
def forum(app: Flask) -> Forum:
    with app.test_request_context():
        return small_forum(app)


def sendable(text: str) -> str | bytes:
    return text.encode("utf-8", "surrogatepass") if "\ud800" in text else text


def test_no_field_makes_an_error(app: Flask, forum: Forum) -> None:
    with app.test_request_context():
        asked = forum.question("keeper")
        answer = forum.post("friend", asked)
    keeper = forum.browser("keeper")
    broken = []
    for address, names in FIELDS.items():
        url = address.format(t=asked.topic_id, p=asked.post_id, a=answer.post_id)
        good = {name: GOOD[name] for name in names if name in GOOD}
        bad = [dict.fromkeys(names, strange) for strange in STRANGE] + [
            good | {name: strange} for name in names for strange in WORST
        ]
        for fields in bad:
            status = keeper.post(url, {name: sendable(text) for name, text in fields.items()}).status_code
            if status >= 500:
                broken.append((url, fields, status))
    assert broken == []


def test_no_address_makes_an_error(app: Flask, forum: Forum) -> None:
    with app.test_request_context():
        asked = forum.question(tags=["noise"])
    keeper, visitor = forum.browser("keeper"), forum.browser()
    where = asked.url.partition("#")[0]
    paths = ["/t/{}", "/t/{}/x", "/p/{}", "/c/{}", "/c/{}.atom", "/tags/{}", "/tags/{}.atom", "/posts/{}/edit", "/posts/{}/history"]
    paths += ["/posts/{}/removed", "/posts/{}/actions", "/t/{}/actions"]
    queries = [f"{where}?page={{}}", f"{where}?reply_to={{}}", "/questions?page={}", "/questions?kind={}", "/questions?state={}"]
    queries += [
        "/c/parts?sort={}",
        "/tags/noise?page={}",
        "/ask?title={}&category={}&kind={}",
        f"/posts/{asked.post_id}/history?page={{}}",
    ]
    broken = []
    for browser in (keeper, visitor):
        for address in paths + queries:
            for strange in (*WORST, "0", "x" * 5_000, "../../etc/passwd", "%00"):
                text = "%ED%A0%80" if "\ud800" in strange else _quoted(strange)
                status = browser.get(address.replace("{}", text)).status_code
                if status >= 500:
                    broken.append((address, strange[:30], status))
    assert broken == []
    assert visitor.get(f"/t/{asked.topic_id}/{'x' * 2000}?page=2").status_code == 404


def test_too_much_is_refused_before_it_is_read(forum: Forum) -> None:
    friend = forum.browser("friend")
    assert friend.post("/preview", {"body": "x" * 1_100_000}).status_code == 413
    assert friend.post("/ask", {f"f{n}": "x" for n in range(300)}, content_type="multipart/form-data").status_code in {400, 413}
    assert forum.browser().post("/drafts", {"place": "ask"}).status_code == 401
    assert forum.browser().post("/t/1/posts", {"body": "x"}).status_code == 401


def _quoted(text: str) -> str:
    from urllib.parse import quote

    return quote(text, safe="")
