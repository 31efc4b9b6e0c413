"""People: accounts, roles and keys."""

from __future__ import annotations

import click
from sqlalchemy import select

from community.accounts.actions.keys import SCOPES
from community.accounts.models import Account
from community.cli.frame import command, commands, site
from community.core.errors import NotFound
from community.extensions import db
from community.staff.models import ROLES


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
        grant_role(by=None, account_id=account_id_of(handle), role=role, title=title, source="command")
    click.echo(f"{handle} is {role} now.")


@commands.group(epilog="\b\nExample:\n  bothways token create --user nora --scope read")
def token() -> None:
    """Keys of the JSON API."""


@command(example="bothways token create --user nora --scope read write", group=token, name="create")
@click.option("--user", "handle", required=True, help="Whose key it is: it never allows more than they may do.")
@click.option(
    "--scope", "scopes", required=True, multiple=True, help=f"What it allows: {', '.join(SCOPES)}. Repeat, or name several."
)
@click.argument("more", nargs=-1, metavar="[SCOPE]...")
@click.option("--name", default="command line", help="What the key is for.")
def create_token(handle: str, scopes: tuple[str, ...], more: tuple[str, ...], name: str) -> None:
    """Make a key of the JSON API and print it, this once."""
    from community.accounts.actions import make_key

    wanted = tuple(scope for given in (*scopes, *more) for scope in given.split(",") if scope)
    for scope in wanted:
        if scope not in SCOPES:
            raise click.BadParameter(f"{scope} is no scope; there are {', '.join(SCOPES)}.")
    with site():
        click.echo(make_key(by=None, account_id=account_id_of(handle), name=name, scopes=wanted))


def account_id_of(handle: str) -> int:
    """The id of an account by its handle, with or without @. Raises ClickException where there is none."""
    found = db.session.execute(
        select(Account.id).where(Account.handle == handle.strip().lower().removeprefix("@"))
    ).scalar_one_or_none()
    if found is None:
        raise NotFound(f"Nobody here has the handle {handle}.")
    return found
