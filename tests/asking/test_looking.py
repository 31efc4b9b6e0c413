"""Looking for answers before one asks: without scripts, by anybody, and nothing that may not be read shows."""

from __future__ import annotations

import contextvars
import re
from collections.abc import Callable, Iterator
from datetime import UTC, datetime
from typing import Any

import pytest
import time_machine
from flask import Flask
from sqlalchemy import select
from werkzeug.test import TestResponse

from community.answers.actions import accept_answer
from community.drafts.actions import save_draft
from community.drafts.queries import draft_for
from community.extensions import db
from community.insights import noted
from community.insights.models import SearchGap
from community.insights.queries import looked_for_unchecked, outcomes_by_week
from community.posts.actions import remove_post
from community.search import whoosh_snapshots
from community.search.follow import SearchFollower
from community.search.indexes import indexes
from tests.forum import Browser, Forum, small_forum, statements, take_all

BELL = "Why does the bell rattle on cobbles?"


class Apart(Browser):
    """A browser whose requests run beside the context that the test has pushed, and are closed when they were read."""

    def get(self, address: str, **options: Any) -> TestResponse:
        return self._apart(super().get, address, **options)

    def post(self, address: str, data: dict[str, Any] | None = None, **options: Any) -> TestResponse:
        return self._apart(super().post, address, data, **options)

    def sign_in(self, account_id: int) -> None:
        contextvars.Context().run(super().sign_in, account_id)

    def _apart(self, ask: Callable[..., TestResponse], *sent: Any, **options: Any) -> TestResponse:
        db.session.rollback()
        answer = contextvars.Context().run(ask, *sent, **options)
        answer.get_data()
        answer.close()
        return answer


class Place(Forum):
    """The forum, with such browsers."""

    def browser(self, handle: str | None = None) -> Apart:
        return Apart(self.app, self.people[handle] if handle else None)


@pytest.fixture
def forum(app: Flask, monkeypatch: pytest.MonkeyPatch) -> Iterator[Forum]:
    monkeypatch.setattr(whoosh_snapshots, "FRESH", 0.0)
    with app.app_context():
        made = Place(app)
        vars(made).update(vars(small_forum(app)))
        yield made
        indexes().close()


@pytest.fixture
def bell(forum: Forum) -> int:
    asked = forum.question(title=BELL, body="It rattles on cobbles only.")
    answer = forum.post("worker", asked, "Tighten the **grub screw** below the clapper.")
    accept_answer(by=forum["asker"], post_id=answer.post_id)
    follow_up()
    return asked.topic_id


def follow_up() -> None:
    db.session.rollback()
    take_all(SearchFollower())
    db.session.rollback()


def kinds() -> tuple[int, int, int]:
    db.session.rollback()
    week = outcomes_by_week()[0]
    db.session.rollback()
    return week.successful, week.potential, week.failed


def hidden(page: str, name: str) -> str:
    return re.findall(rf'name="{name}" value="([^"]*)"', page)[0]


TYPED = {"title": "The bell rattles on cobbles", "body": "What **now**?", "tags": "bell", "kind": "question", "category": "parts"}


def test_a_visitor_without_scripts_is_shown_what_is_answered_and_keeps_what_was_typed(forum: Forum, bell: int) -> None:
    visitor = forum.browser()
    visitor.take_token(visitor.get("/ask").text)
    page = visitor.post("/ask/similar", TYPED)
    assert page.status_code == 200
    assert BELL in page.text
    assert "<strong>grub screw</strong>" in page.text
    assert "Solved" in page.text
    assert "1 answered question comes near yours" in page.text
    assert hidden(page.text, "shown") == str(bell)
    for kept in (TYPED["title"], TYPED["body"], 'value="bell"', 'selected value="parts"'):
        assert kept in page.text
    assert kinds() == (0, 0, 0)  # looking alone is no outcome


def test_a_script_gets_the_list_alone(forum: Forum, bell: int) -> None:
    visitor = forum.browser()
    part = visitor.post("/ask/similar", {"part": "list", "title": "bell rattles", "body": ""})
    assert f'data-topic="{bell}"' in part.text
    assert "<html" not in part.text
    short = visitor.post("/ask/similar", {"part": "list", "title": "bell ra", "body": "bell rattles on cobbles"})
    assert "data-topic" not in short.text
    assert visitor.get("/ask/similar").status_code == 405
    with statements() as sent:
        visitor.post("/ask/similar", {"part": "list", "title": "bell ra", "body": ""})
    assert not [each for each in sent if "FROM categories" in each], "the form is not built for each key that is pressed"


