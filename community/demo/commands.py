"""`bothways demo`: passwords for the demo's people, progress, and what it says in the end."""

from __future__ import annotations

import os
import secrets
import time
from collections.abc import Iterator, Mapping
from contextlib import contextmanager
from pathlib import Path
from typing import Final

import click
from rich.console import Console
from rich.progress import BarColumn, MofNCompleteColumn, Progress, TextColumn

from community.demo.content import Person, load
from community.demo.people import email_of
from community.demo.world import Shows, World, build, data_folder

SIGN_INS: Final = "demo-sign-ins.txt"
"""The file in the data folder with the addresses and passwords of the demo's people; readable by its owner only."""


def build_and_tell() -> None:
    """Make the demo world in this empty site, and print who can sign in. Needs an application context."""
    began = time.monotonic()
    known = [person for person in load().people if person.sign_in]
    passwords = {person.handle: new_password() for person in known}
    with _shown() as shows:
        world = build(passwords=passwords, shows=shows)
    lines = sign_ins(known, passwords)
    path = data_folder() / SIGN_INS
    _write_privately(path, lines)
    click.echo(_summary(world, time.monotonic() - began))
    for line in lines:
        click.echo(line)
    click.echo(f"This list is kept in {path}.")


def new_password() -> str:
    """A password that can be said aloud: four groups of two syllables, about 50 bits."""
    syllables = [secrets.choice("bdfghjklmnprstvz") + secrets.choice("aeiou") for _ in range(8)]
    return "-".join("".join(syllables[first : first + 2]) for first in range(0, 8, 2))


def sign_ins(people: list[Person], passwords: Mapping[str, str]) -> list[str]:
    """A line for each who can sign in: address, password and who it is."""
    widest = max(len(email_of(person)) for person in people)
    return [f"{email_of(person):<{widest}}  {passwords[person.handle]}  {person.name}, {_who(person)}" for person in people]


def _who(person: Person) -> str:
    roles = " and ".join(role.role for role in person.roles)
    return f"{person.title} ({roles})" if roles else "customer"


def _summary(world: World, seconds: float) -> str:
    posts = sum(len(thread.posts) for thread in world.topics.values())
    return f"Volt's community is here: {len(world.people)} people, {len(world.topics)} topics, {posts} posts ({seconds:.1f} s)."


def _write_privately(path: Path, lines: list[str]) -> None:
    descriptor = os.open(path, os.O_WRONLY | os.O_CREAT | os.O_TRUNC, 0o600)
    with os.fdopen(descriptor, "w", encoding="utf-8") as file:
        file.write("\n".join(lines) + "\n")


@contextmanager
def _shown() -> Iterator[Shows | None]:
    console = Console(stderr=True)
    if not console.is_terminal:
        yield None
        return
    with Progress(TextColumn("Building the demo"), BarColumn(), MofNCompleteColumn(), console=console) as progress:
        task = progress.add_task("", total=None)
        yield lambda number, total: progress.update(task, completed=number, total=total)
