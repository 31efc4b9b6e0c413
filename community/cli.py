"""The `bothways` command. Every subcommand is a thin call.

Errors are one plain sentence on stderr with a non-zero exit code; progress is shown on a terminal only.
"""

from __future__ import annotations

import sys
from collections.abc import Callable, Iterator, Sequence
from contextlib import contextmanager
from pathlib import Path
from typing import Any, Literal

import click
from flask import Flask
from rich.console import Console
from sqlalchemy import select
from sqlalchemy.exc import OperationalError

from community import __version__
from community.accounts.actions.keys import SCOPES
from community.accounts.models import Account
from community.app import create_app
from community.config import Config, ConfigError
from community.core.database import Busy
from community.core.errors import Conflict, NotFound, Refused
from community.extensions import db
from community.logs import configure_logs
from community.migrating import is_current, migrate
from community.running import running
from community.search.engine import SearchError
from community.staff.models import ROLES

stderr = Console(stderr=True)

Command = Callable[..., None]


def main(arguments: Sequence[str] | None = None) -> None:
    """Run one command and exit: 0 only on success."""
    sys.exit(run_command(sys.argv[1:] if arguments is None else arguments))


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
    except OperationalError as error:
        click.echo(f"The database cannot be used: {str(error.orig).strip().splitlines()[0]}.", err=True)
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


@command(example="BOTHWAYS_PORT=8080 bothways run")
def run() -> None:
    """Run the whole site: web and worker, started again when they die."""
    from community.accounts.actions import first_admin_link
    from community.supervisor import require_free_port, site_children, supervise

    configure_logs("supervisor")
    config = Config.from_environment()
    require_free_port(config)
    with running(config):
        with site(any_tables=True):
            migrate(db.engine)
            link = first_admin_link()
        click.echo(f"Bothways at {config.base_url} (data in {config.data})")
        if link:
            click.echo(f"Make the first admin at {link}")
        sys.exit(supervise(site_children()))


@command(example="DATABASE_URL=postgresql://db/forum bothways web")
def web() -> None:
    """Serve pages and sockets; on a large site on several hosts."""
    from community.supervisor import die_with_parent
    from community.web import serve

    die_with_parent()
    configure_logs("web")
    config = Config.from_environment()
    with running(config):
        serve(config)


@command(example="DATABASE_URL=postgresql://db/forum bothways worker")
def worker() -> None:
    """Follow the log (search, mail and more) and keep time; any number may run."""
    from community.supervisor import die_with_parent
    from community.worker import work

    die_with_parent()
    configure_logs("worker")
    config = Config.from_environment()
    with running(config), site() as app:
        code = work(app)
    sys.exit(code)


@command(example="bothways migrate", name="migrate")
def migrate_command() -> None:
    """Make or update the database's tables; safe to repeat and to interrupt."""
    with site(any_tables=True):
        migrate(db.engine)
    click.echo("The database is up to date.")


@command(example="bothways import stackexchange dumps/bicycles.stackexchange.com --category Workshop", name="import")
@click.argument("kind", metavar="FORMAT", type=click.Choice(("stackexchange", "json")))
@click.argument("path", type=click.Path(exists=True, path_type=Path))
@click.option("--category", default="", help="Where the questions go, made when missing; named after the site when left out.")
@click.option(
    "--site", "host", default="", help="The forum's address, such as bicycles.stackexchange.com, where the files do not tell it."
)
@click.option("--licence", default="", help="The licence of posts that name none (json).")
def import_command(kind: Literal["stackexchange", "json"], path: Path, category: str, host: str, licence: str) -> None:
    """Bring in another forum: FORMAT is stackexchange (a dump's folder) or json (a file). Safe to stop and to repeat."""
    from community.checkpoints import checkpoints
    from community.imports.commands import import_and_tell

    config = Config.from_environment()
    with running(config), site(), checkpoints(config, db.engine):
        import_and_tell(kind, path, category=category, site=host, licence=licence)


@command(example="bothways export public-copy", name="export")
@click.argument("folder", metavar="DIR", type=click.Path(file_okay=False, path_type=Path))
def export_command(folder: Path) -> None:
    """Write everything that everybody may read into DIR as JSON lines."""
    from community.backup.export import export_public

    with site(), working("Exporting"):
        counts = export_public(folder)
    click.echo(f"Exported {', '.join(f'{count} {name}' for name, count in counts.items())} to {folder}.")


@command(example="bothways backup /backups/forum-2026-11-25.tar.gz")
@click.argument("file", type=click.Path(dir_okay=False, path_type=Path))
def backup(file: Path) -> None:
    """Write a consistent copy of the whole site to FILE while it runs."""
    from community.backup.actions import back_up

    config = Config.from_environment()
    with site(), working("Copying the site"):
        manifest = back_up(config, db.engine, file)
    click.echo(f"Backup of position {manifest.position} in {file}.")


