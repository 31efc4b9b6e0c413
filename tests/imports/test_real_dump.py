"""The real dump, whole: every question, answer, acceptance and comment that the XML has."""

from __future__ import annotations

from collections import Counter
from datetime import UTC, datetime
from pathlib import Path
from xml.etree import ElementTree as ET

from flask import Flask
from sqlalchemy import func, select

from community.accounts.models import Account
from community.answers.models import Acceptance
from community.extensions import db
from community.imports.models import ImportedThing
from community.posts.models import Post, Source
from community.topics.models import Closure, Duplicate, Topic
from tests.imports.dumps import checksum, imported, reading


def rows(path: Path) -> list[dict[str, str]]:
    return [dict(element.attrib) for _event, element in ET.iterparse(path) if element.tag == "row"]


def test_every_question_and_answer_of_the_real_dump(app: Flask, shared_data: Path) -> None:
    folder = shared_data / "stackexchange" / "bicycles-meta"
    posts = {row["Id"]: row for row in rows(folder / "Posts.xml") if row["PostTypeId"] in "12"}
    comments = [row for row in rows(folder / "Comments.xml") if row["PostId"] in posts]
    kinds = Counter(row["PostTypeId"] for row in posts.values())
    outcome = imported(app, folder, site="")
    assert (outcome.site, outcome.topics, outcome.answers, outcome.replies) == (
        "bicycles.meta.stackexchange.com",
        453,
        971,
        len(comments),
    )
    assert (kinds["1"], kinds["2"]) == (453, 971)
    assert len(comments) == 2448  # of 2,448 in the file: none without its post
    assert outcome.left_out == {
        "posts of other types (tag wikis, notices)": 22,
        "duplicate links to or from posts that are not imported": 1,
    }
    with reading(app) as now:
        things = {
            row.external_id: row.local_id
            for row in db.session.execute(select(ImportedThing).where(ImportedThing.kind == "post")).scalars()
        }
        assert things.keys() == posts.keys() | {f"comment-{row['Id']}" for row in comments}
        assert db.session.scalar(select(func.count()).where(Post.accepted)) == len(now.rows(Acceptance)) == 157
        assert {mark.post_id for mark in now.rows(Acceptance)} == {
            things[row["AcceptedAnswerId"]] for row in posts.values() if "AcceptedAnswerId" in row
        }
        assert len(now.rows(Closure)) == sum("ClosedDate" in row for row in posts.values()) == 15
        assert len(now.rows(Duplicate)) == outcome.duplicates == 9
        states = dict(list(db.session.execute(select(Topic.state, func.count()).group_by(Topic.state))))
        assert states["duplicate"] == 9
        assert 145 <= states["solved"] <= 157
        here = db.session.execute(
            select(Post.id, Post.created_at, Source.score, Topic.id, Account.name)
            .join(Source)
            .join(Topic)
            .join(Account, Account.id == Post.author_id)
        )
        found = {row[0]: row[1:] for row in here}
        topics = {
            row.external_id: row.local_id
            for row in db.session.execute(select(ImportedThing).where(ImportedThing.kind == "topic")).scalars()
        }
        for key, row in posts.items():
            created, score, topic_id, _name = found[things[key]]
            assert created == datetime.fromisoformat(row["CreationDate"]).replace(tzinfo=UTC)
            assert score == int(row["Score"])
            assert topic_id == topics[row.get("ParentId", key)]
        counted = select(Topic.id, Topic.post_count, func.count(Post.id)).join(Post).group_by(Topic.id, Topic.post_count)
        assert all(said == real for _topic, said, real in db.session.execute(counted))
        assert now.account("8").name == "Goodbye Stack Exchange"
    before = checksum(app)
    assert imported(app, folder, site="").unchanged == 453
    assert checksum(app) == before
