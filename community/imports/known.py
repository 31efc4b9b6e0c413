"""What was imported before: the rows that make a second import change nothing."""

from __future__ import annotations

from collections.abc import Iterable
from itertools import islice
from typing import NamedTuple

from sqlalchemy import select

from community.core.unit import Unit
from community.extensions import db
from community.imports.models import ImportedThing

_AT_ONCE = 500


class Known(NamedTuple):
    """What a thing became here, and how it was there then (see ImportedThing)."""

    id: int
    local_id: int
    digest: str
    version: int


def known_things(site: str, kind: str, keys: Iterable[str]) -> dict[str, Known]:
    """Which of these things of a site were imported before, by their keys there."""
    found: dict[str, Known] = {}
    waiting = iter(dict.fromkeys(keys))
    columns = (ImportedThing.external_id, ImportedThing.id, ImportedThing.local_id, ImportedThing.digest, ImportedThing.version)
    while some := list(islice(waiting, _AT_ONCE)):
        wanted = select(*columns).where(ImportedThing.site == site, ImportedThing.kind == kind, ImportedThing.external_id.in_(some))
        found |= {row.external_id: Known(row.id, row.local_id, row.digest, row.version) for row in db.session.execute(wanted)}
    return found


def site_known_by(fingerprint: str) -> str | None:
    """The site whose files had this fingerprint when they were imported before."""
    marked = select(ImportedThing.site).where(ImportedThing.kind == "dump", ImportedThing.external_id == fingerprint)
    return db.session.scalars(marked.order_by(ImportedThing.id).limit(1)).first()


def remember_dump(u: Unit, site: str, fingerprint: str) -> None:
    """Inside a unit: know the files of a site again by this fingerprint."""
    if fingerprint not in known_things(site, "dump", [fingerprint]):
        u.add(ImportedThing(site=site, kind="dump", external_id=fingerprint, local_id=0))
