"""What Volt told of itself in a year, and what people said to it; one of it was wrong and is corrected in the open."""

from __future__ import annotations

from datetime import datetime, timedelta

from community.core import clock
from community.demo.content import Content
from community.demo.made import World
from community.demo.published import Figure, Update
from community.posts.actions import edit_post, write_post
from community.staff.viewer import Viewer, viewer_unchecked
from community.updates.actions import (
    add_figure,
    add_measured_figure,
    correct_figure,
    publish_update,
    save_update,
)


def tell_of_the_company(content: Content, world: World, now: datetime) -> None:
    """Publish what there is, each at its time, and leave one that is yet to come."""
    for told in content.updates:
        _publish(world, told, now)
    if content.updates:
        with clock.at(now):
            save_update(
                by=_who(world, "mara"),
                section="numbers",
                title="The winter test, after its first four weeks",
                body="Four of twelve weeks are done. What the cells hold at minus 15 °C so far, and what surprised us.",
                category_id=world.categories["battery"],
                publish_at=now + timedelta(days=6),
            )


def _publish(world: World, told: Update, now: datetime) -> None:
    begun, by, place = now - timedelta(days=told.ago), _who(world, told.by), world.categories[told.place]
    with clock.at(begun - timedelta(minutes=9)):
        update_id = save_update(by=by, section=told.section, title=told.title, body=told.body, category_id=place, tags=told.tags)
        figures = [_put_in(by, update_id, figure) for figure in told.figures]
    with clock.at(begun):
        written = publish_update(by=by, update_id=update_id)
    for comment in told.comments:
        if comment.by in world.people:
            with clock.at(begun + timedelta(hours=comment.after)):
                write_post(by=_who(world, comment.by), topic_id=written.topic_id, body=comment.body)
    if told.corrected is not None:
        body = told.body.replace(told.corrected.former, told.corrected.now)
        with clock.at(begun + timedelta(hours=told.corrected.after)):
            edit_post(by=by, post_id=written.post_id, body=body, version=1, note=told.corrected.note)
    if told.figure_corrected is not None:
        wrong, shown = told.figure_corrected, told.figures[0]
        with clock.at(begun + timedelta(hours=wrong.after)):
            fields = {"caption": shown.caption, "measured_in": shown.unit, "chart": shown.chart}
            data = shown.data.replace(wrong.former, wrong.now)
            correct_figure(by=by, figure_id=figures[0], data=data, note=wrong.note, **fields)


def _put_in(by: Viewer, update_id: int, figure: Figure) -> int:
    if figure.measure:
        return add_measured_figure(by=by, update_id=update_id, measure=figure.measure)
    fields = {"caption": figure.caption, "measured_in": figure.unit, "chart": figure.chart, "data": figure.data}
    return add_figure(by=by, update_id=update_id, **fields)


def _who(world: World, handle: str) -> Viewer:
    return viewer_unchecked(world.people[handle])
