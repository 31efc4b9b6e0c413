"""What the API reads, always for somebody: the same conditions as the pages, in the shapes of models.py."""

from __future__ import annotations

import base64
import binascii
from datetime import datetime
from typing import Any, Literal, cast
from urllib.parse import urlencode

from flask_babel import gettext
from sqlalchemy import ColumnElement, Select, and_, or_, select
from sqlalchemy.orm import aliased

from community.accounts.models import Account
from community.api.answer_models import CheckOut
from community.api.layer import PREFIX
from community.api.models import Author, EventOut, PostOut, Removed, SourceOut, TopicOut
from community.categories.models import Category
from community.categories.queries import may_read
from community.core.errors import Invalid, NotFound
from community.core.fragments import base_url
from community.core.log import read_after
from community.core.position import Position, parse_position, position_now
from community.extensions import db
from community.posts.models import Post
from community.posts.queries.authors import author_view, left_at
from community.posts.queries.posts import post_rows, posts_readable_by, views_of
from community.posts.views import AuthorView, PostView
from community.staff.viewer import VISITOR, Viewer
from community.tags.queries import carries, in_order, tags_of
from community.topics.models import Topic
from community.topics.queries import topics_readable_by, topics_visible_to
from community.topics.titles import topic_url

_Checked = aliased(Post)
_Checker = aliased(Account)

MOST_EVENTS_READ = 1_000
"""Events of the log that one call looks at, public or not."""


def topic_out(viewer: Viewer, topic_id: int) -> TopicOut:
    """One topic. Raises NotFound where the viewer may not know of it or it was removed."""
    row = db.session.execute(_topics().where(Topic.id == topic_id, topics_readable_by(viewer), Topic.removed_at.is_(None))).first()
    if row is None:
        raise NotFound
    return _topic(row)


def topics_out(
    viewer: Viewer,
    *,
    kind: str | None,
    state: str | None,
    category_id: int | None,
    tag: str | None,
    after: str | None,
    limit: int,
    section: str | None = None,
) -> tuple[list[TopicOut], str | None]:
    """Topics newest first, and the cursor of the next page. Raises Invalid for a cursor of somebody else's making."""
    conditions: list[ColumnElement[bool]] = [topics_visible_to(viewer)]
    if kind is not None:
        conditions.append(Topic.kind == kind)
    if state is not None:
        conditions.append(Topic.state == state)
    if section is not None:
        conditions.append(Topic.section == section)
    if category_id is not None:
        conditions.append(Topic.category_id == category_id)
    if tag is not None:
        conditions.append(carries(Topic.id, tag.strip().lower()))
    if after is not None:
        moment, number = _opened(after)
        conditions.append(or_(Topic.created_at < moment, and_(Topic.created_at == moment, Topic.id < number)))
    rows = db.session.execute(
        _topics().where(*conditions).order_by(Topic.created_at.desc(), Topic.id.desc()).limit(limit + 1)
    ).all()
    more = rows[limit - 1] if len(rows) > limit else None
    return [_topic(row) for row in rows[:limit]], _sealed(more.created_at, more.id) if more else None


def posts_out(viewer: Viewer, *conditions: ColumnElement[bool], limit: int = 1) -> list[PostOut]:
    """Posts that fulfil the conditions in topics the viewer may read, in their order."""
    query = (
        post_rows()
        .add_columns(Post.body)
        .where(*conditions, posts_readable_by(viewer), Post.topic_id.in_(_readable(viewer)))
        .order_by(Post.topic_id, Post.number)
        .limit(limit)
    )
    rows = db.session.execute(query).all()
    return [_post(view, row) for view, row in zip(views_of(rows), rows, strict=True)]


def post_out(viewer: Viewer, post_id: int) -> PostOut:
    """One post; of a removed one only why. Raises NotFound."""
    found = posts_out(viewer, Post.id == post_id)
    if not found:
        raise NotFound
    return found[0]


def number_after(cursor: str | None) -> int:
    """The number of the last post that was read. Raises Invalid for a cursor that is no number."""
    if cursor is None:
        return 0
    if not (cursor.isascii() and cursor.isdigit() and len(cursor) <= 9):
        raise Invalid(fields={"after": gettext("This is not a cursor of ours.")})
    return int(cursor)


def events_out(after: str | None, limit: int) -> tuple[list[EventOut], str]:
    """What happened in public after a position, and the position to go on from. Raises Invalid for another log's position."""
    here = position_now()
    at = parse_position(after) if after is not None else Position(here.epoch, 0)
    if at is None or at.epoch != here.epoch:
        raise Invalid(fields={"after": gettext("This position is not of the present log. Begin again without one.")})
    read = read_after(db.session(), at.number, MOST_EVENTS_READ)
    topics = {each.event.topic_id for each in read if each.event is not None and hasattr(each.event, "topic_id")}
    public, open_places = _public(topics), _open_places()
    found: list[EventOut] = []
    last = at.number
    for each in read:
        topic_id = getattr(each.event, "topic_id", None)
        if topic_id in public and _is_of_topic(each.event) and not getattr(each.event, "held", False):
            if len(found) == limit:
                break
            category_id = getattr(each.event, "category_id", None)
            found.append(
                EventOut(
                    position=str(Position(here.epoch, each.position)),
                    name=each.name,
                    at=each.at,
                    topic_id=topic_id,
                    post_id=getattr(each.event, "post_id", None),
                    category_id=category_id if category_id in open_places else None,
                )
            )
        last = each.position
    return found, str(Position(here.epoch, last))


def link(path: str, **arguments: str | int | None) -> str:
    """An absolute address below the API."""
    given = {name: value for name, value in arguments.items() if value is not None}
    return f"{base_url()}{PREFIX}{path}?{urlencode(given)}"


