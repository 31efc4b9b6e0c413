"""Small Stack Exchange dumps written by tests, and what an import left in the database."""

from __future__ import annotations

from collections.abc import Iterator
from contextlib import contextmanager
from hashlib import sha256
from pathlib import Path
from typing import Any
from xml.sax.saxutils import quoteattr

from flask import Flask
from sqlalchemy import select

import community.tables
from community.accounts.models import Account
from community.answers.models import Acceptance
from community.core.base import Base
from community.extensions import db
from community.imports.actions import Outcome, run_import
from community.imports.models import ImportedThing
from community.posts.models import Edit, Post, Source
from community.topics.models import Closure, Duplicate, Topic

assert community.tables

SITE = "bikes.example.com"


class Dump:
    """Rows of a dump; `write` puts them into the XML files of a folder. Attributes are given by their names there."""

    def __init__(self, folder: Path) -> None:
        self.folder = folder
        self.rows: dict[str, list[dict[str, str]]] = {"Posts": [], "Users": [], "Comments": []}

    def add(self, file: str, **attributes: object) -> dict[str, str]:
        row = {name: str(value) for name, value in attributes.items() if value is not None}
        self.rows.setdefault(file, []).append(row)
        return row

    def user(self, key: int, name: str, **more: object) -> dict[str, str]:
        return self.add("Users", Id=key, **{"DisplayName": name, "CreationDate": "2015-01-01T00:00:00.000", **more})

    def question(self, key: object, title: str, by: object = 1, day: int = 1, **more: object) -> dict[str, str]:
        first = {"Title": title, "Body": f"<p>{title}, in full.</p>", "Tags": "<brakes>"}
        return self._post(key, 1, by, day, **{**first, **more})

    def answer(self, key: object, question: object, by: object = 2, day: int = 2, **more: object) -> dict[str, str]:
        return self._post(key, 2, by, day, **{"ParentId": question, "Body": f"<p>Answer {key}.</p>", **more})

    def comment(self, key: object, post: object, by: object = 1, day: int = 3, **more: object) -> dict[str, str]:
        first = {
            "Text": f"Comment {key}.",
            "Score": 0,
            "CreationDate": self.date(day),
            "UserId": by,
            "ContentLicense": "CC BY-SA 4.0",
        }
        return self.add("Comments", Id=key, PostId=post, **{**first, **more})

    def history(self, key: int, post: int, kind: int, text: str, day: int, by: int = 1, **more: object) -> dict[str, str]:
        first = {"CreationDate": self.date(day), "UserId": by, "Text": text, "RevisionGUID": f"{post}-{day}"}
        return self.add("PostHistory", Id=key, PostId=post, PostHistoryTypeId=kind, **{**first, **more})

    def _post(self, key: object, kind: int, by: object, day: int, **more: object) -> dict[str, str]:
        first = {"Score": 1, "CreationDate": self.date(day), "OwnerUserId": by, "ContentLicense": "CC BY-SA 4.0"}
        return self.add("Posts", Id=key, PostTypeId=kind, **{**first, **more})

    @staticmethod
    def date(day: int) -> str:
        return f"2020-01-{day:02d}T12:00:00.000"

    def write(self) -> Path:
        self.folder.mkdir(parents=True, exist_ok=True)
        for file, rows in self.rows.items():
            lines = (f"  <row {' '.join(f'{name}={quoteattr(value)}' for name, value in row.items())} />\n" for row in rows)
            name = file.lower()
            text = f'<?xml version="1.0" encoding="utf-8"?>\n<{name}>\n{"".join(lines)}</{name}>\n'
            (self.folder / f"{file}.xml").write_text(text, "utf-8-sig")
        return self.folder


def workshop(folder: Path) -> Dump:
    """Two people, one solved question with two answers and two comments, and one that nobody answered."""
    dump = Dump(folder)
    dump.user(1, "Ada Byron")
    dump.user(2, "Grace Hopper")
    dump.question(1, "Why do my brakes squeal?", AcceptedAnswerId=2, Score=7, Tags="<brakes><noise>")
    dump.answer(2, 1, by=2, day=2, Score=5, Body="<p>Clean the <strong>rotor</strong>.</p>")
    dump.answer(3, 1, by=1, day=4)
    dump.comment(1, 1, by=2, day=2)
    dump.comment(2, 2, by=1, day=3, Text="# Thanks @Grace, *that* helped: `a_b`")
    dump.question(4, "Is it too late to ride?", by=2, day=5)
    return dump


