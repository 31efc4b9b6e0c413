"""What pages show of talks."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import datetime

from markupsafe import Markup

from community.posts.views import AuthorView


def talk_url(talk_id: int) -> str:
    """The address of a talk."""
    return f"/talks/{talk_id}"


@dataclass(frozen=True, slots=True)
class MessageView:
    """One message; `author.badge` is `staff` where the desk wrote it. `note` is empty for customers."""

    id: int
    number: int
    kind: str
    by_staff: bool
    author: AuthorView
    to: AuthorView | None
    html: Markup
    note: str
    at: datetime


@dataclass(frozen=True, slots=True)
class PublicationView:
    """A proposal to make a talk public, as both sides see it."""

    id: int
    by: AuthorView
    by_staff: bool
    title: str
    question: str
    answer: str
    place: str
    customer_named: bool | None
    may_settle: bool


@dataclass(frozen=True, slots=True)
class TalkView:
    """A talk as one side sees it: `desk` for employees. Read numbers are those up to which each side has read."""

    id: int
    desk: bool
    customer: AuthorView
    page: str
    opened_at: datetime
    taken_by: AuthorView | None
    waiting_since: datetime | None
    ended_at: datetime | None
    messages: tuple[MessageView, ...]
    last_number: int
    customer_read: int
    staff_read: int
    publication: PublicationView | None
    question_url: str | None

    @property
    def url(self) -> str:
        """The address of its page."""
        return talk_url(self.id)

    @property
    def last_of_mine(self) -> int:
        """The number of the newest words of the viewer's side, 0 where there are none."""
        return max((each.number for each in self.messages if each.by_staff == self.desk and each.kind == "words"), default=0)

    @property
    def is_read(self) -> bool:
        """Whether the other side has read the newest words of this one."""
        return 0 < self.last_of_mine <= (self.customer_read if self.desk else self.staff_read)


@dataclass(frozen=True, slots=True)
class Row:
    """A talk in a list: its newest words, and whether they are unread by the viewer's side."""

    id: int
    url: str
    customer: AuthorView
    taken_by: AuthorView | None
    waiting_since: datetime | None
    last_at: datetime
    ended_at: datetime | None
    words: str
    by_staff: bool
    unread: bool
    is_public: bool


@dataclass(frozen=True, slots=True)
class Inbox:
    """Talks of the desk: those that wait for an answer, longest first, the other open ones, and the newest ended ones."""

    waiting: tuple[Row, ...]
    open: tuple[Row, ...]
    ended: tuple[Row, ...]
    on_duty: tuple[AuthorView, ...]


@dataclass(frozen=True, slots=True)
class Door:
    """What stands at the door to the desk on every page: where it leads, what is unread behind it, and whether anybody is there."""

    url: str = "/talks/new"
    unread: int = 0
    live: bool = False
    desk: bool = False
