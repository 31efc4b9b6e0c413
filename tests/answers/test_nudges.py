"""Askers are asked on day 3 and day 7, by day where they live, twice at most; and one click answers."""

from __future__ import annotations

import re
from datetime import UTC, datetime, timedelta
from html import unescape

import pytest
import time_machine
from flask import Flask
from sqlalchemy import func, select

from community.accounts.actions import suspend
from community.accounts.models import Account, MailedLink
from community.answers.actions import accept_answer, make_official, reject_answer
from community.answers.models import Nudge
from community.answers.nudges import is_quiet, nudge_askers
from community.core import clock
from community.core.unit import unit
from community.extensions import db
from community.follows.actions.follow import set_level
from community.mail.follow import MailFollower
from community.mail.models import OutgoingMail
from community.mail.sending import send_due
from community.notifications.actions import unsubscribe
from community.notifications.queries import mail_choices
from community.posts.actions import remove_post
from community.posts.models import Post
from community.settings.actions import change_settings
from community.settings.definitions import Site
from community.settings.queries import site
from community.topics.actions import ask_info, close_topic, mark_duplicate, move_topic
from community.topics.models import Topic
from tests.forum import Browser, Forum, events, small_forum, take_all

NOON = datetime(2027, 3, 1, 12, 0, tzinfo=UTC)
DAY, HOUR = timedelta(days=1), timedelta(hours=1)


@pytest.fixture
def forum(app: Flask):
    with app.app_context(), clock.at(NOON):
        yield small_forum(app)


def count() -> int:
    db.session.rollback()
    return db.session.execute(select(func.count(Nudge.id))).scalar_one()


def nudge_at(moment: datetime) -> int:
    with clock.at(moment):
        nudge_askers()
    return count()


def move_to(zone: str, handle: str, forum: Forum) -> None:
    with unit() as u:
        u.fetch(Account, forum.people[handle]).time_zone = zone


def test_on_day_three_and_seven_and_never_again(forum: Forum) -> None:
    asked = forum.question()
    answer = forum.post("friend", asked)
    expected = {2.9: 0, 3.01: 1, 3.5: 1, 6.9: 1, 7.01: 2, 8: 2, 12: 2, 20: 2, 29: 2}
    assert {days: nudge_at(NOON + days * DAY) for days in expected} == expected
    told = db.session.execute(select(Nudge.post_id, Nudge.account_id, Nudge.number).order_by(Nudge.number)).all()
    assert told == [(answer.post_id, forum.people["asker"], 1), (answer.post_id, forum.people["asker"], 2)]
    assert events().count("acceptance.nudged") == 2


def test_days_are_settings(forum: Forum) -> None:
    forum.post("friend", forum.question())
    change_settings(by=None, values={"nudge_after_days": "1", "nudge_again_after_days": "0"})
    assert [nudge_at(NOON + days * DAY) for days in (0.9, 1.1, 5, 9)] == [0, 1, 1, 1]
    forum.post("friend", forum.question())
    change_settings(by=None, values={"nudge_after_days": "0"})
    assert nudge_at(NOON + 9 * DAY) == 1


@pytest.mark.parametrize(
    "act",
    [
        lambda f, asked, answer: accept_answer(by=f["asker"], post_id=answer.post_id),
        lambda f, asked, answer: reject_answer(by=f["asker"], post_id=answer.post_id),
        lambda f, asked, answer: f.post("asker", asked, "Thanks, I try that."),
        lambda f, asked, answer: remove_post(by=f["keeper"], post_id=answer.post_id, rule="spam", reason="Spam."),
        lambda f, asked, answer: remove_post(by=f["keeper"], post_id=asked.post_id, rule="spam", reason="Spam."),
        lambda f, asked, answer: close_topic(by=f["keeper"], topic_id=asked.topic_id, reason="Enough."),
        lambda f, asked, answer: ask_info(by=f["worker"], topic_id=asked.topic_id),
        lambda f, asked, answer: mark_duplicate(by=f["worker"], topic_id=asked.topic_id, original_id=f.question("friend").topic_id),
        lambda f, asked, answer: move_topic(by=f["keeper"], topic_id=asked.topic_id, category_id=f.categories["inside"]),
        lambda f, asked, answer: suspend(by=f["keeper"], account_id=f.people["asker"], rule="abuse", reason="Insults."),
    ],
    ids=["accepted", "rejected", "replied", "removed", "gone", "closed", "needs info", "duplicate", "moved away", "suspended"],
)
def test_nobody_is_asked_who_has_spoken_or_cannot(forum: Forum, act) -> None:
    asked = forum.question()
    act(forum, asked, forum.post("friend", asked))
    assert [nudge_at(NOON + days * DAY) for days in (3.1, 7.1, 11)] == [0, 0, 0]


