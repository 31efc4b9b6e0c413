"""Two worlds that differ in one secret answer everybody else alike, byte for byte (ids and positions masked)."""

from __future__ import annotations

import re
from collections.abc import Callable, Iterator
from dataclasses import replace

import pytest
from flask import Flask
from sqlalchemy import select

from community.answers.actions import accept_answer
from community.core.position import position_now
from community.extensions import db
from community.posts.actions import write_post
from community.search import whoosh_snapshots
from community.search.engines import NAMES
from community.search.follow import rebuild
from community.search.indexes import indexes
from community.search.normal import key_of
from community.search.queries import search
from community.search.querying import parse
from community.topics.models import Topic
from tests.forum import Forum, small_forum
from tests.search.test_reader import follow_up

QUERIES = (
    *(
        "battery recall",
        "night",
        "batt",
        "firmware plan",
        "zanzibar battery",
        "zanzibra",
        "quoka",
        '"quokka recall"',
        "battery -zanzibar",
    ),
    *("in:inside battery", "from:@worker", "tag:zanzibar", "batery"),
)
FILTERS = ("&sort=newest", "&state=solved", "&by=staff", "&category=parts", "&category=inside", "&kind=question&page=2")


@pytest.fixture(params=NAMES)
def forum(app: Flask, monkeypatch: pytest.MonkeyPatch, request: pytest.FixtureRequest) -> Iterator[Forum]:
    """A forum on each engine."""
    if request.param == "tantivy":
        pytest.importorskip("tantivy", reason="without Tantivy; install it by: pip install 'bothways[tantivy]'")
        monkeypatch.setattr("community.search.tantivy_snapshots.FRESH", 0.0)
    monkeypatch.setattr(whoosh_snapshots, "FRESH", 0.0)
    app.config["BOTHWAYS"] = replace(app.config["BOTHWAYS"], search=request.param)
    app.extensions.pop("search", None)
    with app.app_context():
        made = small_forum(app)
    yield made
    with app.app_context():
        indexes().close()


def open_to_all(forum: Forum) -> None:
    """What both worlds have."""
    for number in range(24):
        asked = forum.question(title=f"Battery charging {number}", body="It charges " + "at night " * (number % 5 + 1))
        if number % 3 == 0:
            answer = forum.post("speaker", asked, "A firmware update of the charger helps.")
            if number % 2 == 0:
                accept_answer(by=forum["asker"], post_id=answer.post_id)
    forum.question("friend", "A battery for members", "The plan for the winter.", category="members")
    forum.question("friend", "Firmware plan", "A battery too.", category="members")
    index_anew()


def index_anew() -> None:
    """Fresh indexes in both worlds: which segments were joined when says nothing of what is in them."""
    follow_up()
    rebuild()


def secret(forum: Forum) -> None:
    """What one world has more: several topics of the staff's with words that are rare and words that are not, and a held reply."""
    for number in range(6):
        asked = forum.question(
            "worker", f"Zanzibar battery recall {number}", "quokka recall firmware night " * 5, category="inside"
        )
        forum.post("speaker", asked, "The zanzibar plan: a quokka recall, at night.")
    shared = db.session.scalars(select(Topic.id).where(Topic.title == "Battery charging 3")).one()
    db.session.rollback()
    reply = "A zanzibar battery recall, says the quokka."
    assert write_post(by=forum["newcomer"], topic_id=shared, body=reply).held, "only its author sees it"
    index_anew()


def answers(forum: Forum, handle: str | None, since: str) -> dict[str, str]:
    """Everything that search says to somebody, by address; to an open page what it missed `since` a position of the log."""
    browser = forum.browser(handle) if handle else forum.browser()
    asked = [(query, "") for query in QUERIES] + [(query, more) for query in QUERIES[:1] for more in FILTERS]
    addresses = [f"/search?q={query.replace(' ', '+')}{more}" for query, more in asked]
    for query in QUERIES[::3]:
        addresses += [f"/api/v1/search?q={query}", f"/api/v1/similar?title=about+{query}&body=recall+the+quokka"]
    addresses += [f"/t/{topic_id}/related" for topic_id in (1, 7, 24)]
    with forum.app.app_context():
        addresses += [f"/live?channels=search:{key_of({'q': query})}&position={since}" for query in QUERIES[:4]]
    found = {address: browser.get(address) for address in addresses}
    assert {answer.status_code for answer in found.values()} == {200}
    return {address: masked(answer.get_data(as_text=True)) for address, answer in found.items()}


def masked(text: str) -> str:
    """The text without positions of the log and what is new for each request or session."""
    text = re.sub(r"\b[0-9a-f]{6,}:\d+", "POSITION", text)
    text = re.sub(r'(name="csrf_token" value|name="csrf-token" content|data-version|data-token)="[^"]*"', r'\1=""', text)
    text = re.sub(r"viewer\.css\?v=[0-9a-f]+", "viewer.css", text)  # the session's own version
    return re.sub(r'name="submission(_id)?" value="[^"]*"', "", text)


def test_nothing_that_is_restricted_changes_an_answer(forum: Forum) -> None:
    two_worlds(forum, secret)


def two_worlds(forum: Forum, differ: Callable[[Forum], None]) -> None:
    """Fails where somebody who may not know of it can tell that `differ` made a difference."""
    with forum.app.app_context():
        open_to_all(forum)
        since = str(position_now())
        db.session.rollback()
    readers = (None, "friend")
    before = {reader: answers(forum, reader, since) for reader in readers}
    assert any("Battery charging" in text for text in before[None].values())
    assert any("Firmware plan" in text for text in before["friend"].values())
    assert not any("Firmware plan" in text for text in before[None].values())
    with forum.app.app_context():
        differ(forum)
        assert search(forum["worker"], parse("zanzibar")).total == 6, "the secret is there to be found by who may"
    for reader in readers:
        after = answers(forum, reader, since)
        for address, text in before[reader].items():
            assert after[address] == text, (reader, address)
