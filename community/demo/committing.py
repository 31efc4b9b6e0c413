"""What Volt promised in its forum, and what became of it: kept, moved, late and given up."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import datetime, timedelta
from typing import Final

from sqlalchemy import select

from community.commitments.actions import (
    find_late,
    keep_commitment,
    make_commitment,
    move_commitment,
    withdraw_commitment,
)
from community.commitments.queries import today
from community.core import clock
from community.demo.made import World
from community.extensions import db
from community.posts.models import Post
from community.staff.viewer import Viewer, viewer_unchecked


@dataclass(frozen=True)
class Promise:
    """What an employee committed to in the first answer of a topic by the team; `due` are days after that answer."""

    topic: str
    what: str
    due: int
    moved: int | None = None
    reason: str = ""
    kept: int | None = None
    withdrawn: int | None = None
    note: str = ""


PROMISES: Final = (
    Promise(
        "update-stuck",
        "An update that stops half way goes on by itself",
        40,
        kept=33,
        note="Part of app 5.2, for all bikes since 2024",
    ),
    Promise(
        "notif-charged", "A notification when charging is complete", 30, kept=28, note="In app 5.1, off unless you switch it on"
    ),
    Promise(
        "wrong-total",
        "Total distance in the app equal to the display",
        45,
        moved=75,
        reason="The first mend lost rides that were not synchronised yet",
        kept=71,
        note="App 5.2",
    ),
    Promise("dark-map", "A dark map in the app", 60, kept=74, note="Two weeks late, in app 5.3"),
    Promise(
        "display-dim",
        "A brighter setting for the display in sunlight",
        90,
        withdrawn=62,
        note="The panel has no reserve for it; the next display has. What we said here was hasty",
    ),
    Promise(
        "bell-rattle",
        "A rubber ring under the bell of every new bike",
        50,
        kept=41,
        note="And free in any Volt shop for older ones",
    ),
    Promise(
        "kickstand",
        "A wider foot for the double kickstand",
        70,
        moved=110,
        reason="The first tool made feet that cracked in the cold",
    ),
    Promise("delivery-window", "Delivery windows of three hours in Germany", 3),
    Promise("assist-surge-33", "Firmware that takes the jerk out of 3.3.1", 21, kept=17, note="3.3.2, over the air"),
    Promise("rust-bolts", "Stainless bolts at mudguards and rack for all models", 120),
    Promise("ios-widget", "A widget with the state of charge for iOS", 150),
    Promise("late-refund", "Refunds within five days, told by mail when they leave", 14, kept=13, note="Automatic since this week"),
)


def commit_in_public(world: World, now: datetime) -> None:
    """Let the team commit itself where these topics are, each at its time, and the days pass until `now`."""
    for promise in PROMISES:
        answer = _answer(world, promise.topic)
        if answer is not None:
            _commit(world, promise, answer, now)
    with clock.at(now):
        find_late()


def _answer(world: World, topic: str) -> Post | None:
    if topic not in world.topics:
        return None
    posts = select(Post).where(Post.topic_id == world.topics[topic].id, Post.badge == "staff", Post.removed_at.is_(None))
    return db.session.scalars(posts.order_by(Post.number).limit(1)).first()


def _who(world: World, answer: Post) -> Viewer:
    """Whoever answered, or, where they have left since or came later, the head of support."""
    author = viewer_unchecked(answer.author_id)
    with clock.at(answer.created_at):
        was_staff = viewer_unchecked(answer.author_id).is_staff
    return author if author.is_staff and was_staff else viewer_unchecked(world.people["priya"])


def _commit(world: World, promise: Promise, answer: Post, now: datetime) -> None:
    by, begun, post_id = _who(world, answer), answer.created_at + timedelta(minutes=20), answer.id
    with clock.at(min(begun, now - timedelta(hours=1))):
        begun, due = clock.now(), today() + timedelta(days=promise.due)
        commitment_id = make_commitment(by=by, post_id=post_id, what=promise.what, due_on=due)

    def passed(days: int) -> datetime | None:
        then = begun + timedelta(days=days)
        return then if then < now else None

    if promise.moved is not None and (then := passed(promise.due - 4)) is not None:
        with clock.at(then):
            moved = due + timedelta(days=promise.moved - promise.due)
            move_commitment(by=by, commitment_id=commitment_id, due_on=moved, reason=promise.reason)
    for days in (promise.kept, promise.withdrawn):
        then = passed(days) if days is not None else None
        if then is None:
            continue
        with clock.at(then):
            find_late()
            if promise.kept is not None:
                keep_commitment(by=by, commitment_id=commitment_id, note=promise.note)
            else:
                withdraw_commitment(by=by, commitment_id=commitment_id, reason=promise.note)
