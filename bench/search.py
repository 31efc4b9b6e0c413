"""Speed of both search engines by themselves: building, and asking while five posts a second arrive from another process.

    python -m bench.search [--topics 1000 10000 100000] [--engine whoosh tantivy] [--keep FOLDER]

Texts are made of sentences of the real support forum in ../shared/data (BOTHWAYS_SHARED_DATA), mixed anew for each topic;
where that is absent, of invented words with the same skewed frequencies. Figures are for one process on one core; CPU
time is given as well, since on a busy machine the clock says more about the neighbours.
"""

from __future__ import annotations

import argparse
import gzip
import html
import json
import os
import random
import re
import resource
import statistics
import subprocess
import sys
import tempfile
import time
from collections.abc import Callable, Iterator, Sequence
from contextlib import contextmanager
from dataclasses import replace
from datetime import UTC, datetime, timedelta
from pathlib import Path
from typing import Any

from community.search.analysis import LANGUAGES, analyzer_for
from community.search.engine import Document, SearchEngine
from community.search.engines import NAMES, opened
from community.search.querying import parse

ROOT = Path(__file__).resolve().parents[1]
SUPPORT = Path(os.environ.get("BOTHWAYS_SHARED_DATA", ROOT.parent / "shared" / "data")) / "support" / "questions.jsonl.gz"
START = datetime(2024, 1, 1, tzinfo=UTC)
PAUSE = 0.2  # Seconds between two posts.
STATES = ("new", "waiting", "answered", "solved")


class Texts:
    """Titles and bodies to make topics of."""

    def __init__(self, seed: int = 7) -> None:
        self.random = random.Random(seed)
        rows = list(_support_rows()) or list(_invented_rows(self.random))
        self.titles = [title for title, _, _ in rows]
        self.sentences = [part for _, body, _ in rows for part in re.split(r"(?<=[.!?])\s+", body) if part]
        self.answers = [answer for _, _, answers in rows for answer in answers]

    def document(self, number: int) -> Document:
        """Topic `number`, made of a real title and sentences of different questions."""
        rng = self.random
        answers = rng.sample(self.answers, rng.randint(1, 5))
        created = START + timedelta(minutes=37 * number)
        return Document(
            topic_id=number,
            kind="question",
            title=rng.choice(self.titles),
            question=" ".join(rng.sample(self.sentences, rng.randint(3, 9))),
            best_answers=answers[0] if number % 3 == 0 else "",
            answers=" ".join(answers[1:]),
            state=STATES[number % 4],
            category_id=number % 12,
            tags=(f"tag{number % 40}",),
            author_ids=(number % 900, number % 17),
            staff_answered=number % 3 == 0,
            created=created,
            active=created + timedelta(days=2),
        )

    def queries(self, words: int, count: int) -> list[str]:
        """What people might type: words of one title, without filler."""
        analyzer, found = analyzer_for("en"), []
        while len(found) < count:
            title = [piece.word for piece in analyzer.sought(self.random.choice(self.titles))]
            telling = list(dict.fromkeys(word for word in title if not analyzer.is_filler(word)))
            if len(telling) >= words:
                found.append(" ".join(self.random.sample(telling, words)))
        return found


def _support_rows() -> Iterator[tuple[str, str, list[str]]]:
    if not SUPPORT.exists():
        return
    with gzip.open(SUPPORT, "rt", encoding="utf-8") as lines:
        for line in lines:
            row = json.loads(line)
            yield row["title"], _plain(row["html"]), [_plain(answer["html"]) for answer in row["answers"]]


def _plain(markup: str) -> str:
    return html.unescape(re.sub(r"<[^>]+>", " ", markup))


