"""What pages tell search engines, parsed and checked against their rules."""

from __future__ import annotations

import re
from datetime import timedelta
from html.parser import HTMLParser
from typing import Any

import pytest
import time_machine
from flask import Flask
from sqlalchemy import select

from community.answers.actions import accept_answer, make_official
from community.core import clock
from community.extensions import db
from community.posts.actions import remove_post, write_post
from community.posts.jobs import unindex_unanswered
from community.topics.models import Topic
from community.votes.actions import rate_answer
from tests.forum import Forum, events, small_forum
from tests.structured.rules import documents, things, wrong

HOSTILE = "</script><script>alert(1)</script><!-- <![CDATA[ \u2028 \u2029 & ' \" \\u003c ]]> 漢字 🎈"


@pytest.fixture
def forum(app: Flask) -> Forum:
    with app.app_context():
        return small_forum(app)


def question_of(page: str) -> dict[str, Any]:
    found = things(page)
    assert set(found) == {"QAPage", "BreadcrumbList"}
    return found["QAPage"]["mainEntity"]


def heads(page: str) -> dict[str, str]:
    """The links of a page's head by their relation."""
    return dict(re.findall(r'<link rel="(canonical|prev|next)" href="([^"]+)"', page))


@pytest.mark.parametrize("answers", [0, 1, 40])
def test_a_question_with_so_many_answers(app: Flask, forum: Forum, answers: int) -> None:
    with app.app_context():
        asked = forum.question(title="Why does it rattle?", body="It **rattles** & hums.", tags=["noise"])
        posts = [forum.post("friend" if n % 2 else "speaker", asked, f"Answer {n}.").post_id for n in range(answers)]
    browser = forum.browser()
    first = browser.get("/t/1/why-does-it-rattle").text
    told = question_of(first)
    assert (told["name"], told["text"]) == ("Why does it rattle?", "It rattles & hums.")
    assert told["answerCount"] == answers
    assert told["url"] == "http://localhost/t/1/why-does-it-rattle"
    assert told["author"] == {"@type": "Person", "name": "Asker", "alternateName": "asker", "url": "http://localhost/u/asker"}
    assert "acceptedAnswer" not in told
    assert len(told.get("suggestedAnswer", [])) == min(answers, 19)
    if answers:
        one = told["suggestedAnswer"][0]
        assert (one["text"], one["upvoteCount"]) == ("Answer 0.", 0)
        assert one["url"] == f"http://localhost/t/1/why-does-it-rattle#post_{posts[0]}"
        assert one["author"]["worksFor"]["name"] == "Community"
    if answers == 40:
        second, third = (browser.get(f"/t/1/why-does-it-rattle?page={n}").text for n in (2, 3))
        assert heads(first) == {
            "canonical": "http://localhost/t/1/why-does-it-rattle",
            "next": "http://localhost/t/1/why-does-it-rattle?page=2",
        }
        assert heads(second) == {
            "canonical": "http://localhost/t/1/why-does-it-rattle?page=2",
            "prev": "http://localhost/t/1/why-does-it-rattle",
            "next": "http://localhost/t/1/why-does-it-rattle?page=3",
        }
        for page, shown in ((second, 20), (third, 1)):
            later = question_of(page)
            assert (later["answerCount"], later["text"], later["url"]) == (40, told["text"], told["url"])
            assert len(later["suggestedAnswer"]) == shown
        assert question_of(third)["suggestedAnswer"][0]["url"].endswith(f"?page=3#post_{posts[-1]}")


def test_accepted_and_official_answers_votes_and_comments(app: Flask, forum: Forum) -> None:
    with app.app_context():
        asked = forum.question()
        solved, official, other, gone = (
            forum.post(who, asked, f"By {number}").post_id for number, who in enumerate(["friend", "speaker", "friend", "friend"])
        )
        write_post(by=forum["asker"], topic_id=asked.topic_id, body="Thank you!", reply_to_id=solved)
        write_post(by=forum["asker"], topic_id=asked.topic_id, body="More of it")
        accept_answer(by=forum["asker"], post_id=solved)
        make_official(by=forum["speaker"], post_id=official)
        rate_answer(by=forum["asker"], post_id=solved, helpful=True)
        rate_answer(by=forum["worker"], post_id=other, helpful=False)
        remove_post(by=forum["keeper"], post_id=gone, rule="spam", reason="It is an advertisement")
    told = question_of(forum.browser().get(asked.url).text)
    assert [each["text"] for each in told["acceptedAnswer"]] == ["By 0", "By 1"]
    assert [each["text"] for each in told["suggestedAnswer"]] == ["By 2"]
    assert told["answerCount"] == 3, "a removed answer is none"
    assert [each["upvoteCount"] for each in (*told["acceptedAnswer"], *told["suggestedAnswer"])] == [1, 0, -1]
    assert [each["text"] for each in told["comment"]] == ["More of it"]


def test_a_discussion_and_its_pages(app: Flask, forum: Forum) -> None:
    with app.app_context():
        begun = forum.question("asker", title="What do you ride?", body="Tell me.", kind="discussion")
        for n in range(22):
            forum.post("friend", begun, f"Comment {n}")
    page = begun.url.partition("#")[0]
    first, second = (things(forum.browser().get(address).text) for address in (page, f"{page}?page=2"))
    assert set(first) == {"DiscussionForumPosting", "BreadcrumbList"}
    for found, texts in ((first, range(19)), (second, range(19, 22))):
        told = found["DiscussionForumPosting"]
        assert (told["headline"], told["text"], told["commentCount"]) == ("What do you ride?", "Tell me.", 22)
        assert [each["text"] for each in told["comment"]] == [f"Comment {n}" for n in texts]
        assert told["url"] == f"http://localhost{page}"
    assert second["DiscussionForumPosting"]["mainEntityOfPage"] == f"http://localhost{page}?page=2"