@command(example="bothways restore /backups/forum-2026-11-25.tar.gz")
@click.argument("file", type=click.Path(exists=True, dir_okay=False, path_type=Path))
@click.option("--force", is_flag=True, help="Replace a site that is not empty.")
def restore(file: Path, force: bool) -> None:
    """Put a backup in this site's place. The site must be stopped; everybody signs in again afterwards."""
    from community.backup.actions import restore as put_back

    config = Config.from_environment()
    with working("Restoring"):
        manifest = put_back(config, file, force=force)
    _rebuild_index()
    click.echo(f"Restored the site of {manifest.made_at}, position {manifest.position}.")


@command(example="bothways reindex")
def reindex() -> None:
    """Build the search index anew; the site goes on searching the old one meanwhile."""
    _rebuild_index()
    click.echo("The search index is built anew.")


def _rebuild_index() -> None:
    from community.search.follow import rebuild
    from community.search.indexes import indexes

    with site(), working("Indexing"):
        rebuild()
        indexes().close()


@command(example="bothways doctor --fix")
@click.option("--fix", is_flag=True, help="Recount and mend what can be mended.")
def doctor(fix: bool) -> None:
    """Check database, log, counters, followers and index; exits 1 when something is wrong."""
    from community.doctor.checks import examine

    with site(any_tables=True):
        findings = list(examine(fix=fix))
    for finding in findings:
        click.echo(f"{finding.level:<7} {finding.sentence}")
    if any(finding.level == "wrong" for finding in findings):
        raise click.ClickException("Something is wrong; see above.")


@commands.group(epilog="\b\nExample:\n  bothways user create --handle nora --email nora@example.com")
def user() -> None:
    """People with an account."""


@command(
    example="bothways user create --handle nora --email nora@example.com --name 'Nora Lind' --admin", group=user, name="create"
)
@click.option("--handle", required=True, help="The address of the person here: a to z, 0 to 9, hyphen, underscore.")
@click.option("--email", required=True, help="An address; it counts as confirmed.")
@click.option("--name", help="The name that is shown; the handle when left out.")
@click.option("--admin", is_flag=True, help="Give the role admin.")
def create_user(handle: str, email: str, name: str | None, admin: bool) -> None:
    """Open an account. The last line printed is a one-time link by which its owner sets a password."""
    from community.accounts.actions import open_account, password_link
    from community.core.fragments import base_url
    from community.staff.actions import grant_role

    with site():
        account_id = open_account(handle=handle, name=name or handle, email=email, confirmed=True)
        if admin:
            grant_role(by=None, account_id=account_id, role="admin", source="command")
        click.echo(f"{handle} has an account. Set its password at")
        click.echo(base_url() + password_link(account_id=account_id))


@commands.group(epilog="\b\nExample:\n  bothways staff grant nora --role employee --title Support")
def staff() -> None:
    """Employees and their roles."""


@command(example="bothways staff grant nora --role employee --title 'Head of support'", group=staff, name="grant")
@click.argument("handle")
@click.option("--role", required=True, type=click.Choice(ROLES), help="What they may do.")
@click.option("--title", default="", help="Their job title, shown beside their name.")
def grant_staff(handle: str, role: str, title: str) -> None:
    """Give somebody a role from now on."""
    from community.staff.actions import grant_role

    with site():
        grant_role(by=None, account_id=_account_id(handle), role=role, title=title, source="command")
    click.echo(f"{handle} is {role} now.")


@commands.group(epilog="\b\nExample:\n  bothways token create --user nora --scope read")
def token() -> None:
    """Keys of the JSON API."""


@command(example="bothways token create --user nora --scope read --scope write", group=token, name="create")
@click.option("--user", "handle", required=True, help="Whose key it is: it never allows more than they may do.")
@click.option("--scope", "scopes", required=True, multiple=True, type=click.Choice(SCOPES), help="Repeat for several.")
@click.option("--name", default="command line", help="What the key is for.")
def create_token(handle: str, scopes: tuple[str, ...], name: str) -> None:
    """Make a key of the JSON API and print it, this once."""
    from community.accounts.actions import make_key

    with site():
        click.echo(make_key(by=None, account_id=_account_id(handle), name=name, scopes=scopes))


def _account_id(handle: str) -> int:
    found = db.session.execute(
        select(Account.id).where(Account.handle == handle.strip().lower().removeprefix("@"))
    ).scalar_one_or_none()
    if found is None:
        raise NotFound(f"Nobody here has the handle {handle}.")
    return found


@contextmanager
def working(what: str) -> Iterator[None]:
    """Show on a terminal that something long is under way."""
    if not stderr.is_terminal:
        yield
        return
    with stderr.status(what):
        yield


if __name__ == "__main__":
    main()
