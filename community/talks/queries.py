"""Reading talks: a customer their own, employees all of them; and who is on duty."""

from __future__ import annotations

from collections.abc import Collection, Iterable
from typing import Any, Final

from sqlalchemy import ColumnElement, Label, Select, and_, false, func, select, true
from sqlalchemy.orm import aliased

from community.accounts.models import Account
from community.categories.models import Category
from community.core import clock
from community.core.errors import NotFound
from community.core.markup import stored_html
from community.extensions import db
from community.posts.views import AuthorView
from community.staff.badges import NO_BADGE
from community.staff.models import Grant
from community.staff.queries import badges_unchecked, in_force
from community.staff.viewer import Viewer, photo_url
from community.talks.models import Duty, Publication, Talk, TalkMessage
from community.talks.policy import is_desk
from community.talks.views import Door, Inbox, MessageView, PublicationView, Row, TalkView, talk_url
from community.topics.models import Topic
from community.topics.titles import topic_url

MOST_MESSAGES: Final = 300
"""Messages of one talk that its page shows: the newest."""

MOST_ENDED: Final = 50
"""Ended talks that a list shows: the newest."""

SHOWN: Final = 140
"""Characters of the newest words in a list."""


def talks_of(viewer: Viewer) -> ColumnElement[bool]:
    """The condition that a viewer may read a talk: its customer and every employee may."""
    if not viewer.signed_in:
        return false()
    return true() if viewer.is_staff else Talk.customer_id == viewer.id


def talk_for(viewer: Viewer, talk_id: int) -> Talk:
    """The row of a talk that this viewer may read. Raises NotFound."""
    talk = db.session.scalars(select(Talk).where(Talk.id == talk_id, talks_of(viewer))).one_or_none()
    if talk is None:
        raise NotFound
    return talk


def open_talk_of(account_id: int | None) -> Talk | None:
    """The open talk of a customer; there is one at most."""
    return db.session.scalars(select(Talk).where(Talk.customer_id == account_id, Talk.ended_at.is_(None))).one_or_none()


def on_duty() -> ColumnElement[bool]:
    """The condition that a row of duties tells of somebody who is on duty and an employee at this moment."""
    return and_(Duty.ended_at.is_(None), Duty.account_id.in_(select(Grant.account_id).where(in_force(clock.now()))))


def people_on_duty() -> tuple[AuthorView, ...]:
    """Who is on duty now, the longest first; public."""
    ids = list(db.session.scalars(select(Duty.account_id).where(on_duty()).order_by(Duty.began_at)))
    people = authors_unchecked(ids)
    return tuple(people[each] for each in ids if each in people)


def is_on_duty(viewer: Viewer) -> bool:
    """Whether this viewer said so."""
    return db.session.execute(select(Duty.id).where(Duty.account_id == viewer.id, on_duty())).first() is not None


def waiting_talks() -> int:
    """How many customers wait for the desk; for employees."""
    query = select(func.count()).select_from(Talk).where(Talk.ended_at.is_(None), Talk.waiting_since.is_not(None))
    return db.session.execute(query).scalar_one()


def door_columns(viewer: Viewer) -> tuple[Label[Any], ...]:
    """What `door_of` needs, as columns of a query that the frame of every page makes anyway."""
    live = select(Duty.id).where(on_duty()).exists().label("door_live")
    if viewer.is_staff:
        waits = select(func.count()).where(Talk.ended_at.is_(None), Talk.waiting_since.is_not(None))
        return live, waits.scalar_subquery().label("door_unread")
    said = (Talk.customer_id == viewer.id, TalkMessage.number > Talk.customer_read, TalkMessage.by_staff)
    unread = select(func.count()).select_from(Talk).join(TalkMessage, TalkMessage.talk_id == Talk.id).where(*said)
    newest = select(Talk.id).where(Talk.customer_id == viewer.id).order_by(Talk.last_at.desc()).limit(1)
    return live, unread.scalar_subquery().label("door_unread"), newest.scalar_subquery().label("door_talk")


def door_of(viewer: Viewer, row: Any) -> Door:
    """The door of somebody signed in: employees see how many wait, customers what they have not read."""
    url = "/talks" if viewer.is_staff else talk_url(row.door_talk) if row.door_unread else "/talks/new"
    return Door(url, row.door_unread or 0, bool(row.door_live), viewer.is_staff)


def talk_view(viewer: Viewer, talk_id: int) -> TalkView:
    """A talk with its newest messages, in order. Raises NotFound."""
    talk = talk_for(viewer, talk_id)
    newest = select(TalkMessage).where(TalkMessage.talk_id == talk.id).order_by(TalkMessage.number.desc()).limit(MOST_MESSAGES)
    messages = list(db.session.scalars(newest))[::-1]
    proposal = db.session.scalars(
        select(Publication).where(Publication.talk_id == talk.id, Publication.outcome.is_(None))
    ).one_or_none()
    ids = {talk.customer_id, talk.taken_by_id, *(each.author_id for each in messages), *(each.to_id for each in messages)}
    people = authors_unchecked(ids | ({proposal.by_id} if proposal else set()))
    desk = is_desk(viewer, talk)
    return TalkView(
        id=talk.id,
        desk=desk,
        customer=_plain(people[talk.customer_id]),
        page=talk.page,
        opened_at=talk.opened_at,
        taken_by=people.get(talk.taken_by_id or 0),
        waiting_since=talk.waiting_since,
        ended_at=talk.ended_at,
        messages=tuple(_message(each, people, desk) for each in messages),
        last_number=talk.last_number,
        customer_read=talk.customer_read,
        staff_read=talk.staff_read,
        publication=_proposal(proposal, people, desk) if proposal else None,
        question_url=_question_url(talk),
    )


