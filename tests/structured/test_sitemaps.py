"""Sitemaps, robots.txt and Atom feeds, parsed."""

from __future__ import annotations

import tracemalloc
from datetime import datetime, timedelta
from itertools import islice
from urllib.robotparser import RobotFileParser
from xml.etree import ElementTree as ET

import pytest
import time_machine
from flask import Flask
from sqlalchemy import insert, select, update

from community.answers.actions import accept_answer
from community.core import clock
from community.extensions import db
from community.home import sitemaps
from community.home.sitemaps import files, places
from community.posts.actions import edit_post, remove_post
from community.posts.jobs import unindex_unanswered
from community.topics.actions import move_topic
from community.topics.models import Topic
from tests.forum import Browser, Forum, small_forum, statements

MAP = "{http://www.sitemaps.org/schemas/sitemap/0.9}"
ATOM = "{http://www.w3.org/2005/Atom}"


@pytest.fixture
def forum(app: Flask) -> Forum:
    with app.app_context():
        return small_forum(app)


def locations(browser: Browser, address: str) -> dict[str, str | None]:
    """Every address of a sitemap with its lastmod."""
    answer = browser.get(address)
    assert (answer.status_code, answer.mimetype) == (200, "application/xml"), address
    root = ET.fromstring(answer.data)
    assert root.tag in {f"{MAP}urlset", f"{MAP}sitemapindex"}
    return {each.findtext(f"{MAP}loc") or "": each.findtext(f"{MAP}lastmod") for each in root}


def all_locations(browser: Browser) -> dict[str, str | None]:
    """Every address of every sitemap that the index names."""
    found: dict[str, str | None] = {}
    for file in locations(browser, "/sitemap.xml"):
        inside = locations(browser, file.removeprefix("http://localhost"))
        assert inside
        assert not found.keys() & inside.keys()
        found |= inside
    return found


def test_everything_public_is_there_and_nothing_else(app: Flask, forum: Forum) -> None:
    with app.app_context():
        asked = forum.question(tags=["größe"])
        forum.post("speaker", asked)
        for category in ("members", "inside"):
            hidden = forum.question("worker", title=f"Hidden {category}", category=category, tags=[f"secret-{category}"])
            forum.post("worker", hidden, role="answer")
        forum.question("newcomer", title="Held")
        gone = forum.question(title="Removed")
        remove_post(by=forum["keeper"], post_id=gone.post_id, rule="spam", reason="It is an advertisement")
    found = all_locations(forum.browser())
    base = "http://localhost"
    assert {address.removeprefix(base) for address in found} == {
        *("/", "/questions", "/faq", "/team", "/promise", "/record", "/c/parts", "/u/speaker", "/t/1/why-does-it-rattle"),
        "/tags/gr%C3%B6%C3%9Fe",
    }
    assert all_locations(forum.browser("keeper")) == found, "the same for everybody"
    for address in found:
        assert forum.browser().get(address.removeprefix(base)).status_code == 200


def test_lastmod_follows_what_changes(app: Flask, forum: Forum) -> None:
    browser = forum.browser()
    moment = datetime.fromisoformat("2026-11-01T10:00:00+00:00")

    def told() -> str | None:
        file = locations(browser, "/sitemap.xml")["http://localhost/sitemaps/topics-1.xml"]
        assert locations(browser, "/sitemaps/topics-1.xml")["http://localhost/t/1/why-does-it-rattle"] == file
        return file

    with app.app_context(), time_machine.travel(moment, tick=False) as now:
        asked = forum.question()
        answer = forum.post("speaker", asked)
        assert told() == "2026-11-01T10:00:00+00:00"
        now.shift(3600)
        edit_post(by=forum["speaker"], post_id=answer.post_id, body="Another text. " * 20, version=None)
        assert told() == "2026-11-01T11:00:00+00:00"
        now.shift(3600)
        accept_answer(by=forum["asker"], post_id=answer.post_id)
        assert told() == "2026-11-01T12:00:00+00:00"


def test_a_topic_leaves_with_its_visibility_and_its_answer(app: Flask, forum: Forum) -> None:
    browser = forum.browser()
    with app.app_context():
        asked, other = forum.question(), forum.question(title="Another one")
    topics = {f"http://localhost{each.url.partition('#')[0]}" for each in (asked, other)}
    assert locations(browser, "/sitemaps/topics-1.xml").keys() == topics
    with app.app_context():
        move_topic(by=forum["keeper"], topic_id=other.topic_id, category_id=forum.categories["members"])
    assert len(locations(browser, "/sitemaps/topics-1.xml")) == 1
    with app.app_context(), time_machine.travel(clock.now() + timedelta(days=31)):
        unindex_unanswered()
    assert browser.get("/sitemaps/topics-1.xml").status_code == 404
    assert "http://localhost/sitemaps/topics-1.xml" not in locations(browser, "/sitemap.xml")
    with app.app_context():
        forum.post("friend", asked)
    assert len(locations(browser, "/sitemaps/topics-1.xml")) == 1


def test_a_crawler_that_has_it_is_only_told_so(app: Flask, forum: Forum) -> None:
    with app.app_context():
        forum.question()
    browser = forum.browser()
    for address in ("/sitemap.xml", "/sitemaps/topics-1.xml", "/questions.atom", "/u/asker.atom"):
        tag = browser.get(address).headers["ETag"]
        assert browser.get(address, headers={"If-None-Match": tag}).status_code == 304
        with app.app_context():
            forum.question(title=f"New for {address}")
        assert browser.get(address, headers={"If-None-Match": tag}).status_code == 200


