"""The parts of a talk's page, drawn by the page's own macros for a form's answer and for a push."""

from __future__ import annotations

from collections.abc import Collection

from markupsafe import Markup

from community.core.fragments import fragment, stream
from community.posts.submissions import new_submission_id
from community.settings.queries import site
from community.talks.views import Door, TalkView

_TALK = "talks/_talk.html"


def messages_added(talk: TalkView, numbers: Collection[int]) -> list[Markup]:
    """These messages at the end of the list; one that stands there already is not doubled."""
    place = f"talk_{talk.id}_messages"
    return [stream("append", place, fragment(_TALK, "message", each)) for each in talk.messages if each.number in numbers]


def state_replaced(talk: TalkView) -> list[Markup]:
    """Who has the talk and what can be done with it, and what stands below the messages."""
    brand = site().brand_name
    return [
        stream("replace", f"talk_{talk.id}_head", fragment(_TALK, "head", talk, brand)),
        stream("replace", f"talk_{talk.id}_foot", fragment(_TALK, "foot", talk, brand)),
    ]


def submission_replaced() -> Markup:
    """A fresh id for the next message."""
    return stream("replace", "talk_submission", fragment(_TALK, "submission", new_submission_id()))


def door_replaced(door: Door) -> Markup:
    """The door of the frame."""
    return stream("replace", "door", fragment("talks/_door.html", "door", door))
