"""What nobody read in a minute is mailed, once a topic, and stops with one click."""

from __future__ import annotations

import re
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from datetime import timedelta
from email.message import EmailMessage
from html.parser import HTMLParser
from typing import Any

import time_machine
from flask import Flask
from sqlalchemy import select, update

from community.accounts.actions import suspend
from community.accounts.models import Account
from community.answers.actions import accept_answer, undo_acceptance
from community.core import clock
from community.core.unit import unit
from community.extensions import db
from community.follows.actions import follow_category
from community.follows.keeping import FollowKeeper
from community.follows.models import VisitorMeToo
from community.follows.queries import level_of
from community.mail.models import OutgoingMail
from community.mail.sending import send_due
from community.notifications.actions import choose_mail, mark_read, stop_token
from community.notifications.follow import NotificationFollower
from community.posts.actions import remove_post, write_post
from community.topics.models import Topic
from tests.forum import Forum, small_forum, take_all
from tests.mail.test_outbox import Box, box

__all__ = ["box"]


@dataclass
class Post:
    """A forum with a mail server and a clock that can be moved."""

    app: Flask
    forum: Forum
    box: Box
    travel: Any

    def settle(self, seconds: float = 0) -> list[EmailMessage]:
        """Let time pass and the worker do its work; gives the mails that arrived since."""
        before = len(self.box.mails)
        take_all(FollowKeeper())
        take_all(NotificationFollower())
        self.travel.shift(timedelta(seconds=seconds))
        take_all(NotificationFollower())
        while send_due():
            pass
        return self.box.mails[before:]


@contextmanager
def post(make_app: Callable[..., Flask], box: Box) -> Iterator[Post]:
    app = make_app(mail_url=box.url)  # type: ignore[attr-defined]
    with time_machine.travel(clock.now(), tick=False) as travel, app.app_context():
        with app.test_request_context():
            forum = small_forum(app)
        yield Post(app, forum, box, travel)


def plain(mail: EmailMessage) -> str:
    body = mail.get_body(("plain",))
    assert body is not None
    return str(body.get_content())


def html(mail: EmailMessage) -> str:
    body = mail.get_body(("html",))
    assert body is not None
    return str(body.get_content())


class Page(HTMLParser):
    """The text and links of a mail in HTML, and whatever it would fetch or run."""

    def __init__(self, text: str) -> None:
        super().__init__()
        self.words, self.links, self.fetched, self.open = "", [], [], []
        self._hidden = False
        self.feed(text)
        self.close()

    def handle_starttag(self, tag: str, attrs: list[tuple[str, str | None]]) -> None:
        named = dict(attrs)
        if tag == "a":
            self.links.append(named["href"])
        if tag in {"script", "iframe", "form", "object"} or "src" in named or "onclick" in named:
            self.fetched.append(tag)
        self._hidden = tag == "style"
        if tag not in {"meta", "br", "img", "hr"}:
            self.open.append(tag)

    def handle_endtag(self, tag: str) -> None:
        assert self.open.pop() == tag
        self._hidden = False

    def handle_data(self, data: str) -> None:
        if not self._hidden:
            self.words += data


def test_several_posts_within_a_minute_are_one_mail(make_app: Callable[..., Flask], box: Box) -> None:
    with post(make_app, box) as p:
        topic = p.forum.question(title="Why <does> it rattle?")
        p.forum.post("friend", topic, "Is it the *bell*?")
        assert p.settle(30) == []
        p.forum.post("worker", topic, 'Tighten <script>alert("x")</script> & ring.')
        (mail,) = p.settle(31)
        assert mail["To"] == "asker@example.com"
        assert mail["Subject"] == "[Community] Why <does> it rattle? (2 new)"
        assert [late["To"] for late in p.settle(600)] == ["friend@example.com"], "who follows by writing hears of the other"
        text = plain(mail)
        assert text.index("Friend answered your question") < text.index("Worker answered your question")
        page = Page(html(mail))
        assert page.open == []
        assert page.fetched == []
        assert "Is it the bell?" in page.words
        assert 'Tighten <script>alert("x")</script> & ring.' in page.words
        assert all(link.startswith("http://localhost/") for link in page.links)
        assert f"http://localhost/t/{topic.topic_id}" in text


