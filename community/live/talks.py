"""What changed in a talk, as its side sees it, and in the desk's list of talks; drawn anew by the pages' own macros."""

from __future__ import annotations

from collections.abc import Sequence

from markupsafe import Markup

from community.core.errors import NotFound
from community.core.fragments import REFRESH, fragment, stream
from community.core.log import Recorded
from community.notifications.queries import bell
from community.staff.viewer import Viewer
from community.talks.events import TalkChanged, TalkSpoken
from community.talks.fragments import door_replaced, messages_added, state_replaced
from community.talks.queries import desk_inbox, is_on_duty, talk_view, waiting_talks

_TALK = "talks/_talk.html"


def talk_streams(viewer: Viewer, talk_id: int, recorded: Sequence[Recorded]) -> Markup:
    """The messages that these events added, and how the talk stands now. Nothing where the viewer may not read it."""
    try:
        talk = talk_view(viewer, talk_id)
    except NotFound:
        return Markup()
    numbers = {each.event.number for each in recorded if isinstance(each.event, TalkSpoken | TalkChanged)}
    ends = [each.number for each in talk.messages if each.kind == "ended"]
    # The desk may not write in an ended talk, and may again once its customer goes on: the form goes and comes.
    reshaped = talk.desk and any(end in numbers or end + 1 in numbers for end in ends)
    streams = [*messages_added(talk, numbers), *state_replaced(talk), *([REFRESH] if reshaped else [])]
    return Markup().join(streams)


def inbox_streams(viewer: Viewer) -> Markup:
    """The desk's list of talks, how many wait, and an employee's own switch and door, as they are now."""
    if not viewer.is_staff:
        return Markup()
    return Markup().join(
        [
            stream("replace", "talks_duty", fragment(_TALK, "duty_switch", is_on_duty(viewer))),
            stream("replace", "talks_inbox", fragment(_TALK, "desk_lists", desk_inbox(viewer))),
            stream("replace", "desk_talks", fragment(_TALK, "desk_line", waiting_talks())),
            door_replaced(bell(viewer).door),
        ]
    )
