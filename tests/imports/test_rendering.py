"""Rendering in child processes gives what rendering here gives, also when a child dies."""

from __future__ import annotations

import json
import os
import subprocess
import sys
from pathlib import Path

import pytest

from community.imports import renderers
from community.imports.renderers import Renderers
from community.imports.rendering import Phrases, Raw, text_of

PHRASES = Phrases("(nothing)", "(cut, see there)", "(cut)")


@pytest.fixture
def posts() -> list[Raw]:
    made = [Raw("html", f"<p>Post <b>{n}</b> \ud800 é</p>" * (n % 7), "https://example.org/1" if n % 2 else "") for n in range(40)]
    return [*made, Raw("comment", "1. *one* @two #3 `@four` <b>", ""), Raw("html", "x" * 700_000, "")]


def test_children_give_the_same(posts: list[Raw], monkeypatch: pytest.MonkeyPatch) -> None:
    expected = [text_of(post, PHRASES) for post in posts]
    assert expected[0].body == "(nothing)"
    assert (expected[-1].cut, expected[-1].body[-5:]) == (True, "(cut)")
    assert expected[-2].body == r"1\. *one* \@two \#3 `@four` <b>"
    monkeypatch.setattr(renderers, "ENOUGH", 50)
    monkeypatch.setattr(os, "sched_getaffinity", lambda _pid: {0, 1, 2})
    with Renderers(PHRASES) as pool:
        assert pool.render(posts) == expected
        assert own_children() == []
        assert pool.render(posts) == expected
        children = own_children()
        assert len(children) == 3
        os.kill(children[0], 9)
        assert pool.render(posts) == expected
        assert pool.render(posts[:3]) == expected[:3]
    assert own_children() == []


def own_children() -> list[int]:
    listed = (int(child) for child in Path(f"/proc/self/task/{os.getpid()}/children").read_text().split())
    return [child for child in listed if b"renderers" in Path(f"/proc/{child}/cmdline").read_bytes()]


def test_a_child_starts_quickly_and_knows_no_database() -> None:
    heavy = ["sqlalchemy", "flask", "flask_babel"]
    code = f"import json, sys, community.imports.renderers; print(json.dumps([name for name in {heavy!r} if name in sys.modules]))"
    found = subprocess.run([sys.executable, "-c", code], capture_output=True, check=True)
    assert json.loads(found.stdout) == []