def test_this_answers_it_ends_the_draft_with_thanks(forum: Forum, bell: int) -> None:
    friend = forum.browser("friend")
    save_draft(by=forum["friend"], place="ask", fields={"title": TYPED["title"]})
    ended = friend.post("/ask/answered", {**TYPED, "topic": str(bell), "opened": str(bell)})
    assert ended.status_code == 303
    thanks = friend.get(ended.location).text
    assert "Good that the answer was here" in thanks
    assert "<strong>grub screw</strong>" in thanks
    assert draft_for(forum["friend"], "ask") is None
    assert TYPED["title"] not in friend.get("/ask").text
    assert kinds()[0] == 1
    assert looked_for_unchecked([bell])[bell].members == 1


def test_who_was_mistaken_goes_on_with_the_question(forum: Forum, bell: int) -> None:
    visitor = forum.browser()
    visitor.take_token(visitor.get("/ask").text)
    thanks = visitor.get(visitor.post("/ask/answered", {**TYPED, "topic": str(bell)}).location).text
    assert kinds() == (1, 0, 0)
    visitor.take_token(thanks)
    assert visitor.post("/ask/answered/undo").status_code == 303
    again = visitor.get("/ask").text
    assert TYPED["title"] in again
    assert TYPED["body"] in again
    assert kinds() == (0, 0, 0)
    visitor.post("/ask/answered/undo")  # the cookie is gone: nothing more is taken off
    assert kinds() == (0, 0, 0)


def test_a_cookie_that_is_sent_again_takes_off_nobody_elses_count(forum: Forum, bell: int) -> None:
    forum.browser("friend").post("/ask/answered", {**TYPED, "topic": str(bell), "opened": str(bell)})
    visitor = forum.browser()
    visitor.take_token(visitor.get("/ask").text)
    ended = visitor.post("/ask/answered", {**TYPED, "topic": str(bell)})
    assert kinds() == (2, 0, 0)
    kept = visitor.client.get_cookie("bothways_answered_0", path="/ask/answered")
    assert kept is not None
    for left in (1, 1, 1):
        visitor.client.set_cookie("bothways_answered_0", kept.value, path="/ask/answered")
        visitor.take_token(visitor.get(ended.location).text)
        assert visitor.post("/ask/answered/undo").status_code == 303
        assert TYPED["body"] in visitor.get("/ask").text
        assert kinds() == (left, 0, 0)
    assert looked_for_unchecked([bell])[bell].members == 1


def test_what_a_visitor_counted_is_taken_off_as_a_visitors_on_its_day(forum: Forum, bell: int) -> None:
    with time_machine.travel(datetime(2030, 5, 5, 23, 59, tzinfo=UTC), tick=False):  # a Sunday
        forum.browser("friend").post("/ask/answered", {**TYPED, "topic": str(bell)})
        visitor = forum.browser()
        visitor.take_token(visitor.get("/ask").text)
        visitor.post("/ask/answered", {**TYPED, "topic": str(bell), "opened": str(bell)})
    with time_machine.travel(datetime(2030, 5, 6, 0, 1, tzinfo=UTC), tick=False):
        visitor.sign_in(forum.people["asker"])
        assert visitor.post("/ask/answered/undo").status_code == 303
        db.session.rollback()
        assert [(week.successful, week.potential) for week in outcomes_by_week()[:2]] == [(0, 0), (1, 0)]
        looked = looked_for_unchecked([bell])[bell]
        assert (looked.successful, looked.members) == (1, 1)


def test_opening_is_potential_and_posting_all_the_same_is_failed(forum: Forum, bell: int) -> None:
    friend = forum.browser("friend")
    assert friend.post("/ask/opened", {"topic": str(bell), "first": "1"}).status_code == 204
    assert kinds() == (0, 1, 0)
    sent = {**TYPED, "shown": f"{bell} 999", "opened": str(bell), "brand": "y", "submission_id": "once"}
    assert friend.post("/ask", sent).status_code == 303
    assert kinds() == (0, 0, 1)
    assert friend.post("/ask", sent).status_code == 303  # sent twice is one question, and one outcome
    assert kinds() == (0, 0, 1)


def test_a_question_that_nothing_was_shown_for_is_no_outcome(forum: Forum, bell: int) -> None:
    friend = forum.browser("friend")
    assert friend.post("/ask", {**TYPED, "brand": "y", "shown": "", "submission_id": "one"}).status_code == 303
    assert friend.post("/ask", {**TYPED, "brand": "y", "shown": "x 0 -1 <b>", "submission_id": "two"}).status_code == 303
    assert kinds() == (0, 0, 0)


def test_a_visitors_question_counts_when_it_is_asked(forum: Forum, bell: int) -> None:
    visitor = forum.browser()
    visitor.take_token(visitor.get("/ask").text)
    assert visitor.post("/ask", {**TYPED, "shown": str(bell), "opened": str(bell)}).location == "/sign-in?next=/ask"
    assert kinds() == (0, 0, 0)
    visitor.sign_in(forum.people["friend"])
    page = visitor.get("/ask").text
    assert hidden(page, "shown") == str(bell)
    again = {**TYPED, "brand": "y", **{name: hidden(page, name) for name in ("shown", "opened", "submission_id")}}
    assert visitor.post("/ask", again).status_code == 303
    assert kinds()[2] == 1


