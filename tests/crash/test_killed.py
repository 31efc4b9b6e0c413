"""Promise 2: whatever is killed at whatever moment, what was answered with success is there, exactly once.

    BOTHWAYS_CRASH_ROUNDS=50 .venv/bin/pytest tests/crash -n0

kills web or worker fifty times under six posting clients; the suite does it a few times.
"""

from __future__ import annotations

import os
import random
import re
import threading
from collections import Counter
from collections.abc import Iterator
from dataclasses import dataclass, field
from pathlib import Path
from uuid import uuid4

import pytest
import requests
from sqlalchemy import select

from community.accounts.actions import make_key, open_account
from community.categories.actions import make_category
from community.core.log import LoggedEvent, head
from community.doctor.checks import examine
from community.extensions import db
from community.health.checks import lags
from community.posts.actions import open_topic
from community.posts.models import Post
from community.search.queries import asked, search
from community.staff.viewer import VISITOR, viewer_unchecked
from tests.conftest import empty_site
from tests.running_site import Person, RunningSite, free_port, until

ROUNDS = int(os.environ.get("BOTHWAYS_CRASH_ROUNDS", "4"))
CLIENTS = 6

pytestmark = [pytest.mark.crash, pytest.mark.timeout(60 + 40 * ROUNDS)]


class Program:
    """A program with a key of the API."""

    def __init__(self, site: RunningSite, account_id: int) -> None:
        self._address = site.base_url + "/api/v1"
        self._key = make_key(by=None, account_id=account_id, name="crash", scopes=("read", "write"))

    def send(self, topic_id: int, body: str, submission_id: str) -> tuple[int, str]:
        """Status, and where the post is. Raises requests.RequestException when no answer came."""
        headers = {"Authorization": f"Bearer {self._key}", "Idempotency-Key": submission_id, "Connection": "close"}
        answer = requests.post(f"{self._address}/topics/{topic_id}/posts", json={"body": body}, headers=headers, timeout=20)
        return answer.status_code, answer.json()["url"] if answer.status_code == 201 else ""

    def close(self) -> None:
        """Every request has a connection of its own."""


class Writer(Person):
    """A browser with a form."""

    def send(self, topic_id: int, body: str, submission_id: str) -> tuple[int, str]:
        """The same by the form of a topic's page."""
        answer = self.post(f"/t/{topic_id}/posts", body=body, submission_id=submission_id)
        return answer.status_code, answer.headers.get("Location", "")


@dataclass
class Client:
    """Somebody who writes one post after the other and sends each again until it is answered, and some twice over."""

    sender: Program | Writer
    topics: list[int]
    stop: threading.Event
    chance: random.Random
    written: dict[str, str] = field(default_factory=dict)
    """The word of each post that was answered with success, and where the answer led."""
    open_word: str = ""
    resent: int = 0
    odd: list[str] = field(default_factory=list)

    def run(self) -> None:
        while not self.stop.is_set():
            self.open_word = f"w{uuid4().hex[:12]}"
            self._send(self.open_word)
        self.sender.close()

    def _send(self, word: str) -> None:
        topic_id, submission_id = self.chance.choice(self.topics), uuid4().hex
        times = 2 if self.chance.random() < 0.2 else 1
        while times and not self.stop.is_set():
            try:
                status, led = self.sender.send(topic_id, f"The code it shows is {word}.", submission_id)
            except requests.RequestException:
                self.resent += 1
                self.stop.wait(0.05)
                continue
            if status in {201, 303}:
                if self.written.setdefault(word, led) != led:
                    self.odd.append(f"{word} led to {self.written[word]} and to {led}")
                times -= 1
            elif status != 503:
                self.odd.append(f"{status} for {word}")
                return


@pytest.fixture
def running(tmp_path: Path, database_kind: str, template_database: str) -> Iterator[RunningSite]:
    """Web and worker of their own; the test kills them."""
    port = str(free_port())
    with empty_site(tmp_path / "data", database_kind, template_database, BOTHWAYS_PORT=port, BOTHWAYS_LIMITS="off") as made:
        site = RunningSite(made, tmp_path / "log")
        site.start("web", "worker")
        yield site
        site.stop()


