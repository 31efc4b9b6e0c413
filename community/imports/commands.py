"""`bothways import`: what it takes, what it shows while it works and what it says in the end."""

from __future__ import annotations

import time
from collections import Counter
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import Final

import click
from rich.console import Console
from rich.progress import BarColumn, MofNCompleteColumn, Progress, SpinnerColumn, TextColumn, TimeRemainingColumn

from community.imports.actions import Format, Outcome, Quiet, run_import
from community.imports.actions import Progress as Shows

FORMATS: Final[tuple[Format, ...]] = ("stackexchange", "json")


def import_and_tell(kind: Format, path: Path, *, category: str, site: str, licence: str) -> None:
    """Import, with a progress bar on a terminal, and print what came of it. Needs an application context."""
    began = time.monotonic()
    with _shown() as progress:
        outcome = run_import(kind, path, category=category, site=site, licence=licence, progress=progress)
    for line in summary(outcome, time.monotonic() - began):
        click.echo(line)


def summary(outcome: Outcome, seconds: float) -> list[str]:
    """One line on what was imported, and one on what was left out where something was."""
    done = [f"{number(n)} {words}" for n, words in _counts(outcome) if n]
    known = f"{number(outcome.unchanged)} questions were here already" if outcome.unchanged else ""
    lines = []
    if done:
        rate = f", {number(round(outcome.posts / seconds))} posts a second" if outcome.posts and seconds > 0 else ""
        lines.append(f"From {outcome.site} into {outcome.category}: {', '.join(done)} ({seconds:.1f} s{rate}).")
        lines += [f"{known}."] if known else []
    else:
        lines.append(f"Nothing new from {outcome.site}; {known or 'there was nothing to import'}.")
    if outcome.left_out:
        lines.append("Left out: " + told(outcome.left_out) + ".")
    return lines


def told(left_out: Counter[str]) -> str:
    """What was left out, in one line."""
    return ", ".join(f"{words}: {number(n)}" for words, n in sorted(left_out.items()))


def number(n: int) -> str:
    """A whole number with a comma between thousands."""
    return f"{n:,}"


def _counts(outcome: Outcome) -> list[tuple[int, str]]:
    return [
        (outcome.topics, "questions"),
        (outcome.answers, "answers"),
        (outcome.replies, "comments"),
        (outcome.updated, "questions brought up to date"),
        (outcome.duplicates, "duplicates linked"),
    ]


class _Bar:
    def __init__(self, progress: Progress) -> None:
        self._progress = progress
        self._task = progress.add_task("", total=None)

    def begin(self, what: str, total: int) -> None:
        self._progress.reset(self._task, description=what, total=total)

    def advance(self, steps: int) -> None:
        self._progress.advance(self._task, steps)


@contextmanager
def _shown() -> Iterator[Shows]:
    console = Console(stderr=True)
    if not console.is_terminal:
        yield Quiet()
        return
    columns = SpinnerColumn(), TextColumn("{task.description}"), BarColumn(), MofNCompleteColumn(), TimeRemainingColumn()
    with Progress(*columns, console=console) as progress:
        yield _Bar(progress)
