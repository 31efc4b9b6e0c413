"""What CI forbids."""

from __future__ import annotations

import pytest

from tests.strictness import forbid_skip


@pytest.mark.parametrize(
    ("ci", "reason", "outcome"),
    [
        ("1", "Skipped: Chromium was not found", "failed"),
        ("", "Skipped: Chromium was not found", "skipped"),
        ("1", "Skipped: no real data at /somewhere; set BOTHWAYS_SHARED_DATA", "skipped"),
    ],
)
def test_ci_forbids_skips_for_want_of_a_program(ci: str, reason: str, outcome: str) -> None:
    where = ("test_x.py", 1, reason)
    report = pytest.TestReport("test_x.py::test_x", ("test_x.py", 1, "test_x"), {}, "skipped", where, "setup")
    forbid_skip(report, ci)
    assert report.outcome == outcome