def test_a_preview_without_scripts_hands_on_what_was_shown(forum: Forum, bell: int) -> None:
    visitor = forum.browser()
    visitor.take_token(visitor.get("/ask").text)
    page = visitor.post("/preview", {**TYPED, "place": "ask", "shown": str(bell), "searched": "bell"}).text
    assert hidden(page, "shown") == str(bell)
    assert hidden(page, "searched") == "bell"


@pytest.mark.parametrize("topic", ["", "0", "x", "-1", "9" * 30, "999"])
def test_what_is_not_there_answers_nothing(forum: Forum, bell: int, topic: str) -> None:
    secret = forum.question("keeper", "Where is the secret drawer?", category="inside").topic_id
    visitor = forum.browser()
    for number in (topic, str(secret)):
        answer = visitor.post("/ask/answered", {**TYPED, "topic": number})
        assert answer.status_code == 404, number
        assert visitor.get(f"/ask/answered?topic={number}").status_code == 404, number
    assert kinds() == (0, 0, 0)
    assert secret not in looked_for_unchecked([secret])


def test_two_worlds_that_differ_in_a_secret_answer_alike(forum: Forum, bell: int) -> None:
    looks: list[Callable[[], str]] = [
        lambda: forum.browser().post("/ask/similar", {"part": "list", "title": "xylophone bell rattles", "body": "drawer"}).text,
        lambda: forum.browser("friend").post("/ask/similar", {"part": "list", "title": "xylophone bell rattles"}).text,
    ]
    before = [look() for look in looks]
    db.session.rollback()
    secret = forum.question("keeper", "The xylophone bell rattles", "In the secret drawer.", category="inside")
    forum.post("worker", secret, "The xylophone drawer key is under the mat.")
    follow_up()
    assert [look() for look in looks] == before
    assert "xylophone" in forum.browser("worker").post("/ask/similar", {"part": "list", "title": "xylophone bell rattles"}).text


def test_a_removed_answer_is_no_longer_shown(forum: Forum, bell: int) -> None:
    visitor = forum.browser()
    page = {"part": "list", "title": "bell rattles on cobbles"}
    assert "grub screw" in visitor.post("/ask/similar", page).text
    db.session.rollback()
    answer = int(re.findall(r"#post_(\d+)", visitor.post("/ask/similar", page).text)[0])
    remove_post(by=forum["keeper"], post_id=answer, rule="other", reason="Wrong.")
    assert "grub screw" not in visitor.post("/ask/similar", page).text


def test_searches_in_vain_and_what_was_read_instead(forum: Forum, bell: int, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(noted, "EVERY", 0.0)
    for number in range(5):
        visitor = forum.browser()
        agent = {"User-Agent": f"browser {number}"}
        page = visitor.get("/search?q=zxylofon", headers=agent).text
        assert 'name="before" value="zxylofon"' in page
        assert "Set-Cookie" not in visitor.get("/search?q=zxylofon", headers=agent).headers
    db.session.rollback()
    row = db.session.scalars(select(SearchGap)).one()
    assert (row.words, row.askers, row.empty) == ("zxylofon", 5, 10)
    db.session.rollback()
    page = visitor.get("/search?q=bell&before=zxylofon").text
    assert 'data-before="zxylofon"' in page
    assert f'data-topic="{bell}"' in page
    assert visitor.post("/search/opened", {"topic": str(bell), "q": "bell", "before": "zxylofon"}).status_code == 204
    assert BELL in forum.browser("worker").get("/insights").text
    assert "searched=zxylofon" in visitor.get("/search?q=zxylofon").text
    assert hidden(visitor.get("/ask?searched=zxylofon").text, "searched") == "zxylofon"


def test_the_next_answer_of_any_kind_writes_what_waits(forum: Forum, bell: int, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(noted, "EVERY", 1e9)
    noted.write()  # begins the time that has to pass
    visitor = forum.browser()
    assert visitor.get("/search?q=zxylofon").status_code == visitor.get("/api/v1/search?q=zxylofon").status_code == 200
    assert visitor.get("/api/v1/search?q=bell").get_json()["total"] == 1
    visitor.get("/ask")
    assert db.session.scalars(select(SearchGap)).all() == []
    db.session.rollback()
    monkeypatch.setattr(noted, "EVERY", 0.0)
    visitor.get("/ask")
    row = db.session.scalars(select(SearchGap)).one()
    assert (row.empty, row.askers) == (2, 1)


def test_a_search_that_finds_something_is_no_gap(forum: Forum, bell: int, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(noted, "EVERY", 0.0)
    forum.browser().get("/search?q=bell")
    forum.browser().get("/search")
    noted.write()
    assert db.session.scalars(select(SearchGap)).all() == []