def test_what_is_read_or_not_wanted_is_not_mailed(make_app: Callable[..., Flask], box: Box) -> None:
    with post(make_app, box) as p:
        topic = p.forum.question()
        p.forum.post("friend", topic)
        p.settle()
        mark_read(by=p.forum["asker"], topic_id=topic.topic_id)
        assert p.settle(90) == []
        choose_mail(by=p.forum["asker"], wanted={"answer": False})
        p.forum.post("friend", topic, "Once more.")
        assert p.settle(90) == []
        choose_mail(by=p.forum["asker"], wanted={"answer": True, "nudge": False, "nonsense": True})
        p.forum.post("friend", topic, "And again.")
        assert len(p.settle(90)) == 1


def test_what_changed_in_between_is_judged_when_it_is_sent(make_app: Callable[..., Flask], box: Box) -> None:
    with post(make_app, box) as p:
        topic = p.forum.question()
        gone = p.forum.post("friend", topic)
        p.settle()
        remove_post(by=p.forum["keeper"], post_id=gone.post_id, rule="spam", reason="An advertisement")
        assert p.settle(90) == []
        p.forum.post("worker", topic)
        p.settle()
        with unit() as u:
            u.fetch(Topic, topic.topic_id).category_id = p.forum.categories["inside"]
        assert p.settle(90) == []
        with unit() as u:
            u.fetch(Topic, topic.topic_id).category_id = p.forum.categories["parts"]
        p.forum.post("worker", topic)
        p.settle()
        suspend(by=p.forum["keeper"], account_id=p.forum.people["asker"], rule="abuse", reason="Shouting", ends_at=None)
        assert [mail for mail in p.settle(90) if mail["To"] == "asker@example.com"] == []
        other = p.forum.question("newcomer", title="Am I seen?")
        assert other.held
        assert p.settle(90) == []


def test_imports_are_not_mailed_and_old_news_neither(make_app: Callable[..., Flask], box: Box) -> None:
    with post(make_app, box) as p:
        topic = p.forum.question()
        with unit() as u:
            u.session.execute(update(Topic).values(imported=True))
        p.forum.post("friend", topic)
        assert p.settle(90) == []
        other = p.forum.question(title="Another")
        with clock.at(clock.now() - timedelta(days=5)):
            p.forum.post("friend", other)
        assert p.settle(90) == []


def test_headers_thread_and_stop(make_app: Callable[..., Flask], box: Box) -> None:
    with post(make_app, box) as p:
        topic = p.forum.question()
        p.forum.post("friend", topic)
        (first,) = p.settle(90)
        p.forum.post("friend", topic, "Once more.")
        (second,) = p.settle(90)
        assert first["References"] == second["References"] == first["In-Reply-To"]
        assert first["Message-ID"] != second["Message-ID"]
        assert first["Auto-Submitted"] == "auto-generated"
        assert first["List-Unsubscribe-Post"] == "List-Unsubscribe=One-Click"
        assert first["List-Id"] == second["List-Id"]
        address = re.fullmatch(r"<http://localhost(/unsubscribe/\S+)>", first["List-Unsubscribe"])
        assert address
        browser = p.app.test_client()  # neither session nor origin, as a mail program's server has none
        page = browser.get(address[1]).text
        assert "Why does it rattle?" in page
        assert page.count("<button") - page.count('type="button"') >= 1
        answer = browser.post(address[1], data={"List-Unsubscribe": "One-Click"})
        assert (answer.status_code, answer.text) == (200, "")
        assert level_of(p.forum["asker"], "topic", topic.topic_id) == "muted"
        p.forum.post("friend", topic, "And again.")
        assert p.settle(90) == []
        assert browser.post(address[1]).status_code == 200
        assert browser.post(address[1] + "x").status_code == browser.get("/unsubscribe/nonsense").status_code == 404


def test_a_followed_place_stops_by_its_own_link(make_app: Callable[..., Flask], box: Box) -> None:
    with post(make_app, box) as p:
        follow_category(by=p.forum["friend"], slug="parts")
        p.travel.shift(timedelta(seconds=1))
        p.forum.question()
        (mail,) = p.settle(90)
        assert mail["To"] == "friend@example.com"
        path = mail["List-Unsubscribe"].strip("<>").removeprefix("http://localhost")
        assert p.app.test_client().post(path).status_code == 200
        assert level_of(p.forum["friend"], "category", p.forum.categories["parts"]) == ""
        forged = stop_token(p.forum.people["asker"], "follow", 1)
        assert p.app.test_client().post(f"/unsubscribe/{forged}").status_code == 200