def _invented_rows(rng: random.Random) -> Iterator[tuple[str, str, list[str]]]:
    syllables = [first + last for first in "bdfgklmnprstvz" for last in ("a", "e", "i", "o", "u", "an", "er", "is")]
    words = ["".join(rng.choices(syllables, k=rng.randint(1, 4))) for _ in range(30_000)]
    weights = [1 / rank for rank in range(1, len(words) + 1)]
    for _ in range(2_000):
        text = rng.choices(words, weights, k=160)
        yield " ".join(text[:9]), " ".join(text[9:90]) + ".", [" ".join(text[90:])]


def measure(name: str, count: int, folder: Path) -> None:
    """Build an index of `count` topics, unless the folder has one, and print what it costs to use while posts arrive."""
    texts = Texts()
    engine = _opened(name, folder)
    print(f"{name}, {count:,} topics", flush=True)
    if engine.needs_rebuild:
        start, began = time.perf_counter(), time.process_time()
        engine.rebuild((texts.document(number) for number in range(1, count + 1)), "bench:0")
        made = time.process_time()
        for number in range(1, 1_001):  # what it takes to make the texts themselves, which is not the engine's
            texts.document(number)
        making = (time.process_time() - made) * count / 1_000
        taken, spent = time.perf_counter() - start, made - began - making
        print(
            f"  built: {count / taken:,.0f} a second by the clock, {count / spent:,.0f} a CPU second ({_megabytes(folder):.0f} MB)"
        )
    else:
        print(f"  built before ({_megabytes(folder):.0f} MB)")
    start = time.perf_counter()
    engine.find(parse("battery"), limit=1)
    print(f"  first search after opening         {(time.perf_counter() - start) * 1e3:7.1f} ms")
    with _posts_arriving(name, folder):
        for words in (1, 2, 3):
            _print_times(f"{words} word{'s' * (words > 1)}", engine, texts.queries(words, 300))
        mixed = [text for words in (1, 2, 3) for text in texts.queries(words, 200)]
        _print_times("one to three words", engine, mixed)
        _print_times("2 words is:solved", engine, [f"{text} is:solved" for text in texts.queries(2, 100)])
        _print_times("whole titles (some words of many)", engine, texts.random.sample(texts.titles, 100))
        _print_times("a phrase of frequent words", engine, ['"how to"', '"in the"', '"to be able to"'] * 10)
        misspelled = ["thunderbrid pasword", "attachement", "calender acount", "recieve mesage"] * 5
        _print_times("another spelling", engine, misspelled, lambda text: engine.suggest(parse(text)))
        titles = texts.random.sample(texts.titles, 100)
        _print_times("similar to a title", engine, titles, lambda text: engine.like(text, limit=50))
        bodies = [(title, texts.document(10_000_000 + at).question) for at, title in enumerate(titles)]
        _print_times("similar to title and body", engine, bodies, lambda text: engine.like(*text, limit=50))
    engine.close()
    _print_findable(name, texts, folder, count)


def _opened(name: str, folder: Path) -> SearchEngine:
    return opened(name, folder, languages=LANGUAGES)


def _megabytes(folder: Path) -> float:
    return sum(path.stat().st_size for path in folder.rglob("*") if path.is_file()) / 1e6


@contextmanager
def _posts_arriving(name: str, folder: Path) -> Iterator[None]:
    """Another process that writes five topics a second into the index."""
    command = [sys.executable, "-m", "bench.search", "--write", name, str(folder)]
    with subprocess.Popen(command, cwd=ROOT, stdout=subprocess.PIPE) as writer:
        assert writer.stdout is not None
        writer.stdout.readline()
        try:
            yield
        finally:
            assert writer.poll() is None, "the writer died"
            writer.terminate()


def write(name: str, folder: Path) -> None:
    """The writing process: a topic each fifth of a second until it is stopped."""
    texts, engine = Texts(seed=8), _opened(name, folder)
    engine.position()
    print("ready", flush=True)
    for number in range(10_000):
        began = time.monotonic()
        engine.index([texts.document(20_000_000 + number)])
        engine.commit(f"bench:{number + 1}")
        time.sleep(max(0.0, began + PAUSE - time.monotonic()))


