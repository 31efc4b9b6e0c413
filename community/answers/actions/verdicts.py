"""The asker's word by a mailed link: it solved it, or it did not. Works signed out; one use ends both (rulings 6)."""

from __future__ import annotations

from dataclasses import dataclass

from community.accounts.links import LinkOver, end_links_about, link_of, use_link
from community.accounts.models import MailedLink
from community.answers.actions.marking import accept
from community.answers.actions.rejecting import reject
from community.core.errors import NotFound, Unauthorized
from community.core.unit import Unit, unit
from community.posts.models import Post
from community.posts.queries.posts import address_of, post_for
from community.posts.writing import prepared
from community.staff.viewer import Viewer, refreshed, viewer_unchecked

PURPOSE = "verdict"


@dataclass(frozen=True)
class Verdict:
    """What a link is about: the post, who is asked, and where the post stands."""

    post_id: int
    by: Viewer
    title: str
    url: str


def verdict_of(token: str) -> Verdict:
    """What a living link asks, for its page.

    Raises LinkOver for one that is used, old or unknown, or where its reader sees no answer any more.
    """
    link = link_of(token, PURPOSE)
    by, post = _asked(link)
    return Verdict(post.id, by, post.topic.title, address_of(post))


def accept_by_link(*, token: str) -> Verdict:
    """Say that the answer of the link solved it; raises what `verdict_of` and `accept_answer` raise."""
    with unit() as u:
        by, post = _used(u, token)
        accept(u, by, post.id)
        return Verdict(post.id, by, post.topic.title, address_of(post))


def reject_by_link(*, token: str, body: str = "") -> Verdict:
    """Say that it did not, and in `body`, if anything, what still is wrong; raises what `verdict_of` and `reject_answer` raise."""
    text = prepared(body) if body.strip() else None
    with unit() as u:
        by, post = _used(u, token)
        reject(u, by, post.id, text)
        return Verdict(post.id, by, post.topic.title, address_of(post))


def _used(u: Unit, token: str) -> tuple[Viewer, Post]:
    link = use_link(u, token, PURPOSE)
    by, post = _asked(link)
    end_links_about(u, PURPOSE, by.id, post.id)
    return refreshed(by), post


def _asked(link: MailedLink) -> tuple[Viewer, Post]:
    """Who is asked about which post, both as they are now."""
    if link.account_id is None or link.subject_id is None:
        raise LinkOver(PURPOSE)
    try:
        by = viewer_unchecked(link.account_id)
        post = post_for(by, link.subject_id)
    except (NotFound, Unauthorized):
        raise LinkOver(PURPOSE) from None
    if post.removed_at is not None or post.topic.removed_at is not None:
        raise LinkOver(PURPOSE)
    return by, post
