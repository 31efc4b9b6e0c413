"""The JSON API: the same actions and rights as the pages, described exactly, and closed to everything odd."""

from __future__ import annotations

import json
from base64 import b64encode
from collections.abc import Iterator
from typing import Any

import pytest
from flask import Flask
from jsonschema import Draft202012Validator

from community.accounts.actions import make_key, revoke_key
from community.accounts.models import ApiKey
from community.extensions import db
from community.posts.actions import edit_post
from community.search import whoosh_snapshots
from community.search.follow import SearchFollower
from community.search.indexes import indexes
from community.topics.actions import move_topic
from tests.forum import Forum, small_forum, take_all

V1 = "/api/v1"
ALL = ("read", "write", "moderate")


class Program:
    """Somebody's program with a key, or without one; checks every answer against the description."""

    def __init__(self, app: Flask, key: str | None = None) -> None:
        self.client = app.test_client()
        self.headers = {"Authorization": f"Bearer {key}"} if key else {}
        self.described = self.client.get(f"{V1}/openapi.json").get_json()

    def __call__(self, method: str, path: str, body: Any = None, **headers: str) -> tuple[int, Any]:
        options: dict[str, Any] = {} if body is None else {"json": body}
        answer = self.client.open(f"{V1}{path}", method=method, headers={**self.headers, **headers}, **options)
        found = answer.get_json(silent=True)
        if answer.status_code >= 400:
            assert answer.mimetype == "application/problem+json"
            assert found["status"] == answer.status_code
            self._check("Problem", found)
        else:
            self._check(self._schema(method, path, answer.status_code), found)
        return answer.status_code, found

    def _schema(self, method: str, path: str, status: int) -> str:
        parts = path.partition("?")[0].split("/")
        for template, methods in self.described["paths"].items():
            wanted = template.split("/")
            if len(wanted) == len(parts) and all(w == p or w.startswith("{") for w, p in zip(wanted, parts, strict=True)):
                content = methods[method.lower()]["responses"][str(status)]["content"]["application/json"]
                return str(content["schema"]["$ref"]).rpartition("/")[2]
        raise AssertionError(f"{path} is not described")

    def _check(self, name: str, found: Any) -> None:
        schema = {"$ref": f"#/components/schemas/{name}", "components": self.described["components"]}
        Draft202012Validator(schema).validate(found)


@pytest.fixture
def forum(app: Flask, monkeypatch: pytest.MonkeyPatch) -> Iterator[Forum]:
    monkeypatch.setattr(whoosh_snapshots, "FRESH", 0.0)
    with app.app_context():
        made = small_forum(app)
    yield made
    with app.app_context():
        indexes().close()


def key_of(forum: Forum, handle: str, scopes: tuple[str, ...] = ("read", "write")) -> str:
    with forum.app.app_context():
        return make_key(by=None, account_id=forum.people[handle], name="program", scopes=scopes)


def program(forum: Forum, handle: str | None = None, scopes: tuple[str, ...] = ("read", "write")) -> Program:
    return Program(forum.app, key_of(forum, handle, scopes) if handle else None)


QUESTION = {"kind": "question", "title": "Why does it rattle?", "body": "It **rattles**.", "category": "parts", "tags": ["noise"]}


