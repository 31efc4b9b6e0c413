"""How the suite runs: which databases, which marks, and that nothing is skipped where CI promised everything."""

from __future__ import annotations

import os
from collections.abc import Generator
from typing import Any

import pytest

PERMITTED_SKIPS = ("no real data at",)
"""Reasons that may stand in CI: the real data is not part of the repository."""


def pytest_addoption(parser: pytest.Parser) -> None:
    parser.addoption("--both-databases", action="store_true", help="run what needs a database on SQLite and PostgreSQL")


def pytest_report_header(config: pytest.Config) -> str:
    kinds = database_kinds(config)
    if config.getoption("--both-databases") and len(kinds) == 1:
        return "databases: SQLite only; PostgreSQL was not found, install it by: apt-get install postgresql"
    return f"databases: {', '.join(kinds)}"


def pytest_configure(config: pytest.Config) -> None:
    if os.environ.get("BOTHWAYS_CI") and config.getoption("--both-databases") and len(database_kinds(config)) == 1:
        raise pytest.UsageError("BOTHWAYS_CI is set and there is no PostgreSQL server to test on")


def pytest_generate_tests(metafunc: pytest.Metafunc) -> None:
    kinds = database_kinds(metafunc.config)
    if len(kinds) > 1 and "database_kind" in metafunc.fixturenames:
        alone = metafunc.definition.get_closest_marker("onedatabase") is not None
        metafunc.parametrize("database_kind", kinds[:1] if alone else kinds, scope="session")


def pytest_collection_modifyitems(items: list[pytest.Item]) -> None:
    for item in items:
        names = getattr(item, "fixturenames", ())
        if "database_kind" in names:
            item.add_marker("bothdatabases")
        if "chromium" in names:
            item.add_marker("browser")


@pytest.hookimpl(wrapper=True)
def pytest_runtest_makereport(
    item: pytest.Item, call: pytest.CallInfo[Any]
) -> Generator[None, pytest.TestReport, pytest.TestReport]:
    report = yield
    forbid_skip(report, os.environ.get("BOTHWAYS_CI", ""))
    return report


@pytest.hookimpl(wrapper=True)
def pytest_make_collect_report() -> Generator[None, pytest.CollectReport, pytest.CollectReport]:
    report = yield
    forbid_skip(report, os.environ.get("BOTHWAYS_CI", ""))
    return report


def database_kinds(config: pytest.Config) -> list[str]:
    """On which databases the tests of this run take place."""
    postgres = bool(os.environ.get("BOTHWAYS_TEST_DATABASE"))
    if config.getoption("--both-databases"):
        return ["sqlite", "postgresql"] if postgres else ["sqlite"]
    return ["postgresql"] if postgres else ["sqlite"]


def forbid_skip(report: pytest.TestReport | pytest.CollectReport, ci: str) -> None:
    """In CI, turn a skip into a failure unless its reason is permitted."""
    if not ci or not report.skipped or hasattr(report, "wasxfail"):
        return
    reason = report.longrepr[2] if isinstance(report.longrepr, tuple) else str(report.longrepr)
    if not any(permitted in reason for permitted in PERMITTED_SKIPS):
        report.outcome = "failed"
        report.longrepr = f"skipped, and CI forbids it: {reason}"
