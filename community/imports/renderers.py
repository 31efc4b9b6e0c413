"""Rendering on all processors: a few child processes, once an import turns out to be long.

A child is fed one line of JSON and answers with one. It ends when its input does, so it never
outlives the import, however that ended.
"""

from __future__ import annotations

import json
import os
import signal
import subprocess
import sys
from collections.abc import Sequence
from typing import Final, Self

from community.imports.rendering import Phrases, Raw, Text, text_of

ENOUGH: Final = 300
"""Posts after which children are worth their start (0.4 s of processor time each)."""

MOST: Final = 4
"""More children than this wait for the database."""


class Renderers:
    """Renders posts here, and in child processes after the first few hundred."""

    def __init__(self, phrases: Phrases) -> None:
        self._phrases = phrases
        self._rendered = 0
        self._children: list[_Child] = []

    def __enter__(self) -> Self:
        return self

    def __exit__(self, *_error: object) -> None:
        for child in self._children:
            child.end()

    def render(self, posts: Sequence[Raw]) -> list[Text]:
        """The texts of the posts, in their order."""
        self._rendered += len(posts)
        if self._rendered > ENOUGH and not self._children:
            self._children = [_Child(self._phrases) for _ in range(_children_worth_having())]
        if len(self._children) < 2 or len(posts) < 2 * len(self._children):
            return [text_of(post, self._phrases) for post in posts]
        # Every nth post to each child: long ones stand together and would all go to one.
        shares = [posts[n :: len(self._children)] for n in range(len(self._children))]
        for child, share in zip(self._children, shares, strict=True):
            child.send(share)
        found = [child.receive(share) for child, share in zip(self._children, shares, strict=True)]
        return [found[n % len(found)][n // len(found)] for n in range(len(posts))]


class _Child:
    def __init__(self, phrases: Phrases) -> None:
        self._phrases = phrases
        command = [sys.executable, "-m", "community.imports.renderers", json.dumps(phrases)]
        self._running = subprocess.Popen(command, stdin=subprocess.PIPE, stdout=subprocess.PIPE, text=True, encoding="ascii")

    def send(self, posts: Sequence[Raw]) -> None:
        assert self._running.stdin is not None
        try:
            self._running.stdin.write(json.dumps(posts) + "\n")
            self._running.stdin.flush()
        except BrokenPipeError:
            self._running.kill()

    def receive(self, posts: Sequence[Raw]) -> list[Text]:
        """The child's answer to what it was sent; made here where it died over it (out of memory, say)."""
        assert self._running.stdout is not None
        answer = self._running.stdout.readline()
        if not answer.endswith("\n"):
            return [text_of(post, self._phrases) for post in posts]
        return [Text(*text) for text in json.loads(answer)]

    def end(self) -> None:
        self._running.communicate()


def _children_worth_having() -> int:
    return min(len(os.sched_getaffinity(0)), MOST)


def answer_lines() -> None:
    """A child's work: render what comes in until nothing comes any more."""
    signal.signal(signal.SIGINT, signal.SIG_IGN)  # Ctrl+C reaches the whole group; the parent ends its children
    phrases = Phrases(*json.loads(sys.argv[1]))
    for line in sys.stdin:
        texts = [text_of(Raw(*post), phrases) for post in json.loads(line)]
        sys.stdout.write(json.dumps(texts) + "\n")
        sys.stdout.flush()


if __name__ == "__main__":
    answer_lines()