def test_a_question_is_asked_answered_accepted_found_and_followed_by_programs(forum: Forum) -> None:
    asker, speaker, visitor = program(forum, "asker"), program(forum, "speaker"), program(forum)
    status, topic = asker("POST", "/topics", QUESTION)
    assert (status, topic["state"], topic["category"], topic["tags"]) == (201, "new", "parts", ["noise"])
    assert topic["url"] == f"http://localhost/t/{topic['id']}/why-does-it-rattle"
    posts = f"/topics/{topic['id']}/posts"
    status, answer = speaker("POST", posts, {"body": "Tighten the *pinch* bolt."})
    assert (status, answer["role"], answer["number"], answer["author"]["badge"]) == (201, "answer", 2, "staff")
    assert asker("POST", f"/posts/{answer['id']}/acceptance")[1]["accepted"] is True
    assert speaker("POST", f"/posts/{answer['id']}/official-mark")[1]["official"] is True
    thanks = asker("POST", posts, {"body": "Thanks!", "role": "reply", "reply_to": answer["id"]})[1]
    assert (thanks["role"], thanks["reply_to"]) == ("reply", answer["id"])
    status, page = visitor("GET", f"{posts}?limit=2")
    assert [post["number"] for post in page["posts"]] == [1, 2]
    assert page["posts"][0]["body"] == "It **rattles**."
    assert "<strong>rattles</strong>" in page["posts"][0]["html"]
    status, rest = visitor("GET", page["next"].partition(V1)[2])
    assert [post["number"] for post in rest["posts"]] == [3]
    assert rest["next"] is None
    assert visitor("GET", f"/topics/{topic['id']}")[1]["state"] == "solved"
    with forum.app.app_context():
        take_all(SearchFollower())
    found = visitor("GET", "/search?q=pinch+bolt")[1]
    assert (found["total"], found["results"][0]["topic"]["id"], found["results"][0]["official"]) == (1, topic["id"], True)
    near = visitor("GET", "/similar?title=It+rattles+again&body=The+pinch+bolt&limit=3")[1]["results"]
    assert [(one["topic"]["id"], one["official"], one["snippet"]) for one in near] == [
        (topic["id"], True, found["results"][0]["snippet"])
    ]
    assert visitor("GET", f"/posts/{answer['id']}")[1]["html"] == answer["html"]
    assert visitor("GET", "/people/speaker")[1]["answers"] == 1
    names = [event["name"] for event in visitor("GET", "/events")[1]["events"]]
    assert names == ["topic.opened", "post.written", "answer.accepted", "answer.made_official", "post.written"]
    first = visitor("GET", "/events?limit=2")[1]
    second = visitor("GET", first["next"].partition(V1)[2])[1]
    assert [event["name"] for event in second["events"]] == names[2:4]
    assert asker("DELETE", f"/posts/{answer['id']}/acceptance")[1]["accepted"] is False
    assert speaker("DELETE", f"/posts/{answer['id']}/official-mark")[1]["official"] is False


def test_editing_and_removing(forum: Forum) -> None:
    asker, friend, keeper = program(forum, "asker"), program(forum, "friend"), program(forum, "keeper", ALL)
    topic = asker("POST", "/topics", QUESTION)[1]
    post = friend("POST", f"/topics/{topic['id']}/posts", {"body": "One."})[1]
    assert friend("PATCH", f"/posts/{post['id']}", {"body": "Two.", "version": 1})[1]["body"] == "Two."
    assert friend("PATCH", f"/posts/{post['id']}", {"body": "Three.", "version": 1})[0] == 409
    assert asker("PATCH", f"/posts/{post['id']}", {"body": "Mine."})[0] == 403
    assert program(forum, "keeper")("DELETE", f"/posts/{post['id']}", {"rule": "spam", "reason": "Advert."})[0] == 403, "no scope"
    assert keeper("DELETE", f"/posts/{post['id']}", {"rule": "spam"})[0] == 422, "no reason"
    _, removed = keeper("DELETE", f"/posts/{post['id']}", {"rule": "spam", "reason": "Advert."})
    assert (removed["body"], removed["html"], removed["removed"]["rule"], removed["removed"]["reason"]) == (
        "",
        "",
        "spam",
        "Advert.",
    )
    assert "Two" not in json.dumps(program(forum)("GET", f"/topics/{topic['id']}/posts")[1])
    own = friend("POST", f"/topics/{topic['id']}/posts", {"body": "Mine."})[1]
    status, taken_back = friend("DELETE", f"/posts/{own['id']}")
    assert (status, taken_back["removed"]["reason"]) == (200, ""), "one's own needs no reason, so no body either"


def test_the_same_key_gives_the_same_thing_and_other_content_is_refused(forum: Forum) -> None:
    asker = program(forum, "asker")
    one = asker("POST", "/topics", QUESTION, **{"Idempotency-Key": "k1"})
    again = asker("POST", "/topics", QUESTION, **{"Idempotency-Key": "k1"})
    assert one == again
    assert asker("POST", "/topics", {**QUESTION, "title": "Another"}, **{"Idempotency-Key": "k1"})[0] == 422
    path = f"/topics/{one[1]['id']}/posts"
    assert asker("POST", path, {"body": "x"}, **{"Idempotency-Key": "k2"}) == asker(
        "POST", path, {"body": "x"}, **{"Idempotency-Key": "k2"}
    )
    assert asker("POST", path, {"body": "y"}, **{"Idempotency-Key": "k2"})[0] == 422
    assert asker("POST", path, {"body": "y"}, **{"Idempotency-Key": "ü" * 3})[0] == 422
    assert asker("GET", path)[1]["posts"][-1]["body"] == "x"


