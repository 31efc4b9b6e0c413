"""The letter that asks an asker whether an answer solved it, with a link for each word."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import datetime
from typing import Final

from flask import render_template
from flask_babel import gettext
from sqlalchemy import func, select

from community.accounts.links import PATHS, make_link
from community.accounts.models import Account
from community.answers.models import Nudge
from community.answers.nudges import MOST, awake_from
from community.core.errors import NotFound, Unauthorized
from community.core.fragments import base_url
from community.core.markup import excerpt
from community.core.unit import Unit
from community.follows.models import Follow
from community.mail.letters import Facts, Kind, Letter, frame
from community.mail.models import OutgoingMail
from community.notifications.actions import stop_token
from community.notifications.letters import stops
from community.notifications.queries import mail_choices
from community.posts.models import Post
from community.posts.queries.posts import address_of, post_for
from community.settings.queries import site
from community.staff.viewer import Viewer, viewer_unchecked

KIND: Final = "nudge"

SETTLED: Final = frozenset({"solved", "duplicate", None})
"""States in which nobody needs to be asked any more."""

EXCERPT: Final = 280
"""Characters of the answer in the mail: enough to know it again."""


@dataclass(frozen=True, kw_only=True)
class NudgeFacts(Facts):
    """What the letter says. `link` has the token; `is_last` is that nobody asks again."""

    name: str
    title: str
    by_name: str
    beginning: str
    url: str
    link: str
    stop: str
    is_last: bool

    @property
    def token(self) -> str:
        """What both links end with."""
        return self.link.removeprefix(PATHS["verdict"])


def gather(u: Unit, mail: OutgoingMail) -> NudgeFacts | None:
    """The question and the answer as they are now; None when its asker has spoken meanwhile, or may not read it any more."""
    account = u.session.get(Account, mail.account_id) if mail.account_id is not None else None
    if account is None or account.erased_at is not None or not account.email:
        return None
    try:
        asker = viewer_unchecked(account.id)
        post = post_for(asker, mail.about_id)
    except (NotFound, Unauthorized):
        return None
    if asker.suspended or not mail_choices(asker)[KIND] or _is_muted(u, asker, post) or _is_settled(u, post):
        return None
    asked = u.session.execute(select(func.count(Nudge.id)).where(Nudge.topic_id == post.topic_id)).scalar_one()
    return NudgeFacts(
        to=account.email,
        language=account.language,
        time_zone=account.time_zone,
        name=account.name,
        title=post.topic.title,
        by_name=post.author.name,
        beginning=excerpt(post.text, EXCERPT),
        url=address_of(post),
        link=make_link(u, "verdict", account.id, subject_id=post.id, address=account.email),
        stop=f"/unsubscribe/{stop_token(account.id, 'kind', KIND)}",
        is_last=asked >= MOST or not site().nudge_again_after_days,
    )


def awake(u: Unit, mail: OutgoingMail) -> datetime:
    """When its reader may be disturbed: a mail that failed or waited for a worker may come into the night."""
    account = u.session.get(Account, mail.account_id) if mail.account_id is not None else None
    return u.now if account is None else awake_from(account.time_zone, u.now, site())


def write(facts: NudgeFacts) -> Letter:
    """The letter of these facts."""
    subject = gettext("Did it solve your problem? %(title)s", title=facts.title)
    text = render_template("notifications/nudge.txt", facts=facts, site_name=site().brand_name, base_url=base_url())
    html = render_template("notifications/nudge.html", facts=facts, subject=subject, **frame())
    return Letter(facts.to, subject, text, html, stops(facts.stop))


KINDS: Final = {KIND: Kind(gather, write, not_before=awake)}


def _is_muted(u: Unit, asker: Viewer, post: Post) -> bool:
    """Whether the asker wants to hear nothing of the question."""
    mine = (Follow.account_id == asker.id, Follow.kind == "topic", Follow.target_id == post.topic_id)
    return u.session.execute(select(Follow.id).where(*mine, Follow.level == "muted")).first() is not None


def _is_settled(u: Unit, post: Post) -> bool:
    """Whether the asker has said something of the answer, or written since, or it is gone."""
    topic = post.topic
    spoken = select(Post.id).where(Post.topic_id == topic.id, Post.author_id == topic.author_id, Post.number > post.number)
    gone = post.removed_at is not None or topic.removed_at is not None
    if gone or post.accepted or post.rejected_at is not None or topic.state in SETTLED:
        return True
    return u.session.execute(spoken.where(Post.removed_at.is_(None), Post.held_at.is_(None)).limit(1)).first() is not None
