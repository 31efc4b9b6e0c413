"""The pages of posts over HTTP, with scripts off: asking, answering, marking, editing, removing."""

from __future__ import annotations

import re

import pytest
from flask import Flask

from tests.forum import Browser, Forum, small_forum


@pytest.fixture
def forum(app: Flask) -> Forum:
    with app.test_request_context():
        return small_forum(app)


def hidden(page: str, name: str) -> str:
    """The value of a hidden field of a page."""
    return re.findall(rf'name="{name}" value="([^"]*)"', page)[-1]


def ask(browser: Browser, **fields: str) -> str:
    """Ask by the page's own form and return where it leads."""
    form = browser.get("/ask").text
    sent = {"title": "Why does it rattle?", "body": "It **rattles**.", "kind": "question", "category": "parts", "brand": "y"}
    sent |= {"submission_id": hidden(form, "submission_id"), **fields}
    first, again = browser.post("/ask", sent), browser.post("/ask", sent)
    assert first.status_code == again.status_code == 303, first.text
    assert first.location == again.location
    return first.location


def test_from_question_to_solution(forum: Forum) -> None:
    asker, worker, speaker, visitor = (forum.browser(who) for who in ("asker", "worker", "speaker", None))
    where = ask(asker, tags="Noise, brakes", product="City", product_version="4.6").partition("#")[0]
    topic_id = where.split("/")[2]
    page = worker.get(where).text
    assert all(text in page for text in ("<strong>rattles</strong>", "/tags/noise", "City 4.6", "Speak for"))
    assert "composer" in page
    assert 'name="csrf_token"' not in visitor.get(where).text
    reply = {"body": "Tighten the screw.", "brand": "y", "submission_id": hidden(page, "submission_id")}
    answered = worker.post(f"/t/{topic_id}/posts", reply)
    assert answered.status_code == 303
    post_id = answered.location.partition("#post_")[2]
    assert worker.post(f"/t/{topic_id}/posts", reply).location == answered.location
    page = visitor.get(where).text
    assert re.sub(r"<script.*?</script>", "", page, flags=re.DOTALL).count("Tighten the screw.") == 1
    assert "Mechanic at Community" in page
    assert "state--answered" in page
    assert asker.post(f"/posts/{post_id}/acceptance").status_code == 303
    assert speaker.post(f"/posts/{post_id}/official-mark").status_code == 303
    page = visitor.get(where).text
    assert f'id="post_{post_id}_answer" data-post="{post_id}"' in page
    assert "state--solved" in page
    assert "Solved it for Asker" in page
    assert visitor.get("/").text.count("Tighten the screw.") >= 1
    for address in ("acceptance/undo", "official-mark/undo"):
        assert (asker if "acc" in address else speaker).post(f"/posts/{post_id}/{address}").status_code == 303
    assert f"post_{post_id}_answer" not in visitor.get(where).text


def test_turbo_gets_streams_of_the_same_macros(forum: Forum) -> None:
    asker, worker = forum.browser("asker"), forum.browser("worker")
    where = ask(asker).partition("#")[0]
    answered = worker.post(f"/t/{where.split('/')[2]}/posts", {"body": "Tighten."}).location.partition("#post_")[2]
    streams = asker.post(f"/posts/{answered}/acceptance", headers={"Accept": "text/vnd.turbo-stream.html, text/html"})
    assert streams.mimetype == "text/vnd.turbo-stream.html"
    fresh = asker.get(where).text
    for template in re.findall(r"<template>(.*?)</template>", streams.text, re.DOTALL):
        assert template.strip() in fresh
    assert re.findall(r'<turbo-stream action="(\w+)"', streams.text) == ["restyle", "replace", "replace", "replace"]
    back = asker.post(f"/posts/{answered}/acceptance/undo", {"back": "page"}, headers={"Accept": "text/vnd.turbo-stream.html"})
    assert back.status_code == 303