def test_nothing_answered_is_lost_or_doubled_by_kills(running: RunningSite) -> None:
    chance = random.Random(20261125)
    stop = threading.Event()
    with running.app():
        clients = _clients(running, stop, chance)
        threads = [threading.Thread(target=client.run) for client in clients]
        for thread in threads:
            thread.start()
        try:
            killed = _kill_often(running, clients, chance)
        finally:
            stop.set()
            for thread in threads:
                thread.join(60)
        assert [odd for client in clients for odd in client.odd] == []
        answered = {word: led for client in clients for word, led in client.written.items()}
        print(f"{ROUNDS} rounds {dict(killed)}: {len(answered)} answered, {sum(c.resent for c in clients)} sent again")
        db.session.remove()
        until(_followers_are_up_to_date, "followers are up to date", seconds=60)
        _check_posts(answered, {client.open_word for client in clients})
        _check_log()
        _check_pages(running)
        _check_index(chance.sample(sorted(answered), min(len(answered), 100)))
        assert [finding.sentence for finding in examine(fix=False) if finding.level == "wrong"] == []


def _clients(site: RunningSite, stop: threading.Event, chance: random.Random) -> list[Client]:
    category = make_category(by=None, slug="help", name="Help", opens={"question": "members"})
    people = [
        open_account(handle=f"rider{n}", name=f"Rider {n}", email=f"rider{n}@example.com", confirmed=True) for n in range(CLIENTS)
    ]
    topics = [
        open_topic(
            by=viewer_unchecked(people[n]), kind="question", title=f"What does code {n} mean?", body="See.", category_id=category
        )
        for n in range(3)
    ]
    ids = [topic.topic_id for topic in topics]
    senders = [(Writer, Program)[number % 2](site, account_id) for number, account_id in enumerate(people)]
    made = [Client(sender, ids, stop, random.Random(chance.random())) for sender in senders]
    db.session.remove()
    return made


def _kill_often(site: RunningSite, clients: list[Client], chance: random.Random) -> Counter[str]:
    killed: Counter[str] = Counter()
    for round_number in range(ROUNDS):
        wanted = sum(len(client.written) for client in clients) + chance.randint(1, 30)
        until(lambda wanted=wanted: sum(len(client.written) for client in clients) >= wanted, f"posts of round {round_number}", 60)
        name = ("web", "worker")[round_number % 2] if ROUNDS < 10 else chance.choice(("web", "worker"))
        site.kill(name)
        site.start(name)
        killed[name] += 1
    return killed


def _followers_are_up_to_date() -> bool:
    behind = any(lag.events for lag in lags().values())
    db.session.rollback()
    return not behind


def _check_posts(answered: dict[str, str], unanswered: set[str]) -> None:
    stored: Counter[str] = Counter()
    for post_id, body in db.session.execute(select(Post.id, Post.body).where(Post.number > 1)):
        word = re.findall(r"w[0-9a-f]{12}", body)[0]
        stored[word] += 1
        assert word not in answered or answered[word].endswith(f"#post_{post_id}")
    assert answered.keys() - stored.keys() == set(), "answered with success and lost"
    assert [word for word, count in stored.items() if count > 1] == [], "stored twice"
    assert stored.keys() - answered.keys() <= unanswered, "stored and never sent"


def _check_log() -> None:
    positions = db.session.scalars(select(LoggedEvent.position).order_by(LoggedEvent.position)).all()
    assert positions == list(range(1, len(positions) + 1))
    assert head(db.session())[1] == len(positions)
    told = Counter(db.session.scalars(select(LoggedEvent.payload).where(LoggedEvent.name == "post.written")))
    posts = db.session.scalars(select(Post.id).where(Post.number > 1)).all()
    assert sorted(int(re.findall(r'"post_id":(\d+)', payload)[0]) for payload in told.elements()) == sorted(posts)


def _check_pages(site: RunningSite) -> None:
    for topic_id in set(db.session.scalars(select(Post.topic_id))):
        wanted = db.session.scalars(select(Post.id).where(Post.topic_id == topic_id).order_by(Post.number)).all()
        shown: list[int] = []
        while len(shown) < len(wanted):
            page = requests.get(f"{site.base_url}/t/{topic_id}?page={len(shown) // 20 + 1}", timeout=20)
            found = [int(number) for number in re.findall(r'<article[^>]* id="post_(\d+)"', page.text)]
            assert found, page.text[:2000]
            shown += found
        assert shown == wanted


def _check_index(words: list[str]) -> None:
    missing = [word for word in words if not search(VISITOR, asked({"q": word})).results]
    assert missing == []