def test_keys_open_what_their_owner_and_scopes_allow_and_nothing_else(forum: Forum, app: Flask) -> None:
    with app.app_context():
        inside = forum.question("worker", "Hidden wombat", "Secret.", category="inside")
        held = forum.question("newcomer", "Held numbat", "Not yet.")
    visitor, worker, reader = program(forum), program(forum, "worker"), program(forum, "worker", ("read",))
    for path in (
        f"/topics/{inside.topic_id}",
        f"/topics/{inside.topic_id}/posts",
        f"/posts/{inside.post_id}",
        f"/topics/{held.topic_id}",
    ):
        assert visitor("GET", path)[0] == 404
    assert [visitor("GET", path)[0] for path in ("/topics/999", "/posts/999", "/people/nobody", "/nothing", "/nonsense")] == [
        404
    ] * 5
    assert visitor("GET", "/topics?category=inside")[0] == 404
    everything = json.dumps(
        [
            visitor("GET", path)[1]
            for path in ("/topics", "/categories", "/events", "/search?q=wombat", "/similar?title=The+wombat+sleeps")
        ]
    )
    assert not any(word in everything for word in ("wombat", "numbat", "inside", str(inside.url)))
    assert visitor("GET", "/events")[1]["events"] == []
    with app.app_context():
        asked = forum.question()
        unseen = forum.post("newcomer", asked, "A numbat.")
        edit_post(by=forum["newcomer"], post_id=unseen.post_id, body="Two numbats.", version=None)
        move_topic(by=forum["keeper"], topic_id=inside.topic_id, category_id=forum.categories["parts"])
    told = visitor("GET", "/events")[1]["events"]
    assert {event["post_id"] for event in told} == {inside.post_id, asked.post_id, None}, "an edit of what is held is not told"
    assert {event["category_id"] for event in told} == {forum.categories["parts"], None}, "nor where a topic came from"
    with app.app_context():
        move_topic(by=forum["keeper"], topic_id=inside.topic_id, category_id=forum.categories["inside"])
    assert worker("GET", f"/topics/{inside.topic_id}")[1]["title"] == "Hidden wombat"
    assert {each["slug"] for each in worker("GET", "/categories")[1]["categories"]} == {"parts", "members", "inside"}
    assert reader("POST", "/topics", QUESTION)[0] == 403
    assert visitor("POST", "/topics", QUESTION)[0] == 401
    for wrong in ("Bearer nonsense", "Bearer ", "Basic YTpi", "Bearer \xfc", key_of(forum, "worker")):
        answer = app.test_client().get(f"{V1}/topics", headers={"Authorization": wrong})
        assert (answer.status_code, answer.headers["WWW-Authenticate"]) == (401, "Bearer")
    browser = forum.browser("worker")
    assert browser.get(f"{V1}/topics/{inside.topic_id}").status_code == 404, "a session gives nothing here"
    assert browser.client.post(f"{V1}/topics", json=QUESTION).status_code == 401
    with app.app_context():
        for row in db.session.query(ApiKey).all():
            key_id = row.id
            owner = forum[next(handle for handle, number in forum.people.items() if number == row.account_id)]
            revoke_key(by=owner, key_id=key_id)
    assert worker("GET", "/topics")[0] == 401


def test_lists_turn_pages_without_losing_or_doubling_when_something_arrives(forum: Forum, app: Flask) -> None:
    with app.app_context():
        ids = [forum.question(title=f"Number {number}").topic_id for number in range(5)]
    visitor = program(forum)
    first = visitor("GET", "/topics?limit=2&kind=question&state=new&category=parts")[1]
    with app.app_context():
        forum.question(title="A late one")
    second = visitor("GET", first["next"].partition(V1)[2])[1]
    third = visitor("GET", second["next"].partition(V1)[2])[1]
    assert [topic["id"] for page in (first, second, third) for topic in page["topics"]] == ids[::-1]
    assert third["next"] is None


