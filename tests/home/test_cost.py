"""What pages cost cold, whole requests counted: the same for two and for many, and few."""

from __future__ import annotations

import re

import pytest
from flask import Flask
from sqlalchemy import text

from community.answers.actions import accept_answer
from community.drafts.actions import save_draft
from community.extensions import db
from community.posts.queries.lists import Listing, counts_by_category, latest_tiles
from tests.conftest import count_queries
from tests.forum import VISITOR, Forum, small_forum, statements


@pytest.fixture
def forum(app: Flask) -> Forum:
    with app.test_request_context():
        return small_forum(app)


def spent(app: Flask, forum: Forum, who: str | None, address: str, *, kept: bool = False) -> int:
    """Statements of one request that no cache answers (with `kept`, only the one of bodies), after one that warmed the settings."""
    browser = forum.browser(who)
    assert browser.get("/questions").status_code == 200
    if not kept:
        app.extensions.pop("topic_bodies", None)
    with count_queries(app) as statements:
        answer = browser.get(f"{address}{'&' if '?' in address else '?'}cold={who}{len(address)}")
    assert answer.status_code == 200
    return len([each for each in statements if not re.match("PRAGMA|BEGIN", each)])


@pytest.mark.parametrize("length", [2, 200])
def test_a_topic_page_takes_few_statements_whatever_its_length(app: Flask, forum: Forum, length: int) -> None:
    with app.test_request_context():
        asked = forum.question(tags=["a", "b"])
        answer = forum.post("speaker", asked)
        accept_answer(by=forum["asker"], post_id=answer.post_id)
        _copy_posts(answer.post_id, length - 2)
    where = asked.url.partition("#")[0]
    assert len(re.findall('<article class="post', forum.browser().get(where).text)) == min(length, 20)
    assert spent(app, forum, None, where) == 3
    assert spent(app, forum, "friend", where) == 6, "their draft, what is held and their bell, in each one statement"
    with count_queries(app) as warm:
        assert forum.browser().get(where).status_code == 200
    assert len(warm) <= 1
    assert spent(app, forum, "worker", where, kept=True) == 4


@pytest.mark.parametrize("length", [1, 40])
def test_a_list_takes_the_same_for_one_and_many(app: Flask, forum: Forum, length: int) -> None:
    with app.test_request_context():
        for n in range(length):
            asked = forum.question(title=f"Question {n}", tags=["noise"])
            if n >= length - 2:
                accept_answer(by=forum["asker"], post_id=forum.post("worker", asked).post_id)
    assert [spent(app, forum, None, address) for address in ("/questions", "/c/parts", "/tags/noise", "/")] == [6, 6, 4, 10]


def test_the_first_page_counts_drafts_without_reading_them(app: Flask, forum: Forum) -> None:
    with app.test_request_context():
        for number in (1, 2):
            save_draft(by=forum["friend"], place=f"topic:{number}", fields={"body": "x"})
    friend = forum.browser("friend")
    with count_queries(app) as statements:
        page = friend.get("/").text
    assert '<a href="/drafts">2 drafts</a>' in page
    assert [each for each in statements if "drafts.fields" in each] == []


def test_lists_and_counts_follow_their_indexes(app: Flask, forum: Forum) -> None:
    with app.test_request_context():
        if db.engine.dialect.name != "sqlite":
            return
        plans = {
            "ix_topics_category_id_active_at": lambda: counts_by_category(VISITOR),
            "ix_topics_created_at": lambda: latest_tiles(VISITOR, Listing(sort="new"), 20),
            "ix_topics_author_id_created_at": lambda: latest_tiles(VISITOR, Listing(sort="new", author_id=1), 20),
        }
        for index, read in plans.items():
            with statements() as asked:
                read()
            nothing = (None,) * asked[0].count("?")
            plan = db.session.connection().exec_driver_sql(f"EXPLAIN QUERY PLAN {asked[0]}", nothing).all()
            assert index in str(plan)


def test_marked_answers_are_found_by_their_index(app: Flask, forum: Forum) -> None:
    with app.test_request_context():
        if db.engine.dialect.name != "sqlite":
            return
        query = "SELECT id FROM posts WHERE topic_id = 1 AND (posts.accepted OR posts.official)"
        plan = " ".join(str(row) for row in db.session.execute(text(f"EXPLAIN QUERY PLAN {query}")))
        assert "ix_posts_marked" in plan


def _copy_posts(post_id: int, times: int) -> None:
    """Many posts at once, as an import writes them."""
    columns = [column.name for column in db.metadata.tables["posts"].columns if column.name not in {"id", "number", "accepted"}]
    names = ", ".join(columns)
    with db.engine.begin() as connection:
        for n in range(times):
            values = f"SELECT {n + 3}, FALSE, {names} FROM posts WHERE id = {post_id}"
            connection.execute(text(f"INSERT INTO posts (number, accepted, {names}) {values}"))
