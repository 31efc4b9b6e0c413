"""After any gap a page is what a fresh load is: old page + fragments = new page, for every live action."""

from __future__ import annotations

import difflib
import random
from collections.abc import Callable
from contextlib import suppress
from dataclasses import dataclass
from datetime import date, timedelta
from typing import Any

import pytest
from flask import Flask
from sqlalchemy import select

from community.accounts.actions.confirming import confirm
from community.accounts.models import Account
from community.answers.actions import (
    accept_answer,
    check_answer,
    make_official,
    mark_outdated,
    reject_answer,
    reopen,
    undo_acceptance,
    undo_check,
    undo_official,
    undo_outdated,
    undo_rejection,
)
from community.answers.jobs import age_answers, close_unchecked
from community.appeals.actions import appeal_removal, decide
from community.categories.actions import change_category, make_category
from community.commitments.actions import find_late as find_late_commitments
from community.commitments.actions import keep_commitment, make_commitment, move_commitment, withdraw_commitment
from community.commitments.models import Commitment
from community.core import clock
from community.core.errors import Refused
from community.core.fragments import drawing
from community.core.log import REGISTRY, LoggedEvent, read_channels_after
from community.core.position import parse_position, position_now
from community.core.strangers import Stranger
from community.core.unit import unit
from community.extensions import db
from community.faq.actions import add_topic, word_entry
from community.faq.follow import FaqFollower
from community.follows.actions import add_me_too, undo_me_too
from community.follows.counting import recount_me_toos
from community.follows.events import VisitorMeTooConfirmed
from community.follows.keeping import FollowKeeper
from community.follows.models import VisitorMeToo
from community.live.changes import EVENTS, IGNORED
from community.live.channels import parse
from community.live.streams import streams_for
from community.posts.actions import edit_post, remove_post, restore_post, write_post
from community.posts.models import Post
from community.promise.follow import PromiseFollower
from community.promise.jobs import find_late
from community.record.follow import RecordFollower
from community.record.signing import sign
from community.staff.viewer import VISITOR, Viewer
from community.talks import actions as talks
from community.topics.actions import ask_info, clear_info, close_topic, mark_duplicate, move_topic, undo_duplicate
from community.topics.events import QuestionQuiet, TopicImported, TopicRecounted
from community.topics.models import Topic
from community.updates.actions import (
    add_figure,
    add_measured_figure,
    announce,
    correct_figure,
    publish_update,
    save_update,
)
from community.votes.actions import count_visitors, note_visitor, rate_answer, undo_rating
from tests.forum import Forum, release_posts, small_forum, take_all
from tests.live.turbo import OpenPage

LISTS = (
    *("/", "/record", "/questions?state=solved", "/c/parts", "/tags/motor", "/faq", "/commitments"),
    *("/updates", "/updates?section=wrong"),
)


@dataclass
class Scene:
    """A forum with a topic that has everything, and pages of it that stay open."""

    forum: Forum
    topic: int
    other: int
    answers: list[int]
    random: random.Random
    talk: int
    update: int

    def __post_init__(self) -> None:
        self.pages: list[OpenPage] = []

    @property
    def keeper(self) -> Viewer:
        """The moderator, as they are now."""
        return self.forum["keeper"]

    def write(self, handle: str) -> None:
        """Somebody answers, when they still may."""
        written = write_post(by=self.forum[handle], topic_id=self.topic, body=f"Answer {self.random.random()}")
        if not written.held:
            self.answers.append(written.post_id)

    def any_answer(self) -> int:
        """One of the answers by chance, the first ones more often."""
        return self.answers[min(self.random.randrange(len(self.answers)) for _ in range(2))]

    def open_pages(self, handle: str | None, *addresses: str) -> None:
        """Somebody opens these pages."""
        browser = self.forum.browser(handle)
        self.pages += [OpenPage(browser.client, address) for address in addresses]


