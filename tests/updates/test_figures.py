"""Figures in updates: put in, frozen, corrected in the open, and seen by who may read the update."""

from __future__ import annotations

import io
from collections.abc import Iterator
from datetime import UTC, datetime, timedelta
from typing import Any

import pytest
import time_machine
from flask import Flask
from PIL import Image
from sqlalchemy import func, select

from community.appeals.actions import appeal_removal, decide
from community.core.errors import Conflict, Forbidden, Invalid, NotFound
from community.extensions import db
from community.follows.keeping import FollowKeeper
from community.notifications.follow import NotificationFollower
from community.notifications.models import Notification
from community.posts.actions import remove_post, write_post
from community.promise.follow import PromiseFollower
from community.promise.settling import settle_all
from community.record.follow import RecordFollower
from community.record.models import RecordEntry
from community.updates import actions
from community.updates.measures import MEASURES
from community.updates.models import Figure, FigureVersion, Update
from community.updates.queries import figure_view, figures_in, figures_of
from tests.api.test_api import program
from tests.forum import VISITOR, Browser, Forum, small_forum, take_all

NOON = datetime(2026, 5, 12, 12, tzinfo=UTC)
DATA = "Month,Sent,Returned\nMarch,120,3\nApril,150,4\nMay,90,2"
SHOWN = {"caption": "Parts that we sent", "measured_in": "parts", "chart": "bar", "data": DATA}


@pytest.fixture
def forum(app: Flask) -> Iterator[Forum]:
    with time_machine.travel(NOON, tick=False), app.app_context():
        yield small_forum(app)


def kept(forum: Forum, **changed: Any) -> int:
    fields = {"section": "numbers", "title": "How we did", "body": "In short: well.", **changed}
    return actions.save_update(by=forum["speaker"], category_id=forum.categories["parts"], **fields)


def published(forum: Forum, **shown: Any) -> tuple[int, int, int]:
    update_id = kept(forum)
    figure_id = actions.add_figure(by=forum["speaker"], update_id=update_id, **{**SHOWN, **shown})
    written = actions.publish_update(by=forum["speaker"], update_id=update_id)
    return figure_id, written.topic_id, written.post_id


def test_figures_stand_in_their_order_and_are_seen_once_published(forum: Forum) -> None:
    update_id = kept(forum)
    first = actions.add_figure(by=forum["speaker"], update_id=update_id, **SHOWN)
    second = actions.add_figure(by=forum["speaker"], update_id=update_id, **{**SHOWN, "caption": "The same again"})
    assert [each.id for each in figures_of(update_id)] == [first, second]
    with pytest.raises(NotFound):
        figure_view(VISITOR, first)
    topic_id = actions.publish_update(by=forum["speaker"], update_id=update_id).topic_id
    assert [each.now.caption for each in figures_in(topic_id)] == ["Parts that we sent", "The same again"]
    view = figure_view(VISITOR, first)
    assert (view.former, view.now.unit, view.now.table.rows[0]) == ((), "parts", ("March", 120.0, 3.0))
    assert "between 90 and 150, at last 90" in view.now.summary


@pytest.mark.parametrize(
    ("field", "wrong"),
    [
        ("caption", ""),
        ("caption", "x" * 161),
        ("measured_in", "x" * 41),
        ("chart", "pie"),
        ("data", ""),
        ("data", "Month,Sent\nMay,low"),
        ("data", "Month,Sent\nMay,-"),
    ],
)
def test_what_does_not_fit_is_refused_at_its_field(forum: Forum, field: str, wrong: str) -> None:
    with pytest.raises(Invalid) as refused:
        actions.add_figure(by=forum["speaker"], update_id=kept(forum), **{**SHOWN, field: wrong})
    assert list(refused.value.fields) == [field]


def test_charts_that_would_lie_or_cannot_be_read_are_refused(forum: Forum) -> None:
    update_id = kept(forum)
    many = "Name," + ",".join(f"c{n}" for n in range(7)) + "\nx," + ",".join("1" * 7)
    for shown in ({"chart": "line", "data": many}, {"chart": "share", "data": "a,b\n" + "\n".join(f"r{n},1" for n in range(7))}):
        with pytest.raises(Invalid) as refused:
            actions.add_figure(by=forum["speaker"], update_id=update_id, **{**SHOWN, **shown})
        assert "told apart" in refused.value.fields["chart"]
    for chart in ("share", "area"):
        with pytest.raises(Invalid) as refused:
            actions.add_figure(by=forum["speaker"], update_id=update_id, **{**SHOWN, "chart": chart, "data": "a,b\nx,-1\ny,2"})
        assert "less than nothing" in refused.value.fields["chart"]
    assert actions.add_figure(by=forum["speaker"], update_id=update_id, **{**SHOWN, "chart": "table", "data": "a,b\nx,words"})


