"""The endpoints of desk talk: a customer's own, and for employees all of them."""

from __future__ import annotations

from datetime import datetime

from pydantic import BaseModel, Field

from community.api.blueprint import bp
from community.api.layer import Call, Nothing, endpoint
from community.api.models import Author
from community.api.queries import author_out
from community.core.fragments import base_url
from community.talks import actions
from community.talks.actions.speaking import LONGEST
from community.talks.queries import desk_inbox, my_talks, talk_view
from community.talks.views import Row, TalkView


class Words(BaseModel, extra="forbid"):
    """What to say, in Markdown."""

    body: str = Field(max_length=LONGEST)


class TalkMessageOut(BaseModel):
    """A message of a talk. `kind` is `words`, or what was done: `taken`, `handed_over`, `ended` and so on."""

    number: int
    kind: str
    by: Author
    by_staff: bool
    html: str
    at: datetime


class TalkRow(BaseModel):
    """A talk in a list, with its newest words. `waiting_since` is null while its customer does not wait."""

    id: int
    url: str
    customer: Author
    taken_by: Author | None
    waiting_since: datetime | None
    last_at: datetime
    ended_at: datetime | None
    words: str
    unread: bool


class TalkOut(BaseModel):
    """A talk with its newest 300 messages. The numbers tell up to which message each side has read."""

    id: int
    url: str
    customer: Author
    taken_by: Author | None
    waiting_since: datetime | None
    ended_at: datetime | None
    customer_read: int
    staff_read: int
    question_url: str | None
    messages: list[TalkMessageOut]


class TalkList(BaseModel):
    """One's own talks, newest first; for employees those of all customers, who waits longest first."""

    talks: list[TalkRow]


@endpoint(bp, "GET", "/talks", scope="read", answer=TalkList)
def list_talks(call: Call[Nothing, Nothing]) -> TalkList:
    """List the talks with the desk that one may read."""
    if call.viewer.is_staff:
        found = desk_inbox(call.viewer)
        return TalkList(talks=[_row(each) for each in (*found.waiting, *found.open, *found.ended)])
    return TalkList(talks=[_row(each) for each in my_talks(call.viewer)])


@endpoint(bp, "POST", "/talks", scope="write", body=Words, answer=TalkOut, status=201, idempotent=True)
def post_talk(call: Call[Words, Nothing]) -> TalkOut:
    """Begin to talk with the desk, or go on with the talk that is open."""
    talk_id = actions.open_talk(by=call.viewer, body=call.body.body, submission=call.idempotency_key)
    return _out(talk_view(call.viewer, talk_id))


@endpoint(bp, "GET", "/talks/<int:talk_id>", scope="read", answer=TalkOut)
def get_talk(call: Call[Nothing, Nothing], talk_id: int) -> TalkOut:
    """Read a talk."""
    return _out(talk_view(call.viewer, talk_id))


@endpoint(bp, "POST", "/talks/<int:talk_id>/messages", scope="write", body=Words, answer=TalkOut, status=201, idempotent=True)
def post_message(call: Call[Words, Nothing], talk_id: int) -> TalkOut:
    """Say something in a talk."""
    actions.say(by=call.viewer, talk_id=talk_id, body=call.body.body, submission=call.idempotency_key)
    return _out(talk_view(call.viewer, talk_id))


def _row(each: Row) -> TalkRow:
    return TalkRow(
        id=each.id,
        url=f"{base_url()}{each.url}",
        customer=author_out(each.customer),
        taken_by=author_out(each.taken_by) if each.taken_by else None,
        waiting_since=each.waiting_since,
        last_at=each.last_at,
        ended_at=each.ended_at,
        words=each.words,
        unread=each.unread,
    )


def _out(talk: TalkView) -> TalkOut:
    return TalkOut(
        id=talk.id,
        url=f"{base_url()}{talk.url}",
        customer=author_out(talk.customer),
        taken_by=author_out(talk.taken_by) if talk.taken_by else None,
        waiting_since=talk.waiting_since,
        ended_at=talk.ended_at,
        customer_read=talk.customer_read,
        staff_read=talk.staff_read,
        question_url=f"{base_url()}{talk.question_url}" if talk.question_url else None,
        messages=[
            TalkMessageOut(
                number=each.number,
                kind=each.kind,
                by=author_out(each.author),
                by_staff=each.by_staff,
                html=str(each.html),
                at=each.at,
            )
            for each in talk.messages
        ],
    )
