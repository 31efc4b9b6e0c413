"""The `bothways` command. Every subcommand is a thin call.

Errors are one plain sentence on stderr with a non-zero exit code; progress is shown on a terminal only.
"""

from __future__ import annotations

import sys
from collections.abc import Sequence

from community.cli import contents, people, programs, record
from community.cli.frame import commands, run_command

__all__ = ["commands", "contents", "main", "people", "programs", "record", "run_command"]


def main(arguments: Sequence[str] | None = None) -> None:
    """Run one command and exit: 0 only on success."""
    sys.exit(run_command(sys.argv[1:] if arguments is None else arguments))
