"""Objecting once to another moderator: whoever decided does not decide again, and how it ended is public."""

from __future__ import annotations

from collections.abc import Iterator
from datetime import timedelta
from typing import Any

import pytest
from flask import Flask
from sqlalchemy import select

from community.accounts.actions import suspend
from community.accounts.models import Suspension
from community.appeals import actions
from community.appeals.models import Appeal
from community.appeals.queries import appeals_for, outcomes
from community.core import clock
from community.core.errors import Conflict, Forbidden, Invalid, NotFound
from community.core.unit import unit
from community.extensions import db
from community.mail.follow import MailFollower
from community.mail.models import OutgoingMail
from community.mail.sending import send_due
from community.notifications.appeal_letters import gather_suspended
from community.posts.actions import remove_post, restore_post
from community.posts.models import Post, Removal
from community.record.follow import RecordFollower
from community.record.models import RecordEntry, RecordPart
from community.settings.actions import change_settings
from community.staff.viewer import viewer_unchecked
from tests.forum import Forum, small_forum, take_all

WORDS = "It was a joke between the two of us."
WHY = "It was a joke indeed, and he laughed."


@pytest.fixture
def forum(app: Flask) -> Iterator[Forum]:
    with app.app_context():
        yield with_moderators(app)


def with_moderators(app: Flask) -> Forum:
    forum = small_forum(app)
    forum.person("second", role="moderator")
    return forum


def removed(forum: Forum, author: str = "friend") -> int:
    post_id = forum.post(author, forum.question(title=f"Who said that? {author}"), "You silly person!").post_id
    remove_post(by=forum["keeper"], post_id=post_id, rule="abuse", reason="Rude to others")
    return post_id


def letters(forum: Forum, kind: str) -> list[OutgoingMail]:
    del forum
    take_all(MailFollower())
    send_due()
    return list(db.session.scalars(select(OutgoingMail).where(OutgoingMail.kind == kind).order_by(OutgoingMail.id)))


def is_there(post_id: int) -> bool:
    db.session.rollback()
    return db.session.get_one(Post, post_id).removed_at is None


def test_another_moderator_reverses_a_removal(forum: Forum) -> None:
    post_id = removed(forum)
    appeal_id = actions.appeal_removal(by=forum["friend"], post_id=post_id, words=WORDS)
    ((waiting,), ()) = appeals_for(forum["keeper"])
    assert (waiting.who, waiting.rule, waiting.text, waiting.may_decide) == ("Friend", "Abuse", "You silly person!", False)
    with pytest.raises(Forbidden, match="Another moderator"):
        actions.decide(by=forum["keeper"], appeal_id=appeal_id, outcome="reversed", decision=WHY)
    actions.decide(by=forum["second"], appeal_id=appeal_id, outcome="reversed", decision=WHY)
    assert is_there(post_id)
    assert (outcomes().reversed, outcomes().share) == (1, 100)
    with pytest.raises(Conflict):
        actions.decide(by=forum["second"], appeal_id=appeal_id, outcome="upheld", decision=WHY)


def test_what_is_upheld_stays_away_and_is_no_subject_again(forum: Forum) -> None:
    post_id = removed(forum)
    appeal_id = actions.appeal_removal(by=forum["friend"], post_id=post_id, words=WORDS)
    actions.decide(by=forum["second"], appeal_id=appeal_id, outcome="upheld", decision="Nobody else laughed about it")
    assert not is_there(post_id)
    with pytest.raises(Conflict, match="once"):
        actions.appeal_removal(by=forum["friend"], post_id=post_id, words=WORDS)
    restore_post(by=forum["keeper"], post_id=post_id)
    remove_post(by=forum["keeper"], post_id=post_id, rule="spam", reason="An advertisement")
    assert actions.appeal_removal(by=forum["friend"], post_id=post_id, words=WORDS) != appeal_id, "another decision"


