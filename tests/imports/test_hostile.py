"""Whatever stands in a dump: nothing crashes, nothing dangerous comes through, and what was left out is told in one line."""

from __future__ import annotations

import json
import re
from html.parser import HTMLParser
from pathlib import Path

import pytest
from flask import Flask
from sqlalchemy import select

from community.core.errors import Invalid
from community.core.markup import MAX_CHARS
from community.extensions import db
from community.imports import xmlrows
from community.imports.commands import summary
from community.posts.models import Post, Source
from community.topics.models import Topic
from tests.imports.dumps import Dump, checksum, imported, reading, workshop


def test_rows_that_lack_what_they_need(app: Flask, tmp_path: Path) -> None:
    dump = workshop(tmp_path / "dump")
    dump.add("Posts")
    dump.add("Posts", Id="x", PostTypeId=1)
    dump.add("Posts", Id=10)
    dump.add("Posts", Id="9" * 30, PostTypeId=1, Title="Too large an id")
    dump.add("Posts", Id=11, PostTypeId=4, Body="a tag wiki")
    dump.add("Posts", Id=12, PostTypeId=1)  # neither title nor text
    dump.add("Posts", Id=13, PostTypeId=1, Title="No text, no date, nobody")
    dump.add(
        "Posts",
        Id=14,
        PostTypeId=1,
        Body="<p>No title at all</p>",
        CreationDate="0001-01-01T00:00:00",
        LastActivityDate=Dump.date(3),
    )
    dump.add("Posts", Id=15, PostTypeId=2, ParentId=13, Score="1e9", Tags="<x>", ContentLicense="<b>mine</b>")
    dump.answer(16, 999)
    dump.answer(17, None)
    dump.answer(18, 16)
    dump.answer(19, 1, CreationDate="2999-01-01T00:00:00", OwnerUserId="NaN", Score="9" * 25)
    dump.question(1, "The same id again")
    dump.question(20, "Accepted nothing", AcceptedAnswerId=2, Tags="<a><b><c><d><e><f><ä ö><><" + "x" * 99 + ">")
    dump.comment(10, 999)
    dump.comment(11, 16)
    dump.comment(12, 1, Text="   ")
    dump.comment(13, "")
    dump.comment(1, 1, Text="The same id again")
    dump.comment(14, 19, day=1)
    dump.user(1, "Ada again")
    dump.add("Users", DisplayName="Nobody")
    dump.add("Votes", VoteTypeId=1)
    dump.add("Votes", PostId=2, VoteTypeId=1, CreationDate="yesterday")
    dump.add("PostLinks", PostId=1, LinkTypeId=3)
    dump.add("PostHistory", PostId=1, PostHistoryTypeId=2)
    outcome = imported(app, dump.write())
    assert outcome.left_out == {
        "posts without a usable id or type": 4,
        "posts of other types (tag wikis, notices)": 1,
        "questions without a title and a text": 1,
        "answers to questions that are not in the dump": 3,
        "comments on posts that are not imported": 2,
        "comments without a usable id, post or text": 2,
        "rows of Posts.xml with an id that was there before": 1,
        "rows of Comments.xml with an id that was there before": 1,
        "rows of Users.xml with an id that was there before": 1,
        "users without a usable id": 1,
        "acceptances of answers that are not in the dump": 1,
        "tags beyond the fifth of a topic": 3,
        "dates that cannot be right": 4,
    }
    lines = summary(outcome, 1.0)
    assert len(lines) == 2
    assert lines[1].startswith("Left out: acceptances of answers that are not in the dump: 1, answers to")
    with reading(app) as now:
        assert now.topic("13").title == "No text, no date, nobody"
        assert now.post("13").body == "(This post has no text.)"
        assert (now.topic("14").title, now.post("14").created_at.day) == ("No title at all", 3)
        assert (now.post("15").created_at, now.source("15").score) == (now.post("13").created_at, None)
        assert now.source("15").licence == "CC BY-SA 4.0"
        assert (now.post("19").created_at, now.source("19").score) == (now.post("1").created_at, None)
        assert now.numbers("1").index((2, "19")) < [key for _number, key in now.numbers("1")].index("comment-14")
    before = checksum(app)
    imported(app, dump.folder)
    assert checksum(app) == before


