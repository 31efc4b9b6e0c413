"""Letters that notifications bring: what happened in a topic, and the two to a visitor who has a problem too."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import timedelta
from typing import Final

from flask import current_app, render_template
from flask_babel import gettext, ngettext
from sqlalchemy import func, select

from community.accounts.models import Account
from community.accounts.tokens import digest, new_token
from community.config import Config
from community.core.fragments import base_url
from community.core.markup import excerpt
from community.core.unit import Unit
from community.follows.models import VisitorMeToo
from community.mail.account_letters import MOST_A_DAY
from community.mail.letters import Facts, Kind, Letter, frame
from community.mail.models import OutgoingMail
from community.mail.smtp import message_id
from community.notifications.actions import stop_token
from community.notifications.models import Notification
from community.notifications.queries import Told, told_by_mail
from community.settings.queries import site
from community.staff.viewer import VISITOR, viewers_unchecked
from community.topics.models import Topic
from community.topics.queries import topics_visible_to
from community.topics.titles import topic_url

LONGEST: Final = 1_200
"""Characters of a post in a mail; the rest is read in its place."""


@dataclass(frozen=True, kw_only=True)
class TopicFacts(Facts):
    """What happened in a topic since its reader looked; `stop` is the path that stops mails like this."""

    topic_id: int
    title: str
    url: str
    told: list[Told]
    stop: str


@dataclass(frozen=True, kw_only=True)
class VisitorFacts(Facts):
    """A visitor's question, and the paths to confirm their address and to withdraw it."""

    title: str
    url: str
    stop: str
    link: str = ""


def gather_told(u: Unit, mail: OutgoingMail) -> TopicFacts | None:
    """What its reader has not read meanwhile and may read now; never to who is suspended, erased or without a confirmed address."""
    account = u.session.get(Account, mail.account_id)
    viewer = viewers_unchecked([account.id]).get(account.id) if account is not None else None
    if account is None or viewer is None or viewer.suspended or account.email is None or account.confirmed_at is None:
        return None
    told = told_by_mail(viewer, mail.id, mail.about_id)
    if not told:
        return None
    return TopicFacts(
        to=account.email,
        language=account.language,
        time_zone=account.time_zone,
        topic_id=mail.about_id,
        title=told[0].title,
        url=told[0].url.partition("?")[0].partition("#")[0],
        told=told,
        stop=f"/unsubscribe/{_stop(u, account.id, mail, told)}",
    )


def write_told(facts: TopicFacts) -> Letter:
    """The letter; mail programs thread all letters of a topic by its References (RFC 5322) and its List-Id (RFC 2919)."""
    brand, count = site().brand_name, len(facts.told)
    more = ngettext("%(num)s new", "%(num)s new", count)
    subject = f"[{brand}] {facts.title}" + (f" ({more})" if count > 1 else "")
    items = [(told, excerpt(told.text, LONGEST)) for told in facts.told]
    shown = {"facts": facts, "items": items, "subject": subject, **frame()}
    thread = message_id(_config(), f"topic.{facts.topic_id}")
    headers = {
        "In-Reply-To": thread,
        "References": thread,
        "List-Id": f"<topic-{facts.topic_id}.{_host()}>",
        **stops(facts.stop),
    }
    text = render_template("notifications/mail.txt", **shown)
    return Letter(facts.to, _one_line(subject), text, render_template("notifications/mail.html", **shown), headers)


def gather_confirm(u: Unit, mail: OutgoingMail) -> VisitorFacts | None:
    """The link by which a visitor confirms an address, unless that address got as many mails today as it is to get."""
    row = u.session.get(VisitorMeToo, mail.about_id)
    if row is None or row.address is None or row.confirmed_at is not None:
        return None
    recent = select(func.count()).where(VisitorMeToo.address == row.address, VisitorMeToo.mailed_at > u.now - timedelta(days=1))
    again = row.mailed_at is not None and row.mailed_at > u.now - timedelta(hours=1)
    if again or u.session.execute(recent).scalar_one() >= MOST_A_DAY:
        return None
    token = new_token()
    row.token_digest, row.mailed_at = digest(token), u.now
    return _visitor(u, row, mail, link=f"/me-too/{token}")


def gather_solved(u: Unit, mail: OutgoingMail) -> VisitorFacts | None:
    """The word that it is solved, while it is."""
    row = u.session.get(VisitorMeToo, mail.about_id)
    return _visitor(u, row, mail, state="solved") if row is not None and row.confirmed_at is not None else None


def write_confirm(facts: VisitorFacts) -> Letter:
    """The letter to confirm."""
    subject = gettext("Tell you when this is solved? Please confirm")
    text = render_template("notifications/me_too_confirm.txt", facts=facts, site_name=site().brand_name, base_url=base_url())
    return Letter(facts.to, str(subject), text, headers=stops(facts.stop))


def write_solved(facts: VisitorFacts) -> Letter:
    """The letter that it is solved."""
    subject = gettext("Solved: %(title)s", title=facts.title)
    text = render_template("notifications/me_too_solved.txt", facts=facts, site_name=site().brand_name, base_url=base_url())
    return Letter(facts.to, _one_line(subject), text, headers=stops(facts.stop))


def forget_address(u: Unit, mail: OutgoingMail) -> None:
    """The solution was told (or cannot be): the address has served its purpose. It waits on where the mark was taken back."""
    row = u.session.get(VisitorMeToo, mail.about_id)
    if row is not None and mail.error != "not needed any more":
        row.address, row.token_digest, row.told_at = None, None, u.now


KINDS: Final = {
    "notifications": Kind(gather_told, write_told),
    "me_too_confirm": Kind(gather_confirm, write_confirm, urgent=True),
    "me_too_solved": Kind(gather_solved, write_solved, settled=forget_address, stale=None),
}


def _stop(u: Unit, account_id: int, mail: OutgoingMail, told: list[Told]) -> str:
    """What the link of a mail stops: the follow that brought a new topic or update, the kind of a search's find, else the topic."""
    kinds = {each.kind for each in told}
    if kinds == {"search"}:
        return stop_token(account_id, "kind", "search")
    if kinds in ({"topic"}, {"update"}):
        query = select(Notification.follow_id).where(Notification.id == told[0].id)
        follow_id = u.session.execute(query).scalar_one_or_none()
        if follow_id is not None:
            return stop_token(account_id, "follow", follow_id)
    return stop_token(account_id, "topic", mail.about_id)


def stops(path: str) -> dict[str, str]:
    """One-click unsubscribing (RFC 8058)."""
    return {"List-Unsubscribe": f"<{base_url()}{path}>", "List-Unsubscribe-Post": "List-Unsubscribe=One-Click"}


def _visitor(u: Unit, row: VisitorMeToo, mail: OutgoingMail, *, link: str = "", state: str | None = None) -> VisitorFacts | None:
    query = select(Topic.id, Topic.title, Topic.slug, Topic.state).join(Topic.category)
    topic = u.session.execute(query.where(Topic.id == row.topic_id, topics_visible_to(VISITOR))).first()
    if topic is None or row.address is None or (state is not None and topic.state != state):
        return None
    return VisitorFacts(
        to=row.address,
        language=row.language,
        title=topic.title,
        url=topic_url(topic.id, topic.slug),
        stop=f"/unsubscribe/{stop_token(None, 'visitor', mail.about_id)}",
        link=link,
    )


def _config() -> Config:
    config: Config = current_app.config["BOTHWAYS"]
    return config


def _host() -> str:
    return _config().mail_from.rpartition("@")[2]


def _one_line(text: str) -> str:
    return " ".join(str(text).split())
