"""A Stack Exchange dump in a private SQLite file, because the posts of a topic are far apart in the XML.

The file is SQLite's own temporary one: on disk beyond a few megabytes, unlinked as soon as it is
open, so a killed import leaves nothing behind and memory stays flat.
"""

from __future__ import annotations

import json
import sqlite3
from collections import Counter
from collections.abc import Callable, Iterator
from itertools import islice
from pathlib import Path
from typing import Any, Final

from flask_babel import gettext as _

from community.core.errors import Invalid
from community.imports.incoming import whole
from community.imports.xmlrows import Row, rows

QUESTION, ANSWER = 1, 2
"""PostTypeId of the posts that are imported; the others are tag wikis and notices."""

_TABLES: Final = """
PRAGMA journal_mode = OFF;
PRAGMA synchronous = OFF;
CREATE TABLE posts (id INTEGER PRIMARY KEY, kind INTEGER, parent INTEGER, row TEXT);
CREATE TABLE comments (id INTEGER PRIMARY KEY, post INTEGER, row TEXT);
CREATE TABLE users (id INTEGER PRIMARY KEY, row TEXT);
CREATE TABLE accepted (post INTEGER PRIMARY KEY, at TEXT);
CREATE TABLE links (post INTEGER, related INTEGER, kind INTEGER, at TEXT, PRIMARY KEY (post, related, kind)) WITHOUT ROWID;
CREATE TABLE history (id INTEGER PRIMARY KEY, post INTEGER, row TEXT);
"""
_VIEWS: Final = """
CREATE INDEX answers ON posts (parent, id) WHERE kind = 2;
CREATE INDEX of_post ON comments (post, id);
CREATE INDEX changes ON history (post, id);
CREATE VIEW questions AS SELECT id, row FROM posts WHERE kind = 1;
CREATE VIEW answered AS SELECT a.id, a.parent, a.row FROM posts a JOIN posts q ON q.id = a.parent AND q.kind = 1 WHERE a.kind = 2;
CREATE VIEW commented AS SELECT c.id FROM comments c JOIN posts p ON p.id = c.post LEFT JOIN posts q ON q.id = p.parent
  WHERE p.kind = 1 OR (p.kind = 2 AND q.kind = 1);
CREATE VIEW duplicated AS SELECT l.post, l.related, l.at
  FROM links l JOIN questions q ON q.id = l.post JOIN questions o ON o.id = l.related WHERE l.kind = 3 AND l.post <> l.related;
"""
_POST: Final = [
    *("Title", "Tags", "Body", "Score", "CreationDate", "LastEditDate", "LastActivityDate", "ClosedDate", "AcceptedAnswerId"),
    *("LastEditorUserId", "LastEditorDisplayName", "OwnerUserId", "OwnerDisplayName", "ContentLicense"),
]
_COMMENT: Final = ["Text", "Score", "CreationDate", "UserId", "UserDisplayName", "ContentLicense"]
_USER: Final = ["DisplayName", "CreationDate"]
_HISTORY: Final = ["PostHistoryTypeId", "RevisionGUID", "CreationDate", "UserId", "UserDisplayName", "Comment", "Text"]
_TEXT_CHANGES: Final = frozenset(["1", "2", "4", "5", "7", "8", "10"])  # title and body: first, edited, rolled back; closed
_DUPLICATE, _MENTION = 3, 1  # LinkTypeId
_ACCEPTED_BY_ORIGINATOR: Final = "1"  # VoteTypeId

_AT_ONCE: Final = 200

Values = tuple[Any, ...]
Reading = Callable[[Row], Values | str | None]
"""What a row becomes here; in words why it is left out, or None where nobody needs to know."""


