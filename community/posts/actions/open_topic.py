"""Opening a topic together with its first post."""

from __future__ import annotations

from collections.abc import Sequence

from flask_babel import gettext as _

from community.categories.models import Category
from community.categories.policy import may_open_topic
from community.categories.queries import category_by_id
from community.core.errors import Invalid, Unauthorized, require
from community.core.unit import Unit, unit
from community.posts.actions.write import Written, discard, written
from community.posts.models import Post
from community.posts.submissions import sending
from community.posts.writing import Text, insert_post, prepared
from community.staff.viewer import Viewer, refreshed
from community.tags.tagging import checked_tags, set_tags
from community.topics.events import TopicOpened
from community.topics.models import OPENED, Topic
from community.topics.state import recompute
from community.topics.titles import checked_product, checked_title, slug_of


def open_topic(
    *,
    by: Viewer,
    kind: str,
    title: str,
    body: str,
    category_id: int,
    tags: Sequence[str] = (),
    product: str = "",
    product_version: str = "",
    submission_id: str | None = None,
    personal: bool = False,
    strict: bool = False,
) -> Written:
    """Ask a question or open a discussion. Sending the same again under one submission id gives the topic that exists.

    Raises Invalid with a sentence for every field that does not fit, NotFound for a category out of
    sight, Forbidden where the viewer may not open this kind of topic there.
    """
    if not by.signed_in:
        raise Unauthorized(_("Please sign in first."))
    if kind not in OPENED:
        raise Invalid(fields={"kind": _("A topic is a question or a discussion.")})
    title, names = checked_title(title), checked_tags(tags)
    product, product_version = checked_product(product, "product"), checked_product(product_version, "product_version")
    text = prepared(body)
    sent = sending(
        submission_id, "topic", kind, title, text.body, category_id, names, product, product_version, personal, strict=strict
    )
    with unit() as u:
        by = refreshed(by)
        known = sent.earlier(u, by)
        if known is not None:
            return written(known, created=False)
        category = category_by_id(by, category_id)
        require(may_open_topic(by, category, kind))
        fields = {"kind": kind, "title": title, "product": product, "product_version": product_version}
        post = place_topic(u, by, category, text, tags=names, personal=personal, **fields)
        sent.keep(u, by, post)
        discard(u, by, "ask")
        return written(post, created=True)


def place_topic(
    u: Unit, by: Viewer, category: Category, text: Text, *, tags: Sequence[str], personal: bool = False, **fields: str
) -> Post:
    """Inside a unit: a topic with its first post. `fields` are checked columns of it, `kind` and `title` among them."""
    topic = _insert(u, by, category, **fields)
    set_tags(u, topic.id, tags)
    role = "question" if topic.is_question else "reply"
    post = insert_post(u, topic, by, text, role=role, first=True, personal=personal)
    recompute(u, topic)
    where = {"topic_id": topic.id, "category_id": category.id, "post_id": post.id}
    u.record(TopicOpened(by_id=by.id, kind=topic.kind, held=topic.held_at is not None, **where))
    return post


def _insert(u: Unit, by: Viewer, category: Category, **fields: str) -> Topic:
    """Inside a unit: the row of a topic without posts yet; held where the author's address is not confirmed."""
    topic = Topic(
        **fields,
        slug=slug_of(fields["title"]),
        category_id=category.id,
        author_id=by.id,
        created_at=u.now,
        active_at=u.now,
        last_post_at=u.now,
        last_by_id=by.id,
        held_at=None if by.confirmed else u.now,
        language=category.language,
    )
    return u.add(topic)
