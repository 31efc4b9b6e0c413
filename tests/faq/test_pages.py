"""The pages of the FAQ over HTTP: for everybody, cached, in a feed, for search engines, and the editors' page."""

from __future__ import annotations

import json
import re
from collections.abc import Callable
from pathlib import Path

import lxml.etree
import pytest
from flask import Flask
from sqlalchemy import select

from community.answers.actions import accept_answer, make_official
from community.backup.export import export_public
from community.core.errors import NotFound
from community.core.unit import unit
from community.extensions import db
from community.faq.actions import add_topic, merge_entry, word_entry
from community.faq.follow import FaqFollower
from community.faq.models import FaqEntry
from community.faq.queries import worked_entry
from community.posts.actions import remove_post, write_post
from community.posts.models import Post
from community.topics.actions import move_topic
from tests.forum import Browser, Forum, small_forum, statements, take_all

HOSTILE = 'Does </script><b>"it" & that</b> rattle?'


def entry(forum: Forum, title: str, body: str = "Tighten the **screw**.", **fields: str) -> tuple[int, int]:
    """An entry and its topic."""
    asked = forum.question(title=title, **fields)
    answer = forum.post("speaker", asked, body)
    accept_answer(by=forum["asker"], post_id=answer.post_id)
    return add_topic(by=forum["speaker"], topic_id=asked.topic_id), asked.topic_id


@pytest.fixture
def forum(app: Flask) -> Forum:
    with app.app_context():
        made = small_forum(app)
        entry(made, HOSTILE)
        entry(made, "Where is the bell?", product="Ridge")
        take_all(FaqFollower())
        return made


def documents(page: str) -> list[dict[str, object]]:
    found = re.findall(r'<script type="application/ld\+json">(.*?)</script>', page, flags=re.DOTALL)
    return [thing for text in found for thing in json.loads(text)["@graph"]]


def test_everybody_reads_it_and_hostile_titles_stay_text(forum: Forum) -> None:
    page = forum.browser().get("/faq").text
    assert "Does &lt;/script&gt;&lt;b&gt;" in page
    assert "<strong>screw</strong>" in page
    assert 'id="faq_1"' in page
    assert "Helped" not in page  # nobody has been counted yet
    (document,) = [each for each in documents(page) if each["@type"] == "FAQPage"]
    entities = document["mainEntity"]
    assert isinstance(entities, list)
    assert [each["name"] for each in entities] == [HOSTILE, "Where is the bell?"]
    assert entities[0]["acceptedAnswer"]["text"] == "Tighten the screw."
    assert entities[0]["url"] == "http://localhost/faq/1"


def test_every_address_of_an_entry_leads_to_where_it_stands(app: Flask, forum: Forum) -> None:
    with app.app_context():
        for number in range(6):  # more than the page of all places shows of one
            entry(forum, f"Question {number}?")
    visitor = forum.browser()
    (document,) = [each for each in documents(visitor.get("/faq?category=parts").text) if each["@type"] == "FAQPage"]
    entities = document["mainEntity"]
    assert isinstance(entities, list)
    assert len(entities) == 8
    for entity in entities:
        assert entity["url"] == entity["acceptedAnswer"]["url"]
        place, _hash, anchor = visitor.get(entity["url"].removeprefix("http://localhost")).location.partition("#")
        assert f'id="{anchor}"' in visitor.get(place).text, entity["url"]


def test_an_empty_faq_says_what_it_is_for(app: Flask) -> None:
    with app.app_context():
        forum = small_forum(app)
    page = forum.browser().get("/faq")
    assert page.status_code == 200
    assert "This fills itself" in page.text
    assert not [each for each in documents(page.text) if each["@type"] == "FAQPage"]
    assert forum.browser().get("/faq.atom").status_code == 200


def test_the_permanent_link_leads_to_where_it_stands(app: Flask, forum: Forum) -> None:
    visitor = forum.browser()
    assert visitor.get("/faq/2").location == "/faq#faq_2"
    for nowhere in ("/faq/99", "/faq/0", "/faq/x", "/faq?category=inside", "/faq?product=Volt", "/faq?page=2", "/faq?category=%00"):
        assert visitor.get(nowhere).status_code == 404, nowhere
    assert visitor.get("/faq?category=parts").status_code == 200
    with app.app_context():
        merge_entry(by=forum["speaker"], entry_id=2, into_id=1)
    assert visitor.get("/faq/2").location == "/faq#faq_1"
    with app.app_context():
        for number in range(8):
            entry(forum, f"Question {number}?")
    assert re.fullmatch(r"/faq\?category=parts#faq_\d+", visitor.get("/faq/10").location)