def test_what_waits_to_be_mailed_stops_with_the_follow_that_brought_it(make_app: Callable[..., Flask], box: Box) -> None:
    with post(make_app, box) as p:
        follow_category(by=p.forum["friend"], slug="parts")
        p.travel.shift(timedelta(seconds=1))
        p.forum.question()
        (mail,) = p.settle(90)
        own = p.forum.question("friend", title="Mine").topic_id
        p.forum.question(title="Another")
        write_post(by=p.forum["asker"], topic_id=own, body="Tighten it.")
        assert p.settle() == []
        path = mail["List-Unsubscribe"].strip("<>").removeprefix("http://localhost")
        assert p.app.test_client().post(path).status_code == 200
        assert ["Mine" in late["Subject"] for late in p.settle(90) if late["To"] == "friend@example.com"] == [True]
        retired = stop_token(p.forum.people["friend"], "kind", "a kind of long ago")
        assert p.app.test_client().get(f"/unsubscribe/{retired}").status_code == 200
        assert p.app.test_client().post(f"/unsubscribe/{retired}").status_code == 200


def test_it_is_in_the_time_of_its_reader(make_app: Callable[..., Flask], box: Box) -> None:
    with post(make_app, box) as p:
        with unit() as u:
            u.session.execute(update(Account).where(Account.handle == "asker").values(time_zone="Asia/Tokyo"))
        topic = p.forum.question()
        moment = clock.now()
        p.forum.post("friend", topic)
        (mail,) = p.settle(90)
        tokyo = moment + timedelta(hours=9)
        assert f"{tokyo.day} " in plain(mail)
        assert f"{tokyo:%H:%M}" in plain(mail)


def test_a_visitor_confirms_hears_of_the_solution_and_is_forgotten(make_app: Callable[..., Flask], box: Box) -> None:
    with post(make_app, box) as p:
        topic = p.forum.question()
        answer = p.forum.post("friend", topic)
        p.settle(90)
        visitor = p.forum.browser()
        said = visitor.post(f"/t/{topic.topic_id}/me-too/address", {"address": "Vera@example.com"})
        assert (said.status_code, "Look into your mail" in said.text) == (200, True)
        known = visitor.post(f"/t/{topic.topic_id}/me-too/address", {"address": "asker@example.com"})
        assert known.text == said.text, "nobody learns whether an address is known"
        mails = {str(mail["To"]): mail for mail in p.settle()}
        assert set(mails) == {"vera@example.com", "asker@example.com"}
        link = re.search(r"http://localhost(/me-too/\S+)", plain(mails["vera@example.com"]))
        assert link
        assert "0" in str(count(topic.topic_id))
        assert "Yes, tell me" in visitor.get(link[1]).text
        assert count(topic.topic_id) == 0, "opening the page changes nothing"
        assert visitor.post(link[1]).status_code == 200
        assert count(topic.topic_id) == 1
        assert visitor.post(link[1]).status_code == 404
        own = re.search(r"http://localhost(/me-too/\S+)", plain(mails["asker@example.com"]))
        assert own
        assert visitor.post(own[1]).status_code == 200
        assert count(topic.topic_id) == 1, "the asker's own address counts nothing"
        accept_answer(by=p.forum["asker"], post_id=answer.post_id)
        undo_acceptance(by=p.forum["asker"], post_id=answer.post_id)
        assert [mail["To"] for mail in p.settle(90) if "Solved" in mail["Subject"]] == []
        accept_answer(by=p.forum["asker"], post_id=answer.post_id)
        told = [mail for mail in p.settle(90) if "Solved" in str(mail["Subject"])]
        assert [mail["To"] for mail in told] == ["vera@example.com"]
        assert f"/t/{topic.topic_id}/" in plain(told[0])
        db.session.rollback()
        row = db.session.scalars(select(VisitorMeToo)).one()
        assert (row.address, row.told_at is not None) == (None, True)
        assert count(topic.topic_id) == 1, "it goes on counting"
        undo_acceptance(by=p.forum["asker"], post_id=answer.post_id)
        accept_answer(by=p.forum["asker"], post_id=answer.post_id)
        assert [mail for mail in p.settle(90) if mail["To"] == "vera@example.com"] == []


