"""Editing a post; of a first post also title, tags and product of its topic."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import timedelta

from flask_babel import gettext as _

from community.core.diff import diff
from community.core.errors import Conflict, Invalid, require
from community.core.unit import Unit, unit
from community.posts.actions.write import discard
from community.posts.events import PostEdited
from community.posts.models import Edit, Post
from community.posts.policy import may_edit
from community.posts.queries.posts import post_for
from community.posts.writing import prepared, set_mentions
from community.staff.viewer import Viewer, refreshed
from community.tags.queries import tags_unchecked
from community.tags.tagging import checked_tags, set_tags
from community.topics.events import TopicEdited
from community.topics.models import Topic
from community.topics.titles import checked_product, checked_title, one_line, slug_of

GRACE = timedelta(minutes=5)
GRACE_CHARACTERS = 100
"""Edits so soon and so small are not kept (product.md 1), unless by staff or of an official answer."""


SHORTEST_NOTE, LONGEST_NOTE = 8, 500
"""Characters of the note of a correction."""


class EditConflict(Conflict):
    """Somebody else edited first: `body`, `title` and `version` are what is there now."""

    def __init__(self, post: Post) -> None:
        super().__init__(_("Somebody edited this post while you did. Here are both texts; nothing is lost."))
        self.body = post.body
        self.title = post.topic.title
        self.version = post.version


def edit_post(
    *,
    by: Viewer,
    post_id: int,
    body: str,
    version: int | None,
    title: str | None = None,
    tags: Sequence[str] | None = None,
    product: str | None = None,
    product_version: str | None = None,
    note: str = "",
) -> bool:
    """Change a post and tell whether anything changed. `version` is the one that was edited, None for whichever is there.

    What an update says is only corrected with a `note`, which stands on top of it (product.md 6).

    Title, tags and product (None: as they are) belong to the first post of a topic. Raises
    EditConflict where `version` is no longer the present one, unless what was sent is there already
    (it was sent twice); Invalid for what does not fit.
    """
    text = prepared(body)
    topic_fields = _checked(title, tags, product, product_version)
    before = post_for(by, post_id)
    changed = changed_characters(before.body, text.body)
    if topic_fields.title is not None:
        changed += changed_characters(before.topic.title, topic_fields.title)
    with unit() as u:
        by = refreshed(by)
        post = post_for(by, post_id)
        require(may_edit(by, post))
        if version is not None and version != post.version and not _is_there(post, text.body, topic_fields):
            raise EditConflict(post)
        if topic_fields != TopicFields() and post.number != 1:
            raise Invalid(_("Title, tags and product belong to the first post."))
        note = _checked_note(post, note, text.body, topic_fields.title)
        kept = bool(note) or _must_keep(u, by, post, changed)
        rewritten = _rewrite(u, by, post, text.body, topic_fields.title, kept=kept, note=note)
        if rewritten:
            post.body, post.html, post.text = text.body, str(text.html), text.text
            set_mentions(u, post, text.mentions)
            u.record(_edited(by, post, kept=kept))
        reshaped = _reshape(u, post.topic, topic_fields)
        if reshaped:
            u.record(TopicEdited(by_id=by.id, topic_id=post.topic_id, category_id=post.topic.category_id))
        discard(u, by, f"post:{post.id}")
        return rewritten or reshaped


def _edited(by: Viewer, post: Post, *, kept: bool) -> PostEdited:
    return PostEdited(
        by_id=by.id,
        topic_id=post.topic_id,
        category_id=post.topic.category_id,
        post_id=post.id,
        kept=kept,
        held=post.held_at is not None,
        post_version=post.version,
    )


@dataclass(frozen=True)
class TopicFields:
    """What an edit of a first post changes of its topic; None leaves a field as it is."""

    title: str | None = None
    product: str | None = None
    product_version: str | None = None
    tags: tuple[str, ...] | None = None


def changed_characters(old: str, new: str) -> int:
    """How many characters differ between two texts, as the history shows them: the longer side of each changed line."""
    if old == new:
        return 0
    total = 0
    for line in diff(old, new):
        gone = sum(len(text) for op, text in line.parts if op == "removed")
        come = sum(len(text) for op, text in line.parts if op == "added")
        total += max(gone, come)
    return total


def _checked(title: str | None, tags: Sequence[str] | None, product: str | None, product_version: str | None) -> TopicFields:
    return TopicFields(
        title=None if title is None else checked_title(title),
        product=None if product is None else checked_product(product, "product"),
        product_version=None if product_version is None else checked_product(product_version, "product_version"),
        tags=None if tags is None else checked_tags(tags),
    )


def _is_there(post: Post, body: str, wanted: TopicFields) -> bool:
    """Whether a post and its topic are already what an edit wants."""
    topic, there = post.topic, {name: value for name, value in vars(wanted).items() if value is not None}
    tags = there.pop("tags", None)
    return (
        post.body == body
        and all(getattr(topic, name) == value for name, value in there.items())
        and (tags is None or tags == tags_unchecked(topic.id))
    )


def _must_keep(u: Unit, by: Viewer, post: Post, changed: int) -> bool:
    """product.md 1: what was there is kept, unless the edit comes soon and is small."""
    small = u.now - post.created_at <= GRACE and changed <= GRACE_CHARACTERS
    return by.is_staff or post.official or by.id != post.author_id or not small


def _checked_note(post: Post, note: str, body: str, title: str | None) -> str:
    """Why an update is corrected, as it is stored; empty for other posts. Raises Invalid where it is missing or too long."""
    if post.number != 1 or post.topic.kind != "update":
        return ""
    if body == post.body and (title is None or title == post.topic.title):
        return ""
    note = one_line(note, "note")
    if not SHORTEST_NOTE <= len(note) <= LONGEST_NOTE:
        sentence = _("Please say in %(least)s to %(most)s characters what was wrong.", least=SHORTEST_NOTE, most=LONGEST_NOTE)
        raise Invalid(fields={"note": sentence})
    return note


def _rewrite(u: Unit, by: Viewer, post: Post, body: str, title: str | None, *, kept: bool, note: str) -> bool:
    """Note the former text where body or title change; tells whether they do."""
    retitled = title is not None and title != post.topic.title
    if body == post.body and not retitled:
        return False
    if kept:
        former = post.topic.title if retitled else None
        u.add(Edit(post_id=post.id, version=post.version, body=post.body, title=former, by_id=by.id, at=u.now, note=note))
        post.edited_at = u.now
    post.version += 1
    return True


def _reshape(u: Unit, topic: Topic, wanted: TopicFields) -> bool:
    """Change the topic's own fields; tells whether any of them was different."""
    reshaped = wanted.tags is not None and set_tags(u, topic.id, wanted.tags)
    for name in ("title", "product", "product_version"):
        value = getattr(wanted, name)
        if value is not None and value != getattr(topic, name):
            setattr(topic, name, value)
            reshaped = True
    topic.slug = slug_of(topic.title)
    return reshaped