def test_the_feed_is_valid_atom(forum: Forum) -> None:
    answer = forum.browser().get("/faq.atom")
    assert answer.mimetype == "application/atom+xml"
    feed = lxml.etree.fromstring(answer.data)
    names = {"a": "http://www.w3.org/2005/Atom"}
    assert feed.xpath("string(a:link[@rel='self']/@href)", namespaces=names) == "http://localhost/faq.atom"
    titles = feed.xpath("a:entry/a:title/text()", namespaces=names)
    assert titles == ["Where is the bell?", HOSTILE]
    assert "<strong>screw</strong>" in feed.xpath("string(a:entry[1]/a:content)", namespaces=names)
    assert feed.xpath("string(a:entry[1]/a:id)", namespaces=names) == "http://localhost/faq/2"


def test_a_kept_page_loses_a_removed_answer_at_once(app: Flask, forum: Forum) -> None:
    visitor = forum.browser()
    first = visitor.get("/faq")
    again = visitor.get("/faq", headers={"If-None-Match": first.headers["ETag"]})
    assert again.status_code == 304
    with app.app_context():
        post = int(re.findall(r"#post_(\d+)", first.text)[0])
        remove_post(by=forum["keeper"], post_id=post, rule="other", reason="Wrong")
    page = visitor.get("/faq", headers={"If-None-Match": first.headers["ETag"]})
    assert page.status_code == 200
    assert "&lt;/script&gt;" not in page.text
    assert 'id="faq_2"' in page.text


def test_the_history_ends_with_the_answer_that_was_worded(app: Flask, forum: Forum) -> None:
    with app.app_context():
        entry_id, topic_id = entry(forum, "Where is the key?")
        word_entry(by=forum["speaker"], entry_id=entry_id, question="", body="Ask Erika, 5 Elm Road.", reason="Clearer")
        first = db.session.execute(select(FaqEntry.post_id).where(FaqEntry.id == entry_id)).scalar_one()
    address, visitor = f"/faq/{entry_id}/history", forum.browser()
    kept = visitor.get(address)
    assert "Elm Road" in kept.text
    with app.app_context():
        remove_post(by=forum["keeper"], post_id=first, rule="private_data", reason="Somebody's address")
    for browser in (visitor, forum.browser("asker"), forum.browser("speaker")):
        assert browser.get(address, headers={"If-None-Match": kept.headers["ETag"]}).status_code == 404
    assert "Elm Road" in forum.browser("speaker").get(f"/faq/{entry_id}/edit").text, "its editors see what they can word anew"
    with app.app_context():
        second = write_post(by=forum["speaker"], topic_id=topic_id, body="Under the mat.")
        make_official(by=forum["speaker"], post_id=second.post_id)
        take_all(FaqFollower())
        word_entry(by=forum["speaker"], entry_id=entry_id, question="", body="Under the doormat.", reason="Simpler")
    page = visitor.get(address).text
    assert ("Under the doormat." in page, "Elm Road" in page) == (True, False), "what was said of the first stays gone"
    with app.app_context():
        with unit() as u:
            u.fetch(Post, second.post_id).held_at = u.now
        with pytest.raises(NotFound):
            worked_entry(forum["asker"], entry_id)


def test_two_worlds_that_differ_in_a_secret_read_alike(app: Flask, forum: Forum) -> None:
    def looks() -> list[str]:
        pages = ["/faq", "/faq?category=parts", "/faq?product=Ridge", "/faq.atom", "/api/v1/faq", "/faq?category=inside", "/faq/3"]
        found = [re.sub(r"position=\"[^\"]*\"", "", forum.browser(who).get(page).text) for page in pages for who in (None, "asker")]
        return [re.sub(r"csrf_token\" value=\"[^\"]*|viewer.css\?v=\w+|[\d-]+T[\d:.]+\+00:00", "", text) for text in found]

    before = looks()
    with app.app_context():
        _entry, topic = entry(forum, "The xylophone drawer?", "Under the xylophone mat.", product="Xylophone")
        move_topic(by=forum["keeper"], topic_id=topic, category_id=forum.categories["inside"])
        assert "xylophone" not in str(looks()).lower()  # at once
        take_all(FaqFollower())
    assert "xylophone" not in str(looks()).lower()
    assert looks() == before
    assert forum.browser().get("/faq/3/history").status_code == 404


