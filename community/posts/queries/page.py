"""A page of a topic, in two statements whatever its length (one more where others are duplicates of it)."""

from __future__ import annotations

from datetime import datetime
from functools import cache
from typing import Any

from flask_babel import gettext as _
from sqlalchemy import ColumnElement, Row, Select, and_, func, select, text, union
from sqlalchemy.orm import aliased

from community.accounts.models import Account
from community.categories.models import Category
from community.categories.policy import BREADTH
from community.core.errors import NotFound
from community.core.paging import PAGE_SIZE, Page
from community.extensions import db
from community.posts.models import Post
from community.posts.queries.history import corrections_unchecked
from community.posts.queries.posts import post_rows, views_of
from community.posts.views import AuthorView, CategoryView, ClosureView, LinkView, PostView, TopicPage, TopicView
from community.staff.viewer import Viewer, photo_url
from community.tags.queries import in_order, tags_of
from community.topics.models import Closure, Duplicate, InfoRequest, Topic
from community.topics.queries import topics_readable_by
from community.topics.titles import topic_url

MARKED = text("(posts.accepted OR posts.official)")
"""As the partial index of posts says it, so that SQLite sees the likeness."""

ANSWER = text("posts.role = 'answer' AND posts.held_at IS NULL AND posts.removed_at IS NULL")
"""An answer that everybody may see who may read its topic; as its partial index says it."""

_CATEGORY = ("id", "slug", "name", "hue", "visibility")
_Parent = aliased(Category)
_Closer = aliased(Account)
_Original = aliased(Topic)
_OriginalCategory = aliased(Category)


def topic_view(viewer: Viewer, topic_id: int) -> TopicView:
    """A topic without its posts. Raises NotFound where the viewer may not know of it."""
    return _topic_view(Topic.id == topic_id, topics_readable_by(viewer))


def topic_view_unchecked(topic_id: int) -> TopicView:
    """A topic without its posts, as everybody who may read it sees it. Raises NotFound where there is none."""
    return _topic_view(Topic.id == topic_id)


def topic_page(viewer: Viewer, topic_id: int, number: int) -> TopicPage:
    """One page of a topic as everybody who may read it sees it. Raises NotFound for a topic or page that is not there.

    A held topic, which only its author can read, shows its first post; their other held posts are
    in no page (`held_posts_of`).
    """
    return _page_of(topic_view(viewer, topic_id), number)


def topic_page_unchecked(topic_id: int, number: int) -> TopicPage:
    """The same for readers of the log."""
    return _page_of(topic_view_unchecked(topic_id), number)


def held_posts_of(viewer: Viewer, topic_id: int) -> list[PostView]:
    """What this viewer wrote in a topic that nobody else sees yet, without the first post of a topic of their own."""
    if viewer.confirmed or not viewer.signed_in:
        return []
    held = (Post.topic_id == topic_id, Post.author_id == viewer.id, Post.number < 1, Post.removed_at.is_(None))
    return views_of(db.session.execute(post_rows().where(*held).order_by(Post.id)).all())


def _page_of(topic: TopicView, number: int) -> TopicPage:
    page = Page(number, topic.page_count, topic.url)
    if number > page.count:
        raise NotFound
    low, high = (number - 1) * PAGE_SIZE + 1, number * PAGE_SIZE
    wanted = select(Post.id).where(Post.topic_id == topic.id, Post.number.between(low, high))
    has_cards = number == 1 and (topic.accepted_count or topic.official_count) and not topic.removed
    also = [select(Post.id).where(Post.topic_id == topic.id, MARKED)] if has_cards else []
    if number > 1:
        also.append(select(Post.id).where(Post.topic_id == topic.id, Post.number == 1))
    ids = union(wanted, *also) if also else wanted
    rows = db.session.execute(post_rows().where(Post.id.in_(ids)).order_by(Post.number)).all()
    views = [view for view in views_of(rows) if view.number]
    cards = (
        [view for view in views if (view.accepted or view.official) and view.removed is None and not view.held] if has_cards else []
    )
    first = next((view for view in views if view.number == 1), None)
    corrected = topic.kind == "update" and number == 1 and first is not None and first.removed is None
    return TopicPage(
        topic=topic,
        first=first,
        posts=tuple(view for view in views if low <= view.number <= high),
        cards=tuple(sorted(cards, key=card_order)),
        page=page,
        corrections=corrections_unchecked(first.id) if corrected and first else (),
    )


def card_order(post: PostView) -> tuple[bool, bool, datetime, int]:
    """Rulings 21: official and accepted first, then accepted by date, then official."""
    return not (post.accepted and post.official), not post.accepted, post.accepted_at or post.created_at, post.number


