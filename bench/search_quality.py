"""How well search finds the questions that people later linked, beside plain BM25 on the same data in the same run.

    python -m bench.search_quality [--engine whoosh tantivy] [--every 1]

The development set is a real support forum (../shared/data/support, BOTHWAYS_SHARED_DATA): each newer question of a pair
asks among all others, by its title, by title and body, and by the first half of its title. `xref` are earlier threads that
helpers sent the asker to, `repost` the same person asking again. Links and notices of duplicates are taken out first, since
they give the answer away. Recall is the share of a question's linked ones among the first 1, 5 and 10; MRR is the mean of
one by the rank of the first. Weights were chosen on pairs asked in 2023; those of 2024 are printed apart, as a check.

The reference is BM25 as in the books: k1 1.2, b 0.75, Porter stems, without stop words, title counted twice, question alone.
"""

from __future__ import annotations

import argparse
import gzip
import html
import json
import math
import os
import re
import tempfile
from collections import Counter, defaultdict
from collections.abc import Callable, Iterable, Iterator, Sequence
from dataclasses import dataclass
from datetime import UTC, datetime
from heapq import nlargest
from pathlib import Path
from typing import Any, NamedTuple

from whoosh.lang.porter import stem
from whoosh.lang.stopwords import stoplists

from community.search.engine import Document

ROOT = Path(__file__).resolve().parents[1]
SHARED = Path(os.environ.get("BOTHWAYS_SHARED_DATA", ROOT.parent / "shared" / "data"))
DEPTH = 50
AT = (1, 5, 10)
TUNED = "2023"

Ask = Callable[[str, str, int], Sequence[int]]
"""Title and body of a question and its own number: the numbers of the nearest others, best first."""