def many(folder: Path, questions: int, people: int = 40) -> Dump:
    """A dump of so many questions, each with two answers and a comment."""
    dump = Dump(folder)
    for person in range(1, people + 1):
        dump.user(person, f"Rider {person % 30}")
    for n in range(questions):
        key = 10 * n + 1
        dump.question(
            key, f"Question {n} about gears", by=n % people + 1, day=n % 20 + 1, AcceptedAnswerId=key + 1 if n % 3 else None
        )
        dump.answer(key + 1, key, by=(n + 1) % people + 1, day=n % 20 + 2)
        dump.answer(key + 2, key, by=(n + 2) % people + 1, day=n % 20 + 3)
        dump.comment(n + 1, key + 1, by=n % people + 1, day=n % 20 + 4)
    return dump


def imported(app: Flask, folder: Path, **options: Any) -> Outcome:
    with app.app_context():
        return run_import("stackexchange", folder, **{"site": SITE, **options})


def checksum(app: Flask) -> dict[str, str]:
    """A digest of every table."""
    with app.app_context():
        tables = {}
        for table in Base.metadata.sorted_tables:
            rows = db.session.execute(select(table).order_by(*table.primary_key.columns)).all()
            tables[table.name] = f"{len(rows)} {sha256(repr(rows).encode()).hexdigest()[:16]}"
        return tables


def contents(app: Flask) -> list[tuple[Any, ...]]:
    """What readers of the site see of it, without ids, which may differ."""
    with app.app_context():
        posts = (
            select(
                *(Topic.title, Topic.slug, Topic.state, Topic.closed, Topic.post_count, Topic.others_count, Topic.accepted_count),
                *(Topic.created_at, Topic.active_at, Topic.last_post_at, Account.handle, Account.name, Account.created_at),
                *(Post.number, Post.role, Post.body, Post.html, Post.text, Post.created_at, Post.edited_at, Post.version),
                *(Post.accepted, Post.accepted_at, Source.author_name, Source.url, Source.licence, Source.score),
                *(ImportedThing.site, ImportedThing.external_id, ImportedThing.digest, ImportedThing.version),
            )
            .join(Topic, Topic.id == Post.topic_id)
            .join(Account, Account.id == Post.author_id)
            .join(Source, Source.post_id == Post.id)
            .join(ImportedThing, (ImportedThing.local_id == Post.id) & (ImportedThing.kind == "post"))
            .order_by(ImportedThing.external_id)
        )
        return [tuple(row) for row in db.session.execute(posts)]


@contextmanager
def reading(app: Flask) -> Iterator[Reading]:
    with app.app_context():
        yield Reading()


class Reading:
    """Rows by what they were called there."""

    def topic(self, key: str) -> Topic:
        return db.session.get_one(Topic, self._local("topic", key))

    def post(self, key: str) -> Post:
        return db.session.get_one(Post, self._local("post", key))

    def account(self, key: str) -> Account:
        return db.session.get_one(Account, self._local("user", key))

    def source(self, key: str) -> Source:
        return db.session.get_one(Source, self._local("post", key))

    def numbers(self, key: str) -> list[tuple[int, str]]:
        """The posts of a topic in order: number and the name there."""
        things = select(Post.number, ImportedThing.external_id).join(ImportedThing, ImportedThing.local_id == Post.id)
        wanted = things.where(ImportedThing.kind == "post", Post.topic_id == self._local("topic", key)).order_by(Post.number)
        return [tuple(row) for row in db.session.execute(wanted)]

    def rows(self, model: type[Acceptance | Closure | Duplicate | Edit]) -> list[Any]:
        return list(db.session.scalars(select(model).order_by(model.id)))

    def _local(self, kind: str, key: str) -> int:
        found = select(ImportedThing.local_id).where(ImportedThing.kind == kind, ImportedThing.external_id == key)
        return db.session.execute(found).scalar_one()