def test_imports_held_and_erased_askers_and_own_answers_are_left_alone(forum: Forum) -> None:
    imported, held, own, remark, erased = (forum.question(who) for who in ("asker", "newcomer", "asker", "asker", "friend"))
    forum.post("friend", imported)
    forum.post("asker", own, "I found it myself.", role="answer")
    forum.post("friend", remark, "Same here.", role="reply")
    forum.post("worker", erased)
    with unit() as u:
        u.fetch(Topic, imported.topic_id).imported = True
        u.fetch(Account, forum.people["friend"]).erased_at = u.now
        assert u.fetch(Topic, held.topic_id).held_at is not None
    assert [nudge_at(NOON + days * DAY) for days in (3.1, 7.1)] == [0, 0]


def test_a_site_that_is_new_to_this_writes_to_nobody_about_long_ago(forum: Forum) -> None:
    forum.post("friend", forum.question())
    assert nudge_at(NOON + 31 * DAY) == 0


def test_the_newest_answer_counts_and_an_official_one_first(forum: Forum) -> None:
    asked = forum.question()
    official = forum.post("speaker", asked)
    make_official(by=forum["speaker"], post_id=official.post_id)
    forum.post("friend", asked)
    nudge_at(NOON + 3.1 * DAY)
    assert db.session.scalars(select(Nudge.post_id)).all() == [official.post_id]
    second = forum.question()
    forum.post("friend", second)
    with clock.at(NOON + 2 * DAY):
        late = forum.post("worker", second)
    assert nudge_at(NOON + 3.2 * DAY) == 1
    nudge_at(NOON + 5.1 * DAY)
    assert db.session.scalars(select(Nudge.post_id).where(Nudge.topic_id == second.topic_id)).all() == [late.post_id]


@pytest.mark.parametrize(
    ("zone", "hours"),
    [
        # Which hours of a day in UTC are quiet: 21 to 8 where somebody lives.
        ("UTC", {21, 22, 23, *range(8)}),
        ("Asia/Tokyo", set(range(12, 23))),
        ("America/Los_Angeles", set(range(5, 16))),
        ("Nowhere/Atall", {21, 22, 23, *range(8)}),
    ],
)
def test_quiet_hours_are_those_of_the_asker(zone: str, hours: set[int]) -> None:
    winter = datetime(2027, 1, 15, 0, 30, tzinfo=UTC)
    assert {hour for hour in range(24) if is_quiet(zone, winter + hour * HOUR, Site())} == hours
    assert not any(is_quiet(zone, winter + hour * HOUR, Site(quiet_from=5, quiet_until=5)) for hour in range(24))
    assert {hour for hour in range(24) if is_quiet("UTC", winter + hour * HOUR, Site(quiet_from=2, quiet_until=6))} == {2, 3, 4, 5}


def test_summer_time_moves_the_morning(forum: Forum) -> None:
    assert [is_quiet("Europe/Berlin", datetime(2027, 3, day, 6, 30, tzinfo=UTC), Site()) for day in (27, 28)] == [True, False]
    assert [is_quiet("Europe/Berlin", datetime(2027, 10, day, 6, 30, tzinfo=UTC), Site()) for day in (30, 31)] == [False, True]
    move_to("Europe/Berlin", "asker", forum)
    with clock.at(datetime(2027, 3, 25, 2, 0, tzinfo=UTC)):
        forum.post("friend", forum.question())
    at = datetime(2027, 3, 28, 0, 0, tzinfo=UTC)
    assert [nudge_at(at + hours * HOUR) for hours in (2.5, 5.9)] == [0, 0]
    assert nudge_at(at + 6.1 * HOUR) == 1, "8:06 in Berlin on the first day of summer time"


def mailed(forum: Forum, days: float = 3.1) -> str:
    """The text of the mail that goes out that day."""
    with clock.at(NOON + days * DAY):
        nudge_askers()
        take_all(MailFollower())
        send_due()
    db.session.rollback()
    mail = db.session.scalars(select(OutgoingMail).where(OutgoingMail.kind == "nudge").order_by(OutgoingMail.id.desc())).first()
    assert mail is not None
    return mail.shown_text


