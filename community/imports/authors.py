"""Accounts for people of another forum: without address and password, and looking like nobody of the staff."""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterable, Iterator
from datetime import datetime
from itertools import count, islice
from typing import Final
from zlib import crc32

from flask_babel import gettext as _
from sqlalchemy import select

from community.accounts.events import AccountOpened
from community.accounts.models import Account
from community.accounts.names import handle_from, hue_of, poses_as, skeleton
from community.core.unit import Unit
from community.extensions import db
from community.imports.incoming import NAME_CHARS, Author, line
from community.imports.known import known_things
from community.imports.models import ImportedThing
from community.imports.rows import insert_rows
from community.settings.queries import site as site_settings
from community.staff.queries import staff_names_unchecked

_SMALL_NUMBERS: Final = 8
_AT_ONCE: Final = 500


class Names:
    """Which names are kept for the brand and its staff, as of now."""

    def __init__(self) -> None:
        settings = site_settings()
        self._brand, self._reserved = settings.brand_name, settings.reserved_names
        self._staff = {skeleton(text) for pair in staff_names_unchecked() for text in pair}

    def is_kept(self, text: str) -> bool:
        """Whether somebody of this name could be taken for the brand or for one of its staff."""
        return poses_as(text, self._brand, self._reserved) or skeleton(text) in self._staff

    def shown_name(self, author: Author, site: str) -> str:
        """The author's name; with the site behind it, or made anew, where it is kept."""
        said = line(author.name, NAME_CHARS)
        marked = line(f"{said[: NAME_CHARS // 2]} ({site})", NAME_CHARS)
        anonymous = line(_("Member %(number)s of another forum", number=_number(author)), NAME_CHARS)
        return next((name for name in (said, marked) if not self.is_kept(name)), anonymous)

    def handle(self, author: Author, taken: set[str]) -> str:
        """A handle made of the name that is neither kept nor among those taken."""
        return next(each for each in self.candidates(author) if each not in taken and not self.is_kept(each))

    def candidates(self, author: Author) -> Iterator[str]:
        """Handles for an author, the plainest first, without end."""
        plain, number = handle_from(author.name), _number(author)
        if self.is_kept(plain):
            plain = handle_from(f"member {number}")
        yield plain
        yield from (f"{plain}-{n}" for n in range(2, 2 + _SMALL_NUMBERS))
        yield from (f"{plain[:12].rstrip('-')}-{number + n}" for n in count())


def account_ids(u: Unit, site: str, authors: Iterable[tuple[Author, datetime]], names: Names) -> dict[str, int]:
    """Inside a unit: the account of each author by key, made where it is missing. The moment is when they first wrote."""
    wanted: dict[str, tuple[Author, datetime]] = {}
    for author, wrote_at in authors:
        _same, earlier = wanted.get(author.key, (author, wrote_at))
        wanted[author.key] = author, min(earlier, wrote_at)
    ids = {key: known.local_id for key, known in known_things(site, "user", wanted).items()}
    fresh = [found for key, found in wanted.items() if key not in ids]
    if not fresh:
        return ids
    made = insert_rows(u, Account, _rows(u, site, fresh, names))
    things = []
    for (author, _at), account_id in zip(fresh, made, strict=True):
        ids[author.key] = account_id
        things.append({"site": site, "kind": "user", "external_id": author.key, "local_id": account_id})
        u.record(AccountOpened(account_id=account_id))
    insert_rows(u, ImportedThing, things)
    return ids


def _rows(u: Unit, site: str, authors: list[tuple[Author, datetime]], names: Names) -> list[dict[str, object]]:
    taken = _taken([author for author, _at in authors], names)
    rows: list[dict[str, object]] = []
    for author, wrote_at in authors:
        handle = names.handle(author, taken)
        taken.add(handle)
        rows.append(
            {
                "handle": handle,
                "skeleton": skeleton(handle),
                "name": names.shown_name(author, site),
                "confirmed_at": u.now,
                "created_at": author.joined_at or wrote_at,
                "hue": hue_of(handle),
                "imported_from": site,
            }
        )
    return rows


def _taken(authors: list[Author], names: Names) -> set[str]:
    """The handles with an owner among those that come into question."""
    first = {author.key: list(islice(names.candidates(author), _SMALL_NUMBERS + 4)) for author in authors}
    plain = [handles[0] for handles in first.values()]
    taken = _owned(plain)
    twice = {handle for handle, times in Counter(plain).items() if times > 1}
    contested = [handle for handles in first.values() if handles[0] in taken | twice for handle in handles]
    return taken | _owned(contested)


def _owned(handles: Iterable[str]) -> set[str]:
    owned: set[str] = set()
    waiting = iter(dict.fromkeys(handles))
    while some := list(islice(waiting, _AT_ONCE)):
        owned.update(db.session.scalars(select(Account.handle).where(Account.handle.in_(some))))
    return owned


def _number(author: Author) -> int:
    """A number that belongs to the author: theirs there, or one made of the key."""
    return int(author.key) if author.key.isascii() and author.key.isdigit() else crc32(author.key.encode("utf-8", "replace"))