HOSTILE: tuple[Any, ...] = (
    None,
    True,
    -1,
    0,
    1.5,
    10**30,
    "",
    " ",
    "\x00",
    "a" * 200_001,
    [],
    [[]],
    {},
    {"a": 1},
    "ü\u202e",
    [None],
    ["x"] * 30,
)


def test_whatever_is_sent_is_refused_with_a_reason(forum: Forum, app: Flask) -> None:
    asker = program(forum, "asker", ALL[:2])
    topic = asker("POST", "/topics", QUESTION)[1]
    post = {"body": "A post."}
    made = asker("POST", f"/topics/{topic['id']}/posts", post)[1]
    sends: tuple[tuple[str, str, dict[str, Any]], ...] = (
        ("POST", "/topics", {**QUESTION, "product": "", "product_version": "", "personal": False}),
        ("POST", f"/topics/{topic['id']}/posts", {**post, "role": "reply", "reply_to": made["id"], "personal": False}),
        ("PATCH", f"/posts/{made['id']}", {"body": "B", "version": 1}),
        ("DELETE", f"/posts/{made['id']}", {"rule": "nonsense", "reason": ""}),
    )
    for method, path, body in sends:
        for field in body:
            for value in HOSTILE:
                status, found = asker(method, path, {**body, field: value})
                assert status < 500, (method, path, field, value)
                if value in ("\x00", "a" * 200_001) or isinstance(value, dict):
                    assert status == 422, (field, value, found)
        assert asker(method, path, {**body, "unknown": 1})[0] == 422
        assert asker(method, path, {})[0] in {200, 422}


RAW = (
    b"",
    b"{",
    b"[" * 100_000,
    b'{"a":' * 5_000,
    b'{"title": NaN}',
    b'{"title": "\\ud800"}',
    b'{"title": "a", "title": "b"}',
    b"\xff\xfe",
    b"null",
    b'"x"',
    b"1" * 5_000,
)


def test_no_body_and_no_address_breaks_it(forum: Forum, app: Flask) -> None:
    client, headers = app.test_client(), {"Authorization": f"Bearer {key_of(forum, 'asker')}"}
    for raw in RAW:
        answer = client.post(f"{V1}/topics", data=raw, headers=headers, content_type="application/json")
        assert answer.status_code == 422, raw[:20]
    assert client.post(f"{V1}/topics", data=b"title=x", headers=headers).status_code == 415
    assert client.post(f"{V1}/topics", data=b"x" * 600_000, headers=headers, content_type="application/json").status_code == 413
    assert client.put(f"{V1}/topics", headers=headers).status_code == 405
    visitor = program(forum)
    odd = (
        "limit=0",
        "limit=101",
        "limit=x",
        "after=",
        "after=%00",
        "tag=a%00b",
        "%00=1",
        "after=zzz",
        *(f"after={b64encode(moment).decode()}" for moment in (b"0001-01-01T00:00:00+14:00|1", b"9999-12-31T23:59:59-12:00|1")),
        "state=x",
        "unknown=1",
        "limit=1&limit=2",
        "category=%ff",
        "tag=" + "a" * 2000,
    )
    for query in odd:
        assert visitor("GET", f"/topics?{query}")[0] in {404, 422} if not query.startswith("tag=aa") else True
    for path in (
        "/topics/99999999999999999999",
        "/topics/-1",
        "/topics/1/posts?after=-1",
        "/search",
        "/search?q=" + "a" * 500,
        "/search?q=x&page=11",
        "/similar",
        "/similar?title=Why+so+loud&limit=21",
        "/events?after=x",
        "/events?after=other:5",
        "/people/%00",
    ):
        assert visitor("GET", path)[0] in {404, 422}, path


def test_it_is_described_and_readable(app: Flask) -> None:
    client = app.test_client()
    described = client.get(f"{V1}/openapi.json").get_json()
    assert described["openapi"] == "3.1.0"
    page = client.get(f"{V1}/docs")
    assert page.status_code == 200
    rules = {
        (method, rule.rule.removeprefix(V1).replace("<int:", "{").replace("<", "{").replace(">", "}"))
        for rule in app.url_map.iter_rules()
        if rule.rule.startswith(V1) and not rule.rule.endswith(("openapi.json", "docs"))
        for method in rule.methods or ()
        if method not in {"HEAD", "OPTIONS"}
    }
    assert {(method.upper(), path) for path, methods in described["paths"].items() for method in methods} == rules
    for _, path in rules:
        assert path in page.text