def test_the_mail_names_question_and_answer_and_what_to_do(forum: Forum) -> None:
    asked = forum.question(title="Why <b>does</b> it rattle?")
    forum.post("friend", asked, "Tighten the *screw* of the rack.")
    text = mailed(forum)
    assert "Why <b>does</b> it rattle?" in text
    assert "Friend answered: Tighten the screw of the rack." in text
    token = re.findall(r"http://localhost/solved/([\w-]{40,})\n", text)
    assert token == re.findall(r"http://localhost/unsolved/([\w-]{40,})\n", text)
    assert "We shall not ask again" not in text
    assert "We shall not ask again" in mailed(forum, 7.1)
    mail = db.session.scalars(select(OutgoingMail.subject).where(OutgoingMail.kind == "nudge")).first()
    assert mail == "Did it solve your problem? Why <b>does</b> it rattle?"


def test_a_mail_that_could_not_leave_by_day_waits_for_the_morning(forum: Forum) -> None:
    forum.post("friend", forum.question())
    move_to("Asia/Kathmandu", "asker", forum)  # 5:45 ahead of UTC
    evening = datetime(2027, 3, 4, 14, 30, tzinfo=UTC)
    with clock.at(evening):
        nudge_askers()
        take_all(MailFollower())
    seen = []
    for hours in (1.2, 2, 8, 11.6, 11.8):
        with clock.at(evening + hours * HOUR):
            send_due()
            db.session.rollback()
            mail = db.session.scalars(select(OutgoingMail).where(OutgoingMail.kind == "nudge")).one()
            seen.append((mail.tries, mail.shown_text != ""))
            assert mail.next_try_at is None or mail.next_try_at == datetime(2027, 3, 5, 2, 15, tzinfo=UTC), "8:00 there"
    assert seen == [(0, False)] * 4 + [(1, True)]


def test_mails_that_ask_are_stopped_by_one_click_and_by_a_switch(forum: Forum) -> None:
    asked = forum.question()
    forum.post("friend", asked)
    stop = re.findall(r"http://localhost(/unsubscribe/\S+)", mailed(forum))[0]
    unsubscribe(token=stop.removeprefix("/unsubscribe/"))
    assert mail_choices(forum["asker"])["nudge"] is False
    assert mailed_again(forum) == "given_up"
    assert count() == 2, "the inbox still asks"


def test_who_muted_the_question_is_not_mailed(forum: Forum) -> None:
    asked = forum.question()
    forum.post("friend", asked)
    with unit() as u:
        set_level(u, forum["asker"], "topic", asked.topic_id, "muted")
    with clock.at(NOON + 3.1 * DAY):
        nudge_askers()
        take_all(MailFollower())
        send_due()
    assert db.session.scalars(select(OutgoingMail).where(OutgoingMail.kind == "nudge")).one().state == "given_up"


def mailed_again(forum: Forum) -> str:
    """What became of the second mail."""
    with clock.at(NOON + 7.1 * DAY):
        nudge_askers()
        take_all(MailFollower())
        send_due()
    db.session.rollback()
    mails = db.session.scalars(select(OutgoingMail).where(OutgoingMail.kind == "nudge").order_by(OutgoingMail.id)).all()
    return mails[-1].state


def test_a_mail_that_is_not_needed_any_more_is_not_sent(forum: Forum) -> None:
    asked = forum.question()
    answer = forum.post("friend", asked)
    with clock.at(NOON + 3.1 * DAY):
        nudge_askers()
        take_all(MailFollower())
        accept_answer(by=forum["asker"], post_id=answer.post_id)
        send_due()
    mail = db.session.scalars(select(OutgoingMail).where(OutgoingMail.kind == "nudge")).one()
    assert (mail.state, mail.shown_text) == ("given_up", "")


@pytest.fixture
def letter(app: Flask):
    """A mail with its links, a question and its answer; requests come at the moment it was sent."""
    with app.app_context():
        with clock.at(NOON):
            forum = small_forum(app)
            asked = forum.question()
            answer = forum.post("friend", asked)
        text = mailed(forum)
    token = re.findall(r"/solved/([\w-]+)", text)[0]
    with time_machine.travel(NOON + 3.2 * DAY, tick=False):
        yield forum, asked, answer, token


