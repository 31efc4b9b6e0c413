"""How fast similar questions appear while somebody types, over HTTP, on a big site to which others write.

    python -m bench.similar [--topics 10000] [--asks 200]

Makes a site with so many answered questions, runs its web and worker processes, and asks POST /ask/similar with what
stands in the title after each pause of somebody typing, from the 8th character on, while 5 posts a second arrive. The
aim is 150 ms at the 95th percentile. The reference, in the same minute: GET /healthz, which does nothing.
"""

from __future__ import annotations

import argparse
import os
import random
import shutil
import statistics
import tempfile
import threading
import time
from collections.abc import Callable, Iterator
from contextlib import contextmanager, suppress
from datetime import UTC, datetime, timedelta
from pathlib import Path

import requests
from sqlalchemy import insert, text

from bench.live import cpu_seconds
from bench.search import Texts
from community.accounts.actions import open_account
from community.app import create_app
from community.categories.actions import make_category
from community.config import Config
from community.core import clock
from community.extensions import db
from community.migrating import migrate
from community.posts.actions import write_post
from community.posts.models import Post
from community.search.follow import rebuild
from community.staff.viewer import viewer_unchecked
from community.topics.models import Topic
from community.topics.titles import slug_of
from tests.running_site import RunningSite, free_port

PAUSE = 0.4  # seconds between two looks of one person
BATCH = 1_000


def main() -> None:
    """Print the table."""
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("--topics", type=int, default=10_000)
    parser.add_argument("--asks", type=int, default=200)
    parser.add_argument("--keep", type=Path, help="a folder in which the site stays, to be used again")
    chosen = parser.parse_args()
    folder = chosen.keep or Path(tempfile.mkdtemp(prefix="bothways-similar-"))
    try:
        config = Config.from_environment(
            {"BOTHWAYS_DATA": str(folder), "BOTHWAYS_PORT": str(free_port()), "BOTHWAYS_LIMITS": "off", "BOTHWAYS_ENV": "test"}
        )
        titles = made(config, chosen.topics)
        with running(config, folder) as site, arriving(config):
            print(f"{chosen.topics} topics, {chosen.asks} looks, 5 posts a second arriving; load {os.getloadavg()[0]:.1f}")
            web = site.process_id("web")
            look(site, titles)  # the first one opens the index
            before = cpu_seconds(web)
            _print("similar, as typed", measured(lambda: look(site, titles), chosen.asks))
            each = (cpu_seconds(web) - before) / chosen.asks
            print(f"{'CPU of the web process':<22} {each * 1000:6.1f} ms a look")
            _print("reference: /healthz", measured(lambda: requests.get(f"{site.base_url}/healthz", timeout=30), chosen.asks // 4))
    finally:
        if chosen.keep is None:
            shutil.rmtree(folder, ignore_errors=True)


def made(config: Config, count: int) -> list[str]:
    """A site with so many answered questions, and their titles."""
    app = create_app(config)
    texts = Texts()
    rng = random.Random(3)
    with app.app_context():
        migrate(db.engine)
        if db.session.execute(text("select count(*) from topics")).scalar_one() < count:
            asker = open_account(handle="asker", name="Asker", email="asker@example.com", confirmed=True)
            category = make_category(by=None, slug="motors", name="Motors")
            for start in range(0, count, BATCH):
                _insert(texts, asker, category, range(start + 1, min(start + BATCH, count) + 1))
            rebuild()
        db.session.remove()
        db.engine.dispose()
    return [rng.choice(texts.titles) for _ in range(100)]


def _insert(texts: Texts, asker: int, category: int, numbers: range) -> None:
    """Topics with one answer each; written as rows, since ten thousand actions would take a while."""
    documents = [texts.document(number) for number in numbers]
    moment = clock.now() - timedelta(days=30)
    shared = {"category_id": category, "author_id": asker, "created_at": moment, "active_at": moment, "last_post_at": moment}
    topics = [
        {**shared, "id": each.topic_id, "kind": "question", "title": each.title, "slug": slug_of(each.title)}
        | {"state": "solved", "last_by_id": asker, "post_count": 2, "accepted_count": 1}
        for each in documents
    ]
    posts = []
    for each in documents:
        bodies = (each.question, f"{each.best_answers} {each.answers}")
        for number, body in enumerate(bodies, 1):
            role = "answer" if number > 1 else "question"
            row = {"topic_id": each.topic_id, "number": number, "author_id": asker, "role": role, "body": body, "text": body}
            posts.append(row | {"html": f"<p>{len(body)}</p>", "created_at": moment, "accepted": number > 1})
    with db.engine.begin() as connection:
        connection.execute(insert(Topic), topics)
        connection.execute(insert(Post), posts)


@contextmanager
def running(config: Config, folder: Path) -> Iterator[RunningSite]:
    """Web and worker on this site."""
    site = RunningSite(config, folder / "processes.log")
    site.start("web", "worker")
    try:
        yield site
    finally:
        site.stop()


@contextmanager
def arriving(config: Config) -> Iterator[None]:
    """Five posts a second, until the block ends."""
    stop = threading.Event()

    def write() -> None:
        app = create_app(config)
        rng = random.Random(5)
        while not stop.wait(0.2):
            with app.app_context(), suppress(Exception):
                write_post(by=viewer_unchecked(1), topic_id=rng.randint(1, 1000), body=f"Another word at {datetime.now(UTC)}")

    thread = threading.Thread(target=write, daemon=True)
    thread.start()
    yield
    stop.set()
    thread.join()


def look(site: RunningSite, titles: list[str]) -> requests.Response:
    """What stands in the field at some moment of typing a title."""
    title = random.choice(titles)
    typed = title[: random.randint(min(8, len(title)), len(title))]
    return requests.post(
        f"{site.base_url}/ask/similar",
        data={"part": "list", "title": typed, "body": ""},
        headers={"Sec-Fetch-Site": "same-origin"},
        timeout=30,
    )


def measured(ask: Callable[[], requests.Response], times: int) -> list[float]:
    """Seconds from the request to the whole answer, each."""
    seconds = []
    for _ in range(times):
        began = time.perf_counter()
        answer = ask()
        seconds.append(time.perf_counter() - began)
        if not answer.ok:
            raise SystemExit(f"{answer.status_code}: {answer.text[:200]}")
        time.sleep(PAUSE / 4)
    return seconds


def _print(name: str, seconds: list[float]) -> None:
    cut = statistics.quantiles(seconds, n=100)
    print(f"{name:<22} p50 {cut[49] * 1000:6.1f} ms   p95 {cut[94] * 1000:6.1f} ms   p99 {cut[98] * 1000:6.1f} ms")


if __name__ == "__main__":
    main()
