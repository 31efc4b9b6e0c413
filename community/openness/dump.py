"""The public dump: everything that a visitor may read, in one archive that is made each night.

It holds the files of `bothways export`, the public record with its key, and a manifest with the SHA-256 of each. The archive
appears under its name when it is complete, and never changes afterwards.
"""

from __future__ import annotations

import hashlib
import json
import os
import re
import shutil
import tarfile
from dataclasses import dataclass
from datetime import date, datetime, time, timedelta
from pathlib import Path
from typing import Any, Final
from zoneinfo import ZoneInfo

from flask import current_app
from sqlalchemy import func, select

from community.backup.export import export_public
from community.categories.events import CategoryChanged
from community.core import clock
from community.core.log import LoggedEvent
from community.core.schedule import Job
from community.extensions import db
from community.posts.events import PostRemoved
from community.record.queries import lines, newest_signed
from community.settings.queries import site
from community.topics.events import TopicMoved

NAME: Final = re.compile(r"public-(\d{4}-\d{2}-\d{2})\.tar\.gz", re.ASCII)

NIGHT: Final = time(3)
"""The time at the desk from which on the dump of a day is made."""

HIDING: Final = tuple(kind.name for kind in (PostRemoved, TopicMoved, CategoryChanged))
"""Events after which something may no longer be public."""

README: Final = """Everything that a visitor of this community may read, as JSON lines: a file for each kind of thing, with the
names that its API uses. manifest.json holds the SHA-256 of every file, and the newest signed head of the public record.

record.jsonl is the public record itself. `bothways record verify record.jsonl --key record-key.pem` checks it; nothing
but these two files is needed.
"""


Head = dict[str, Any]
"""A signed head as a line of the record holds it."""


@dataclass(frozen=True, slots=True)
class Dump:
    """One archive: `sha256` is of the archive as a whole."""

    name: str
    day: date
    bytes: int
    sha256: str
    made_at: datetime

    @property
    def url(self) -> str:
        """Where it is downloaded."""
        return f"/openness/{self.name}"


def folder() -> Path:
    """Where dumps lie."""
    found: Path = current_app.config["BOTHWAYS"].data / "dumps"
    return found


def dumps() -> tuple[Dump, ...]:
    """Those that are there, newest first."""
    found = [_described(path) for path in folder().glob("public-*.tar.gz") if NAME.fullmatch(path.name)]
    return tuple(sorted((each for each in found if each is not None), key=lambda each: each.day, reverse=True))


def make_dump() -> Dump | None:
    """Make the dump of this day and throw away those beyond the setting; None where the setting says that there is none."""
    kept, here = site().public_dumps, folder()
    if not kept:
        _keep(here, 0)
        return None
    here.mkdir(parents=True, exist_ok=True)
    day = clock.now().astimezone(ZoneInfo(site().desk_time_zone)).date()
    work, archive = here / ".making", here / f"public-{day.isoformat()}.tar.gz"
    shutil.rmtree(work, ignore_errors=True)
    inside = work / archive.name.removesuffix(".tar.gz")
    began = clock.now()
    db.session.rollback()  # the export begins a snapshot of its own
    try:
        counts = export_public(inside)
        db.session.rollback()
        record_head = _add_record(inside)
        _seal(inside, counts, record_head)
        whole = work / archive.name
        with tarfile.open(whole, "w:gz") as packed:
            packed.add(inside, arcname=inside.name)
        begun = began.timestamp()
        os.utime(whole, (begun, begun))  # what is removed from now on makes it old
        told = here / f"{archive.name}.sha256"
        told.unlink(missing_ok=True)  # of one that was made earlier this day: without its sum an archive is not shown
        digest = _digest(whole)
        whole.replace(archive)
        told.write_text(f"{digest}  {archive.name}\n")
    finally:
        shutil.rmtree(work, ignore_errors=True)
    _keep(here, kept)
    return _described(archive)


def make_due_dump() -> None:
    """Make the dump of this night when it is time; the first one at once, and one anew after something was taken out of sight.

    Older ones still hold it, so they go: what is removed here is not to be had here a week longer.
    """
    if not site().public_dumps:
        _keep(folder(), 0)
        return
    hidden = _hidden_since()
    for each in dumps():
        if hidden is not None and each.made_at <= hidden:
            _throw_away(folder() / each.name)
    now = clock.now().astimezone(ZoneInfo(site().desk_time_zone))
    newest = next(iter(dumps()), None)
    if newest is None or (newest.day < now.date() and now.time() >= NIGHT):
        make_dump()


def _hidden_since() -> datetime | None:
    """When something that everybody could read was last taken out of sight, as far as the log knows."""
    return db.session.execute(select(func.max(LoggedEvent.at)).where(LoggedEvent.name.in_(HIDING))).scalar_one()


def _add_record(inside: Path) -> Head | None:
    """Write the record and its key; returns its last signed head: one that is signed while this runs may be of a later entry."""
    last = None
    with (inside / "record.jsonl").open("w", encoding="utf-8") as file:
        for line in lines():
            file.write(line)
            row = json.loads(line)
            last = row if "head" in row else last
    signed = newest_signed()
    if signed is not None:
        (inside / "record-key.pem").write_text(signed.key)
    return last


def _seal(inside: Path, counts: dict[str, int], record_head: Head | None) -> None:
    """Complete the manifest: the digest of every file, and the signed head that the record is checked with."""
    (inside / "README.txt").write_text(README)
    manifest = json.loads((inside / "manifest.json").read_text())
    files = sorted(path for path in inside.iterdir() if path.name != "manifest.json")
    manifest |= {"lines": counts, "sha256": {path.name: _digest(path) for path in files}, "record_head": record_head}
    (inside / "manifest.json").write_text(json.dumps(manifest, indent=2) + "\n")


def _described(path: Path) -> Dump | None:
    found, told = NAME.fullmatch(path.name), path.with_name(f"{path.name}.sha256")
    try:
        size, at, digest = path.stat().st_size, path.stat().st_mtime, told.read_text().split()[0]
    except (OSError, IndexError):
        return None  # thrown away this moment
    assert found is not None
    return Dump(path.name, date.fromisoformat(found[1]), size, digest, datetime.fromtimestamp(at, ZoneInfo("UTC")))


def _keep(here: Path, count: int) -> None:
    archives = sorted((path for path in here.glob("public-*.tar.gz") if NAME.fullmatch(path.name)), reverse=True)
    for path in archives[count:]:
        _throw_away(path)


def _throw_away(path: Path) -> None:
    path.with_name(f"{path.name}.sha256").unlink(missing_ok=True)
    path.unlink(missing_ok=True)


def _digest(path: Path) -> str:
    with path.open("rb") as file:
        return hashlib.file_digest(file, "sha256").hexdigest()


JOBS = [Job("make the public dump", timedelta(minutes=20), make_due_dump)]