def say(forum: Forum, address: str, **fields: str):
    """A visitor's browser opens the link and presses its button."""
    browser = Browser(forum.app)
    page = browser.get(address)
    if page.status_code != 200:
        return page
    browser.take_token(page.text)
    return browser.post(address, fields)


def shown(forum: Forum, topic_id: int) -> str | None:
    with forum.app.app_context():
        return db.session.get_one(Topic, topic_id).state


def test_one_click_solves_it_signed_out_and_ends_both_links(letter) -> None:
    forum, asked, _answer, token = letter
    page = Browser(forum.app).get(f"/solved/{token}")
    assert page.status_code == 200
    assert "no-store" in page.headers["Cache-Control"]
    assert "Why does it rattle?" in page.text
    assert shown(forum, asked.topic_id) == "answered", "looking changes nothing"
    done = say(forum, f"/solved/{token}")
    assert (done.status_code, shown(forum, asked.topic_id)) == (303, "solved")
    for address in (f"/solved/{token}", f"/unsolved/{token}"):
        over = say(forum, address)
        assert over.status_code == 404
        assert "This link works no more" in over.text


def test_the_other_link_brings_it_back_with_what_is_wrong(letter) -> None:
    forum, asked, answer, token = letter
    assert say(forum, f"/unsolved/{token}", body="x\x00").status_code == 422
    assert say(forum, f"/unsolved/{token}", body="It rattles on.").status_code == 303
    assert shown(forum, asked.topic_id) == "waiting"
    page = Browser(forum.app).get(f"/t/{asked.topic_id}/why-does-it-rattle")
    assert "It rattles on." in page.text
    assert "Did not solve it for Asker" in unescape(page.text)
    assert say(forum, f"/solved/{token}").status_code == 404
    assert answer.post_id


def test_what_was_typed_stays_where_nobody_can_write_any_more(letter) -> None:
    forum, asked, answer, token = letter
    with forum.app.app_context():
        close_topic(by=forum["keeper"], topic_id=asked.topic_id, reason="Enough said.")
    refused = say(forum, f"/unsolved/{token}", body="It rattles on.")
    assert refused.status_code == 409
    page = unescape(refused.text)
    assert "It rattles on.</textarea>" in page
    assert "closed" in page
    assert "Without a text you can say so all the same." in page
    assert say(forum, f"/unsolved/{token}").status_code == 303, "the link was not used up"
    with forum.app.app_context():
        assert db.session.get_one(Post, answer.post_id).rejected_at is not None


def test_forged_and_old_links_and_those_to_a_former_address_do_nothing(letter) -> None:
    forum, asked, answer, token = letter
    for wrong in (token[:-1], token + "x", "x" * 43, "é"):
        assert say(forum, f"/solved/{wrong}").status_code == 404
    with forum.app.app_context(), unit() as u:
        reset = u.session.scalars(select(MailedLink).where(MailedLink.purpose == "verdict")).one()
        assert (reset.subject_id, reset.account_id) == (answer.post_id, forum.people["asker"])
    assert Browser(forum.app).get(f"/confirm/{token}").status_code == 404, "good for its own purpose only"
    with time_machine.travel(NOON + 34 * DAY, tick=False):
        assert say(forum, f"/solved/{token}").status_code == 404
    with forum.app.app_context(), unit() as u:
        u.fetch(Account, forum.people["asker"]).email = "new@example.com"
    assert say(forum, f"/solved/{token}").status_code == 404
    assert shown(forum, asked.topic_id) == "answered"


def test_links_of_who_may_not_any_more(letter) -> None:
    forum, asked, answer, token = letter
    with forum.app.app_context():
        suspend(by=forum["keeper"], account_id=forum.people["asker"], rule="abuse", reason="Insults.")
    assert say(forum, f"/solved/{token}").status_code == 403
    with forum.app.app_context():
        remove_post(by=forum["keeper"], post_id=answer.post_id, rule="spam", reason="Spam.")
    assert say(forum, f"/solved/{token}").status_code == 404
    assert shown(forum, asked.topic_id) == "new"


def test_tokens_are_masked_where_mails_are_shown_in_production() -> None:
    from community.mail.letters import masked

    secret = "a" * 43
    assert secret not in masked(f"http://x/solved/{secret} http://x/unsolved/{secret}")


def test_settings_say_when(forum: Forum) -> None:
    assert (site().nudge_after_days, site().nudge_again_after_days, site().quiet_from, site().quiet_until) == (3, 7, 21, 8)