def scene(app: Flask, answers: int = 3) -> Scene:
    forum = small_forum(app)
    topic = forum.question(title="Motor rattles", tags=["motor"])
    other = forum.question(title="Bell is quiet", tags=["bell"])
    forum.question("friend", title="Is it loud?", tags=["motor"])
    posts = [forum.post(("friend", "speaker")[n % 2], topic, f"Try number {n}.").post_id for n in range(answers)]
    forum.post("speaker", other, "Ring harder.")
    forum.person("second", role="moderator")
    talk = talks.open_talk(by=forum["asker"], body="My key broke.")
    fields = {"title": "What we know of the hum", "body": "It hums.", "section": "making"}
    kept = save_update(by=forum["speaker"], category_id=forum.categories["parts"], **fields)
    figure = {"caption": "How loud it is", "measured_in": "dB", "chart": "line"}
    add_figure(by=forum["speaker"], update_id=kept, data="Speed,Hum\n10,41\n20,48", **figure)
    update = publish_update(by=forum["speaker"], update_id=kept).topic_id
    return Scene(forum, topic.topic_id, other.topic_id, posts, random.Random(5), talk, update)


def push(app: Flask, page: OpenPage) -> bool:
    """Let a visitor's page follow by pushes, one a change, as the tail sends them; whether there were any."""
    since = parse_position(page.position)
    assert since is not None
    with app.app_context():
        missed = read_channels_after(db.session(), page.channels, since.number, 500)
        now = str(position_now())
    for each in missed:
        for name in page.channels:
            channel = parse(name)
            if channel is not None and each.event is not None and name in each.event.channels():
                with drawing(app, "en"):
                    html = streams_for(VISITOR, channel, [each])
                page.apply(html)
    page.position = now
    return bool(missed)


def assert_converged(pages: list[OpenPage], after: str) -> None:
    for page in pages:
        page.press_pill()
        shown, fresh = page.shown(), OpenPage(page.client, page.address).shown()
        assert shown == fresh, f"{page.address} after {after}:\n{difference(shown, fresh)}"


def difference(shown: str, fresh: str) -> str:
    return "\n".join(difflib.unified_diff(shown.splitlines(), fresh.splitlines(), "shown", "fresh", lineterm="", n=1))[:3000]


def edit_first(scene: Scene, **fields: Any) -> None:
    edit_post(by=scene.forum["asker"], post_id=first_post(scene.topic), body="It does.", version=None, **fields)


def confirm_newcomer(scene: Scene) -> None:
    with unit() as u:
        account = u.fetch(Account, scene.forum.people["newcomer"])
        confirm(u, account)
    release_posts()


def imported(scene: Scene) -> None:
    """Another forum's topic is brought up to date: its text changes without any other event."""
    with unit() as u:
        post = u.session.scalars(select(Post).where(Post.topic_id == scene.topic, Post.number == 1)).one()
        post.html = "<p>Brought up to date.</p>"
        topic = u.fetch(Topic, scene.topic)
        u.record(TopicImported(topic_id=topic.id, category_id=topic.category_id))


def quiet(scene: Scene) -> None:
    """As the scheduler tells after seven silent days."""
    with unit() as u:
        topic = u.fetch(Topic, scene.other)
        topic.state = "answered_unconfirmed"
        u.record(QuestionQuiet(topic_id=topic.id, category_id=topic.category_id))


def aged(scene: Scene) -> None:
    """As the scheduler tells of an answer at which nobody has looked for a year."""
    with clock.at(clock.now() + timedelta(days=800)):
        age_answers()


def rated_by_visitor(scene: Scene) -> None:
    """As the worker counts about once a minute."""
    note_visitor(by=Stranger("192.0.2.7", "A browser"), post_id=scene.answers[0], value=1)
    count_visitors()


def visitor(scene: Scene) -> None:
    """Somebody without an account confirms an address."""
    with unit() as u:
        topic = u.fetch(Topic, scene.topic)
        u.add(VisitorMeToo(topic_id=topic.id, address="v@example.com", language="en", created_at=u.now, confirmed_at=u.now))
        recount_me_toos(u, [topic.id])
        u.record(VisitorMeTooConfirmed(topic_id=topic.id, category_id=topic.category_id))