def author_out(author: AuthorView) -> Author:
    """An author as the API shows them."""
    return Author(
        handle=author.handle,
        name=author.name,
        url=f"{base_url()}{author.url}",
        badge=cast("Literal['staff', 'own', 'alum'] | None", author.badge),
        badge_text=author.badge_text,
    )


def _readable(viewer: Viewer) -> Select[int]:
    return select(Topic.id).join(Category, Category.id == Topic.category_id).where(topics_readable_by(viewer))


def _public(topic_ids: set[int]) -> set[int]:
    query = select(Topic.id).join(Category, Category.id == Topic.category_id).where(Topic.id.in_(topic_ids))
    return set(db.session.scalars(query.where(topics_visible_to(VISITOR))))


def _is_of_topic(event: Any) -> bool:
    """Whether it happened to the topic itself, rather than to somebody because of it."""
    return f"topic:{event.topic_id}" in event.channels()


def _open_places() -> set[int]:
    """The categories that everybody may read: a topic may have come from another one."""
    return set(db.session.scalars(select(Category.id).where(may_read(VISITOR))))


def _topics() -> Select[*tuple[Any, ...]]:
    first = select(Post.badge).where(Post.topic_id == Topic.id, Post.number == 1).correlate(Topic).scalar_subquery()
    title = select(Post.badge_title).where(Post.topic_id == Topic.id, Post.number == 1).correlate(Topic).scalar_subquery()
    checked = (
        *(Post.topic_id == Topic.id, or_(Post.accepted, Post.official), Post.checked_at.is_not(None)),
        *(Post.removed_at.is_(None), Post.held_at.is_(None)),
    )
    newest = select(Post.id).where(*checked).order_by(Post.checked_at.desc()).limit(1).correlate(Topic).scalar_subquery()
    return (
        select(
            *(Topic.id, Topic.slug, Topic.kind, Topic.title, Topic.state, Topic.closed, Topic.product, Topic.product_version),
            *(Topic.created_at, Topic.active_at, Topic.post_count, Topic.accepted_count, Topic.official_count, Topic.held_at),
            *(Topic.promise, Topic.due_at, Topic.section),
            Topic.me_too_count,
            *(Topic.author_id, Account.handle, Account.name, Account.hue, Account.photo, Category.slug.label("category")),
            first.label("badge"),
            title.label("badge_title"),
            left_at(Topic.author_id, first).label("left_at"),
            tags_of(Topic.id).label("tags"),
            *(_Checked.checked_at, _Checked.checked_version, _Checker.handle.label("checker")),
        )
        .join(Category, Category.id == Topic.category_id)
        .join(Account, Account.id == Topic.author_id)
        .outerjoin(_Checked, _Checked.id == newest)
        .outerjoin(_Checker, _Checker.id == _Checked.checked_by_id)
    )


def _topic(row: Any) -> TopicOut:
    return TopicOut(
        id=row.id,
        url=f"{base_url()}{topic_url(row.id, row.slug)}",
        kind=row.kind,
        title=row.title,
        state=row.state,
        section=row.section or None,
        closed=row.closed,
        category=row.category,
        tags=list(in_order(row.tags)),
        product=row.product,
        product_version=row.product_version,
        author=author_out(author_view(row)),
        created_at=row.created_at,
        active_at=row.active_at,
        post_count=row.post_count,
        accepted_count=row.accepted_count,
        official_count=row.official_count,
        checked=CheckOut(at=row.checked_at, version=row.checked_version, by=row.checker) if row.checked_at else None,
        promise=row.promise,
        due_at=row.due_at,
        me_too_count=row.me_too_count,
        held=row.held_at is not None,
    )


def _post(view: PostView, row: Any) -> PostOut:
    gone, source = view.removed, view.source
    return PostOut(
        id=view.id,
        url=f"{base_url()}{view.url}",
        topic_id=view.topic_id,
        number=max(view.number, 0),
        role=cast("Literal['question', 'answer', 'reply']", view.role),
        body="" if gone else row.body,
        html="" if gone else str(view.html),
        author=author_out(view.author),
        created_at=view.created_at,
        edited_at=view.edited_at,
        version=view.version,
        accepted=view.accepted,
        official=view.official,
        helpful=row.helpful_count,
        unhelpful=row.unhelpful_count,
        visitors_helpful=row.visitors_helpful,
        visitors_unhelpful=row.visitors_unhelpful,
        rejected=view.rejected,
        checked=CheckOut(at=view.checked.at, version=view.checked.version, by=view.checked.by_handle) if view.checked else None,
        outdated=view.outdated,
        needs_check=view.doubted or view.aged,
        reply_to=view.reply_to.id if view.reply_to else None,
        removed=Removed(rule=row.rule or "", reason=gone.reason, at=gone.at) if gone else None,
        source=SourceOut(author=source.author, url=source.url, licence=source.licence, licence_url=source.licence_url)
        if source
        else None,
        held=view.held,
    )


def _sealed(moment: datetime, number: int) -> str:
    return base64.urlsafe_b64encode(f"{moment.isoformat()}|{number}".encode()).decode().rstrip("=")


def _opened(cursor: str) -> tuple[datetime, int]:
    try:
        moment, _, number = base64.urlsafe_b64decode(cursor + "=" * (-len(cursor) % 4)).decode().partition("|")
        # Ours are in UTC; another zone could lead out of the calendar.
        if not moment.endswith("+00:00") or not (number.isascii() and number.isdigit() and len(number) <= 18):
            raise ValueError(cursor)
        return datetime.fromisoformat(moment), int(number)
    except (ValueError, binascii.Error) as error:
        raise Invalid(fields={"after": gettext("This is not a cursor of ours.")}) from error
