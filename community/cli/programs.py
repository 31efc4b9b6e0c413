"""The site's programs: all of it, its parts, and its tables."""

from __future__ import annotations

import sys

import click

from community.cli.frame import command, site
from community.config import Config
from community.extensions import db
from community.logs import configure_logs
from community.migrating import migrate
from community.running import running


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