def recounted(scene: Scene) -> None:
    """As `bothways doctor --fix` tells of a counter that was wrong."""
    with unit() as u:
        topic = u.fetch(Topic, scene.topic)
        topic.post_count += 5
        u.record(TopicRecounted(topic_id=topic.id, category_id=topic.category_id))


def fall_due(_scene: Scene) -> None:
    with clock.at(clock.now() + timedelta(days=60)):
        find_late()


def later(days: int) -> date:
    """A day, so many from now."""
    return clock.now().date() + timedelta(days=days)


def commit(scene: Scene) -> None:
    """An employee commits to something in the first answer, with a day that depends on how many there are."""
    day = later(10 + len(db.session.scalars(select(Commitment.id)).all()))
    make_commitment(by=scene.forum["worker"], post_id=scene.answers[0], what="A quieter screw in every box", due_on=day)


def commitment_late(_scene: Scene) -> None:
    """As the scheduler tells when the day has passed."""
    with clock.at(clock.now() + timedelta(days=60)):
        find_late_commitments()


def publish(scene: Scene, section: str) -> None:
    fields = {"title": f"What we know of the hum: {section}", "body": "It hums.", "section": section}
    announce(by=scene.forum["speaker"], category_id=scene.forum.categories["parts"], **fields)


def correct(scene: Scene, **fields: Any) -> None:
    post_id = first_post(scene.update)
    fields.setdefault("body", db.session.get_one(Post, post_id).body)
    edit_post(by=scene.forum["speaker"], post_id=post_id, version=None, note="We had not listened", **fields)


def correct_its_figure(scene: Scene) -> None:
    figure = {"caption": "How loud it is", "measured_in": "dB", "chart": "line"}
    data = "Speed,Hum\n10,41\n20,44"
    correct_figure(by=scene.forum["speaker"], figure_id=1, data=data, note="The wind was counted too", **figure)


def publish_with_figure(scene: Scene) -> None:
    fields = {"title": "Another hum", "body": "In numbers.", "section": "numbers"}
    kept = save_update(by=scene.forum["speaker"], category_id=scene.forum.categories["parts"], **fields)
    add_measured_figure(by=scene.forum["speaker"], update_id=kept, measure="questions")
    publish_update(by=scene.forum["speaker"], update_id=kept)


def object_to_removal(scene: Scene) -> None:
    """A post of the asker is removed, and they object."""
    post = write_post(by=scene.forum["asker"], topic_id=scene.other, body="It is far too quiet, you people!")
    remove_post(by=scene.keeper, post_id=post.post_id, rule="abuse", reason="Rude to others")
    appeal_removal(by=scene.forum["asker"], post_id=post.post_id, words="That was a joke among friends.")


def decide_appeal(scene: Scene) -> None:
    """Another moderator puts it back."""
    decide(by=scene.forum["second"], appeal_id=1, outcome="reversed", decision="It was a joke indeed")


def hand_over(scene: Scene) -> None:
    to_id = scene.forum.people["worker"]
    talks.hand_over(by=scene.forum["speaker"], talk_id=scene.talk, to_id=to_id, note="You know him")


def publish_talk(scene: Scene, handle: str) -> None:
    """One side proposes to make the talk public."""
    words = {"title": "Where are keys sold?", "question": "Mine broke.", "answer": "In the shop."}
    place = scene.forum.categories["parts"]
    talks.propose(by=scene.forum[handle], talk_id=scene.talk, category_id=place, **words)