def _topic_view(*conditions: ColumnElement[bool]) -> TopicView:
    row = db.session.execute(_topic_rows().where(*conditions)).first()
    if row is None:
        raise NotFound
    removed = row.removed_at is not None
    return TopicView(
        id=row.id,
        url=topic_url(row.id, "removed" if removed else row.slug),
        title=_("A topic that was removed") if removed else row.title,
        kind=row.kind,
        state=None if removed else row.state,
        closed=row.closed,
        author=AuthorView(row.author_id, row.handle, row.name, f"/u/{row.handle}", row.hue, photo_url(row.photo), None, ""),
        category=_category(row),
        tags=() if removed else in_order(row.tags),
        product="" if removed else row.product,
        product_version="" if removed else row.product_version,
        created_at=row.created_at,
        active_at=row.active_at,
        post_count=row.post_count,
        answer_count=row.answer_count,
        unindexed=row.unindexed_at is not None and not row.answer_count,
        last_number=max(row.last_number or 0, 1),
        accepted_count=row.accepted_count,
        official_count=row.official_count,
        me_too_count=0 if removed else row.me_too_count,
        first_staff_answer_at=row.first_staff_answer_at,
        due_at=row.due_at,
        promise=None if removed else row.promise,
        held=row.held_at is not None,
        removed=removed,
        imported=row.imported,
        closure=ClosureView(row.closure_reason, row.closure_at, row.closed_by, row.closed_itself) if row.closure_at else None,
        duplicate_of=_original(row),
        duplicates=_duplicates(row) if row.duplicate_count and not removed else (),
        info_asked_at=row.info_asked_at,
        section="" if removed else row.section,
        unsolved=not row.accepted_count and row.unsolved_at is not None and row.unsolved_at >= row.last_post_at,
    )


@cache
def _topic_rows() -> Select[*tuple[Any, ...]]:
    last = select(func.max(Post.number)).where(Post.topic_id == Topic.id).correlate(Topic).scalar_subquery()
    answers = select(func.count()).select_from(Post).where(Post.topic_id == Topic.id, ANSWER).correlate(Topic).scalar_subquery()
    asked = select(func.max(InfoRequest.at)).where(InfoRequest.topic_id == Topic.id, InfoRequest.cleared_at.is_(None))
    pointing = select(func.count()).where(Duplicate.original_id == Topic.id, Duplicate.undone_at.is_(None))
    return (
        select(
            *Topic.__table__.columns,
            *(Account.handle, Account.name, Account.hue, Account.photo),
            *category_columns(Category, "category"),
            *category_columns(_Parent, "parent"),
            *(Closure.reason.label("closure_reason"), Closure.at.label("closure_at"), _Closer.name.label("closed_by")),
            Closure.automatic.label("closed_itself"),
            *(_Original.id.label("original_id"), _Original.title.label("original_title"), _Original.slug.label("original_slug")),
            _OriginalCategory.visibility.label("original_visibility"),
            tags_of(Topic.id).label("tags"),
            last.label("last_number"),
            answers.label("answer_count"),
            asked.correlate(Topic).scalar_subquery().label("info_asked_at"),
            pointing.correlate(Topic).scalar_subquery().label("duplicate_count"),
        )
        .select_from(Topic)
        .join(Category, Category.id == Topic.category_id)
        .join(Account, Account.id == Topic.author_id)
        .outerjoin(_Parent, _Parent.id == Category.parent_id)
        .outerjoin(Closure, and_(Closure.topic_id == Topic.id, Closure.undone_at.is_(None)))
        .outerjoin(_Closer, _Closer.id == Closure.by_id)
        .outerjoin(Duplicate, and_(Duplicate.topic_id == Topic.id, Duplicate.undone_at.is_(None)))
        .outerjoin(
            _Original, and_(_Original.id == Duplicate.original_id, _Original.held_at.is_(None), _Original.removed_at.is_(None))
        )
        .outerjoin(_OriginalCategory, _OriginalCategory.id == _Original.category_id)
    )


def category_columns(category: Any, name: str) -> list[Any]:
    """The columns of a category that `category_view` reads, named by `name`."""
    return [getattr(category, column).label(f"{name}__{column}") for column in _CATEGORY]


def _category(row: Row[Any]) -> CategoryView:
    parent = category_view(row, "parent") if row.parent__id is not None else None
    return category_view(row, "category", parent)


def category_view(row: Any, name: str, parent: CategoryView | None = None) -> CategoryView:
    """The category in the columns that begin with `name`."""
    category_id, slug, title, hue, visibility = (getattr(row, f"{name}__{column}") for column in _CATEGORY)
    return CategoryView(category_id, slug, title, f"/c/{slug}", hue, visibility, parent)


def _original(row: Row[Any]) -> LinkView | None:
    """The question that this one repeats, unless not everybody here may read it."""
    if row.original_id is None or row.removed_at or BREADTH[row.original_visibility] > BREADTH[row.category__visibility]:
        return None
    return LinkView(row.original_id, row.original_title, topic_url(row.original_id, row.original_slug))


def _duplicates(row: Row[Any]) -> tuple[LinkView, ...]:
    """The questions that repeat this one and that everybody here may read, newest first, at most ten."""
    readable = [level for level, breadth in BREADTH.items() if breadth <= BREADTH[row.category__visibility]]
    query = (
        select(Topic.id, Topic.title, Topic.slug)
        .join(Duplicate, Duplicate.topic_id == Topic.id)
        .join(Category, Category.id == Topic.category_id)
        .where(Duplicate.original_id == row.id, Duplicate.undone_at.is_(None), Category.visibility.in_(readable))
        .where(Topic.held_at.is_(None), Topic.removed_at.is_(None))
        .order_by(Duplicate.id.desc())
        .limit(10)
    )
    return tuple(LinkView(each.id, each.title, topic_url(each.id, each.slug)) for each in db.session.execute(query))
