"""I have this problem too, of visitors: an address, for one purpose, that counts once its owner has said so.

Whatever was typed, the answer is the same: nobody learns whether an address is known here.
"""

from __future__ import annotations

from dataclasses import dataclass
from datetime import timedelta
from typing import Final

from flask_babel import get_locale
from flask_babel import gettext as _
from sqlalchemy import or_, select

from community.accounts.actions.opening import clean_email
from community.accounts.models import Account
from community.accounts.tokens import digest
from community.core import clock
from community.core.errors import NotFound, require
from community.core.unit import Unit, unit
from community.extensions import db
from community.follows.actions.me_too import me_too_of, raise_level
from community.follows.counting import recount_me_toos
from community.follows.events import MeTooAdded, MeToosRecounted, VisitorMeTooAsked, VisitorMeTooConfirmed
from community.follows.models import MeToo, VisitorMeToo
from community.follows.policy import takes_me_toos
from community.staff.viewer import VISITOR, Viewer, viewer_unchecked
from community.topics.models import Topic
from community.topics.queries import topic_for, topics_visible_to
from community.topics.state import live_duplicate
from community.topics.titles import topic_url

UNCONFIRMED: Final = timedelta(days=3)
"""How long an address waits for its owner's word; then it is deleted."""

LONGEST: Final = timedelta(days=365)
"""How long an address waits for a solution."""


@dataclass(frozen=True)
class Confirmed:
    """The question that somebody has too."""

    title: str
    url: str


def leave_address(*, by: Viewer, topic_id: int, address: str) -> None:
    """Keep an address until its owner confirms it by the mail that follows. Raises Invalid for what is no address.

    Leaving it again before that sends the mail again; once it is confirmed nothing happens.
    """
    address = clean_email(address)
    with unit() as u:
        topic = topic_for(by, topic_id)
        require(takes_me_toos(topic))
        known = u.session.scalars(
            select(VisitorMeToo).where(VisitorMeToo.topic_id == topic.id, VisitorMeToo.address == address)
        ).one_or_none()
        if known is None:
            known = u.add(VisitorMeToo(topic_id=topic.id, address=address, language=str(get_locale()), created_at=u.now))
        elif known.confirmed_at is None:
            known.created_at = u.now
        u.record(VisitorMeTooAsked(visitor_id=known.id))


def visitor_of(token: str) -> Confirmed:
    """What a mailed link would confirm, for its page. Raises NotFound when it is used, old, unknown, or out of sight."""
    row = _waiting(token)
    topic = _readable(row.topic_id, _account_of(row))
    return Confirmed(topic.title, topic_url(topic.id, topic.slug))


def confirm_visitor(*, token: str) -> Confirmed:
    """Use a mailed link: the problem counts, at the original where the question is a duplicate by now.

    An address that belongs to an account counts as that account, once. Raises NotFound like `visitor_of`, also where
    whoever the address belongs to may not read the question by now.
    """
    with unit() as u:
        row = _waiting(token)
        account = _account_of(row)
        topic = _readable(_standing(u, u.fetch(Topic, row.topic_id)).id, account)
        row.token_digest = None
        if account is not None:
            u.session.delete(row)
            _as_member(u, account, topic)
        elif not _is_there(u, row, topic):
            row.topic_id, row.confirmed_at = topic.id, u.now
            recount_me_toos(u, [topic.id])
            u.record(VisitorMeTooConfirmed(topic_id=topic.id, category_id=topic.category_id))
        return Confirmed(topic.title, topic_url(topic.id, topic.slug))


def withdraw_visitor(*, visitor_id: int) -> None:
    """Forget an address and that it counted; what is gone already stays gone."""
    with unit() as u:
        row = u.session.get(VisitorMeToo, visitor_id)
        if row is None or row.address is None:
            return
        topic, was_counted = u.fetch(Topic, row.topic_id), row.confirmed_at is not None
        u.session.delete(row)
        if was_counted:
            recount_me_toos(u, [topic.id])
            u.record(MeToosRecounted(topic_id=topic.id, category_id=topic.category_id))