def test_a_visitor_hears_of_the_solution_however_long_no_mail_could_leave(make_app: Callable[..., Flask], box: Box) -> None:
    with post(make_app, box) as p:
        topic = p.forum.question()
        answer = p.forum.post("friend", topic)
        with unit() as u:
            left = {"topic_id": topic.topic_id, "address": "vera@example.com", "language": "en"}
            u.add(VisitorMeToo(**left, created_at=u.now, confirmed_at=u.now))
        accept_answer(by=p.forum["asker"], post_id=answer.post_id)
        days = timedelta(days=4).total_seconds()
        assert [mail["To"] for mail in p.settle(days) if mail["Subject"].startswith("Solved")] == ["vera@example.com"]
        db.session.rollback()
        assert db.session.scalars(select(VisitorMeToo.address)).all() == [None]


def test_a_member_s_address_counts_as_the_member(make_app: Callable[..., Flask], box: Box) -> None:
    from community.follows.actions import add_me_too

    with post(make_app, box) as p:
        topic = p.forum.question()
        add_me_too(by=p.forum["friend"], topic_id=topic.topic_id)
        p.forum.browser().post(f"/t/{topic.topic_id}/me-too/address", {"address": "friend@example.com"})
        (mail,) = p.settle()
        link = re.search(r"http://localhost(/me-too/\S+)", plain(mail))
        assert link
        assert p.forum.browser().post(link[1]).status_code == 200
        assert count(topic.topic_id) == 1
        assert db.session.scalars(select(VisitorMeToo)).all() == []


def test_unconfirmed_addresses_are_deleted_and_not_pestered(make_app: Callable[..., Flask], box: Box) -> None:
    from community.follows.actions.visitors import forget_unconfirmed

    with post(make_app, box) as p:
        for n in range(8):
            topic = p.forum.question(title=f"Question {n}")
            for _ in range(2):
                p.forum.browser().post(f"/t/{topic.topic_id}/me-too/address", {"address": "vera@example.com"})
        assert len(p.settle()) == 6
        p.travel.shift(timedelta(days=3, minutes=1))
        forget_unconfirmed()
        db.session.rollback()
        assert db.session.scalars(select(VisitorMeToo)).all() == []


def test_an_address_that_serves_nothing_any_more_is_deleted(make_app: Callable[..., Flask], box: Box) -> None:
    from community.follows.actions.visitors import forget_pointless

    with post(make_app, box) as p:
        topics = [p.forum.question(title=f"Question {n}") for n in range(2)]
        with unit() as u:
            for n, topic in enumerate(topics):
                left = {"topic_id": topic.topic_id, "address": f"v{n}@example.com", "language": "en"}
                u.add(VisitorMeToo(**left, created_at=u.now, confirmed_at=u.now))
        remove_post(by=p.forum["keeper"], post_id=topics[0].post_id, rule="spam", reason="An advertisement")
        for days, kept in ((1, ["v0@example.com", "v1@example.com"]), (3, [None, "v1@example.com"]), (365, [None, None])):
            p.travel.shift(timedelta(days=days))
            forget_pointless()
            db.session.rollback()
            assert db.session.scalars(select(VisitorMeToo.address).order_by(VisitorMeToo.id)).all() == kept


def test_a_visitor_withdraws_with_one_click(make_app: Callable[..., Flask], box: Box) -> None:
    with post(make_app, box) as p:
        topic = p.forum.question()
        p.forum.browser().post(f"/t/{topic.topic_id}/me-too/address", {"address": "vera@example.com"})
        (mail,) = p.settle()
        link = re.search(r"http://localhost(/me-too/\S+)", plain(mail))
        assert link
        p.forum.browser().post(link[1])
        assert count(topic.topic_id) == 1
        path = mail["List-Unsubscribe"].strip("<>").removeprefix("http://localhost")
        assert p.app.test_client().post(path, data={"List-Unsubscribe": "One-Click"}).status_code == 200
        assert count(topic.topic_id) == 0
        assert p.app.test_client().post(path).status_code == 200