def test_only_its_author_puts_figures_in_and_at_most_eight(forum: Forum) -> None:
    update_id = kept(forum)
    forum.person("second", role="official")
    for handle in ("second", "worker", "asker"):
        with pytest.raises((NotFound, Forbidden)):
            actions.add_figure(by=forum[handle], update_id=update_id, **SHOWN)
    for _number in range(8):
        last = actions.add_figure(by=forum["speaker"], update_id=update_id, **SHOWN)
    with pytest.raises(Conflict):
        actions.add_figure(by=forum["speaker"], update_id=update_id, **SHOWN)
    with pytest.raises(NotFound):
        actions.drop_figure(by=forum["second"], figure_id=last)
    actions.drop_figure(by=forum["speaker"], figure_id=last)
    assert len(figures_of(update_id)) == 7
    actions.drop_update(by=forum["speaker"], update_id=update_id)
    for model in (Update, Figure, FigureVersion):
        assert db.session.execute(select(func.count()).select_from(model)).scalar_one() == 0


def test_a_published_figure_is_corrected_in_the_open_and_shows_both(forum: Forum) -> None:
    figure_id, topic_id, post_id = published(forum)
    write_post(by=forum["asker"], topic_id=topic_id, body="Only 90 in May?")
    better = {**SHOWN, "data": DATA.replace("90", "95")}
    for act in (
        lambda: actions.change_figure(by=forum["speaker"], figure_id=figure_id, **better),
        lambda: actions.drop_figure(by=forum["speaker"], figure_id=figure_id),
        lambda: actions.add_figure(by=forum["speaker"], update_id=db.session.scalars(select(Update.id)).one(), **SHOWN),
    ):
        with pytest.raises(Conflict):
            act()
    with pytest.raises(Invalid) as refused:
        actions.correct_figure(by=forum["speaker"], figure_id=figure_id, note="", **better)
    assert list(refused.value.fields) == ["note"]
    for handle in ("worker", "asker"):
        with pytest.raises(Forbidden):
            actions.correct_figure(by=forum[handle], figure_id=figure_id, note="Five were found again", **better)
    with time_machine.travel(NOON + timedelta(hours=1), tick=False):
        assert actions.correct_figure(by=forum["speaker"], figure_id=figure_id, note="Five were found again", **better)
        assert not actions.correct_figure(by=forum["speaker"], figure_id=figure_id, note="The same once more", **better)
        for follower in (FollowKeeper(), NotificationFollower(), RecordFollower()):
            take_all(follower)
    view = figure_view(VISITOR, figure_id)
    assert (view.now.table.rows[2][1], view.now.note, view.now.by_name) == (95.0, "Five were found again", "Speaker")
    assert [(each.version, each.table.rows[2][1]) for each in view.former] == [(1, 90.0)]
    entry = db.session.scalars(select(RecordEntry).where(RecordEntry.kind == "figure.corrected")).one()
    assert entry.about == {"post": post_id, "topic": topic_id, "figure": figure_id, "version": 2}
    told = select(Notification.kind).where(Notification.account_id == forum.people["asker"])
    assert "corrected" in db.session.scalars(told).all()


def test_a_measured_figure_is_counted_when_it_is_published_and_never_again(forum: Forum) -> None:
    with time_machine.travel(NOON - timedelta(days=40), tick=False):
        topic = forum.question()
        forum.post("worker", topic)
    take_all(PromiseFollower())
    settle_all()
    update_id = kept(forum)
    figure_id = actions.add_measured_figure(by=forum["speaker"], update_id=update_id, measure="questions")
    with pytest.raises(Conflict):
        actions.change_figure(by=forum["speaker"], figure_id=figure_id, **SHOWN)
    assert figure_view(forum["speaker"], figure_id).now.table.rows == (("Apr 2026", 1.0, 0.0),)
    with time_machine.travel(NOON - timedelta(days=15), tick=False):
        forum.question(title="And another?")
    take_all(PromiseFollower())
    with time_machine.travel(NOON + timedelta(hours=3), tick=False):
        actions.publish_update(by=forum["speaker"], update_id=update_id)
    now = figure_view(VISITOR, figure_id).now
    assert (now.table.rows, now.as_of) == ((("Apr 2026", 2.0, 0.0),), NOON + timedelta(hours=3))
    with time_machine.travel(NOON - timedelta(days=14), tick=False):
        forum.question(title="And a third?")
    take_all(PromiseFollower())
    assert figure_view(VISITOR, figure_id).now.table.rows == (("Apr 2026", 2.0, 0.0),)
    assert figure_view(VISITOR, figure_id).checked_at == "/questions"


@pytest.mark.parametrize("measure", list(MEASURES))
def test_every_measure_counts_an_empty_forum_too(forum: Forum, measure: str) -> None:
    table = MEASURES[measure].table()
    assert all(len(row) == len(table.columns) for row in table.rows)
    with pytest.raises(Invalid):
        actions.add_measured_figure(by=forum["speaker"], update_id=kept(forum), measure="applause")


