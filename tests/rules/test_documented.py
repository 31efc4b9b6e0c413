"""What other people rely on says what it is: settings, events, public functions; and names and lengths stay in bounds."""

from __future__ import annotations

import ast
import importlib
import inspect
import pkgutil
import re
from dataclasses import fields

import community
from community.config import Config
from community.core.log import REGISTRY
from community.settings.definitions import DEFINITIONS
from tests.rules.sources import ROOT, Source, python_files

FORBIDDEN_NAMES = {"manage", "do", "util", "utils", "helper", "helpers", "manager", "service", "misc"}
FORBIDDEN_VERBS = {"process", "handle"}
"""Taken only as a verb in front: a handle is somebody's address here, and a process one of the system's."""

PERMITTED_NAMES = {"process_bind_param", "process_result_value", "handle_starttag", "handle_endtag", "handle_data", "handle_exit"}
"""What libraries ask to be called so."""

LONGEST_FILE = 300
LONGEST_FUNCTION = 60
PERMITTED_LENGTHS: dict[str, str] = {
    # file: why it is longer
}


def test_settings_of_the_environment_are_documented() -> None:
    page = (ROOT / "docs" / "operating.md").read_text()
    for field in fields(Config):
        assert field.metadata["about"].endswith("."), field.name
        assert f"`{field.metadata['name']}`" in page, f"docs/operating.md does not name {field.metadata['name']}"


def test_settings_of_admins_are_documented() -> None:
    assert len(DEFINITIONS) > 5
    assert [name for name, definition in DEFINITIONS.items() if not str(definition.about).strip()] == []


def test_events_are_documented_and_versioned() -> None:
    for found in pkgutil.walk_packages(community.__path__, "community."):
        if found.name.endswith(".events"):
            importlib.import_module(found.name)
    ours = {name: kind for name, kind in REGISTRY.items() if kind.__module__.startswith("community.")}
    assert len(ours) > 30
    for name, kind in ours.items():
        assert inspect.getdoc(kind), name
        assert kind.__doc__ != kind.__mro__[1].__doc__, name
        assert kind.version >= 1


def taken_names(source: Source) -> list[str]:
    """Definitions and files whose name says nothing."""
    names = [(1, part.removesuffix(".py")) for part in source.name.split("/")]
    for node in source.nodes(ast.FunctionDef, ast.AsyncFunctionDef, ast.ClassDef):
        assert isinstance(node, (ast.FunctionDef, ast.AsyncFunctionDef, ast.ClassDef))
        names.append((node.lineno, node.name))
    return [
        f"{source.name}:{line} {name}" for line, name in names if name not in PERMITTED_NAMES and _words(name) & FORBIDDEN_NAMES
    ]


def _words(name: str) -> set[str]:
    return set(re.sub(r"(?<=[a-z0-9])(?=[A-Z])", "_", name).lower().strip("_").split("_"))


def long_pieces(source: Source) -> list[str]:
    """Files and functions that do not fit on what a reader holds in mind."""
    found = []
    lines = source.text.count("\n")
    if lines > LONGEST_FILE and source.name not in PERMITTED_LENGTHS:
        found.append(f"{source.name}: {lines} lines")
    for node in source.nodes(ast.FunctionDef):
        assert isinstance(node, ast.FunctionDef)
        length = (node.end_lineno or node.lineno) - node.lineno + 1
        if length > LONGEST_FUNCTION:
            found.append(f"{source.name}:{node.lineno} {node.name}: {length} lines")
    return found


def test_names_say_something() -> None:
    assert [line for source in python_files() for line in taken_names(source)] == []


def test_files_and_functions_are_short() -> None:
    assert [line for source in python_files() for line in long_pieces(source)] == []
    gone = [name for name in PERMITTED_LENGTHS if (ROOT / name).read_text().count("\n") <= LONGEST_FILE]
    assert gone == [], "no longer too long: take it off the list"


def unfinished(source: Source) -> list[str]:
    """Marks of work that was put off, and errors that are swallowed."""
    marks = [f"{source.name}: {mark}" for mark in re.findall(r"\b(?:TODO|FIXME|XXX|HACK)\b|NotImplementedError", source.text)]
    for node in source.nodes(ast.ExceptHandler):
        assert isinstance(node, ast.ExceptHandler)
        broad = node.type is None or ast.unparse(node.type) in {"Exception", "BaseException"}
        if broad and all(isinstance(line, (ast.Pass, ast.Continue)) for line in node.body):
            marks.append(f"{source.name}:{node.lineno} swallows every error")
    return marks


def test_nothing_is_put_off_or_swallowed() -> None:
    assert [line for source in python_files() for line in unfinished(source)] == []


def test_the_rules_find_what_they_forbid() -> None:
    assert len(taken_names(Source("community/posts/helpers.py", "def render(): pass"))) == 1
    assert len(taken_names(Source("community/posts/actions.py", "class PostManager: pass\ndef do_it(): pass"))) == 2
    assert taken_names(Source("community/posts/actions.py", "def undo_acceptance(): pass\nclass Document: pass")) == []
    assert len(long_pieces(Source("community/posts/actions.py", "x = 1\n" * 301))) == 1
    assert len(long_pieces(Source("community/posts/actions.py", "def f():\n" + "    x = 1\n" * 70))) == 1
    assert len(unfinished(Source("community/posts/actions.py", "# TODO later\ntry:\n    x()\nexcept Exception:\n    pass"))) == 2