def test_the_link_of_an_address_that_is_gone_withdraws_nobody_else(make_app: Callable[..., Flask], box: Box) -> None:
    with post(make_app, box) as p:
        topic, stops = p.forum.question().topic_id, []
        for name in ("vera", "otto"):
            p.forum.browser().post(f"/t/{topic}/me-too/address", {"address": f"{name}@example.com"})
            (mail,) = p.settle()
            link = re.search(r"http://localhost(/me-too/\S+)", plain(mail))
            assert link
            p.forum.browser().post(link[1])
            stops.append(mail["List-Unsubscribe"].strip("<>").removeprefix("http://localhost"))
            p.app.test_client().post(stops[0])
            assert count(topic) == (0 if name == "vera" else 1), "Otto's row is not the one that Vera's link is of"
        assert stops[0] != stops[1]


def move(p: Post, topic_id: int, place: str) -> None:
    with unit() as u:
        u.fetch(Topic, topic_id).category_id = p.forum.categories[place]


def test_links_of_mails_name_only_what_their_readers_may_read_now(make_app: Callable[..., Flask], box: Box) -> None:
    title = "Why does it rattle?"
    with post(make_app, box) as p:
        topic = p.forum.question("friend", title=title).topic_id
        member, staff = (stop_token(p.forum.people[handle], "topic", topic) for handle in ("asker", "worker"))
        p.forum.browser().post(f"/t/{topic}/me-too/address", {"address": "vera@example.com"})
        p.forum.browser().post(f"/t/{topic}/me-too/address", {"address": "worker@example.com"})
        mails = {str(mail["To"]): plain(mail) for mail in p.settle()}
        found = [re.search(r"/me-too/\S+", mails[f"{who}@example.com"]) for who in ("vera", "worker")]
        vera, worker = (link[0] for link in found if link)
        with unit() as u:
            kept = u.session.scalars(select(VisitorMeToo.id).where(VisitorMeToo.address == "vera@example.com")).one()
        visitor = stop_token(None, "visitor", kept)
        browser = p.forum.browser()
        links = {token: f"/unsubscribe/{token}" for token in (member, staff, visitor)}
        shown = {"parts": (True, True, True), "members": (True, True, False), "inside": (False, True, False)}
        for place, expected in shown.items():
            move(p, topic, place)
            pages = [browser.get(address) for address in links.values()]
            assert [page.status_code for page in pages] == [200] * 3
            assert tuple(title in page.text for page in pages) == expected, place
            assert (browser.get(vera).status_code, browser.get(worker).status_code) == (200 if expected[2] else 404, 200)
        refused = browser.post(vera)
        assert (refused.status_code, title in refused.text, count(topic)) == (404, False, 0)
        assert (browser.post(worker).status_code, count(topic)) == (200, 1), "an employee reads it where it is now"
        move(p, topic, "parts")
        assert (browser.post(vera).status_code, count(topic)) == (200, 2), "nothing was used up meanwhile"
        move(p, topic, "inside")
        assert title not in browser.post(links[member]).text
        assert browser.post(links[visitor]).status_code == 200
        assert count(topic) == 1, "it can be stopped all the same"


def test_what_is_no_address_is_refused(app: Flask) -> None:
    with app.app_context():
        forum = small_forum(app)
        topic = forum.question()
        inside = forum.question("worker", category="inside")
    browser = forum.browser()
    for wrong in ("", "no address", "a@b", "x" * 300, "a@example.com\nBcc: b@example.com"):
        assert browser.post(f"/t/{topic.topic_id}/me-too/address", {"address": wrong}).status_code == 422
    assert browser.post(f"/t/{inside.topic_id}/me-too/address", {"address": "a@example.com"}).status_code == 404
    assert browser.get(f"/t/{inside.topic_id}/me-too").status_code == 404
    with app.app_context():
        assert db.session.scalars(select(OutgoingMail)).all() == []


def count(topic_id: int) -> int:
    db.session.rollback()
    return db.session.execute(select(Topic.me_too_count).where(Topic.id == topic_id)).scalar_one()