def test_a_reply_appears_where_it_was_written_and_the_form_is_empty_again(forum: Forum) -> None:
    asker, friend, newcomer = (forum.browser(who) for who in ("asker", "friend", "newcomer"))
    where = ask(asker).partition("#")[0]
    topic_id = where.split("/")[2]
    turbo = {"Accept": "text/vnd.turbo-stream.html, text/html"}
    form = friend.get(where).text
    sent = {"body": "Tighten **it**.", "page": hidden(form, "page"), "submission_id": hidden(form, "submission_id")}
    answer = friend.post(f"/t/{topic_id}/posts", sent, headers=turbo)
    assert answer.mimetype == "text/vnd.turbo-stream.html"
    fresh = friend.get(where).text
    drawn = re.findall(r"<template>(.*?)</template>", answer.text, re.DOTALL)
    assert all(template.strip() in fresh for template in drawn[:3])
    assert "<strong>it</strong>" in drawn[0]
    assert hidden(drawn[3], "submission_id") != sent["submission_id"]
    assert "Tighten" not in drawn[3]
    assert friend.post(f"/t/{topic_id}/posts", sent | {"page": "7"}, headers=turbo).status_code == 303
    held = newcomer.post(f"/t/{topic_id}/posts", {"body": "A *held* one.", "page": "1"}, headers=turbo)
    assert f'target="topic_{topic_id}_held"' in held.text
    assert "held</em>" in held.text
    assert "held</em>" not in friend.get(where).text


def test_a_visitor_asks_first_and_signs_in_afterwards(forum: Forum) -> None:
    visitor = forum.browser()
    visitor.take_token(visitor.get("/ask").text)
    assert visitor.post("/ask", {"title": "", "body": "x", "category": "parts", "kind": "question"}).status_code == 422
    sent = {
        "title": "Rain and the display",
        "body": "It shows E07. " * 300,
        "category": "parts",
        "kind": "question",
        "tags": "rain",
    }
    away = visitor.post("/ask", sent)
    assert (away.status_code, away.location) == (303, "/sign-in?next=/ask")
    visitor.sign_in(forum.people["friend"])
    page = visitor.get("/ask").text
    assert "Rain and the display" in page
    assert page.count("It shows E07.") == 300
    asked = visitor.post("/ask", sent | {"submission_id": hidden(page, "submission_id")})
    assert asked.status_code == 303
    assert "E07" not in visitor.get("/ask").text
    import random

    noise = "".join(random.Random(1).choices("abcdefghijklmnopqrstuvwxyz ", k=30_000))
    other = forum.browser()
    other.take_token(other.get("/ask").text)
    kept = other.post("/ask", sent | {"body": noise})
    assert kept.status_code == 401
    assert noise in kept.text


def test_both_editors_keep_their_texts(forum: Forum) -> None:
    asker, keeper, visitor = (forum.browser(who) for who in ("asker", "keeper", None))
    post_id = ask(asker).partition("#post_")[2]
    edit = f"/posts/{post_id}/edit"
    form = asker.get(edit).text
    fields = {"title": "Why does it rattle?", "tags": "", "product": "", "product_version": "", "version": hidden(form, "version")}
    assert keeper.post(edit, fields | {"body": "The keeper's words."}).status_code == 303
    conflict = asker.post(edit, fields | {"body": "The asker's words."})
    assert conflict.status_code == 409
    assert "The keeper&#39;s words." in conflict.text
    assert "The asker&#39;s words." in conflict.text
    assert asker.post(edit, fields | {"body": "Both words.", "version": hidden(conflict.text, "version")}).status_code == 303
    history = visitor.get(f"/posts/{post_id}/history").text
    assert "Keeper" in history
    assert "rattles" in history
    assert forum.browser("friend").get(edit).status_code == 403
    assert visitor.get(edit).location.startswith("/sign-in?next=")


def test_a_draft_of_an_older_version_meets_the_edit_made_since(forum: Forum) -> None:
    asker, keeper = forum.browser("asker"), forum.browser("keeper")
    post_id = ask(asker).partition("#post_")[2]
    edit, place = f"/posts/{post_id}/edit", f"post:{post_id}"
    title = {"title": "Why does it rattle?"}
    begun = {"place": place, "body": "Begun before.", "version": hidden(asker.get(edit).text, "version"), **title}
    assert asker.post("/drafts", begun).location == edit
    assert keeper.post(edit, {"body": "The keeper was faster.", "version": "1", **title}).status_code == 303
    form = asker.get(edit).text
    assert "Begun before." in form
    assert asker.post(edit, {"body": "Begun before.", "version": hidden(form, "version"), **title}).status_code == 409


