"""What all commands share: how they are declared, the application around them, and how they fail."""

from __future__ import annotations

from collections.abc import Callable, Iterator, Sequence
from contextlib import contextmanager
from typing import Any

import click
from flask import Flask
from rich.console import Console
from sqlalchemy.exc import DatabaseError, OperationalError

from community import __version__
from community.app import create_app
from community.config import ConfigError
from community.core.database import Busy
from community.core.errors import Conflict, Refused
from community.extensions import db
from community.logs import configure_logs
from community.migrating import is_current
from community.search.engine import SearchError

stderr = Console(stderr=True)

Command = Callable[..., None]


def run_command(arguments: Sequence[str]) -> int:
    """Run one command and return its exit code; what a person should know of a failure goes to stderr as one sentence."""
    try:
        return int(commands.main(list(arguments), prog_name="bothways", standalone_mode=False) or 0)
    except click.exceptions.Abort:
        click.echo("Stopped.", err=True)
        return 130
    except click.ClickException as error:
        click.echo(" ".join(error.format_message().split()), err=True)
        return error.exit_code
    except (ConfigError, Busy, SearchError) as error:
        click.echo(str(error), err=True)
    except Refused as error:
        click.echo(error.sentence or f"Refused: {type(error).__name__}.", err=True)
    except DatabaseError as error:
        if type(error) not in {OperationalError, DatabaseError}:
            raise  # a statement of ours is wrong
        click.echo(f"The database cannot be used: {str(error.orig).strip().splitlines()[0]}.", err=True)
    except OSError as error:
        click.echo(f"{error.strerror or error}: {error.filename}." if error.filename else f"{error}.", err=True)
    return 1


@contextmanager
def site(*, any_tables: bool = False) -> Iterator[Flask]:
    """The application with a context pushed. Raises Conflict unless its tables are this release's or `any_tables` is set."""
    app = create_app()
    with app.app_context():
        try:
            if not any_tables and not is_current(db.engine):
                raise Conflict("The database does not have this release's tables; run `bothways migrate` first.")
            yield app
        finally:
            db.session.remove()
            db.engine.dispose()


@contextmanager
def working(what: str) -> Iterator[None]:
    """Show on a terminal that something long is under way."""
    if not stderr.is_terminal:
        yield
        return
    with stderr.status(what):
        yield


def command(*, example: str, group: click.Group | None = None, **rest: Any) -> Callable[[Command], click.Command]:
    """A subcommand whose help ends with an example."""
    return (group or commands).command(epilog=f"\b\nExample:\n  {example}", **rest)


@click.group(
    context_settings={"help_option_names": ["-h", "--help"], "max_content_width": 110}, epilog="\b\nExample:\n  bothways run"
)
@click.version_option(__version__, message="bothways %(version)s")
def commands() -> None:
    """Bothways: a forum for one brand, open from both sides.

    Each command reads its settings from the environment: BOTHWAYS_DATA, BOTHWAYS_PORT, DATABASE_URL and more (docs/operating.md).
    """
    configure_logs("command")
