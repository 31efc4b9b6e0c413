"""Updates: by the company only, published once, at their time, and corrected in the open alone."""

from __future__ import annotations

from collections.abc import Iterator
from datetime import UTC, datetime, timedelta
from typing import Any

import pytest
import time_machine
from flask import Flask
from sqlalchemy import func, select

from community.core.errors import Conflict, Forbidden, Invalid, NotFound
from community.extensions import db
from community.follows.actions import follow_updates, unfollow
from community.follows.keeping import FollowKeeper
from community.notifications.follow import NotificationFollower
from community.notifications.models import Notification
from community.posts.actions import edit_post, open_topic, write_post
from community.posts.queries import Listing, tiles, topic_page
from community.record.follow import RecordFollower
from community.record.models import RecordEntry, RecordPart
from community.staff.actions import end_role
from community.staff.models import Grant
from community.topics.models import Topic
from community.updates import actions
from community.updates.models import Update
from community.updates.queries import unpublished
from tests.forum import VISITOR, Forum, small_forum, take_all

NOON = datetime(2026, 5, 12, 12, tzinfo=UTC)


@pytest.fixture
def forum(app: Flask) -> Iterator[Forum]:
    with time_machine.travel(NOON, tick=False), app.app_context():
        yield small_forum(app)


def fields(forum: Forum, **changed: Any) -> dict[str, Any]:
    return {
        "section": "numbers",
        "title": "How we did in spring",
        "body": "We sent **1,200** parts.",
        "category_id": forum.categories["parts"],
        **changed,
    }


def announced(forum: Forum, **changed: Any) -> int:
    return actions.announce(by=forum["speaker"], **fields(forum, **changed)).post_id


def topics() -> int:
    return db.session.execute(select(func.count(Topic.id)).where(Topic.kind == "update")).scalar_one()


def kinds(forum: Forum, handle: str) -> list[str]:
    told = select(Notification.kind).where(Notification.account_id == forum.people[handle]).order_by(Notification.id)
    return list(db.session.scalars(told))


def test_an_update_is_a_topic_with_a_section_that_everybody_reads(forum: Forum) -> None:
    written = actions.announce(by=forum["speaker"], **fields(forum, tags=["spring"]))
    page = topic_page(VISITOR, written.topic_id, 1)
    assert (page.topic.kind, page.topic.section, page.topic.state, page.topic.tags) == ("update", "numbers", None, ("spring",))
    assert page.first is not None
    assert (page.first.author.badge, page.corrections) == ("staff", ())
    assert "<strong>1,200</strong>" in page.first.html
    (tile,) = tiles(VISITOR, Listing(kind="update", section="numbers")).tiles
    assert (tile.section, tile.beginning) == ("numbers", "We sent 1,200 parts.")
    assert tiles(VISITOR, Listing(kind="update", section="wrong")).tiles == ()
    write_post(by=forum["friend"], topic_id=written.topic_id, body="And how many came back?")
    assert topic_page(VISITOR, written.topic_id, 1).topic.reply_count == 1


@pytest.mark.parametrize("handle", ["asker", "worker", "keeper"])
def test_only_who_speaks_for_the_company_publishes(forum: Forum, handle: str) -> None:
    with pytest.raises(Forbidden):
        actions.announce(by=forum[handle], **fields(forum))
    with pytest.raises(Forbidden):
        actions.save_update(by=forum[handle], **fields(forum))
    with pytest.raises(Invalid):
        open_topic(by=forum["speaker"], kind="update", title="By the back door", body="?", category_id=forum.categories["parts"])
    assert topics() == 0


def test_the_same_sent_twice_is_published_once(forum: Forum) -> None:
    first = actions.announce(by=forum["speaker"], submission_id="abc", **fields(forum))
    assert actions.announce(by=forum["speaker"], submission_id="abc", **fields(forum)).post_id == first.post_id
    assert topics() == 1


