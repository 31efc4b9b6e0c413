"""The public record: checking it."""

from __future__ import annotations

from pathlib import Path

import click

from community.cli.frame import command, commands, site


@commands.group(epilog="\b\nExample:\n  bothways record verify")
def record() -> None:
    """The public record."""


@command(example="bothways record erase nora", group=record, name="erase")
@click.argument("handle")
def erase(handle: str) -> None:
    """Delete the words of the record that name somebody; the chain still holds, and says that they are gone."""
    from community.cli.people import account_id_of
    from community.record.checking import erase_person

    with site():
        count = erase_person(account_id_of(handle))
    click.echo(f"{count} words of the record that named {handle} are gone.")


@command(example="bothways record verify record.jsonl --key key.pem --head saved-head.json", group=record, name="verify")
@click.argument("file", required=False, type=click.Path(exists=True, dir_okay=False, path_type=Path))
@click.option("--key", type=click.Path(exists=True, dir_okay=False, path_type=Path), help="The public key, from /record/key.pem.")
@click.option("--head", "saved", type=click.Path(exists=True, dir_okay=False, path_type=Path), help="A head that you kept.")
def verify_record(file: Path | None, key: Path | None, saved: Path | None) -> None:
    """Check that the record holds: FILE and the key are all it needs; without FILE, this site's own record."""
    from community.record.chain import Broken, Verdict, read_head, verify

    try:
        head = read_head(saved.read_text(encoding="utf-8")) if saved else None
        if file is None:
            from community.record.checking import verify_own

            with site():
                found: Verdict = verify_own(head)
        else:
            from community.record.signing import read_public

            if key is None:
                raise click.UsageError("A file is checked with the public key: --key key.pem.")
            with file.open(encoding="utf-8") as lines:
                found = verify(lines, read_public(key.read_bytes()), head)
    except Broken as error:
        raise click.ClickException(str(error)) from error
    except ValueError as error:
        raise click.ClickException(f"The key cannot be used: {error}.") from error
    click.echo(f"All {found.entries} entries hold, each with the one before.")
    if found.signed is None:
        click.echo("Nothing is signed yet: this says that the file is consistent, not whose it is.")
    else:
        click.echo(f"Signed up to entry {found.signed.n} on {found.signed.at}; {found.unsigned} entries came after.")
    if head is not None:
        click.echo(f"Entry {head.n} is what it was when its head was saved: nothing up to there was cut or rewritten.")
