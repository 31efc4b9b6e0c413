"""Writing a post in a topic."""

from __future__ import annotations

from dataclasses import dataclass

from flask_babel import gettext as _
from sqlalchemy import select

from community.core.errors import Invalid, Unauthorized, require
from community.core.unit import Unit, unit
from community.drafts.models import Draft
from community.posts.events import PostWritten
from community.posts.models import Post
from community.posts.queries.posts import address_of
from community.posts.submissions import sending
from community.posts.writing import Text, insert_post, prepared
from community.staff.viewer import Viewer, refreshed
from community.topics.actions import request_info, settle_info
from community.topics.models import Topic
from community.topics.policy import may_ask_info, may_write_in
from community.topics.queries import topic_for
from community.topics.state import recompute


@dataclass(frozen=True)
class Written:
    """A stored post. `created` is false where the same sending had made it before; `held` where only its author sees it."""

    post_id: int
    topic_id: int
    number: int
    url: str
    created: bool
    held: bool


def write_post(
    *,
    by: Viewer,
    topic_id: int,
    body: str,
    role: str | None = None,
    reply_to_id: int | None = None,
    submission_id: str | None = None,
    personal: bool = False,
    asks_info: bool = False,
    strict: bool = False,
) -> Written:
    """Write a post. Sending the same again under one submission id gives the post that exists (`strict`: other content is refused).

    `role` is `answer` or `reply`; without one it follows from who writes to whom (rulings 18).
    `personal` is an employee's own opinion; `asks_info` asks the asker for something.
    Raises Invalid for a text or reference that does not fit, Conflict in a closed topic.
    """
    if not by.signed_in:
        raise Unauthorized(_("Please sign in first."))
    text = prepared(body)
    sent = sending(submission_id, "post", topic_id, text.body, role, reply_to_id, personal, asks_info, strict=strict)
    with unit() as u:
        by = refreshed(by)
        topic = topic_for(by, topic_id)
        known = sent.earlier(u, by)
        if known is not None:
            return written(known, created=False)
        require(may_write_in(by, topic))
        if asks_info:
            require(may_ask_info(by, topic))
        reply_to = _reply_to(u, by, topic, reply_to_id)
        role = _role(by, topic, role, reply_to, asks_info=asks_info)
        post = insert_post(u, topic, by, text, role=role, reply_to_id=reply_to_id, personal=personal)
        sent.keep(u, by, post)
        discard(u, by, f"topic:{topic.id}")
        _tell(u, topic, by, post, asks_info=asks_info)
        return written(post, created=True)


def add_reply(u: Unit, by: Viewer, to: Post, text: Text) -> Post:
    """Inside a unit: a reply to a post, by who says something of it at once, such as that it did not solve their question."""
    topic = to.topic
    require(may_write_in(by, topic))
    post = insert_post(u, topic, by, text, role="reply", reply_to_id=to.id, personal=by.is_staff)
    _tell(u, topic, by, post)
    return post


def written(post: Post, *, created: bool) -> Written:
    """What to tell of a stored post."""
    return Written(post.id, post.topic_id, max(post.number, 0), address_of(post), created, post.held_at is not None)


def discard(u: Unit, by: Viewer, place: str) -> None:
    """Inside a unit: the draft of a place was sent."""
    draft = u.session.scalars(select(Draft).where(Draft.account_id == by.id, Draft.place == place)).one_or_none()
    if draft is not None:
        u.session.delete(draft)


def _tell(u: Unit, topic: Topic, by: Viewer, post: Post, *, asks_info: bool = False) -> None:
    """Record a new post, and settle what it means where everybody sees it."""
    held = post.held_at is not None
    if not held:
        _settle(u, topic, by, asks_info=asks_info)
    told = {"topic_id": topic.id, "category_id": topic.category_id, "post_id": post.id}
    u.record(PostWritten(by_id=by.id, **told, role=post.role, held=held))


def _settle(u: Unit, topic: Topic, by: Viewer, *, asks_info: bool) -> None:
    """What a post that everybody sees means for the question it stands in."""
    if by.id == topic.author_id:
        settle_info(u, topic)
    elif asks_info:
        request_info(u, topic, by)
    recompute(u, topic)


def _reply_to(u: Unit, by: Viewer, topic: Topic, post_id: int | None) -> Post | None:
    if post_id is None:
        return None
    post = u.session.get(Post, post_id)
    hidden = post is None or post.removed_at is not None or (post.held_at is not None and post.author_id != by.id)
    if post is None or hidden or post.topic_id != topic.id:
        raise Invalid(fields={"reply_to": _("The post that you reply to is gone.")})
    return post


def _role(by: Viewer, topic: Topic, role: str | None, reply_to: Post | None, *, asks_info: bool) -> str:
    """Rulings 18: a reply to an answer, an own remark and a request for information are replies."""
    if role not in {None, "answer", "reply"}:
        raise Invalid(fields={"role": _("A post is an answer or a reply.")})
    if not topic.is_question or asks_info:
        return "reply"
    if role is not None:
        return role
    if by.id == topic.author_id or (reply_to is not None and reply_to.number != 1):
        return "reply"
    return "answer"