def test_hostile_texts_stay_data(app: Flask, forum: Forum) -> None:
    with app.app_context():
        asked = forum.question(title=HOSTILE[:100], body=HOSTILE)
        forum.post("speaker", asked, HOSTILE)
        title = db.session.scalars(select(Topic.title)).one()
    page = forum.browser().get(asked.url).text
    told = question_of(page)
    assert told["name"] == title
    assert "</script>" in told["suggestedAnswer"][0]["text"]

    class Scripts(HTMLParser):
        count = 0

        def handle_starttag(self, tag: str, attrs: list[tuple[str, str | None]]) -> None:
            self.count += tag == "script" and not dict(attrs).get("src")

    parsed = Scripts()
    parsed.feed(page)
    assert parsed.count == 1, "the one block of data, and nothing that came out of it"
    data = re.findall(r'<script type="application/ld\+json">(.*?)</script>', page, re.DOTALL)[0]
    assert data.isascii()
    assert not set("<>&") & set(data)


def test_people_home_and_categories(app: Flask, forum: Forum) -> None:
    with app.app_context():
        forum.post("speaker", forum.question())
    browser = forum.browser()
    profile = things(browser.get("/u/speaker").text)["ProfilePage"]
    assert profile["mainEntity"]["name"] == "Speaker"
    assert profile["mainEntity"]["jobTitle"] == "Head of repairs"
    assert profile["mainEntity"]["agentInteractionStatistic"]["userInteractionCount"] == 1
    assert [each["headline"] for each in profile["hasPart"]] == ["Why does it rattle?"]
    home = things(browser.get("/").text)
    assert set(home) == {"WebSite", "Organization"}
    assert home["WebSite"]["potentialAction"]["target"]["urlTemplate"] == "http://localhost/search?q={search_term_string}"
    crumbs = things(browser.get("/c/parts").text)["BreadcrumbList"]["itemListElement"]
    assert [each["item"] for each in crumbs] == ["http://localhost/", "http://localhost/c/parts"]
    nobody = browser.get("/u/friend").text
    assert 'content="noindex"' in nobody
    assert documents(nobody) == []


def test_canonical_links_are_absolute_everywhere(app: Flask, forum: Forum) -> None:
    with app.app_context():
        forum.post("speaker", forum.question(tags=["noise"]))
    for address in ("/", "/questions", "/c/parts", "/tags/noise", "/team", "/u/speaker", "/t/1/why-does-it-rattle", "/ask"):
        page = forum.browser().get(address).text
        assert heads(page)["canonical"] == f"http://localhost{address}", address


def test_who_is_signed_in_gets_no_data_for_engines(app: Flask, forum: Forum) -> None:
    with app.app_context():
        asked = forum.question()
        hidden = forum.question("worker", category="inside")
    assert documents(forum.browser("friend").get(asked.url).text) == []
    page = forum.browser("worker").get(hidden.url).text
    assert 'content="noindex"' in page
    assert "og:title" not in page


def test_a_question_without_an_answer_for_30_days_is_for_people_alone(app: Flask, forum: Forum) -> None:
    with app.app_context():
        asked = forum.question()
        write_post(by=forum["friend"], topic_id=asked.topic_id, body="Same here.", role="reply")
        answered = forum.question(title="This one is answered")
        forum.post("friend", answered)
    browser = forum.browser()
    noindex = '<meta name="robots" content="noindex">'
    with app.app_context(), time_machine.travel(clock.now() + timedelta(days=29)):
        unindex_unanswered()
    assert noindex not in browser.get(asked.url).text
    with app.app_context(), time_machine.travel(clock.now() + timedelta(days=31)):
        unindex_unanswered()
        unindex_unanswered()
        assert events().count("question.unindexed") == 1
    page = browser.get(asked.url).text
    assert noindex in page
    assert documents(page) == []
    assert noindex not in browser.get(answered.url).text
    with app.app_context():
        answer = forum.post("speaker", asked)
    page = browser.get(asked.url).text
    assert noindex not in page
    assert question_of(page)["answerCount"] == 1
    with app.app_context():
        remove_post(by=forum["keeper"], post_id=answer.post_id, rule="spam", reason="It is an advertisement")
    assert noindex in browser.get(asked.url).text


def test_the_rules_find_what_they_should() -> None:
    person = {"@type": "Person", "name": "A", "url": "https://example.com/u/a"}
    answer = {
        "@type": "Answer",
        "text": "Yes",
        "url": "https://example.com/t/1#post_2",
        "upvoteCount": 0,
        "author": person,
        "dateCreated": "2026-11-26T10:00:00+00:00",
    }
    question = {
        "@type": "Question",
        "name": "Is it?",
        "text": "Is it?",
        "answerCount": 1,
        "author": person,
        "dateCreated": "2026-11-26T10:00:00+00:00",
        "acceptedAnswer": [answer],
    }
    page = {"@type": "QAPage", "mainEntity": question}
    assert wrong(page) == []
    for change in (
        {"answerCount": 0},
        {"name": ""},
        {"text": ""},
        {"acceptedAnswer": []},
        {"acceptedAnswer": [{**answer, "url": "/t/1"}]},
        {"acceptedAnswer": [{**answer, "text": ""}]},
        {"acceptedAnswer": [{**answer, "dateCreated": "2026-11-26T10:00:00"}]},
        {"author": "A"},
    ):
        assert wrong({"@type": "QAPage", "mainEntity": {**question, **change}}), change
