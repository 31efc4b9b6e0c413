"""Letters to whom a decision concerns: what was decided about them and why, how to object, and what became of it.

They have no switch: nobody should find out by chance that their post is gone or why they cannot sign in.
"""

from __future__ import annotations

from dataclasses import dataclass
from datetime import datetime, timedelta
from typing import Final

from flask import render_template
from flask_babel import gettext

from community.accounts.links import make_link
from community.accounts.models import Account, Suspension
from community.appeals.actions import PURPOSE
from community.appeals.models import Appeal
from community.core.fragments import base_url
from community.core.unit import Unit
from community.mail.letters import Facts, Kind, Letter
from community.mail.models import OutgoingMail
from community.posts.models import Post, Removal
from community.posts.queries.posts import rule_words
from community.settings.queries import site


@dataclass(frozen=True, kw_only=True)
class DecidedFacts(Facts):
    """What was decided. `link` leads to where one objects, or is empty; `until` is the last moment for it."""

    kind: str
    name: str
    title: str
    rule: str
    reason: str
    link: str
    until: datetime | None = None
    ends_at: datetime | None = None
    outcome: str = ""


def gather_removed(u: Unit, mail: OutgoingMail) -> DecidedFacts | None:
    """A removal that stands."""
    removal = u.session.get(Removal, mail.about_id)
    post = u.session.get(Post, removal.post_id) if removal is not None else None
    if removal is None or post is None or removal.restored_at is not None:
        return None
    days = site().appeal_days
    link, until = (f"/posts/{post.id}/appeal", removal.at + timedelta(days=days)) if days else ("", None)
    return _facts(u, mail, "removed", title=post.topic.title, rule=removal.rule, reason=removal.reason, link=link, until=until)


def gather_suspended(u: Unit, mail: OutgoingMail) -> DecidedFacts | None:
    """A suspension that holds, with a link that works without signing in."""
    row = u.session.get(Suspension, mail.about_id)
    if row is None or row.lifted_at is not None or (row.ends_at is not None and row.ends_at <= u.now):
        return None
    days = site().appeal_days
    link = make_link(u, PURPOSE, row.account_id, subject_id=row.id) if days else ""
    until = row.started_at + timedelta(days=days) if days else None
    return _facts(u, mail, "suspended", rule=row.rule, reason=row.reason, link=link, until=until, ends_at=row.ends_at)


def gather_decided(u: Unit, mail: OutgoingMail) -> DecidedFacts | None:
    """The decision on an objection."""
    appeal = u.session.get(Appeal, mail.about_id)
    if appeal is None or appeal.outcome is None:
        return None
    return _facts(u, mail, "appeal_decided", reason=appeal.decision, outcome=appeal.outcome)


def write(facts: DecidedFacts) -> Letter:
    """The letter of these facts."""
    brand = site().brand_name
    subjects = {
        "removed": gettext("A post of yours was removed at %(brand)s", brand=brand),
        "suspended": gettext("Your account at %(brand)s is suspended", brand=brand),
        "appeal_decided": gettext("Your objection at %(brand)s was decided", brand=brand),
    }
    text = render_template("notifications/decided.txt", facts=facts, site_name=brand, base_url=base_url())
    return Letter(facts.to, str(subjects[facts.kind]), text)


KINDS: Final = {
    "removed": Kind(gather_removed, write),
    "suspended": Kind(gather_suspended, write),
    "appeal_decided": Kind(gather_decided, write),
}


def _facts(
    u: Unit,
    mail: OutgoingMail,
    kind: str,
    *,
    reason: str,
    rule: str = "",
    title: str = "",
    link: str = "",
    until: datetime | None = None,
    ends_at: datetime | None = None,
    outcome: str = "",
) -> DecidedFacts | None:
    account = u.session.get(Account, mail.account_id)
    if account is None or account.erased_at is not None or account.email is None:
        return None
    return DecidedFacts(
        to=account.email,
        language=account.language,
        time_zone=account.time_zone,
        kind=kind,
        name=account.name,
        title=title,
        rule=str(rule_words().get(rule, rule)),
        reason=reason,
        link=link,
        until=until,
        ends_at=ends_at,
        outcome=outcome,
    )