def test_removals_are_counted_by_month_with_what_was_reversed(forum: Forum) -> None:
    post = forum.post("friend", forum.question())
    remove_post(by=forum["keeper"], post_id=post.post_id, rule="spam", reason="An advertisement")
    own = forum.post("friend", forum.question(title="Another?"))
    remove_post(by=forum["friend"], post_id=own.post_id, rule="other", reason="")
    assert all(row[1:] == (0.0, 0.0) for row in MEASURES["removals"].table().rows), "this month is not over"
    forum.person("second", role="moderator")
    appeal_id = appeal_removal(by=forum["friend"], post_id=post.post_id, words="It was an answer, not an advertisement.")
    decide(by=forum["second"], appeal_id=appeal_id, outcome="reversed", decision="It was an answer indeed")
    with time_machine.travel(NOON + timedelta(days=30), tick=False):
        rows = MEASURES["removals"].table().rows
    assert (len(rows), rows[-1]) == (12, ("May 2026", 1.0, 1.0))


def test_a_figure_goes_out_of_sight_with_its_update(forum: Forum, app: Flask) -> None:
    figure_id, topic_id, post_id = published(forum)
    assert Browser(app).get(f"/figures/{figure_id}-1.csv").status_code == 200
    remove_post(by=forum["keeper"], post_id=post_id, rule="private_data", reason="It names a customer")
    assert figures_in(topic_id) == ()
    with pytest.raises(NotFound):
        figure_view(VISITOR, figure_id)
    for ending in ("csv", "png"):
        assert Browser(app).get(f"/figures/{figure_id}-1.{ending}").status_code == 404


def test_pages_put_in_change_publish_correct_and_give_along(app: Flask) -> None:
    # No context is pushed around requests: the viewer of one would leak into the next.
    with app.app_context():
        forum = small_forum(app)
        update_id = kept(forum)
    speaker, visitor = forum.browser("speaker"), Browser(app)
    form = {"caption": "Parts that we sent", "measured_in": "parts", "chart": "line", "numbers": DATA}
    assert speaker.get(f"/updates/{update_id}/figures").status_code == 200
    wrong = speaker.post(f"/updates/{update_id}/figures", {**form, "numbers": "Month,Sent\nMay,low"})
    assert (wrong.status_code, "“low” is no number" in wrong.text, "May,low" in wrong.text) == (422, True, True)
    assert speaker.post(f"/updates/{update_id}/figures", form).status_code == 303
    assert speaker.post(f"/updates/{update_id}/figures", {"measure": "promise_share"}).status_code == 303
    file = {
        **form,
        "caption": "From a file",
        "numbers": "",
        "file": (io.BytesIO(b"\xef\xbb\xbfWeek;K\xc3\xa4ufe\n1;1.200\n"), "a.csv"),
    }
    assert speaker.post(f"/updates/{update_id}/figures", file, content_type="multipart/form-data").status_code == 303
    page = speaker.get(f"/updates/{update_id}").text
    assert page.count("<figure") == 3
    assert "Käufe" in page
    with app.app_context():
        first, _measured, third = (each.id for each in figures_of(update_id))
    assert "March,120,3" in speaker.get(f"/figures/{first}").text
    assert speaker.post(f"/figures/{first}", {**form, "chart": "bar"}).status_code == 303
    assert speaker.post(f"/figures/{third}/removal").status_code == 303
    assert visitor.get(f"/figures/{first}-1.csv").status_code == 404
    with app.app_context():
        url = actions.publish_update(by=forum["speaker"], update_id=update_id).url
    page = visitor.get(url).text
    assert page.count("<desc") == 1  # nothing was asked yet, so nothing is drawn of it
    assert page.index("In short: well.") < page.index("<figure")
    assert "<title" in page
    assert "Counted by the forum itself" in page
    csv = visitor.get(f"/figures/{first}-1.csv")
    assert (csv.mimetype, csv.text.splitlines()[0]) == ("text/csv", "Month,Sent,Returned")
    png = visitor.get(f"/figures/{first}-1.png")
    with Image.open(io.BytesIO(png.data)) as image:
        assert (image.format, image.width) == ("PNG", 1376)
    assert visitor.get(f"/figures/{first}-1.png", headers={"If-None-Match": png.headers["ETag"]}).status_code == 304
    assert visitor.get(f"/figures/{first}-9.csv").status_code == 404
    refused = speaker.post(f"/figures/{first}", {**form, "chart": "bar", "note": ""})
    assert (refused.status_code, "what was wrong" in refused.text) == (422, True)
    better = {**form, "numbers": DATA.replace("90", "95"), "note": "Five were found again"}
    assert speaker.post(f"/figures/{first}", better).status_code == 303
    status, listed = program(forum)("GET", f"/topics/{url.split('/')[2]}/figures")
    assert status == 200
    assert [each["version"] for each in listed["figures"][0]["versions"]] == [2, 1]
    assert listed["figures"][0]["versions"][0]["rows"][2] == ["May", 95.0, 2.0]
    page = visitor.get(url).text
    assert "Five were found again" in page
    assert "What stood here before" in page
    for handle in (None, "asker", "worker"):
        browser = forum.browser(handle)
        for answer in (browser.get(f"/figures/{first}"), browser.post(f"/figures/{first}", better)):
            assert answer.status_code in {302, 303, 401, 403, 404}
