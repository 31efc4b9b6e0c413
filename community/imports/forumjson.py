"""Questions of a support forum as JSON: one object a line, or one array of them, also gzipped (docs/importing.md)."""

from __future__ import annotations

import gzip
import sqlite3
import zlib
from collections import Counter
from collections.abc import Iterator
from html import escape
from pathlib import Path
from typing import Any, BinaryIO, Final, Self
from urllib.parse import urlsplit

from flask_babel import gettext as _

from community.core import clock
from community.core.errors import Invalid
from community.imports.incoming import (
    NAME_CHARS,
    Author,
    IncomingDuplicate,
    IncomingPost,
    IncomingTopic,
    line,
    moment,
    score_of,
    tags_of,
    title_and_rest,
    whole,
)
from community.imports.jsonrecords import records

_GZIP: Final = b"\x1f\x8b"

KNOWN_LICENCES: Final = {
    "support.mozilla.org": ("Creative Commons BY-SA", "https://www.mozilla.org/foundation/licensing/website-content/"),
}
"""The licence of a site whose files do not carry it, from the foot of its pages."""

Record = dict[str, Any]


class ForumJson:
    """A file of questions. `total` and progress are in bytes of the file as it is on disk."""

    def __init__(self, path: Path, site: str = "", licence: str = "", licence_url: str = "") -> None:
        if not path.is_file():
            raise Invalid(_("%(path)s is not a file.", path=path))
        self.left_out: Counter[str] = Counter()
        self.total = path.stat().st_size
        self.fingerprint = ""
        self.read_at = clock.now()
        # Ids that were there before; on disk beyond a few megabytes, and gone with the process.
        self._seen = sqlite3.connect("", isolation_level=None)
        self._seen.executescript("PRAGMA journal_mode = OFF; CREATE TABLE seen (key TEXT PRIMARY KEY) WITHOUT ROWID;")
        self._raw: BinaryIO = path.open("rb")
        zipped = self._raw.read(2) == _GZIP
        self._raw.seek(0)
        self._file: Any = gzip.GzipFile(fileobj=self._raw) if zipped else self._raw
        self._records = self._read()
        self._first = next(self._records, None)
        self.host = site or _host(self._first)
        self.site = self.host or line(path.name.split(".")[0], 60)
        known, known_url = KNOWN_LICENCES.get(self.site, ("", ""))
        self._licence, self._licence_url = licence or known, licence_url or ("" if licence else known_url)

    def __enter__(self) -> Self:
        return self

    def __exit__(self, *_error: object) -> None:
        self._raw.close()
        self._seen.close()

    @property
    def is_empty(self) -> bool:
        """Whether there is not one record."""
        return self._first is None

    def topics(self) -> Iterator[tuple[IncomingTopic | None, int]]:
        """Each question with its answers, in the order of the file."""
        passed = 0
        for record in self._all():
            topic = self._topic(record)
            at = self._raw.tell()
            yield topic, at - passed
            passed = at

    def duplicates(self) -> Iterator[IncomingDuplicate]:
        """None: these files do not tell."""
        return iter(())

    def _all(self) -> Iterator[Record]:
        if self._first is not None:
            yield self._first
            yield from self._records

    def _read(self) -> Iterator[Record]:
        def broken() -> None:
            self.left_out[_("records that cannot be read")] += 1

        try:
            yield from records(self._file, broken)
        except (OSError, EOFError, zlib.error):
            # A torn archive: what came before the tear is sound.
            self.left_out[_("the rest of a file that is torn")] += 1

    def _topic(self, record: Record) -> IncomingTopic | None:
        key, (title, rest) = _key(record.get("id")), title_and_rest(_text(record.get("title")))
        if not key or not title:
            self.left_out[_("questions without a usable id or title")] += 1
            return None
        if not self._is_new(key):
            self.left_out[_("questions with an id that was there before")] += 1
            return None
        question = self._post(record, key, None, lead=rest)
        answers = [post for each in _list(record.get("answers")) if (post := self._answer(each, question))]
        posts = (question, *sorted(answers, key=lambda post: post.created_at))
        locked = record.get("locked") is True
        return IncomingTopic(
            key=key,
            title=title,
            tags=tags_of(
                [name for name in (*_list(record.get("tags")), record.get("topic")) if isinstance(name, str)], self.left_out
            ),
            posts=posts,
            closed_at=posts[-1].created_at if locked else None,
            closed_reason=_("Locked on %(site)s.", site=self.site) if locked else "",
        )

    def _answer(self, record: object, question: IncomingPost) -> IncomingPost | None:
        number = _key(record.get("id")) if isinstance(record, dict) else ""
        if not isinstance(record, dict) or not number:
            self.left_out[_("answers without a usable id")] += 1
        elif not self._is_new(f"answer-{number}"):
            self.left_out[_("answers with an id that was there before")] += 1
        else:
            return self._post(record, f"answer-{number}", question)
        return None

    def _is_new(self, key: str) -> bool:
        return self._seen.execute("INSERT OR IGNORE INTO seen VALUES (?)", (key,)).rowcount == 1

    def _post(self, record: Record, key: str, question: IncomingPost | None, lead: str = "") -> IncomingPost:
        at = moment(record.get("created"))
        if at is None:
            self.left_out[_("dates that cannot be right")] += 1
            at = question.created_at if question else self.read_at
        source = _text(record.get("html"))
        number = _key(record.get("id"))
        url = _web_address(record.get("url")) or (f"{question.url}#answer-{number}" if question and question.url else "")
        return IncomingPost(
            key=key,
            role="answer" if question else "question",
            author=self._author(record),
            created_at=at,
            source=f"<p><strong>{escape(lead)}</strong></p>\n{source}" if lead else source,
            score=_score(record),
            url=url,
            licence=line(_text(record.get("licence")), 60) or self._licence,
            licence_url=_web_address(record.get("licence_url")) or self._licence_url,
            accepted_at=at if question and record.get("accepted") is True else None,
        )

    def _author(self, record: Record) -> Author:
        name = line(_text(record.get("author")), NAME_CHARS)
        return Author(f"name:{name}", name or _("Unknown author"), _web_address(record.get("author_url")))


def _key(value: object) -> str:
    """An id as text: a whole number, or a short word."""
    number = whole(value)
    if number is not None:
        return str(number)
    return value if isinstance(value, str) and value.isascii() and value.isprintable() and 0 < len(value) <= 64 else ""


def _text(value: object) -> str:
    return value if isinstance(value, str) else ""


def _list(value: object) -> list[Any]:
    return value if isinstance(value, list) else []


def _score(record: Record) -> int | None:
    if "votes" in record:
        return score_of(record["votes"])
    helpful, unhelpful = score_of(record.get("helpful")), score_of(record.get("unhelpful"))
    return None if helpful is None else score_of(helpful - (unhelpful or 0))


def _web_address(value: object) -> str:
    """The text where it is an address of the web, otherwise nothing."""
    if not isinstance(value, str) or len(value) > 1000 or not value.isascii() or not value.isprintable() or " " in value:
        return ""
    return value if value.startswith(("https://", "http://")) else ""


def _host(record: Record | None) -> str:
    try:
        return (urlsplit(_web_address((record or {}).get("url"))).hostname or "").lower()
    except ValueError:
        return ""