ACTIONS: tuple[tuple[str, Callable[[Scene], object]], ...] = (
    ("promise an answer", lambda _s: take_all(PromiseFollower())),
    ("fall due", fall_due),
    ("write", lambda s: write_post(by=s.forum["asker"], topic_id=s.topic, body="More of it.", reply_to_id=s.answers[0])),
    ("answer by staff", lambda s: write_post(by=s.forum["speaker"], topic_id=s.topic, body="Tighten it.")),
    ("edit", lambda s: edit_post(by=s.forum["friend"], post_id=s.answers[0], body="Try **another** thing." * 20, version=None)),
    ("accept", lambda s: accept_answer(by=s.forum["asker"], post_id=s.answers[0])),
    ("edit the accepted", lambda s: edit_post(by=s.keeper, post_id=s.answers[0], body="Better words.", version=None)),
    ("make official", lambda s: make_official(by=s.forum["speaker"], post_id=s.answers[1])),
    ("remove an official", lambda s: remove_post(by=s.keeper, post_id=s.answers[1], rule="spam", reason="An advertisement")),
    ("restore it", lambda s: restore_post(by=s.keeper, post_id=s.answers[1])),
    ("helpful", lambda s: rate_answer(by=s.forum["asker"], post_id=s.answers[0], helpful=True)),
    ("helpful, the official one", lambda s: rate_answer(by=s.forum["asker"], post_id=s.answers[1], helpful=True)),
    ("not helpful", lambda s: rate_answer(by=s.forum["asker"], post_id=s.answers[0], helpful=False)),
    ("undo helpful", lambda s: undo_rating(by=s.forum["asker"], post_id=s.answers[0])),
    ("helpful to a visitor", rated_by_visitor),
    ("undo official", lambda s: undo_official(by=s.forum["speaker"], post_id=s.answers[1])),
    ("undo acceptance", lambda s: undo_acceptance(by=s.forum["asker"], post_id=s.answers[0])),
    ("ask for information", lambda s: ask_info(by=s.forum["worker"], topic_id=s.topic)),
    ("clear it", lambda s: clear_info(by=s.forum["worker"], topic_id=s.topic)),
    ("reject", lambda s: reject_answer(by=s.forum["asker"], post_id=s.answers[0], body="It still **rattles**.")),
    ("take the rejection back", lambda s: undo_rejection(by=s.forum["asker"], post_id=s.answers[0])),
    ("accept it after all", lambda s: accept_answer(by=s.forum["asker"], post_id=s.answers[0])),
    ("check", lambda s: check_answer(by=s.forum["worker"], post_id=s.answers[0], version="2026.1")),
    ("call it outdated", lambda s: mark_outdated(by=s.forum["asker"], post_id=s.answers[0])),
    ("take that back", lambda s: undo_outdated(by=s.forum["asker"], post_id=s.answers[0])),
    ("doubt it", lambda s: mark_outdated(by=s.forum["speaker"], post_id=s.answers[0])),
    ("check again", lambda s: check_answer(by=s.forum["worker"], post_id=s.answers[0])),
    ("take the check back", lambda s: undo_check(by=s.forum["worker"], post_id=s.answers[0])),
    ("close itself", lambda s: close_unchecked([s.topic], 48)),
    ("open it again", lambda s: reopen(by=s.forum["asker"], topic_id=s.topic)),
    ("accept for good", lambda s: accept_answer(by=s.forum["asker"], post_id=s.answers[0])),
    ("age", aged),
    ("close", lambda s: close_topic(by=s.keeper, topic_id=s.topic, reason="Enough said")),
    ("reopen", lambda s: reopen(by=s.keeper, topic_id=s.topic)),
    ("retitle", lambda s: edit_first(s, title="Hub hums", tags=["hub"])),
    ("tag again", lambda s: edit_first(s, tags=["motor"])),
    ("me too", lambda s: add_me_too(by=s.forum["friend"], topic_id=s.topic)),
    ("take me too back", lambda s: undo_me_too(by=s.forum["friend"], topic_id=s.topic)),
    ("a visitor has it too", visitor),
    ("mark duplicate", lambda s: mark_duplicate(by=s.forum["worker"], topic_id=s.topic, original_id=s.other)),
    ("move who waits", lambda _s: take_all(FollowKeeper())),
    ("undo duplicate", lambda s: undo_duplicate(by=s.forum["worker"], topic_id=s.topic)),
    ("open a topic", lambda s: s.forum.question("friend", title="Where is the bell?", tags=["motor", "bell"])),
    ("quiet for a week", quiet),
    ("held post", lambda s: write_post(by=s.forum["newcomer"], topic_id=s.topic, body="Me too, I am new here.")),
    ("held topic", lambda s: s.forum.question("newcomer", title="Am I seen?")),
    ("confirm", confirm_newcomer),
    ("import", imported),
    ("count again", recounted),
    ("move", lambda s: move_topic(by=s.keeper, topic_id=s.other, category_id=s.forum.categories["members"])),
    ("move back", lambda s: move_topic(by=s.keeper, topic_id=s.other, category_id=s.forum.categories["parts"])),
    ("rename the category", lambda s: change_category(by=None, category_id=s.forum.categories["parts"], name="Pieces")),
    ("make a category", lambda s: make_category(by=None, slug="rides", name="Rides")),
    ("record it all", lambda _s: take_all(RecordFollower())),
    ("sign the record", lambda _s: sign()),
    ("remove the question", lambda s: remove_post(by=s.keeper, post_id=first_post(s.topic), rule="off_topic", reason="Elsewhere")),
    ("restore the question", lambda s: restore_post(by=s.keeper, post_id=first_post(s.topic))),
    ("accept the FAQ's answer", lambda s: accept_answer(by=s.forum["asker"], post_id=s.answers[0])),
    ("put into the FAQ", lambda s: add_topic(by=s.forum["speaker"], topic_id=s.topic)),
    ("doubt the FAQ's answer", lambda s: mark_outdated(by=s.forum["speaker"], post_id=s.answers[0])),
    ("doubt the entry", lambda _s: take_all(FaqFollower())),
    ("word the entry", lambda s: word_entry(by=s.forum["speaker"], entry_id=1, question="What hums?", body="Hub.", reason="Short")),
    ("take the FAQ's answer away", lambda s: undo_acceptance(by=s.forum["asker"], post_id=s.answers[0])),
    ("let the entry leave", lambda _s: take_all(FaqFollower())),
    ("commit to something", commit),
    ("move it", lambda s: move_commitment(by=s.forum["speaker"], commitment_id=1, due_on=later(40), reason="Parts are late")),
    ("fall late", commitment_late),
    ("keep it", lambda s: keep_commitment(by=s.forum["worker"], commitment_id=1, note="In the shop")),
    ("commit to more", commit),
    ("withdraw it", lambda s: withdraw_commitment(by=s.forum["speaker"], commitment_id=2, reason="Nobody wants it")),
    ("publish an update", lambda s: publish(s, "numbers")),
    ("publish another", lambda s: publish(s, "wrong")),
    ("comment on an update", lambda s: write_post(by=s.forum["friend"], topic_id=s.update, body="How many?")),
    ("correct it", lambda s: correct(s, body="It hums **less**.")),
    ("correct its title", lambda s: correct(s, title="We hear that it hums")),
    ("correct its figure", correct_its_figure),
    ("publish one with a figure", publish_with_figure),
    ("object to a removal", object_to_removal),
    ("decide on it", decide_appeal),
    ("be on duty", lambda s: talks.begin_duty(by=s.forum["worker"])),
    ("answer in a talk", lambda s: talks.say(by=s.forum["worker"], talk_id=s.talk, body="Which **one**?")),
    ("read it", lambda s: talks.mark_read(by=s.forum["asker"], talk_id=s.talk, number=2)),
    ("open another talk", lambda s: talks.open_talk(by=s.forum["friend"], body="Me too.")),
    ("take the talk", lambda s: talks.take_talk(by=s.forum["speaker"], talk_id=s.talk)),
    ("hand it over", hand_over),
    ("propose to make it public", lambda s: publish_talk(s, "worker")),
    ("withdraw that", lambda s: talks.withdraw(by=s.forum["worker"], talk_id=s.talk)),
    ("end the talk", lambda s: talks.end_talk(by=s.forum["worker"], talk_id=s.talk)),
    ("go on with it", lambda s: talks.say(by=s.forum["asker"], talk_id=s.talk, body="One thing more.")),
    ("propose it from the other side", lambda s: publish_talk(s, "asker")),
    ("agree", lambda s: talks.agree(by=s.forum["worker"], talk_id=s.talk, publication_id=2)),
    ("be off duty", lambda s: talks.end_duty(by=s.forum["worker"])),
)