@dataclass(frozen=True)
class Question:
    """A question of a data set. `solved` and the answers are empty where the set has none."""

    title: str
    body: str
    year: str = ""
    created: datetime = datetime(2024, 1, 1, tzinfo=UTC)
    best: str = ""
    answers: str = ""
    rest: str = ""
    solved: bool = False

    @property
    def half(self) -> str:
        """The first half of the title's words, as somebody who is still typing has it."""
        words = self.title.split()
        return " ".join(words[: max(1, (len(words) + 1) // 2)])


class Figures(NamedTuple):
    """Recall at 1, 5, 10 and the mean reciprocal rank."""

    at_1: float
    at_5: float
    at_10: float
    mrr: float

    def __str__(self) -> str:
        return " / ".join(f"{value:.3f}"[1:] if value < 1 else "1.00" for value in self)


Gold = dict[str, dict[int, set[int]]]
"""Kind of pair, newer question, and the older ones that belong to it."""


def support() -> tuple[list[Question], Gold]:
    """The support forum and its pairs."""
    numbers: dict[str, int] = {}
    questions = []
    with gzip.open(SHARED / "support" / "questions.jsonl.gz", "rt", encoding="utf-8") as lines:
        for line in lines:
            row = json.loads(line)
            numbers[str(row["id"])] = len(questions)
            questions.append(_support_question(row))
    gold: Gold = {"xref": defaultdict(set), "repost": defaultdict(set)}
    for line in (SHARED / "support" / "pairs.tsv").read_text().splitlines()[1:]:
        newer, older, kind = line.split("\t")
        gold["repost" if kind == "repost" else "xref"][numbers[newer]].add(numbers[older])
    return questions, gold


def _support_question(row: dict[str, Any]) -> Question:
    sections: dict[str, list[str]] = defaultdict(list)
    for answer in row["answers"]:
        own = answer["author"] == row["author"]
        sections["best" if answer["accepted"] else "rest" if own else "answers"].append(plain(answer["html"]))
    return Question(
        title=row["title"],
        body=plain(row["html"]),
        year=row["created"][:4],
        created=datetime.fromisoformat(row["created"]),
        solved=bool(row["solved"]),
        **{name: "\n\n".join(texts) for name, texts in sections.items()},
    )


def askubuntu() -> tuple[list[Question], Gold]:
    """Questions of Ask Ubuntu and the pairs that moderators closed as duplicates; both of a pair ask for the other."""
    numbers: dict[str, int] = {}
    questions = []
    with (SHARED / "search" / "askubuntu-dup" / "corpus.jsonl").open(encoding="utf-8") as lines:
        for line in lines:
            row = json.loads(line)
            numbers[row["_id"]] = len(questions)
            questions.append(Question(row["title"], plain(row["html"])))
    gold: Gold = {"duplicate": defaultdict(set)}
    for line in (SHARED / "search" / "askubuntu-dup" / "pairs.tsv").read_text().splitlines()[1:]:
        label, first, second = line.split("\t")
        if label == "1":
            gold["duplicate"][numbers[first]].add(numbers[second])
    return questions, gold


def plain(markup: str) -> str:
    """The text of some HTML without its links, addresses, and notices that it is a duplicate."""
    text = re.sub(r"<a\b[^>]*>.*?</a>", " ", markup, flags=re.DOTALL)
    text = html.unescape(re.sub(r"<[^>]+>", " ", text))
    return re.sub(r"https?://\S+|Possible Duplicate:?", " ", text)


class PlainBM25:
    """The reference: one field in which the title stands twice (Robertson and Zaragoza 2009)."""

    def __init__(self, questions: Iterable[Question]) -> None:
        self._postings: dict[str, list[tuple[int, int]]] = defaultdict(list)
        self._lengths = []
        for number, each in enumerate(questions):
            counts = Counter(_porter(f"{each.title} {each.title} {each.body}"))
            self._lengths.append(sum(counts.values()))
            for word, count in counts.items():
                self._postings[word].append((number, count))
        self._average = sum(self._lengths) / len(self._lengths)

    def __call__(self, title: str, body: str, own: int) -> list[int]:
        scores: dict[int, float] = defaultdict(float)
        for word, asked in Counter(_porter(f"{title} {body}")).items():
            found = self._postings.get(word, ())
            rarity = math.log(1 + (len(self._lengths) - len(found) + 0.5) / (len(found) + 0.5))
            for number, count in found:
                norm = 1.2 * (0.25 + 0.75 * self._lengths[number] / self._average)
                scores[number] += asked * rarity * 2.2 * count / (count + norm)
        scores.pop(own, None)
        return nlargest(DEPTH, scores, key=lambda number: (scores[number], number))


def _porter(text: str) -> Iterator[str]:
    for word in re.findall(r"\w+", text.lower()):
        if word not in stoplists["en"]:
            yield stem(word)


def documents(questions: Iterable[Question]) -> Iterator[Document]:
    """The questions as topics; the number of each is its id less one."""
    for number, each in enumerate(questions):
        yield Document(
            topic_id=number + 1,
            kind="question",
            title=each.title,
            question=each.body,
            best_answers=each.best,
            answers=each.answers,
            posts=each.rest,
            state="solved" if each.solved else "answered",
            accepted=bool(each.best),
            created=each.created,
            active=each.created,
        )


def answered(ask: Ask, questions: Sequence[Question], pairs: Iterable[int], column: str) -> dict[int, Sequence[int]]:
    """What is found for each question of one column."""
    found = {}
    for number in pairs:
        question = questions[number]
        title = question.half if column == "half" else question.title
        found[number] = ask(title, question.body if column == "body" else "", number)
    return found


def measured(found: dict[int, Sequence[int]], pairs: dict[int, set[int]]) -> Figures:
    """The figures of what was found for some of the pairs."""
    sums = [0.0] * 4
    for number, hits in found.items():
        wanted = pairs[number]
        for place, most in enumerate(AT):
            sums[place] += len(wanted.intersection(hits[:most])) / len(wanted)
        sums[3] += next((1 / rank for rank, each in enumerate(hits, 1) if each in wanted), 0.0)
    return Figures(*(value / len(found) for value in sums))


def engine_asking(name: str, folder: Path, questions: Sequence[Question]) -> Ask:
    """What the site does to find similar questions, on an index of these ones."""
    from community.search.engines import opened

    engine = opened(name, folder, languages=("en",), clock=lambda: datetime(2025, 1, 1, tzinfo=UTC).timestamp())
    engine.rebuild(documents(questions), "bench:0")

    def ask(title: str, body: str, own: int) -> list[int]:
        return [hit.topic_id - 1 for hit in engine.like(title, body, limit=DEPTH, without=(own + 1,)).hits]

    return ask


def compare(name: str, questions: Sequence[Question], gold: Gold, columns: dict[str, str], engines: Sequence[str]) -> None:
    """Print a table of one data set."""
    print(f"\n{name}: recall@1 / @5 / @10 / MRR")
    years = ("", *sorted({each.year for each in questions if each.year}))
    with tempfile.TemporaryDirectory() as place:
        rows: dict[str, Ask] = {"plain BM25": PlainBM25(questions)}
        rows |= {engine: engine_asking(engine, Path(place) / engine, questions) for engine in engines}
        for kind, pairs in gold.items():
            for column, title in columns.items():
                found = {row: answered(ask, questions, pairs, column) for row, ask in rows.items()}
                for year in years:
                    _print_part(
                        found, pairs, f"{kind} by {title}", {n for n in pairs if not year or questions[n].year == year}, year
                    )


def _print_part(
    found: dict[str, dict[int, Sequence[int]]], pairs: dict[int, set[int]], name: str, part: set[int], year: str
) -> None:
    which = f", {year} ({'tuned on' if year == TUNED else 'held out'})" if year else ""
    print(f"  {name}{which} ({len(part)})")
    for row, answers in found.items():
        print(f"    {row:12} {measured({n: answers[n] for n in part}, pairs)}", flush=True)


def main() -> None:
    """Read the command line and measure."""
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("--engine", nargs="+", default=["whoosh"], choices=["whoosh", "tantivy"])
    arguments = parser.parse_args()
    if not SHARED.exists():
        raise SystemExit(f"The development set is not at {SHARED}; name its place in BOTHWAYS_SHARED_DATA.")
    columns = {"title": "title", "body": "title and body", "half": "first half of the title"}
    compare("support forum, 3,000 questions", *support(), columns, arguments.engine)
    compare("Ask Ubuntu, 1,804 questions", *askubuntu(), {"title": "title"}, arguments.engine)


if __name__ == "__main__":
    main()
