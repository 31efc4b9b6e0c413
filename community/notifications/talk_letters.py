"""The letter that tells a customer what the desk said to them, unless they have read it by then."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import datetime
from typing import Final

from flask import render_template
from flask_babel import gettext
from sqlalchemy import select

from community.accounts.models import Account
from community.core.fragments import base_url
from community.core.markup import excerpt
from community.core.unit import Unit
from community.mail.letters import Facts, Kind, Letter
from community.mail.models import OutgoingMail
from community.notifications.actions import stop_token
from community.notifications.letters import LONGEST, stops
from community.notifications.queries import mail_choices
from community.notifications.telling import WAIT
from community.settings.queries import site
from community.staff.viewer import viewers_unchecked
from community.talks.models import Talk, TalkMessage
from community.talks.views import talk_url

KIND: Final = "talk"

MOST: Final = 10
"""Messages that one letter tells; the rest is read in the talk."""


@dataclass(frozen=True, kw_only=True)
class TalkFacts(Facts):
    """What the desk said that its reader has not read: the names of who spoke, and the words."""

    name: str
    said: list[tuple[str, str]]
    url: str
    stop: str


def gather(u: Unit, mail: OutgoingMail) -> TalkFacts | None:
    """What is unread now; None where nothing is, or its reader wants no such mail or may not have one."""
    account, talk = u.session.get(Account, mail.account_id), u.session.get(Talk, mail.about_id)
    viewer = viewers_unchecked([account.id]).get(account.id) if account is not None else None
    if (
        account is None
        or talk is None
        or viewer is None
        or viewer.suspended
        or account.email is None
        or not mail_choices(viewer)[KIND]
    ):
        return None
    unread = (
        TalkMessage.talk_id == talk.id,
        TalkMessage.by_staff,
        TalkMessage.kind == "words",
        TalkMessage.number > talk.customer_read,
    )
    query = select(Account.name, TalkMessage.body).join(Account, Account.id == TalkMessage.author_id).where(*unread)
    said = [(row.name, excerpt(row.body, LONGEST)) for row in u.session.execute(query.order_by(TalkMessage.number).limit(MOST))]
    if not said:
        return None
    return TalkFacts(
        to=account.email,
        language=account.language,
        time_zone=account.time_zone,
        name=account.name,
        said=said,
        url=talk_url(talk.id),
        stop=f"/unsubscribe/{stop_token(account.id, 'kind', KIND)}",
    )


def write(facts: TalkFacts) -> Letter:
    """The letter of these facts."""
    brand = site().brand_name
    subject = gettext("%(name)s from %(brand)s answered you", name=facts.said[-1][0], brand=brand)
    text = render_template("notifications/talk.txt", facts=facts, site_name=brand, base_url=base_url())
    return Letter(facts.to, " ".join(subject.split()), text, headers=stops(facts.stop))


def after_a_while(_u: Unit, mail: OutgoingMail) -> datetime:
    """Whoever has the talk open reads it there first."""
    return mail.created_at + WAIT


KINDS: Final = {KIND: Kind(gather, write, not_before=after_a_while)}