@pytest.mark.parametrize(
    ("field", "wrong"), [("section", "gossip"), ("title", "  "), ("body", ""), ("title", "x" * 400), ("section", "")]
)
def test_what_does_not_fit_is_refused_at_its_field(forum: Forum, field: str, wrong: str) -> None:
    for act in (actions.announce, actions.save_update):
        with pytest.raises(Invalid) as refused:
            act(by=forum["speaker"], **fields(forum, **{field: wrong}))
        assert field in refused.value.fields


@pytest.mark.parametrize("place", ["members", "inside"])
def test_it_stands_where_everybody_reads(forum: Forum, place: str) -> None:
    with pytest.raises(Invalid) as refused:
        actions.announce(by=forum["speaker"], **fields(forum, category_id=forum.categories[place]))
    assert list(refused.value.fields) == ["category"]


def test_a_kept_one_is_its_authors_alone(forum: Forum) -> None:
    kept = actions.save_update(by=forum["speaker"], **fields(forum))
    forum.person("second", role="official")
    assert [each.id for each in unpublished(forum["speaker"])] == [kept]
    assert unpublished(forum["second"]) == unpublished(forum["asker"]) == []
    for act in (actions.publish_update, actions.drop_update):
        with pytest.raises(NotFound):
            act(by=forum["second"], update_id=kept)
    with pytest.raises(NotFound):
        actions.save_update(by=forum["second"], update_id=kept, **fields(forum))
    actions.drop_update(by=forum["speaker"], update_id=kept)
    assert unpublished(forum["speaker"]) == []


def test_saved_from_two_windows_nothing_is_lost(forum: Forum) -> None:
    kept = actions.save_update(by=forum["speaker"], **fields(forum))
    actions.save_update(by=forum["speaker"], update_id=kept, version=1, **fields(forum, title="From one window"))
    with pytest.raises(actions.ChangedMeanwhile) as refused:
        actions.save_update(by=forum["speaker"], update_id=kept, version=1, **fields(forum, title="From the other"))
    assert refused.value.version == 2
    assert db.session.get_one(Update, kept).title == "From one window"


def test_it_publishes_itself_at_its_time_once(forum: Forum) -> None:
    kept = actions.save_update(by=forum["speaker"], publish_at=NOON + timedelta(hours=2), **fields(forum))
    actions.publish_due()
    assert topics() == 0
    with time_machine.travel(NOON + timedelta(hours=2, seconds=5), tick=False):
        actions.publish_due()
        actions.publish_due()
    update = db.session.get_one(Update, kept)
    topic = db.session.get_one(Topic, update.topic_id)
    assert (topics(), topic.created_at, topic.author_id) == (1, NOON + timedelta(hours=2, seconds=5), forum.people["speaker"])
    assert actions.publish_update(by=forum["speaker"], update_id=kept).topic_id == topic.id
    with pytest.raises(Conflict):
        actions.save_update(by=forum["speaker"], update_id=kept, **fields(forum, title="Rewritten in silence"))
    with pytest.raises(Conflict):
        actions.drop_update(by=forum["speaker"], update_id=kept)


def test_whoever_speaks_for_the_company_no_longer_publishes_nothing(forum: Forum) -> None:
    kept = actions.save_update(by=forum["speaker"], publish_at=NOON + timedelta(hours=2), **fields(forum))
    end_role(by=None, grant_id=db.session.scalars(select(Grant.id).where(Grant.account_id == forum.people["speaker"])).one())
    with time_machine.travel(NOON + timedelta(hours=3), tick=False):
        actions.publish_due()
    assert topics() == 0
    assert "speak for the company" in db.session.get_one(Update, kept).problem


@pytest.mark.parametrize("wait", [timedelta(seconds=-1), timedelta(days=400)])
def test_a_time_that_has_passed_or_is_years_off_is_refused(forum: Forum, wait: timedelta) -> None:
    with pytest.raises(Invalid) as refused:
        actions.save_update(by=forum["speaker"], publish_at=NOON + wait, **fields(forum))
    assert list(refused.value.fields) == ["publish_at"]