def test_what_is_no_xml_costs_only_itself(app: Flask, tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    dump = workshop(tmp_path / "dump")
    for key in range(30, 40):
        dump.question(key, f"Question {key}")
    path = dump.write() / "Posts.xml"
    text = path.read_bytes()
    for before, after in (
        (b'Title="Question 30"', b'Title="Question &#1; 30"'),
        (b'Title="Question 32"', b'Title="Question < 32"'),
        (b'Title="Question 34"', b'Title="Question \xff\xfe 34"'),
        (b'Title="Question 35"', b'Title="Question 35'),  # never closed: the next line begins inside it
        (b'Title="Question 37"', b'Title="&bomb;"'),
        (b'Title="Question 39"', b'Title="' + b"x" * 3000 + b'"'),
    ):
        assert before in text
        text = text.replace(before, after)
    path.write_bytes(text.removesuffix(b"</posts>\n") + b'  <row Id="99" PostTy')
    monkeypatch.setattr(xmlrows, "MAX_ROW_BYTES", 2000)
    outcome = imported(app, dump.folder)
    assert outcome.left_out == {"rows of Posts.xml that cannot be read": 7}
    with app.app_context():
        titles = set(db.session.scalars(select(Topic.title)))
    assert {title for title in titles if title.startswith("Question")} == {f"Question {n}" for n in (31, 33, 36, 38)}


@pytest.mark.parametrize(
    ("files", "sentence"),
    [
        (None, "is not a folder"),
        ({}, "holds no Posts.xml"),
        ({"Posts.xml": b""}, "no questions in it"),
        ({"posts.XML": b"<posts></posts>"}, "no questions in it"),
        (
            {"Posts.xml": b'<!DOCTYPE p [<!ENTITY a "aaaa"><!ENTITY b "&a;&a;">]>\n<posts>\n<row Id="1" Title="&b;"/>'},
            "document type",
        ),
        ({"Posts.xml": b'<!DOCTYPE p SYSTEM "file:///etc/passwd">\n<posts/>'}, "document type"),
    ],
)
def test_what_is_no_dump_is_refused_in_a_sentence(
    app: Flask, tmp_path: Path, files: dict[str, bytes] | None, sentence: str
) -> None:
    folder = tmp_path / "dump"
    if files is None:
        folder.write_bytes(b"")
    for name, content in (files or {}).items():
        folder.mkdir(exist_ok=True)
        (folder / name).write_bytes(content)
    if files == {}:
        folder.mkdir()
    before = checksum(app)
    with pytest.raises(Invalid, match=sentence):
        imported(app, folder)
    assert checksum(app) == before


def test_posts_that_are_too_long_are_cut(app: Flask, tmp_path: Path) -> None:
    dump = workshop(tmp_path / "dump")
    paragraph = "<p>" + "word " * 200 + "</p>"
    dump.question(5, "long " * 60, Body=paragraph * 100)
    dump.answer(6, 5, Body="<p>" + "语" * 50_000 + "</p>")
    dump.answer(7, 5, Body="<b>" * 100_000 + "deep" + "<table><tr><td>" * 5000)
    dump.answer(8, 5, Body="x" * 3_000_000)
    outcome = imported(app, dump.write())
    assert outcome.left_out == {"ends of posts that were too long": 3}
    with reading(app) as now:
        topic, question = now.topic("5"), now.post("5")
        assert topic.title.endswith("…")
        assert question.body.startswith("**" + ("long " * 60).strip() + "**")  # no word of a title is lost
        for key in ("5", "6", "8"):
            assert len(now.post(key).body) <= MAX_CHARS
            assert now.post(key).body.endswith("(Cut here; the whole text is in the original.)")
        assert len(now.post("5").body) > MAX_CHARS - 1100
        assert "deep" in now.post("7").text


def test_no_script_comes_through(app: Flask, tmp_path: Path, shared_data: Path) -> None:
    cases = [case["payload"] for case in json.loads((shared_data / "xss" / "dompurify_expect.json").read_text())]
    cases += [path.read_text().partition("\n--\n")[0] for path in sorted((shared_data / "xss" / "bleach").iterdir())]
    cases = [re.sub("[\x00-\x08\x0b\x0c\x0e-\x1f\ufffe\uffff]", "", case) for case in cases]
    assert len(cases) > 200
    dump = workshop(tmp_path / "dump")
    for number, case in enumerate(cases):
        key = 100 + number
        dump.user(key, case[:200])
        dump.question(key, case, by=key, Body=case, Tags=f"<{case}>")
        dump.comment(key, key, by=key, Text=case or "-")
        dump.answer(1000 + key, key, by=None, OwnerDisplayName=case, Body=case, ContentLicense=case)
    outcome = imported(app, dump.write())
    assert outcome.topics >= len(cases)
    with app.app_context():
        for html in db.session.scalars(select(Post.html)):
            Inspection().feed(html)
        licences = set(db.session.scalars(select(Source.licence_url)))
        assert all(address.startswith("https://creativecommons.org/licenses/") for address in licences)


class Inspection(HTMLParser):
    """Fails on what a browser could run, load or submit."""

    ALLOWED = frozenset(
        [
            *(
                "a",
                "p",
                "br",
                "hr",
                "em",
                "strong",
                "s",
                "code",
                "pre",
                "span",
                "div",
                "ul",
                "ol",
                "li",
                "blockquote",
                "img",
                "input",
            ),
            *("table", "thead", "tbody", "tr", "th", "td", "h3", "h4", "h5", "h6"),
        ]
    )

    def handle_starttag(self, tag: str, attrs: list[tuple[str, str | None]]) -> None:
        assert tag in self.ALLOWED, tag
        for name, value in attrs:
            assert not name.startswith("on"), name
            assert name not in {"style", "id", "srcdoc", "action", "formaction"}, name
            if name in {"href", "src"}:
                assert re.match(r"https?://|mailto:|/[^/]|#", value or ""), value