def test_only_its_author_objects_in_time_and_only_to_others(forum: Forum) -> None:
    post_id = removed(forum)
    for stranger in ("asker", "keeper", "second"):
        with pytest.raises(NotFound):
            actions.appeal_removal(by=forum[stranger], post_id=post_id, words=WORDS)
    own = forum.post("friend", forum.question(), "Taken back").post_id
    remove_post(by=forum["friend"], post_id=own)
    there = forum.post("friend", forum.question(), "Still there").post_id
    for nothing in (own, there, 10**9):
        with pytest.raises(NotFound):
            actions.appeal_removal(by=forum["friend"], post_id=nothing, words=WORDS)
    for bad in ("", "short", "x" * 2001, "a\x00 thing to say"):
        with pytest.raises(Invalid):
            actions.appeal_removal(by=forum["friend"], post_id=post_id, words=bad)
    with clock.at(clock.now() + timedelta(days=31)), pytest.raises(Conflict, match="30 days"):
        actions.appeal_removal(by=forum["friend"], post_id=post_id, words=WORDS)
    change_settings(by=None, values={"appeal_days": "0"})
    with pytest.raises(Forbidden):
        actions.appeal_removal(by=forum["friend"], post_id=post_id, words=WORDS)


def test_nobody_but_moderators_decides(forum: Forum) -> None:
    appeal_id = actions.appeal_removal(by=forum["friend"], post_id=removed(forum), words=WORDS)
    for other in ("friend", "asker", "worker", "speaker"):
        with pytest.raises(NotFound):
            actions.decide(by=forum[other], appeal_id=appeal_id, outcome="reversed", decision=WHY)
        with pytest.raises(NotFound):
            appeals_for(forum[other])
    for bad in ({"outcome": "forgotten"}, {"decision": "No"}, {"decision": "x" * 501}):
        with pytest.raises(Invalid):
            actions.decide(**{"by": forum["second"], "appeal_id": appeal_id, "outcome": "upheld", "decision": WHY, **bad})


def test_a_moderator_does_not_decide_about_themselves(forum: Forum) -> None:
    post_id = forum.post("second", forum.question(), "Hush!").post_id
    remove_post(by=forum["keeper"], post_id=post_id, rule="abuse", reason="Rude to others")
    appeal_id = actions.appeal_removal(by=forum["second"], post_id=post_id, words=WORDS)
    for concerned in ("keeper", "second"):
        with pytest.raises(Forbidden):
            actions.decide(by=forum[concerned], appeal_id=appeal_id, outcome="reversed", decision=WHY)


def test_what_came_back_meanwhile_is_left_as_it_is(forum: Forum) -> None:
    post_id = removed(forum)
    appeal_id = actions.appeal_removal(by=forum["friend"], post_id=post_id, words=WORDS)
    restore_post(by=forum["keeper"], post_id=post_id)
    remove_post(by=forum["keeper"], post_id=post_id, rule="spam", reason="Something else now")
    actions.decide(by=forum["second"], appeal_id=appeal_id, outcome="reversed", decision=WHY)
    assert not is_there(post_id), "the later decision was not objected to"


def test_whoever_is_suspended_objects_by_the_link_of_their_letter(app: Flask) -> None:
    with app.app_context():  # and none around requests
        forum = with_moderators(app)
        suspend(by=forum["keeper"], account_id=forum.people["friend"], rule="abuse", reason="Rude to many")
        take_all(MailFollower())
        link = link_of_letter()
    browser = forum.browser()
    page = browser.get(link)
    assert page.status_code == 200
    assert "Rude to many" in page.text
    browser.take_token(page.text)
    refused = browser.post(link, {"words": "No!"})
    assert refused.status_code == 422
    assert "No!" in refused.text
    assert browser.post(link, {"words": WORDS}).status_code == 200
    assert browser.get(link).status_code == browser.post(link, {"words": WORDS}).status_code == 404
    with app.app_context():
        appeal = db.session.scalars(select(Appeal)).one()
        actions.decide(by=forum["second"], appeal_id=appeal.id, outcome="reversed", decision=WHY)
        assert not viewer_unchecked(forum.people["friend"]).suspended
        assert db.session.scalars(select(Suspension.lifted_by_id)).one() == forum.people["second"]
        take_all(RecordFollower())
        parts = " ".join(db.session.scalars(select(RecordPart.text)))
        assert "Friend" not in parts, "a sanctioned customer stands nowhere by name"


def link_of_letter() -> str:
    """The path with the token that the letter has: it is masked wherever mails are kept."""
    with unit() as u:
        mail = u.session.scalars(select(OutgoingMail).where(OutgoingMail.kind == "suspended")).one()
        facts = gather_suspended(u, mail)
    assert facts is not None
    return facts.link


