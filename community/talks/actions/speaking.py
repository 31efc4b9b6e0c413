"""What both sides of a talk do: speak, read, end it."""

from __future__ import annotations

from typing import Any, Final

from flask_babel import gettext as _
from sqlalchemy import select

from community.core.errors import Conflict, Invalid, require
from community.core.unit import Unit, unit
from community.posts.submissions import sending
from community.posts.writing import Text, prepared
from community.staff.viewer import Viewer, refreshed
from community.talks.events import TalkChanged, TalkOpened, TalkRead, TalkSpoken
from community.talks.models import Talk, TalkMessage
from community.talks.policy import is_desk, may_open_talk, may_speak
from community.talks.queries import open_talk_of, talk_for

LONGEST: Final = 4_000
"""Characters of one message."""


def open_talk(*, by: Viewer, body: str, page: str = "", submission: str | None = None) -> int:
    """Begin to talk with the desk, or go on with the talk that is open; returns its id.

    `page` is where they are. Raises Invalid for words that do not fit, Forbidden for employees.
    """
    text, submission = _words(body), sending(submission).key
    with unit() as u:
        by = refreshed(by)
        require(may_open_talk(by))
        assert by.id is not None
        talk = open_talk_of(by.id)
        if talk is None:
            same = (TalkMessage.author_id == by.id, TalkMessage.submission == submission, TalkMessage.number == 1)
            before = u.session.scalars(select(TalkMessage).where(*same)).first() if submission else None
            if before is not None:
                return before.talk_id
            talk = u.add(Talk(customer_id=by.id, page=page, opened_at=u.now, last_at=u.now, last_number=0))
            u.record(TalkOpened(by_id=by.id, talk_id=talk.id, customer_id=by.id))
        _speak(u, by, talk, text, submission)
        return talk.id


def say(*, by: Viewer, talk_id: int, body: str, submission: str | None = None) -> int:
    """Say something in a talk; returns its number. The same `submission` again is the message that is there.

    A customer's words open an ended talk again. Raises NotFound, Invalid for words that do not fit, Conflict in an ended talk.
    """
    text, submission = _words(body), sending(submission).key
    with unit() as u:
        by = refreshed(by)
        talk = talk_for(by, talk_id)
        require(may_speak(by, talk))
        if talk.ended_at is not None and open_talk_of(talk.customer_id) is not None:
            raise Conflict(_("You have another talk that is open. Please go on there."))
        return _speak(u, by, talk, text, submission)


def mark_read(*, by: Viewer, talk_id: int, number: int) -> None:
    """Somebody has read a talk up to this number. What their side has read already stays read."""
    with unit() as u:
        by = refreshed(by)
        talk = talk_for(by, talk_id)
        desk, number = is_desk(by, talk), min(number, talk.last_number)
        if number <= (talk.staff_read if desk else talk.customer_read):
            return
        _read(talk, number, desk=desk)
        u.record(TalkRead(by_id=by.id, talk_id=talk.id, customer_id=talk.customer_id, number=number, by_staff=desk))


def end_talk(*, by: Viewer, talk_id: int) -> None:
    """End a talk; its customer may go on with it later. An ended one stays as it is."""
    with unit() as u:
        by = refreshed(by)
        talk = talk_for(by, talk_id)
        if talk.ended_at is not None:
            return
        talk.ended_at, talk.waiting_since = u.now, None
        note_deed(u, by, talk, "ended")


def note_deed(u: Unit, by: Viewer, talk: Talk, kind: str, **fields: Any) -> None:
    """Inside a unit: what was done stands in the talk, and the log tells of it."""
    message = _add(u, by, talk, kind=kind, **fields)
    u.record(TalkChanged(by_id=by.id, talk_id=talk.id, customer_id=talk.customer_id, number=message.number, kind=kind))


def _words(body: str) -> Text:
    if len(body) > LONGEST:
        raise Invalid(fields={"body": _("A message has at most %(num)s characters.", num=LONGEST)})
    return prepared(body)


def _speak(u: Unit, by: Viewer, talk: Talk, text: Text, submission: str | None) -> int:
    if submission is not None:
        same = (TalkMessage.talk_id == talk.id, TalkMessage.author_id == by.id, TalkMessage.submission == submission)
        before = u.session.scalars(select(TalkMessage).where(*same)).one_or_none()
        if before is not None:
            return before.number
    desk = is_desk(by, talk)
    if desk:
        talk.waiting_since, talk.taken_by_id = None, talk.taken_by_id or by.id
    else:
        talk.waiting_since, talk.ended_at = talk.waiting_since or u.now, None
    message = _add(u, by, talk, body=text.body, html=str(text.html), submission=submission)
    _read(talk, message.number, desk=desk)
    u.record(TalkSpoken(by_id=by.id, talk_id=talk.id, customer_id=talk.customer_id, number=message.number, by_staff=desk))
    return message.number


def _add(u: Unit, by: Viewer, talk: Talk, **fields: Any) -> TalkMessage:
    talk.last_number, talk.last_at = talk.last_number + 1, u.now
    desk = is_desk(by, talk)
    return u.add(TalkMessage(talk_id=talk.id, number=talk.last_number, author_id=by.id, by_staff=desk, at=u.now, **fields))


def _read(talk: Talk, number: int, *, desk: bool) -> None:
    """Who speaks has read what stands above."""
    if desk:
        talk.staff_read = max(talk.staff_read, number)
    else:
        talk.customer_read = max(talk.customer_read, number)
