"""What somebody may not read is not there: the same 404, no count, no order, no feed, no redirect."""

from __future__ import annotations

import re

import pytest
from flask import Flask

from community.answers.actions import accept_answer
from community.categories.actions import change_category
from community.posts.actions import remove_post
from tests.forum import Forum, small_forum

SECRET = "unicorn"


@pytest.fixture
def forum(app: Flask) -> Forum:
    with app.test_request_context():
        return small_forum(app)


def masked(page: str) -> str:
    """A page without what differs from one answer to the next: ids, tokens and positions."""
    page = re.sub(r'(name="(?:csrf_token|submission_id)" value|position)="[^"]*"', "", page)
    return re.sub(r"\d{9,}|(?<=/t/)\d+|(?<=/p/)\d+|(?<=/posts/)\d+", "N", page)


def test_hidden_topics_show_nowhere(app: Flask, forum: Forum) -> None:
    with app.test_request_context():
        forum.question(title="A public one", tags=["open"])
        hidden = {
            "staff": forum.question("worker", title=f"{SECRET} staff", category="inside", tags=[SECRET]),
            "members": forum.question("asker", title=f"{SECRET} members", category="members", tags=[SECRET]),
            "held": forum.question("newcomer", title=f"{SECRET} held", tags=[SECRET]),
        }
        answers = {name: forum.post("speaker" if name != "held" else "newcomer", topic, SECRET) for name, topic in hidden.items()}
        accept_answer(by=forum["worker"], post_id=answers["staff"].post_id)
        removed = forum.question(title=f"{SECRET} removed", tags=[SECRET], product=SECRET)
        reply = forum.post("friend", removed)
        remove_post(by=forum["keeper"], post_id=removed.post_id, rule="spam", reason="An advert.")
    readers = {None: set(), "newcomer": {"held"}, "friend": {"members"}, "worker": {"staff", "members"}}
    lists = ["/", "/questions", "/questions?kind=all", "/questions?state=unanswered", "/questions?sort=new", "/c/parts"]
    lists += ["/questions.atom", "/c/parts.atom", "/tags/open", "/tags/open.atom"]
    for who, may in readers.items():
        browser = forum.browser(who)
        texts = "".join(browser.get(address).text for address in lists)
        seen = {name for name in (*hidden, "removed") if f"{SECRET} {name}" in texts}
        assert seen == may, (who, seen)
        nowhere = masked(browser.get(f"/t/{10**9}").text)
        for name in hidden.keys() - may:
            for address in (hidden[name].url.partition("#")[0], f"/t/{hidden[name].topic_id}", f"/p/{hidden[name].post_id}"):
                answer = browser.get(address)
                assert answer.status_code == 404, (who, name, address)
                assert SECRET not in str(answer.headers)
                assert masked(answer.text) == nowhere
            for address in (f"/p/{answers[name].post_id}", f"/posts/{answers[name].post_id}/history"):
                assert masked(browser.get(address).text) == nowhere, (who, name, address)
        gone = browser.get(f"/t/{removed.topic_id}", follow_redirects=True)
        assert SECRET not in gone.text + gone.request.path
        for address in ("/c/inside", "/c/inside.atom", f"/tags/{SECRET}.atom"):
            assert browser.get(address).status_code == (404 if who != "worker" or "atom" in address else 200), (who, address)
        assert browser.get(f"/tags/{SECRET}").status_code == (200 if may & {"members", "staff"} else 404), who
    assert SECRET not in forum.browser("friend").get(f"/posts/{reply.post_id}/edit").text, "who wrote there may still edit that"
    assert forum.browser("newcomer").get("/c/members").status_code == 404
    assert forum.browser("friend").get("/c/members").status_code == 200


def test_counts_and_numbers_leave_no_gap(app: Flask, forum: Forum) -> None:
    with app.test_request_context():
        asked = forum.question()
        for n in range(19):
            forum.post("friend", asked, f"Post {n}")
        before = forum.browser().get(asked.url.partition("#")[0]).text
        held = [forum.post("newcomer", asked, f"{SECRET} {n}") for n in range(3)]
        forum.question("newcomer", title="held")
        forum.question("worker", category="inside")
    visitor, newcomer = forum.browser(), forum.browser("newcomer")
    where = asked.url.partition("#")[0]
    assert masked(visitor.get(where).text) == masked(before)
    assert visitor.get(f"{where}?page=2").status_code == 404
    assert newcomer.get(where).text.count(SECRET) == 3
    assert newcomer.get(f"/p/{held[0].post_id}").location.endswith(f"#post_{held[0].post_id}")
    home = visitor.get("/").text
    assert re.findall(r'id="place_1_count">(\d+)', home) == ["1"]
    assert "/c/inside" not in home
    assert "1 topic" in visitor.get("/c/parts").text


def test_writing_into_the_hidden_is_writing_into_nothing(app: Flask, forum: Forum) -> None:
    with app.test_request_context():
        inside = forum.question("worker", category="inside")
        answer = forum.post("worker", inside)
        held = forum.post("newcomer", forum.question(), SECRET)
    friend, keeper = forum.browser("friend"), forum.browser("keeper")
    below, post = f"/t/{inside.topic_id}", f"/posts/{answer.post_id}"
    for address in (f"{below}/posts", f"{below}/closure", f"{below}/duplicate/undo", f"{below}/info-request", f"{post}/acceptance"):
        assert friend.post(address, {"body": "x", "reason": "x"}).status_code == 404, address
    for address in (f"{post}/official-mark", f"{post}/removal/undo", f"{post}/edit"):
        assert friend.post(address, {"body": "x"}).status_code == 404, address
    for address in (f"/posts/{held.post_id}/removed", f"/posts/{held.post_id}/actions", f"/posts/{held.post_id}/edit"):
        assert keeper.get(address).status_code == 404, address
    for address in (f"{below}/actions", f"{post}/actions"):
        assert friend.get(address).status_code == 404
    assert friend.post("/ask", {"title": "A title", "body": "x", "kind": "question", "category": "inside"}).status_code == 422


def test_a_hidden_original_takes_its_title_along(app: Flask, forum: Forum) -> None:
    from community.topics.actions import mark_duplicate

    with app.test_request_context():
        forum.category("bells")
        original, copy = forum.question(title=f"{SECRET} original", category="bells"), forum.question(title="The copy")
        mark_duplicate(by=forum["worker"], topic_id=copy.topic_id, original_id=original.topic_id)
    visitor = forum.browser()
    where = copy.url.partition("#")[0]
    assert SECRET in visitor.get(where).text
    assert SECRET in visitor.get(where).text
    with app.test_request_context():
        # The topic alone could not go there: its duplicate leads to it (topics/references.py).
        change_category(by=None, category_id=forum.categories["bells"], visibility="staff")
    assert SECRET not in visitor.get(where).text
