"""Objections in the demo world: criticism that was removed and came back, and a suspension that stands."""

from __future__ import annotations

from datetime import datetime, timedelta
from typing import Final

from sqlalchemy import select

from community.accounts.links import PATHS, make_link
from community.accounts.models import Suspension
from community.appeals.actions import PURPOSE, appeal_removal, appeal_suspension, decide
from community.core import clock
from community.core.unit import unit
from community.demo.made import World
from community.extensions import db
from community.posts.actions import remove_post, write_post
from community.staff.viewer import Viewer, viewer_unchecked
from community.topics.models import Topic

CRITICISM: Final = (
    "So a bike company that cannot pay back money in nine days tells me about trust. You should be ashamed of yourselves."
)
ITS_REMOVAL: Final = "Insulting towards colleagues who are not to blame"
ITS_OBJECTION: Final = "I insulted nobody by name. I said that you owe me money and that you should be ashamed, and both are true."
ITS_DECISION: Final = "Angry, and he had every reason to be. Criticism stays; we removed it because it hurt, and that is no rule."

ADVERTISER: Final = "These were only three friendly offers. Other people sell things as well, and I was never told not to!"
HIS_DECISION: Final = "He was warned in writing before the third one, and the chargers he sells are dangerous on our cells."


def object_to_decisions(world: World, now: datetime) -> None:
    """Let people object in the weeks before `now`, where these people and topics are."""
    if {"johanna", "emeka", "gustav"} <= world.people.keys() and "late-refund" in world.topics:
        _criticism(world, now)
    if {"johanna", "dealfinder"} <= world.people.keys():
        _advertiser(world, now)


def _criticism(world: World, now: datetime) -> None:
    topic = db.session.get_one(Topic, world.topics["late-refund"].id)
    if topic.closed or topic.created_at > now - timedelta(days=4):
        return
    written = topic.created_at + timedelta(days=1)
    with clock.at(written):
        post_id = write_post(by=_who(world, "gustav"), topic_id=topic.id, body=CRITICISM, role="reply").post_id
    with clock.at(written + timedelta(hours=2)):
        remove_post(by=_who(world, "emeka"), post_id=post_id, rule="abuse", reason=ITS_REMOVAL)
    with clock.at(written + timedelta(hours=20)):
        appeal_id = appeal_removal(by=_who(world, "gustav"), post_id=post_id, words=ITS_OBJECTION)
    with clock.at(written + timedelta(hours=26)):
        decide(by=_who(world, "johanna"), appeal_id=appeal_id, outcome="reversed", decision=ITS_DECISION)


def _advertiser(world: World, now: datetime) -> None:
    suspension = db.session.scalars(
        select(Suspension).where(Suspension.account_id == world.people["dealfinder"], Suspension.lifted_at.is_(None))
    ).first()
    if suspension is None or suspension.started_at > now - timedelta(days=4):
        return
    begun, about = suspension.started_at, suspension.id
    with clock.at(begun + timedelta(days=1)):
        with unit() as u:
            link = make_link(u, PURPOSE, world.people["dealfinder"], subject_id=about)
        appeal_id = appeal_suspension(token=link.removeprefix(PATHS[PURPOSE]), words=ADVERTISER)
    with clock.at(begun + timedelta(days=2)):
        decide(by=_who(world, "johanna"), appeal_id=appeal_id, outcome="upheld", decision=HIS_DECISION)


def _who(world: World, handle: str) -> Viewer:
    return viewer_unchecked(world.people[handle])
