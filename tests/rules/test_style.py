"""Lint, format and types, as `make lint` checks them."""

from __future__ import annotations

import subprocess
import sys
from pathlib import Path

import pytest

from tests.rules.sources import ROOT


@pytest.mark.parametrize("check", ["ruff check", "ruff format --check", "mypy"])
@pytest.mark.timeout(900)
def test_the_code_is_clean(check: str) -> None:
    program, *arguments = check.split()
    command = [sys.executable, "-m", program, *arguments, *(["."] if program == "ruff" else [])]
    done = subprocess.run(command, cwd=ROOT, capture_output=True, text=True, check=False)
    told = [line for line in (done.stdout + done.stderr).splitlines() if "-->" in line or "error" in line or "would be" in line]
    assert done.returncode == 0, "\n" + "\n".join(told)


def test_the_checks_find_what_they_forbid(tmp_path: Path) -> None:
    bad = tmp_path / "bad.py"
    bad.write_text('"""Bad."""\n\nimport os\n\n\ndef add(a: int) -> str:\n    """Add."""\n    return a\n')
    config = ["--config", str(ROOT / "pyproject.toml")]
    lint = subprocess.run([sys.executable, "-m", "ruff", "check", *config, str(bad)], capture_output=True, text=True, check=False)
    assert "F401" in lint.stdout
    bad.write_text("x = {  'a':1 }\n")
    form = [sys.executable, "-m", "ruff", "format", "--check", *config, str(bad)]
    assert subprocess.run(form, capture_output=True, check=False).returncode != 0