def first_post(topic_id: int) -> int:
    return db.session.execute(select(Post.id).where(Post.topic_id == topic_id, Post.number == 1)).scalar_one()


def test_every_event_is_drawn_or_ignored_in_writing() -> None:
    ours = {kind for kind in REGISTRY.values() if kind.__module__.startswith("community.")}
    assert ours - EVENTS.keys() - IGNORED.keys() == set()
    assert EVENTS.keys() & IGNORED.keys() == set()
    assert all(reason for reason in IGNORED.values())


@pytest.mark.timeout(300)  # some 500 pages are loaded
def test_every_live_action_brings_every_page_to_what_a_fresh_load_shows(app: Flask) -> None:
    # No context is pushed around requests: the viewer of one would leak into the next.
    with app.app_context():
        s = scene(app)
    s.open_pages(None, f"/t/{s.topic}", f"/t/{s.update}", *LISTS)
    pushed = list(s.pages)
    s.open_pages("friend", f"/t/{s.other}", "/questions?kind=all", "/c/members")
    s.open_pages("newcomer", f"/t/{s.topic}")
    s.open_pages("asker", "/", f"/talks/{s.talk}")
    s.open_pages("worker", "/talks", f"/talks/{s.talk}")
    s.open_pages("keeper", "/moderation")
    with app.app_context():
        take_all(FaqFollower())
    s.open_pages("friend", "/faq")
    for name, act in ACTIONS:
        with app.app_context():
            act(s)
        told = [page for page in s.pages if (push(app, page) if page in pushed else page.catch_up())]
        if name == "rename the category":
            for page in s.pages:
                if page.address.startswith("/t/"):
                    page.refresh()  # its topics say the new name with the next load
        assert_converged(told, name)
    assert_converged(s.pages, "all, those included that were told nothing")
    with app.app_context():
        happened = set(db.session.scalars(select(LoggedEvent.name).distinct()))
    assert {kind.name for kind in EVENTS} <= happened, "an event that pages follow is not tried here"