class Scratch:
    """The rows of one dump by what they belong to. Ask only after `load`."""

    def __init__(self, folder: Path, left_out: Counter[str]) -> None:
        self._folder, self._left_out = folder, left_out
        self._database = sqlite3.connect("", isolation_level=None)
        self._database.executescript(_TABLES)

    def close(self) -> None:
        """Give the disk space back."""
        self._database.close()

    def bytes_to_read(self) -> int:
        """The size of the files that `load` reads. Raises Invalid where there is no Posts.xml."""
        if not self._folder.is_dir():
            raise Invalid(_("%(path)s is not a folder; name the folder with the XML files of a dump.", path=self._folder))
        if self._path("Posts") is None:
            raise Invalid(_("%(folder)s holds no Posts.xml.", folder=self._folder))
        return sum(path.stat().st_size for name in _FILES if (path := self._path(name)))

    def load(self, passed: Callable[[int], None]) -> None:
        """Read the files; `passed` is told of every bytes read. Raises Invalid as `rows` does."""
        for name, (statement, values) in _FILES.items():
            path = self._path(name)
            if path is not None:
                self._fill(path, statement, values, passed)
        self._database.executescript(_VIEWS)
        self._count_orphans()

    def _path(self, name: str) -> Path | None:
        wanted = f"{name}.xml".lower()
        return next((path for path in sorted(self._folder.iterdir()) if path.name.lower() == wanted and path.is_file()), None)

    def _fill(self, path: Path, statement: str, values: Reading, passed: Callable[[int], None]) -> None:
        def broken() -> None:
            self._left_out[_("rows of %(file)s that cannot be read", file=path.name)] += 1

        def usable() -> Iterator[Values]:
            for row in rows(path, broken, passed):
                found = values(row)
                if isinstance(found, tuple):
                    yield found
                elif found is not None:
                    self._left_out[found] += 1

        source = usable()
        while batch := list(islice(source, _AT_ONCE)):
            self._database.execute("BEGIN")
            stored = self._database.executemany(statement, batch).rowcount
            self._database.execute("COMMIT")
            if stored < len(batch):
                self._left_out[_("rows of %(file)s with an id that was there before", file=path.name)] += len(batch) - stored

    def _count_orphans(self) -> None:
        for words, query in (
            (_("answers to questions that are not in the dump"), _LOST_ANSWERS),
            (_("comments on posts that are not imported"), _LOST_COMMENTS),
            (_("duplicate links to or from posts that are not imported"), _LOST_LINKS),
        ):
            count = self._database.execute(query).fetchone()[0]
            if count:
                self._left_out[words] += count

    def question_count(self) -> int:
        """How many questions there are."""
        return int(self._database.execute("SELECT count(*) FROM questions").fetchone()[0])

    def first_post(self) -> tuple[int, Row] | None:
        """The question or answer with the lowest id."""
        return next(self._rows("SELECT id, row FROM posts WHERE kind IN (1, 2) ORDER BY id LIMIT 1"), None)

    def questions(self) -> Iterator[tuple[int, Row]]:
        """All questions by id."""
        return self._rows("SELECT id, row FROM questions ORDER BY id")

    def answers(self, question: int) -> Iterator[tuple[int, Row]]:
        """The answers to a question by id."""
        return self._rows("SELECT id, row FROM posts WHERE kind = 2 AND parent = ? ORDER BY id", question)

    def comments(self, post: int) -> Iterator[tuple[int, Row]]:
        """The comments on a post by id."""
        return self._rows("SELECT id, row FROM comments WHERE post = ? ORDER BY id", post)

    def history(self, post: int) -> Iterator[tuple[int, Row]]:
        """The changes of title and body of a post, and its closures, in the order they were recorded."""
        return self._rows("SELECT id, row FROM history WHERE post = ? ORDER BY id", post)

    def user(self, user: int) -> Row | None:
        """What the dump says of a user."""
        found = self._database.execute("SELECT row FROM users WHERE id = ?", (user,)).fetchone()
        return json.loads(found[0]) if found else None

    def accepted_at(self, post: int) -> str | None:
        """The date, without an hour, on which an answer was accepted."""
        found = self._database.execute("SELECT at FROM accepted WHERE post = ?", (post,)).fetchone()
        return found[0] if found else None

    def duplicates(self) -> Iterator[tuple[int, int, str | None]]:
        """Questions that were closed as duplicates of another: both ids and when."""
        yield from self._database.execute("SELECT post, related, at FROM duplicated ORDER BY post, related")

    def mentions(self, limit: int) -> Iterator[tuple[int, Row]]:
        """Posts whose text links to another post of the site: that post's id, and the linking post."""
        return self._rows(
            "SELECT related, row FROM links l JOIN posts p ON p.id = l.post WHERE l.kind = 1 ORDER BY 1, p.id LIMIT ?", limit
        )

    def _rows(self, query: str, *values: int) -> Iterator[tuple[int, Row]]:
        for key, row in self._database.execute(query, values):
            yield key, json.loads(row)