def test_a_removed_post_leads_to_its_tombstone(forum: Forum) -> None:
    asker, friend, keeper, visitor = (forum.browser(who) for who in ("asker", "friend", "keeper", None))
    where = ask(asker).partition("#")[0]
    topic_id = where.split("/")[2]
    post_id = friend.post(f"/t/{topic_id}/posts", {"body": "Buy my pills"}).location.partition("#post_")[2]
    assert friend.post(f"/posts/{post_id}/removal", {"rule": "nonsense"}).status_code == 303
    assert keeper.post(f"/posts/{post_id}/removal/undo").status_code == 303
    assert keeper.post(f"/posts/{post_id}/removal", {"rule": "spam"}).status_code == 422
    assert keeper.post(f"/posts/{post_id}/removal", {"rule": "spam", "reason": "An advert."}).status_code == 303
    page = visitor.get(where).text
    assert "An advert." in page
    for viewer in (visitor, asker, friend, forum.browser("worker")):
        for address in (where, f"/p/{post_id}", "/", "/questions", f"/posts/{post_id}/history", f"/posts/{post_id}/removed"):
            assert "pills" not in viewer.get(address, follow_redirects=True).text
    assert visitor.get(f"/p/{post_id}").location == f"{where}#post_{post_id}"
    assert "Buy my pills" in keeper.get(f"/posts/{post_id}/removed").text
    assert visitor.get(f"/posts/{post_id}/removed").status_code == 404
    assert friend.post(f"/t/{topic_id}/posts", {"body": "Tighten it."}).status_code == 303
    first = keeper.get(where).text.partition('id="post_')[2].partition('"')[0]
    assert keeper.post(f"/posts/{first}/removal", {"rule": "off_topic", "reason": "Elsewhere."}).status_code == 303
    gone = visitor.get(where, follow_redirects=True)
    assert gone.request.path == f"/t/{topic_id}/removed"
    assert gone.status_code == 200
    assert "rattle" not in gone.text
    assert "Elsewhere." in gone.text
    assert "Tighten it." in gone.text
    assert "reply_to=" not in gone.text, "nobody can add to it"
    assert "noindex" in gone.text
    assert "rattle" not in visitor.get("/questions").text


def test_what_staff_do_with_a_topic(forum: Forum) -> None:
    asker, worker, keeper, visitor = (forum.browser(who) for who in ("asker", "worker", "keeper", None))
    first, second = (ask(asker, title=f"Rattle {n}").partition("#")[0] for n in "ab")
    one, two = (where.split("/")[2] for where in (first, second))
    assert worker.post(f"/t/{two}/duplicate", {"original": f"http://localhost{first}#post_1"}).status_code == 303
    assert first in visitor.get(second).text
    assert second in visitor.get(first).text
    assert worker.post(f"/t/{two}/duplicate/undo").status_code == 303
    assert worker.post(f"/t/{one}/info-request").status_code == 303
    assert "state--needs_info" in visitor.get(first).text
    assert worker.post(f"/t/{one}/info-request/undo").status_code == 303
    assert keeper.post(f"/t/{one}/closure", {"reason": "Said and done."}).status_code == 303
    assert "Said and done." in visitor.get(first).text
    lost = asker.post(f"/t/{one}/posts", {"body": "My late words"})
    assert lost.status_code == 409
    assert "My late words" in lost.text
    assert keeper.post(f"/t/{one}/closure/undo").status_code == 303
    assert keeper.post(f"/t/{one}/category", {"category": "inside"}).status_code == 303
    assert visitor.get(first).status_code == 404
    for address in (f"/t/{two}/closure", f"/t/{two}/category"):
        assert worker.post(address, {"reason": "No", "category": "members"}).status_code == 403


def test_previews_and_drafts_without_scripts(forum: Forum) -> None:
    asker = forum.browser("asker")
    where = ask(asker).partition("#")[0]
    place = f"topic:{where.split('/')[2]}"
    part = asker.post("/preview", {"body": "So **bold** <script>"})
    assert part.text.strip() == "<p>So <strong>bold</strong> &lt;script&gt;</p>"
    page = asker.post("/preview", {"body": "So **bold**", "place": place, "role": "answer", "submission_id": "s"}).text
    assert "<strong>bold</strong>" in page
    assert f'action="/t/{where.split("/")[2]}/posts"' in page
    assert (hidden(page, "role"), hidden(page, "submission_id")) == ("answer", "s")
    assert asker.post("/preview", {"body": "x", "place": "evil"}).status_code == 422
    assert asker.post("/preview", {"body": " "}).text.strip() == "<p>Please write something.</p>"
    assert asker.post("/drafts", {"place": place, "body": "Half a thought"}).location == f"/t/{place[6:]}#composer"
    assert "Half a thought" in asker.get(where).text
    assert "Half a thought" in asker.get("/drafts").text
    assert asker.post("/drafts", {"place": "ask", "fields": '{"title": "From a script"}'}).status_code == 204
    assert "From a script" in asker.get("/ask").text
    assert asker.post("/drafts/discard", {"place": "ask"}).status_code == 303
    assert "From a script" not in asker.get("/ask").text