def test_an_editor_works_without_scripts(forum: Forum) -> None:
    speaker, visitor = forum.browser("speaker"), forum.browser()
    page = speaker.get("/faq/1/edit")
    assert page.status_code == 200
    words = {"question": "Rattling?", "body": "**Glue** it.", "reason": "Plain", "version": "1"}
    assert speaker.post("/faq/1/wording", words).location == "/faq/1"
    assert "<strong>Glue</strong>" in visitor.get("/faq").text
    assert "Plain" in visitor.get("/faq/1/history").text
    late = speaker.post("/faq/1/wording", {**words, "body": "My words, kept."})
    assert late.status_code == 409
    assert "My words, kept." in late.text
    assert speaker.post("/faq/1/wording", {**words, "reason": "", "version": "2"}).status_code == 422
    assert speaker.post("/faq/1/pin").status_code == 303
    assert speaker.post("/faq/1/pin/undo").status_code == 303
    assert speaker.post("/faq/2/merging", {"into": "1"}).status_code == 303
    assert "Where is the bell?" in speaker.get("/faq/1/edit").text
    assert speaker.post("/faq/2/merging/undo").status_code == 303
    assert speaker.post("/faq/2/merging", {"into": "nonsense"}).status_code in {404, 409}
    assert speaker.post("/faq/2/drop", {"reason": ""}).status_code == 422
    assert speaker.post("/faq/2/drop", {"reason": "Too special"}).status_code == 303
    assert "Too special" in speaker.get("/faq/2/edit").text
    assert "Where is the bell?" not in visitor.get("/faq").text
    assert speaker.post("/faq/2/drop/undo").status_code == 303
    assert "Where is the bell?" in visitor.get("/faq").text


def test_the_editors_page_is_nobody_elses(forum: Forum) -> None:
    asks: list[Callable[[Browser], int]] = [
        lambda who: who.get("/faq/1/edit").status_code,
        lambda who: who.post("/faq/1/wording", {"reason": "x"}).status_code,
        lambda who: who.post("/faq/1/drop", {"reason": "x"}).status_code,
        lambda who: who.post("/faq/1/pin").status_code,
        lambda who: who.post("/faq/1/merging", {"into": "2"}).status_code,
        lambda who: who.post("/t/1/faq-entry").status_code,
    ]
    for ask in asks:
        assert ask(forum.browser()) == ask(forum.browser("asker")) == 404
        assert ask(forum.browser("worker")) == 403


def test_many_entries_cost_as_many_queries_as_few(app: Flask, forum: Forum) -> None:
    visitor = forum.browser()
    visitor.get("/faq")
    costs = []
    for more in (0, 12):
        with app.app_context():
            for number in range(more):
                entry(forum, f"More of question {number}?")
            with statements() as sent:
                assert visitor.get(f"/faq?again={more}").status_code == 200
            costs.append(len(sent))
    assert costs[0] == costs[1]


def test_an_official_puts_a_question_in_from_its_page(app: Flask, forum: Forum) -> None:
    with app.app_context():
        asked = forum.question(title="Does it float?")
        accept_answer(by=forum["asker"], post_id=forum.post("worker", asked, "No.").post_id)
    speaker = forum.browser("speaker")
    assert "/faq-entry" in speaker.get(f"/t/{asked.topic_id}/actions").text
    assert "/faq-entry" not in forum.browser("worker").get(f"/t/{asked.topic_id}/actions").text
    assert speaker.post(f"/t/{asked.topic_id}/faq-entry").location == "/faq/3/edit"
    assert speaker.post(f"/t/{asked.topic_id}/faq-entry").location == "/faq/3/edit"
    assert "Does it float?" in forum.browser().get("/faq").text


def test_the_export_has_the_entries(app: Flask, forum: Forum, tmp_path: Path) -> None:
    with app.app_context():
        assert export_public(tmp_path / "out")["faq"] == 2
    lines = [json.loads(line) for line in (tmp_path / "out" / "faq.jsonl").read_text().splitlines()]
    assert [line["question"] for line in lines] == [HOSTILE, "Where is the bell?"]


def test_the_api_lists_entries(forum: Forum) -> None:
    answer = forum.browser().get("/api/v1/faq?limit=1").get_json()
    assert [each["question"] for each in answer["entries"]] == [HOSTILE]
    assert answer["entries"][0]["answer"] == "Tighten the screw."
    assert answer["entries"][0]["sources"][0]["title"] == HOSTILE
    rest = forum.browser().get(answer["next"].removeprefix("http://localhost")).get_json()
    assert [each["question"] for each in rest["entries"]] == ["Where is the bell?"]
    assert rest["next"] is None
    assert forum.browser().get("/api/v1/faq?product=Ridge").get_json()["entries"][0]["product"] == "Ridge"
    assert forum.browser().get("/api/v1/faq?category=inside").get_json() == {"entries": [], "next": None}