MOVES: tuple[Callable[[Scene], object], ...] = (
    lambda s: s.write("friend"),
    lambda s: s.write("speaker"),
    lambda s: s.write("asker"),
    lambda s: s.write("newcomer"),
    lambda s: edit_post(by=s.keeper, post_id=s.any_answer(), body=f"Version {s.random.random()}", version=None),
    lambda s: accept_answer(by=s.forum["asker"], post_id=s.any_answer()),
    lambda s: undo_acceptance(by=s.forum["asker"], post_id=s.any_answer()),
    lambda s: make_official(by=s.forum["speaker"], post_id=s.any_answer()),
    lambda s: undo_official(by=s.forum["speaker"], post_id=s.any_answer()),
    lambda s: remove_post(by=s.keeper, post_id=s.any_answer(), rule="other", reason="By chance"),
    lambda s: restore_post(by=s.keeper, post_id=s.any_answer()),
    lambda s: ask_info(by=s.forum["worker"], topic_id=s.topic),
    lambda s: clear_info(by=s.forum["worker"], topic_id=s.topic),
    lambda s: s.forum.question("friend", title=f"Question {s.random.random()}", tags=["motor"]),
)


@pytest.mark.timeout(300)
def test_two_hundred_changes_while_pages_sleep(app: Flask) -> None:
    with app.app_context():
        s = scene(app, answers=17)
        confirm_at = s.random.randrange(50, 150)
    s.open_pages(None, f"/t/{s.topic}", "/", "/c/parts")
    s.open_pages("friend", f"/t/{s.topic}", "/")
    made = 0
    while made < 200:
        with app.app_context():
            before = position_now()
            with suppress(Refused):  # by chance what cannot be done
                s.random.choice(MOVES)(s)
            if made == confirm_at:
                confirm_newcomer(s)
            made += position_now().number - before.number
        for page in s.pages:
            if s.random.random() < 0.06:
                page.catch_up()
    for page in s.pages:
        page.catch_up()
    assert_converged(s.pages, "two hundred changes")
    assert [page.refreshes for page in s.pages if page.address.startswith("/t/")] == [0, 0], "by fragments alone"
    second = OpenPage(s.pages[0].client, f"/t/{s.topic}?page=2")
    assert second.shown(), "the conversation went on to a second page"
