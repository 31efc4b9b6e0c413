"""What the desk does with a talk: take it, hand it over."""

from __future__ import annotations

from typing import Final

from flask_babel import gettext as _

from community.core.errors import Invalid, require
from community.core.text import is_clean
from community.core.unit import unit
from community.staff.viewer import Viewer, refreshed, viewers_unchecked
from community.talks.actions.speaking import note_deed
from community.talks.policy import may_work_on
from community.talks.queries import talk_for

LONGEST_NOTE: Final = 500
"""Characters of what is said with a hand-over."""


def take_talk(*, by: Viewer, talk_id: int) -> None:
    """Take a talk, also from somebody else who has it; who has it already keeps it."""
    with unit() as u:
        by = refreshed(by)
        talk = talk_for(by, talk_id)
        require(may_work_on(by, talk))
        if talk.taken_by_id == by.id:
            return
        before, talk.taken_by_id = talk.taken_by_id, by.id
        note_deed(u, by, talk, "taken", to_id=before)


def hand_over(*, by: Viewer, talk_id: int, to_id: int, note: str = "") -> None:
    """Hand a talk over to another employee; `note` is for colleagues alone. Raises Invalid for who is none, and for oneself."""
    note = " ".join(note.split())
    if len(note) > LONGEST_NOTE or not is_clean(note):
        raise Invalid(fields={"note": _("A note has at most %(num)s characters.", num=LONGEST_NOTE)})
    with unit() as u:
        by = refreshed(by)
        talk = talk_for(by, talk_id)
        require(may_work_on(by, talk))
        colleague = viewers_unchecked([to_id]).get(to_id)
        if colleague is None or not colleague.is_staff or colleague.suspended or to_id in {by.id, talk.customer_id}:
            raise Invalid(fields={"to": _("Please choose a colleague.")})
        if talk.taken_by_id == to_id:
            return
        talk.taken_by_id = to_id
        note_deed(u, by, talk, "handed_over", to_id=to_id, note=note)