def test_whom_it_concerns_is_told_by_letter_at_each_step(forum: Forum) -> None:
    post_id = removed(forum)
    (mail,) = letters(forum, "removed")
    assert "Rude to others" in mail.shown_text
    assert f"/posts/{post_id}/appeal" in mail.shown_text
    assert "Keeper" not in mail.shown_text
    appeal_id = actions.appeal_removal(by=forum["friend"], post_id=post_id, words=WORDS)
    actions.decide(by=forum["second"], appeal_id=appeal_id, outcome="upheld", decision="Nobody else laughed about it")
    (mail,) = letters(forum, "appeal_decided")
    assert "The decision stands." in mail.shown_text
    assert "Nobody else laughed about it" in mail.shown_text
    suspend(by=forum["keeper"], account_id=forum.people["asker"], rule="spam", reason="Many advertisements")
    (mail,) = letters(forum, "suspended")
    assert "/appeal/" in mail.shown_text
    assert "Many advertisements" in mail.shown_text


def test_the_record_counts_objections_without_names(forum: Forum) -> None:
    for author, outcome in (("friend", "upheld"), ("asker", "reversed")):
        appeal_id = actions.appeal_removal(by=forum[author], post_id=removed(forum, author), words=WORDS)
        actions.decide(by=forum["second"], appeal_id=appeal_id, outcome=outcome, decision=f"Because it is {outcome} now")
    hidden = forum.post("worker", forum.question("worker", category="inside"), "Hush!").post_id
    remove_post(by=forum["keeper"], post_id=hidden, rule="abuse", reason="Rude to others")
    actions.appeal_removal(by=forum["worker"], post_id=hidden, words=WORDS)
    take_all(RecordFollower())
    query = select(RecordEntry).where(RecordEntry.kind.like("appeal.%")).order_by(RecordEntry.n)
    entries = db.session.scalars(query).all()
    assert [each.kind for each in entries] == ["appeal.made", "appeal.upheld", "appeal.made", "appeal.reversed"]
    assert [sorted(each.parts) for each in entries] == [[], ["by", "reason"]] * 2
    assert outcomes().share == 50


def test_the_pages_work_without_scripts(app: Flask) -> None:
    with app.app_context():
        forum = with_moderators(app)
        post_id = removed(forum)
    friend, keeper, second, asker = (forum.browser(handle) for handle in ("friend", "keeper", "second", "asker"))
    address = f"/posts/{post_id}/appeal"
    assert {asker.get(address).status_code, asker.post(address, {"words": WORDS}).status_code} == {404}
    assert asker.get("/moderation").status_code == 404
    page = friend.get(address).text
    assert "Rude to others" in page
    assert "You silly person!" in page
    refused = friend.post(address, {"words": "<b>Why"})
    assert (refused.status_code, "&lt;b&gt;Why" in refused.text) == (422, True)
    assert friend.post(address, {"words": WORDS}).status_code == 303
    assert "It waits for a moderator." in friend.get(address).text
    assert friend.post(address, {"words": WORDS}).status_code == 409
    assert "not yours to decide" in keeper.get("/moderation").text
    assert keeper.post("/moderation/appeals/1", {"outcome": "reversed", "decision": WHY}).status_code == 403
    assert second.post("/moderation/appeals/1", {"outcome": "", "decision": WHY}).status_code == 422
    assert second.post("/moderation/appeals/1", {"outcome": "reversed", "decision": WHY}).status_code == 303
    assert second.get("/moderation/appeals/9").status_code == 404
    assert WHY in keeper.get("/moderation").text
    assert "You silly person!" in forum.browser().get(f"/p/{post_id}", follow_redirects=True).text
    record = forum.browser().get("/record").text
    assert "1 decision was objected to." in record
    assert "Reversed: 100 of 100." in record


def test_nothing_is_left_half_done_when_it_fails(forum: Forum, monkeypatch: pytest.MonkeyPatch) -> None:
    post_id = removed(forum)
    appeal_id = actions.appeal_removal(by=forum["friend"], post_id=post_id, words=WORDS)

    def broken(*_: Any) -> None:
        raise OSError("the disk is full")

    monkeypatch.setattr(actions, "restore", broken)
    with pytest.raises(OSError, match="disk"):
        actions.decide(by=forum["second"], appeal_id=appeal_id, outcome="reversed", decision=WHY)
    assert not is_there(post_id)
    assert db.session.get_one(Appeal, appeal_id).outcome is None
    assert db.session.scalars(select(Removal.restored_at)).one() is None