def forget_unconfirmed(limit: int = 500) -> None:
    """Delete addresses that nobody confirmed in three days."""
    old = (VisitorMeToo.confirmed_at.is_(None), VisitorMeToo.created_at < clock.now() - UNCONFIRMED)
    while ids := db.session.scalars(select(VisitorMeToo.id).where(*old).limit(limit)).all():
        with unit() as u:
            for row in u.session.scalars(select(VisitorMeToo).where(VisitorMeToo.id.in_(ids), *old)):
                u.session.delete(row)


def forget_pointless(limit: int = 500) -> None:
    """Delete addresses that nothing will be told any more: of questions that were removed, or not solved in a year."""
    gone = select(Topic.id).where(Topic.removed_at < clock.now() - UNCONFIRMED)
    pointless = (
        VisitorMeToo.address.is_not(None),
        or_(VisitorMeToo.created_at < clock.now() - LONGEST, VisitorMeToo.topic_id.in_(gone)),
    )
    while ids := db.session.scalars(select(VisitorMeToo.id).where(*pointless).limit(limit)).all():
        with unit() as u:
            for row in u.session.scalars(select(VisitorMeToo).where(VisitorMeToo.id.in_(ids))):
                row.address, row.token_digest = None, None


def _waiting(token: str) -> VisitorMeToo:
    row = db.session.scalars(
        select(VisitorMeToo).where(
            VisitorMeToo.token_digest == digest(token),
            VisitorMeToo.confirmed_at.is_(None),
            VisitorMeToo.address.is_not(None),
            VisitorMeToo.created_at > clock.now() - UNCONFIRMED,
        )
    ).one_or_none()
    if row is None:
        raise NotFound(_over())
    return row


def _account_of(row: VisitorMeToo) -> Account | None:
    """The account that an address belongs to."""
    known = (Account.email == row.address, Account.confirmed_at.is_not(None), Account.erased_at.is_(None))
    return db.session.scalars(select(Account).where(*known)).one_or_none()


def _readable(topic_id: int, account: Account | None) -> Topic:
    """The question, as whoever holds the link may read it now: it may have gone out of sight since the mail."""
    reader = VISITOR if account is None else viewer_unchecked(account.id)
    query = select(Topic).join(Topic.category).where(Topic.id == topic_id, topics_visible_to(reader))
    topic = db.session.scalars(query).one_or_none()
    if topic is None:
        raise NotFound(_over())
    return topic


def _over() -> str:
    return str(_("This link has been used or is too old."))


def _standing(u: Unit, topic: Topic) -> Topic:
    """The question that this one repeats by now, or itself; there are no circles (topics/actions.py)."""
    while (link := live_duplicate(u, topic.id)) is not None:
        topic = u.fetch(Topic, link.original_id)
    return topic


def _is_there(u: Unit, row: VisitorMeToo, topic: Topic) -> bool:
    """Whether the address stands at this question already; then the row of the duplicate is not needed, or takes its place."""
    if row.topic_id == topic.id:
        return False
    other = u.session.scalars(
        select(VisitorMeToo).where(VisitorMeToo.topic_id == topic.id, VisitorMeToo.address == row.address)
    ).one_or_none()
    if other is None:
        return False
    if other.confirmed_at is not None:
        u.session.delete(row)
        return True
    u.session.delete(other)
    u.session.flush()
    return False


def _as_member(u: Unit, account: Account, topic: Topic) -> None:
    if account.id == topic.author_id or me_too_of(u, account.id, topic.id) is not None:
        return
    u.add(MeToo(topic_id=topic.id, account_id=account.id, at=u.now))
    raise_level(u, account.id, topic.id)
    recount_me_toos(u, [topic.id])
    u.record(MeTooAdded(by_id=account.id, topic_id=topic.id, category_id=topic.category_id))
