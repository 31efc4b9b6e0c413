"""Posts as rows, and as views for pages and fragments."""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from functools import cache
from typing import Any

from flask_babel import gettext as _
from sqlalchemy import ColumnElement, Row, Select, and_, func, or_, select
from sqlalchemy.orm import aliased, contains_eager

from community.accounts.models import Account
from community.core.errors import NotFound, require
from community.core.markup import stored_html
from community.extensions import db
from community.posts.models import Edit, Post, Removal, Source
from community.posts.policy import may_read_removed
from community.posts.queries.authors import author_view, left_at
from community.posts.views import CheckView, PostView, RemovedView, ReplyToView, SourceView, post_url
from community.staff.viewer import Viewer
from community.topics.models import Topic
from community.topics.queries import topics_readable_by
from community.topics.titles import topic_url

_Remover = aliased(Account)
_Checker = aliased(Account)
_ReplyTo = aliased(Post)
_ReplyAuthor = aliased(Account)


def post_for(viewer: Viewer, post_id: int) -> Post:
    """The post with its topic and category. Raises NotFound where the viewer may not know of it; a removed one is found."""
    query = (
        select(Post)
        .join(Post.topic)
        .join(Topic.category)
        .options(contains_eager(Post.topic).contains_eager(Topic.category))
        .where(Post.id == post_id, topics_readable_by(viewer), posts_readable_by(viewer))
    )
    post = db.session.scalars(query).one_or_none()
    if post is None:
        raise NotFound
    return post


def address_of(post: Post) -> str:
    """Where a post stands; a held one behind the last that everybody sees."""
    number = post.number
    if number < 1:
        number = db.session.execute(select(func.max(Post.number)).where(Post.topic_id == post.topic_id)).scalar_one()
    topic = post.topic
    return post_url(topic_url(topic.id, "removed" if topic.removed_at else topic.slug), max(number, 1), post.id)


def removed_text(viewer: Viewer, post: Post) -> str:
    """The Markdown of a removed post, for those who may read it. Raises Forbidden for others, NotFound where it was not removed."""
    require(may_read_removed(viewer))
    if post.removed_at is None:
        raise NotFound
    return post.body


def posts_readable_by(viewer: Viewer) -> ColumnElement[bool]:
    """The condition on Post, beside that on its topic: a held post is its author's alone."""
    return or_(Post.held_at.is_(None), Post.author_id == viewer.id)


def post_views_unchecked(ids: Iterable[int]) -> list[PostView]:
    """These posts as everybody who may read their topics sees them, in the order of their topics; held ones too."""
    rows = db.session.execute(post_rows().where(Post.id.in_(list(ids))).order_by(Post.topic_id, Post.number)).all()
    return views_of(rows)


@cache
def post_rows() -> Select[*tuple[Any, ...]]:
    """All that a PostView needs, in one statement."""
    edits = select(func.count(Edit.id)).where(Edit.post_id == Post.id).correlate(Post).scalar_subquery()
    return (
        select(
            *(Post.id, Post.topic_id, Post.number, Post.role, Post.html, Post.text, Post.created_at, Post.edited_at, Post.version),
            *(Post.author_id, Post.badge, Post.badge_title, Post.accepted, Post.accepted_at, Post.accepted_by_asker, Post.official),
            *(Post.helpful_count, Post.unhelpful_count, Post.visitors_helpful, Post.visitors_unhelpful),
            *(Post.held_at, Post.removed_at, Account.handle, Account.name, Account.hue, Account.photo, Topic.slug),
            left_at(Post.author_id, Post.badge).label("left_at"),
            edits.label("edit_count"),
            Topic.removed_at.label("topic_removed_at"),
            *(Removal.rule, Removal.reason, Removal.by_author, _Remover.name.label("removed_by_name")),
            *(_ReplyTo.id.label("reply_id"), _ReplyTo.number.label("reply_number"), _ReplyAuthor.name.label("reply_name")),
            Source.author_name.label("source_author"),
            *(Post.rejected_at, Post.checked_at, Post.checked_version, Post.outdated_count, Post.doubted_at, Post.aged_at),
            *(_Checker.name.label("checked_by_name"), _Checker.handle.label("checked_by_handle")),
            *(Source.author_url, Source.url.label("source_url"), Source.licence, Source.licence_url, Source.score),
        )
        .select_from(Post)
        .join(Topic, Topic.id == Post.topic_id)
        .join(Account, Account.id == Post.author_id)
        .outerjoin(Removal, and_(Removal.post_id == Post.id, Removal.restored_at.is_(None)))
        .outerjoin(_Remover, _Remover.id == Removal.by_id)
        .outerjoin(_ReplyTo, and_(_ReplyTo.id == Post.reply_to_id, _ReplyTo.held_at.is_(None)))
        .outerjoin(_ReplyAuthor, _ReplyAuthor.id == _ReplyTo.author_id)
        .outerjoin(_Checker, _Checker.id == Post.checked_by_id)
        .outerjoin(Source, Source.post_id == Post.id)
    )


def views_of(rows: Sequence[Row[Any]]) -> list[PostView]:
    """Rows of `post_rows` as views."""
    return [_view(row) for row in rows]


def _view(row: Row[Any]) -> PostView:
    url = topic_url(row.topic_id, "removed" if row.topic_removed_at else row.slug)
    removed = row.removed_at is not None
    rated = row.role == "answer" and row.held_at is None and not removed
    return PostView(
        id=row.id,
        topic_id=row.topic_id,
        number=max(row.number, 0),
        url=post_url(url, row.number, row.id),
        role=row.role,
        html=stored_html("" if removed else row.html),
        text="" if removed else row.text,
        created_at=row.created_at,
        edited_at=row.edited_at,
        edit_count=row.edit_count,
        version=row.version,
        author=author_view(row),
        accepted=row.accepted,
        accepted_at=row.accepted_at,
        accepted_by_asker=row.accepted_by_asker,
        official=row.official,
        helpful=row.helpful_count + row.visitors_helpful if rated else None,
        unhelpful=row.unhelpful_count + row.visitors_unhelpful if rated else None,
        removed=_removed(row) if removed else None,
        reply_to=ReplyToView(row.reply_id, post_url(url, row.reply_number, row.reply_id), row.reply_name) if row.reply_id else None,
        source=_source(row) if row.source_author is not None else None,
        held=row.held_at is not None,
        rejected=row.rejected_at is not None,
        checked=_check(row) if row.checked_at else None,
        outdated=row.outdated_count,
        doubted=row.doubted_at is not None,
        aged=row.aged_at is not None,
    )


def _check(row: Row[Any]) -> CheckView:
    return CheckView(row.checked_at, row.checked_version, row.checked_by_name, row.checked_by_handle)


def _removed(row: Row[Any]) -> RemovedView:
    if row.by_author:
        return RemovedView(_("Taken back by its author"), row.reason, row.removed_at, None)
    return RemovedView(rule_words().get(row.rule, row.rule or ""), row.reason or "", row.removed_at, row.removed_by_name)


def rule_words() -> dict[str, str]:
    """The rules that a removal may name, in words."""
    return {
        "spam": _("Spam"),
        "abuse": _("Abuse"),
        "private_data": _("Private data"),
        "illegal": _("Illegal content"),
        "off_topic": _("Off topic"),
        "other": _("Other"),
    }


def _source(row: Row[Any]) -> SourceView:
    return SourceView(row.source_author, row.author_url, row.source_url, row.licence, row.licence_url, row.score)