def test_it_is_corrected_with_a_note_on_top_or_not_at_all(forum: Forum) -> None:
    post_id = announced(forum)
    for note in ("", "   ", "short", "x" * 501):
        with pytest.raises(Invalid) as refused:
            edit_post(by=forum["speaker"], post_id=post_id, body="We sent 900 parts.", version=1, note=note)
        assert list(refused.value.fields) == ["note"]
    with pytest.raises(Invalid):
        edit_post(by=forum["speaker"], post_id=post_id, body="We sent **1,200** parts.", version=1, title="How we did in May")
    edit_post(by=forum["speaker"], post_id=post_id, body="We sent **900** parts.", version=1, note="Returns were counted twice")
    topic_id = db.session.scalars(select(Topic.id).where(Topic.kind == "update")).one()
    (correction,) = topic_page(VISITOR, topic_id, 1).corrections
    assert (correction.note, correction.by_name) == ("Returns were counted twice", "Speaker")
    assert any(
        op == "removed" and "1,200" in text for line in correction.lines if hasattr(line, "parts") for op, text in line.parts
    )


def test_a_colleague_who_speaks_for_the_company_may_correct_it(forum: Forum) -> None:
    post_id = announced(forum)
    forum.person("second", role="official")
    note = {"note": "The month was wrong"}
    edit_post(by=forum["second"], post_id=post_id, body="We sent 1,200 parts in May.", version=1, **note)
    for handle in ("worker", "asker"):
        with pytest.raises(Forbidden):
            edit_post(by=forum[handle], post_id=post_id, body="?", version=2, **note)


def test_other_edits_need_no_note_and_keep_none(forum: Forum) -> None:
    question = forum.question()
    edit_post(by=forum["asker"], post_id=question.post_id, body="It rattles a lot.", version=1, note="as I forgot to say so")
    post_id = announced(forum)
    comment = write_post(by=forum["friend"], topic_id=topic_of(post_id), body="Nice.")
    edit_post(by=forum["friend"], post_id=comment.post_id, body="Very nice.", version=1)
    assert topic_page(VISITOR, topic_of(post_id), 1).corrections == ()


def test_a_correction_enters_the_record_with_its_note(forum: Forum) -> None:
    post_id = announced(forum)
    edit_post(by=forum["speaker"], post_id=post_id, body="We sent **900** parts.", version=1, note="Returns were counted twice")
    take_all(RecordFollower())
    entry = db.session.scalars(select(RecordEntry).where(RecordEntry.kind == "update.corrected")).one()
    assert entry.about["post"] == post_id
    parts = {part.name: part.text for part in db.session.scalars(select(RecordPart).where(RecordPart.entry_n == entry.n))}
    assert parts == {"by": "Speaker", "reason": "Returns were counted twice"}


def test_who_follows_updates_hears_of_each_and_who_follows_one_of_its_corrections(forum: Forum) -> None:
    follow_updates(by=forum["friend"])
    follow_updates(by=forum["friend"])
    with time_machine.travel(NOON + timedelta(hours=1), tick=False):
        post_id = announced(forum)
        write_post(by=forum["asker"], topic_id=topic_of(post_id), body="Thanks for saying so.")
        edit_post(by=forum["speaker"], post_id=post_id, body="We sent **900** parts.", version=1, note="Returns were counted twice")
        for follower in (FollowKeeper(), NotificationFollower()):
            take_all(follower)
    assert kinds(forum, "friend") == ["update"]
    assert kinds(forum, "asker") == ["corrected"]
    unfollow(by=forum["friend"], kind="updates", target_id=0)
    with time_machine.travel(NOON + timedelta(hours=2), tick=False):
        announced(forum, title="How we did in summer")
        for follower in (FollowKeeper(), NotificationFollower()):
            take_all(follower)
    assert kinds(forum, "friend") == ["update"]


def topic_of(post_id: int) -> int:
    return db.session.scalars(select(Topic.id).where(Topic.kind == "update").order_by(Topic.id.desc())).first() or post_id