def _print_times(name: str, engine: SearchEngine, queries: Sequence[Any], ask: Callable[[Any], object] | None = None) -> None:
    ask = ask or (lambda text: engine.find(parse(text), limit=160))
    times, spent = [], []
    for text in queries:
        start, began = time.perf_counter(), time.process_time()
        ask(text)
        times.append((time.perf_counter() - start) * 1e3)
        spent.append((time.process_time() - began) * 1e3)
    print(
        f"  {name:34} p50 {statistics.median(times):6.1f}  p95 {_percentile(times, 95):6.1f}  p99 {_percentile(times, 99):6.1f} ms"
        f"  (CPU: p50 {statistics.median(spent):.1f}, p95 {_percentile(spent, 95):.1f} ms)",
        flush=True,
    )


def _print_findable(name: str, texts: Texts, folder: Path, count: int, posts: int = 50) -> None:
    """Write five topics a second here and look for each in a second process."""
    command = [sys.executable, "-m", "bench.search", "--watch", name, str(folder)]
    with subprocess.Popen(command, cwd=ROOT, stdin=subprocess.PIPE, stdout=subprocess.PIPE, text=True) as watcher:
        assert watcher.stdin is not None
        assert watcher.stdout is not None
        watcher.stdout.readline()
        engine = _opened(name, folder)
        engine.position()
        times, commits = [], []
        for number in range(posts):
            began = time.time()
            document = texts.document(count + 1 + number)
            word = f"findme{os.getpid()}x{number:05}"
            watcher.stdin.write(word + "\n")
            watcher.stdin.flush()
            engine.index([replace(document, posts=word)])
            engine.commit(f"bench:{number + 1}")
            commits.append((time.time() - began) * 1e3)
            times.append((float(watcher.stdout.readline()) - began) * 1e3)
            time.sleep(max(0.0, began + PAUSE - time.time()))
        watcher.stdin.close()
    print(f"  commit of one topic                p50 {statistics.median(commits):6.1f}  p99 {_percentile(commits, 99):6.1f} ms")
    print(
        f"  found by another process           p50 {statistics.median(times):6.1f}  p99 {_percentile(times, 99):6.1f} ms",
        flush=True,
    )


def watch(name: str, folder: Path) -> None:
    """The second process: look for each word on standard input until it is found, and print when."""
    engine = _opened(name, folder)
    engine.find(parse("battery"), limit=1)
    print("ready", flush=True)
    for line in sys.stdin:
        while not engine.find(parse(line), limit=1).total:
            time.sleep(0.002)
        print(time.time(), flush=True)


def _percentile(values: Sequence[float], percent: int) -> float:
    ordered = sorted(values)
    return ordered[min(len(ordered) - 1, len(ordered) * percent // 100)]


def main() -> None:
    """Read the command line and measure."""
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("--topics", type=int, nargs="+", default=[1_000, 10_000])
    parser.add_argument("--engine", nargs="+", default=list(NAMES), choices=NAMES)
    parser.add_argument("--keep", type=Path, help="folder in which indexes are kept for the next run")
    parser.add_argument("--watch", nargs=2, help=argparse.SUPPRESS)
    parser.add_argument("--write", nargs=2, help=argparse.SUPPRESS)
    arguments = parser.parse_args()
    if arguments.watch or arguments.write:
        name, folder = arguments.watch or arguments.write
        (watch if arguments.watch else write)(name, Path(folder))
        return
    print(f"texts: {'support forum' if SUPPORT.exists() else 'invented words'}")
    for count in arguments.topics:
        for name in arguments.engine:
            with tempfile.TemporaryDirectory() as folder:
                measure(name, count, (arguments.keep or Path(folder)) / f"{name}-{count}")
    print(f"memory at most {resource.getrusage(resource.RUSAGE_SELF).ru_maxrss / 1024:.0f} MB")


if __name__ == "__main__":
    main()