def test_files_are_ranges_of_ids_read_in_portions(app: Flask, forum: Forum, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(sitemaps, "LARGEST", 10)
    monkeypatch.setattr(sitemaps, "PORTION", 4)
    with app.app_context():
        for number in range(13):
            forum.question(title=f"Question {number}")
        with statements() as asked:
            found = [(name, number) for name, number, _changed in files() if name == "topics"]
        assert found == [("topics", 1), ("topics", 2)]
        with statements() as asked:
            assert [len(portion) for portion in places("topics", 1)] == [4, 4, 2]
        assert len(asked) == 3
        assert [len(portion) for portion in places("topics", 2)] == [3]
    for address in ("/sitemaps/topics-3.xml", "/sitemaps/topics-0.xml", "/sitemaps/secrets-1.xml", "/sitemaps/topics-x.xml"):
        assert forum.browser().get(address).status_code == 404


def test_a_file_of_ten_thousand_takes_no_more_memory_than_a_portion(app: Flask, forum: Forum) -> None:
    with app.app_context():
        first = forum.question()
        row = dict(db.session.execute(select(Topic.__table__).where(Topic.id == first.topic_id)).mappings().one())
        db.session.rollback()
        with db.engine.begin() as connection:
            for start in range(2, 10_001, 1000):
                connection.execute(insert(Topic), [{**row, "id": number} for number in range(start, min(start + 1000, 10_001))])
        for _ in islice(places("topics", 1), 2):  # what is made once
            pass
        tracemalloc.start()
        count = sum(len(portion) for portion in places("topics", 1))
        _, peak = tracemalloc.get_traced_memory()
        tracemalloc.stop()
    assert count == 10_000
    assert peak < 4_000_000
    with app.app_context(), db.engine.begin() as connection:
        connection.execute(update(Topic).values(removed_at=clock.now()))


def test_robots_name_the_sitemap_and_spare_what_costs(forum: Forum) -> None:
    text = forum.browser().get("/robots.txt").text
    assert "Sitemap: http://localhost/sitemap.xml" in text.splitlines()
    rules = RobotFileParser()
    rules.parse(text.splitlines())
    for path in ("/search?q=x", "/viewer.css", "/api/v1/topics", "/settings", "/ask"):
        assert not rules.can_fetch("*", f"http://localhost{path}"), path
    for path in ("/", "/t/1/why-does-it-rattle?page=2", "/c/parts", "/faq", "/u/asker", "/cards/1.png", "/questions.atom"):
        assert rules.can_fetch("*", f"http://localhost{path}"), path


@pytest.mark.parametrize("address", ["/questions", "/c/parts", "/tags/noise", "/u/speaker", "/u/asker"])
def test_feeds_are_atom(app: Flask, forum: Forum, address: str) -> None:
    with app.app_context():
        asked = forum.question(title='Why <does> it & "rattle"?', tags=["noise"])
        answer = forum.post("speaker", asked, "Tighten <it> & wait.")
        accept_answer(by=forum["asker"], post_id=answer.post_id)
        forum.question("worker", title="Hidden", category="inside", tags=["noise"])
        hidden = forum.question("worker", title="Hidden", category="members")
        forum.post("speaker", hidden, "Secretly.")
    answered = forum.browser().get(f"{address}.atom")
    assert answered.mimetype == "application/atom+xml"
    feed = ET.fromstring(answered.data)
    assert feed.tag == f"{ATOM}feed"
    assert feed.findtext(f"{ATOM}id") == f"http://localhost{address}"
    links = {link.get("rel"): link.get("href") for link in feed.findall(f"{ATOM}link")}
    assert links == {"self": f"http://localhost{address}.atom", "alternate": f"http://localhost{address}"}
    entries = feed.findall(f"{ATOM}entry")
    assert len(entries) == 1
    entry = entries[0]
    lasting = f"/p/{answer.post_id}" if address == "/u/speaker" else f"/t/{asked.topic_id}"
    assert entry.findtext(f"{ATOM}id") == f"http://localhost{lasting}"
    assert 'Why <does> it & "rattle"?' in (entry.findtext(f"{ATOM}title") or "")
    assert "Tighten <it> & wait." in (entry.findtext(f"{ATOM}summary") or "")
    assert entry.findtext(f"{ATOM}author/{ATOM}name") == ("Speaker" if address == "/u/speaker" else "Asker")
    for moment in (feed.findtext(f"{ATOM}updated"), entry.findtext(f"{ATOM}updated"), entry.findtext(f"{ATOM}published")):
        assert datetime.fromisoformat(moment or "").tzinfo is not None
    assert feed.findtext(f"{ATOM}updated") == entry.findtext(f"{ATOM}updated")
    page = forum.browser().get(address).text
    assert 'type="application/atom+xml"' in page
    assert f'href="{address}.atom"' in page


def test_an_empty_feed_does_not_change_with_time(forum: Forum) -> None:
    browser = forum.browser()
    first = browser.get("/questions.atom")
    assert ET.fromstring(first.data).findtext(f"{ATOM}updated") == "1970-01-01T00:00:00+00:00"
    assert browser.get("/u/nobody.atom").status_code == 404
