"""What a site holds: from other forums, to other programs, into safety and back, and whether it is right."""

from __future__ import annotations

from pathlib import Path
from typing import Literal

import click

from community.cli.frame import command, site, working
from community.config import Config
from community.extensions import db
from community.migrating import migrate
from community.running import running


@command(example="BOTHWAYS_DATA=demo bothways demo")
def demo() -> None:
    """Make the demo world, a small maker of e-bikes and its community, in an empty site; prints who can sign in."""
    from community.checkpoints import checkpoints
    from community.demo.commands import build_and_tell

    config = Config.from_environment()
    with running(config), site(any_tables=True), checkpoints(config, db.engine):
        migrate(db.engine)
        build_and_tell()


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
@click.option(
    "--record",
    "newest",
    type=click.Path(exists=True, dir_okay=False, path_type=Path),
    help="The newest record.jsonl, whose entries the backup may lack.",
)
def restore(file: Path, force: bool, newest: Path | None) -> None:
    """Put a backup in this site's place. The site must be stopped; everybody signs in again afterwards."""
    from community.backup.actions import restore as put_back

    config = Config.from_environment()
    with working("Restoring"):
        manifest = put_back(config, file, force=force)
    if newest is not None:
        from community.record.checking import bring_in

        with site():
            click.echo(f"Brought in {bring_in(newest)} entries of the record.")
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