_LOST_ANSWERS: Final = "SELECT (SELECT count(*) FROM posts WHERE kind = 2) - (SELECT count(*) FROM answered)"
_LOST_COMMENTS: Final = "SELECT (SELECT count(*) FROM comments) - (SELECT count(*) FROM commented)"
_LOST_LINKS: Final = "SELECT (SELECT count(*) FROM links WHERE kind = 3) - (SELECT count(*) FROM duplicated)"


def _kept(row: Row, names: list[str]) -> str:
    return json.dumps({name: row[name] for name in names if name in row})


def _post(row: Row) -> Values | str:
    key, kind = whole(row.get("Id")), whole(row.get("PostTypeId"))
    if key is None or kind is None:
        return str(_("posts without a usable id or type"))
    if kind not in (QUESTION, ANSWER):
        return str(_("posts of other types (tag wikis, notices)"))
    return key, kind, whole(row.get("ParentId")), _kept(row, _POST)


def _comment(row: Row) -> Values | str:
    key, post = whole(row.get("Id")), whole(row.get("PostId"))
    if key is None or post is None or not row.get("Text", "").strip():
        return str(_("comments without a usable id, post or text"))
    return key, post, _kept(row, _COMMENT)


def _user(row: Row) -> Values | str:
    key = whole(row.get("Id"))
    return _("users without a usable id") if key is None else (key, _kept(row, _USER))


def _vote(row: Row) -> Values | None:
    post = whole(row.get("PostId"))
    return (post, row.get("CreationDate")) if post is not None and row.get("VoteTypeId") == _ACCEPTED_BY_ORIGINATOR else None


def _link(row: Row) -> Values | None:
    post, related, kind = whole(row.get("PostId")), whole(row.get("RelatedPostId")), whole(row.get("LinkTypeId"))
    usable = post is not None and related is not None and kind in (_DUPLICATE, _MENTION)
    return (post, related, kind, row.get("CreationDate")) if usable else None


def _history(row: Row) -> Values | None:
    key, post = whole(row.get("Id")), whole(row.get("PostId"))
    usable = key is not None and post is not None and row.get("PostHistoryTypeId") in _TEXT_CHANGES
    return (key, post, _kept(row, _HISTORY)) if usable else None


_FILES: Final[dict[str, tuple[str, Reading]]] = {
    "Posts": ("INSERT OR IGNORE INTO posts VALUES (?, ?, ?, ?)", _post),
    "Comments": ("INSERT OR IGNORE INTO comments VALUES (?, ?, ?)", _comment),
    "Users": ("INSERT OR IGNORE INTO users VALUES (?, ?)", _user),
    "Votes": ("INSERT OR REPLACE INTO accepted VALUES (?, ?)", _vote),
    "PostLinks": ("INSERT OR REPLACE INTO links VALUES (?, ?, ?, ?)", _link),
    "PostHistory": ("INSERT OR IGNORE INTO history VALUES (?, ?, ?)", _history),
}
"""The files that are read, with where their rows go. Badges and Tags tell nothing that the posts do not."""
