"""Reading the record: everybody reads the same."""

from __future__ import annotations

import json
from collections import defaultdict
from collections.abc import Collection, Iterator, Sequence
from dataclasses import dataclass
from datetime import UTC, date, datetime, time, timedelta
from typing import Any

from sqlalchemy import ColumnElement, func, select

from community.accounts.models import Account
from community.core.errors import NotFound
from community.core.paging import PAGE_SIZE, Page, page_count
from community.extensions import db
from community.record.chain import Head
from community.record.follow import written
from community.record.models import RecordEntry, RecordHead, RecordPart
from community.record.wording import KINDS

_PORTION = 1000  # Entries read together for the file.


@dataclass(frozen=True, slots=True)
class EntryView:
    """An entry as the page shows it. `parts` holds the words that are still there; `gone` names those that were erased."""

    n: int
    at: datetime
    kind: str
    about: dict[str, int]
    parts: dict[str, str]
    gone: frozenset[str]
    hash: str


@dataclass(frozen=True, slots=True)
class Filters:
    """Which entries: of a kind, by an employee (a handle), between two days."""

    kind: str = ""
    by: str = ""
    since: date | None = None
    until: date | None = None

    @property
    def arguments(self) -> tuple[tuple[str, str], ...]:
        """As the address has them."""
        given = {
            "kind": self.kind,
            "by": self.by,
            "since": self.since.isoformat() if self.since else "",
            "until": self.until.isoformat() if self.until else "",
        }
        return tuple((name, value) for name, value in given.items() if value)


@dataclass(frozen=True, slots=True)
class RecordPage:
    """A page of entries, newest first, with the end of the chain and the newest signed head."""

    entries: tuple[EntryView, ...]
    total: int
    page: Page
    last: Head | None
    signed: RecordHead | None
    people: tuple[tuple[str, str], ...]


def record_page(filters: Filters, *, number: int = 1) -> RecordPage:
    """Entries that fit. Raises NotFound for an unknown kind and beyond the last page."""
    conditions = _conditions(filters)
    total = db.session.execute(select(func.count()).select_from(RecordEntry).where(*conditions)).scalar_one()
    page = Page(number, page_count(total), "/record", filters.arguments)
    if number > page.count:
        raise NotFound
    rows = db.session.scalars(
        select(RecordEntry).where(*conditions).order_by(RecordEntry.n.desc()).offset((number - 1) * PAGE_SIZE).limit(PAGE_SIZE)
    ).all()
    return RecordPage(_views(rows), total, page, last_head(), newest_signed(), _people())


def newest_entries(limit: int) -> tuple[EntryView, ...]:
    """The newest ones, for the feed."""
    return _views(db.session.scalars(select(RecordEntry).order_by(RecordEntry.n.desc()).limit(limit)).all())


def entries_after(n: int, limit: int) -> tuple[EntryView, ...]:
    """Entries in their order, for the API."""
    return _views(db.session.scalars(select(RecordEntry).where(RecordEntry.n > n).order_by(RecordEntry.n).limit(limit)).all())


def last_head() -> Head | None:
    """The end of the chain."""
    row = db.session.execute(
        select(RecordEntry.n, RecordEntry.hash, RecordEntry.at).order_by(RecordEntry.n.desc()).limit(1)
    ).first()
    return Head(row.n, row.hash, written(row.at)) if row else None


def newest_signed() -> RecordHead | None:
    """The newest signed head."""
    return db.session.scalars(select(RecordHead).order_by(RecordHead.n.desc()).limit(1)).one_or_none()


def lines() -> Iterator[str]:
    """The whole record as JSON lines, entries and signed heads in their order; memory does not grow with it."""
    after = 0
    while portion := _portion(after):
        after = portion[-1][0]
        yield from (line for _n, line in portion)


def _portion(after: int) -> list[tuple[int, str]]:
    """The next lines with the numbers of their entries; no transaction stays open while they are sent, however slowly."""
    rows = db.session.scalars(select(RecordEntry).where(RecordEntry.n > after).order_by(RecordEntry.n).limit(_PORTION)).all()
    numbers = [row.n for row in rows]
    parts = _parts(numbers)
    heads = {head.n: head for head in db.session.scalars(select(RecordHead).where(RecordHead.n.in_(numbers)))}
    found = []
    for row in rows:
        found.append((row.n, _line(entry_row(row, parts[row.n]))))
        if row.n in heads:
            found.append((row.n, _line(head_row(heads[row.n]))))
    db.session.expunge_all()
    db.session.rollback()
    return found


def entry_row(entry: RecordEntry, parts: Collection[RecordPart]) -> dict[str, Any]:
    """An entry as the file holds it; a part whose words were erased has its digest alone."""
    told: dict[str, dict[str, str]] = {name: {"digest": digest} for name, digest in entry.parts.items()}
    for part in parts:
        told[part.name] |= {"salt": part.salt, "text": part.text}
    return {
        "n": entry.n,
        "at": written(entry.at),
        "kind": entry.kind,
        "about": entry.about,
        "parts": told,
        "prev": entry.prev,
        "hash": entry.hash,
    }


def head_row(head: RecordHead) -> dict[str, Any]:
    """A signed head as the file holds it."""
    return {"head": {"n": head.n, "hash": head.hash, "at": written(head.at)}, "signature": head.signature}


def _line(row: dict[str, Any]) -> str:
    return json.dumps(row, sort_keys=True, separators=(",", ":"), ensure_ascii=False) + "\n"


def _views(rows: Sequence[RecordEntry]) -> tuple[EntryView, ...]:
    parts = _parts([row.n for row in rows])
    views = []
    for row in rows:
        words = {part.name: part.text for part in parts[row.n]}
        views.append(EntryView(row.n, row.at, row.kind, row.about, words, frozenset(row.parts.keys() - words.keys()), row.hash))
    return tuple(views)


def _parts(numbers: Collection[int]) -> dict[int, list[RecordPart]]:
    found: dict[int, list[RecordPart]] = defaultdict(list)
    for part in db.session.scalars(select(RecordPart).where(RecordPart.entry_n.in_(numbers)).order_by(RecordPart.id)):
        found[part.entry_n].append(part)
    return found


def _conditions(filters: Filters) -> list[ColumnElement[bool]]:
    found: list[ColumnElement[bool]] = []
    if filters.kind:
        if filters.kind not in KINDS:
            raise NotFound
        found.append(RecordEntry.kind == filters.kind)
    if filters.by:
        found.append(RecordEntry.by_id.in_(select(Account.id).where(Account.handle == filters.by)))
    if filters.since is not None:
        found.append(RecordEntry.at >= datetime.combine(filters.since, time(), tzinfo=UTC))
    if filters.until is not None:
        found.append(RecordEntry.at < datetime.combine(filters.until, time(), tzinfo=UTC) + timedelta(days=1))
    return found


def _people() -> tuple[tuple[str, str], ...]:
    """Handles and names of those whose acts are in the record."""
    acted = select(RecordEntry.by_id).where(RecordEntry.by_id.is_not(None)).distinct()
    query = select(Account.handle, Account.name).where(Account.id.in_(acted), Account.erased_at.is_(None)).order_by(Account.name)
    return tuple((row.handle, row.name) for row in db.session.execute(query))