def my_talks(viewer: Viewer) -> tuple[Row, ...]:
    """A customer's own talks, newest first."""
    if not viewer.signed_in:
        return ()
    return _rows(_row_query().where(Talk.customer_id == viewer.id).order_by(Talk.last_at.desc()).limit(MOST_ENDED), desk=False)


def desk_inbox(viewer: Viewer) -> Inbox:
    """All open talks and the newest ended ones. Raises NotFound for who is no employee."""
    if not viewer.is_staff:
        raise NotFound
    still = _rows(_row_query().where(Talk.ended_at.is_(None)).order_by(Talk.waiting_since, Talk.last_at.desc()), desk=True)
    ended = _rows(_row_query().where(Talk.ended_at.is_not(None)).order_by(Talk.last_at.desc()).limit(MOST_ENDED), desk=True)
    return Inbox(
        waiting=tuple(each for each in still if each.waiting_since is not None),
        open=tuple(each for each in still if each.waiting_since is None),
        ended=ended,
        on_duty=people_on_duty(),
    )


def words_of(talk: Talk, *, by_staff: bool) -> str:
    """What one side said in a talk, as one text: the beginning of a proposal."""
    said = (TalkMessage.talk_id == talk.id, TalkMessage.by_staff.is_(by_staff), TalkMessage.kind == "words")
    return "\n\n".join(db.session.scalars(select(TalkMessage.body).where(*said).order_by(TalkMessage.number)))


def authors_unchecked(account_ids: Iterable[int | None]) -> dict[int, AuthorView]:
    """These people with the badges of now, by account id; three queries at most."""
    ids = sorted({each for each in account_ids if each is not None})
    if not ids:
        return {}
    badges = badges_unchecked(ids)
    return {each.id: _author(each, badges) for each in db.session.scalars(select(Account).where(Account.id.in_(ids)))}


def _author(account: Account, badges: Any) -> AuthorView:
    badge = badges.get(account.id, NO_BADGE)
    url, photo = f"/u/{account.handle}", photo_url(account.photo)
    return AuthorView(account.id, account.handle, account.name, url, account.hue, photo, badge.kind, badge.text)


def _plain(author: AuthorView) -> AuthorView:
    """The same person as a customer: without a badge."""
    return AuthorView(author.id, author.handle, author.name, author.url, author.hue, author.photo_url, None, "")


def _message(each: TalkMessage, people: dict[int, AuthorView], desk: bool) -> MessageView:
    author = people[each.author_id]
    return MessageView(
        id=each.id,
        number=each.number,
        kind=each.kind,
        by_staff=each.by_staff,
        author=author if each.by_staff else _plain(author),
        to=people.get(each.to_id or 0),
        html=stored_html(each.html),
        note=each.note if desk else "",
        at=each.at,
    )


def _proposal(each: Publication, people: dict[int, AuthorView], desk: bool) -> PublicationView:
    place = db.session.execute(select(Category.name).where(Category.id == each.category_id)).scalar_one()
    by = people[each.by_id] if each.by_staff else _plain(people[each.by_id])
    texts = (each.title, each.question, each.answer, place)
    return PublicationView(each.id, by, each.by_staff, *texts, each.customer_named, each.by_staff != desk)


def _question_url(talk: Talk) -> str | None:
    if talk.topic_id is None:
        return None
    slug = db.session.execute(select(Topic.slug).where(Topic.id == talk.topic_id)).scalar_one()
    return topic_url(talk.topic_id, slug)


def _row_query() -> Select[*tuple[Any, ...]]:
    newest = aliased(TalkMessage)
    said = (
        select(func.max(newest.number)).where(newest.talk_id == Talk.id, newest.kind == "words").correlate(Talk).scalar_subquery()
    )
    return select(Talk, TalkMessage.body, TalkMessage.by_staff).outerjoin(
        TalkMessage, and_(TalkMessage.talk_id == Talk.id, TalkMessage.number == said)
    )


def _rows(query: Select[*tuple[Any, ...]], *, desk: bool) -> tuple[Row, ...]:
    found = db.session.execute(query).all()
    people = authors_unchecked({talk.customer_id for talk, *_ in found} | {talk.taken_by_id for talk, *_ in found})
    return tuple(_row(talk, body or "", bool(by_staff), people, desk) for talk, body, by_staff in found)


def _row(talk: Talk, body: str, by_staff: bool, people: dict[int, AuthorView], desk: bool) -> Row:
    words = " ".join(body.split())
    read = talk.staff_read if desk else talk.customer_read
    return Row(
        id=talk.id,
        url=talk_url(talk.id),
        customer=_plain(people[talk.customer_id]),
        taken_by=people.get(talk.taken_by_id or 0),
        waiting_since=talk.waiting_since,
        last_at=talk.last_at,
        ended_at=talk.ended_at,
        words=words if len(words) <= SHOWN else f"{words[: SHOWN - 1].rstrip()}…",
        by_staff=by_staff,
        unread=read < talk.last_number and by_staff != desk,
        is_public=talk.topic_id is not None,
    )


def readable_talks(viewer: Viewer, ids: Collection[int]) -> set[int]:
    """Those of these talks that a viewer may read."""
    if not ids:
        return set()
    return set(db.session.scalars(select(Talk.id).where(Talk.id.in_(ids), talks_of(viewer))))
