"""Lists of topics, in three statements whatever their length."""

from __future__ import annotations

from collections.abc import Collection, Iterable, Mapping
from dataclasses import dataclass
from functools import cache
from typing import Any

from sqlalchemy import ColumnElement, Row, Select, and_, case, func, or_, select
from sqlalchemy.orm import aliased

from community.accounts.models import Account
from community.categories.models import Category
from community.categories.queries import may_read
from community.core.errors import NotFound
from community.core.markup import excerpt
from community.core.paging import MAX_PAGES, PAGE_SIZE, Page, page_count
from community.core.text import is_clean
from community.extensions import db
from community.posts.models import Post
from community.posts.queries.authors import author_view, left_at
from community.posts.queries.page import MARKED, category_columns, category_view
from community.posts.views import AuthorView, Tile, TilePage
from community.staff.viewer import Viewer
from community.tags.queries import carries, in_order, tags_of
from community.topics.models import KINDS, SECTIONS, STATES, Topic
from community.topics.queries import topics_visible_to
from community.topics.titles import topic_url

EXCERPT = 220
"""Characters of an answer in a list: about the two lines that are shown."""

UNANSWERED = ("new", "waiting")
"""Questions that wait for somebody: the view `unanswered`."""

SORTS: Mapping[str, tuple[ColumnElement[Any], ...]] = {
    "active": (Topic.active_at.desc(), Topic.id.desc()),
    "new": (Topic.created_at.desc(), Topic.id.desc()),
}

_First = aliased(Post)


@dataclass(frozen=True)
class Listing:
    """Which topics a list shows, checked: what is None does not matter. `state` may be `unanswered`."""

    kind: str | None = None
    state: str | None = None
    category_ids: tuple[int, ...] | None = None
    tag: str | None = None
    author_id: int | None = None
    section: str | None = None
    sort: str = "active"

    def __post_init__(self) -> None:
        if (
            self.kind not in {None, *KINDS}
            or self.section not in {None, *SECTIONS}
            or self.state not in {None, "unanswered", *STATES}
            or self.sort not in SORTS
            or not is_clean(self.tag or "")
        ):
            raise NotFound

    def conditions(self) -> list[ColumnElement[bool]]:
        """What a topic of the list fulfils, apart from being visible."""
        found: list[ColumnElement[bool]] = []
        if self.kind is not None:
            found.append(Topic.kind == self.kind)
        if self.state is not None:
            found.append(Topic.state.in_(UNANSWERED) if self.state == "unanswered" else Topic.state == self.state)
        if self.category_ids is not None:
            found.append(Topic.category_id.in_(self.category_ids))
        if self.tag is not None:
            found.append(carries(Topic.id, self.tag))
        if self.section is not None:
            found.append(Topic.section == self.section)
        if self.author_id is not None:
            found.append(Topic.author_id == self.author_id)
        return found


def tiles(
    viewer: Viewer,
    listing: Listing,
    *,
    number: int = 1,
    address: str = "",
    kept: Iterable[tuple[str, str]] = (),
    limit: int = PAGE_SIZE,
) -> TilePage:
    """A page of a list; `address` and `kept` are the path and the arguments of its pages. Raises NotFound beyond the last."""
    shown = [topics_visible_to(viewer), *listing.conditions()]
    within = select(Topic.id).join(Category, Category.id == Topic.category_id).where(*shown).limit(MAX_PAGES * PAGE_SIZE)
    total = db.session.execute(select(func.count()).select_from(within.subquery())).scalar_one()
    page = Page(number, page_count(total), address, tuple(kept))
    if number > page.count:
        raise NotFound
    rows = _rows().where(*shown).order_by(*SORTS[listing.sort]).offset((number - 1) * PAGE_SIZE).limit(limit)
    return TilePage(_tiles(db.session.execute(rows).all()), page, total)


def latest_tiles(viewer: Viewer, listing: Listing, limit: int) -> tuple[Tile, ...]:
    """The first topics of a list, without counting it."""
    rows = _rows().where(topics_visible_to(viewer), *listing.conditions()).order_by(*SORTS[listing.sort]).limit(limit)
    return _tiles(db.session.execute(rows).all())


def own_tiles(viewer: Viewer, *, limit: int) -> tuple[Tile, ...]:
    """What a member wrote that now waits for them: answered and not confirmed by them, in need of information, or still held."""
    waits = or_(Topic.held_at.is_not(None), Topic.state.in_(("answered", "answered_unconfirmed", "needs_info")))
    mine = and_(Topic.author_id == viewer.id, Topic.removed_at.is_(None), may_read(viewer), waits)
    return _tiles(db.session.execute(_rows().where(mine).order_by(*SORTS["active"]).limit(limit)).all())


def counts_by_category(viewer: Viewer) -> dict[int, int]:
    """How many listed topics each category has; categories without any are left out."""
    query = select(Topic.category_id, func.count().label("topics")).join(Category, Category.id == Topic.category_id)
    counted = query.where(topics_visible_to(viewer)).group_by(Topic.category_id)
    return {row.category_id: row.topics for row in db.session.execute(counted)}


def tiles_unchecked(topic_ids: Collection[int]) -> list[Tile]:
    """These topics as everybody who may read them sees them in a list; without held and removed ones, in no order."""
    rows = _rows().where(Topic.id.in_(topic_ids), Topic.held_at.is_(None), Topic.removed_at.is_(None))
    return list(_tiles(db.session.execute(rows).all()))


@cache
def _rows() -> Select[*tuple[Any, ...]]:
    return (
        select(
            *(Topic.id, Topic.slug, Topic.title, Topic.kind, Topic.state, Topic.closed, Topic.created_at, Topic.active_at),
            *(Topic.held_at, Topic.due_at, Topic.promise, Topic.first_staff_answer_at),
            *(Topic.post_count, Topic.official_count, Topic.accepted_count, Topic.me_too_count, Topic.author_id),
            *(Account.handle, Account.name, Account.hue, Account.photo, _First.badge, _First.badge_title),
            Topic.section,
            case((Topic.kind == "update", func.substr(_First.text, 1, EXCERPT * 3))).label("beginning"),
            left_at(Topic.author_id, _First.badge).label("left_at"),
            *category_columns(Category, "category"),
            tags_of(Topic.id).label("tags"),
        )
        .select_from(Topic)
        .join(Category, Category.id == Topic.category_id)
        .join(Account, Account.id == Topic.author_id)
        .outerjoin(_First, and_(_First.topic_id == Topic.id, _First.number == 1))
    )


def _tiles(rows: Iterable[Row[Any]]) -> tuple[Tile, ...]:
    rows = list(rows)
    answers = _best_answers([row.id for row in rows if row.accepted_count or row.official_count])
    return tuple(_tile(row, answers.get(row.id)) for row in rows)


def _best_answers(topic_ids: Collection[int]) -> dict[int, Row[Any]]:
    """The answer that each of these topics shows first, by its id."""
    if not topic_ids:
        return {}
    beginning = func.substr(Post.text, 1, EXCERPT * 3).label("beginning")
    query = (
        select(Post.topic_id, beginning, Post.author_id, Post.badge, Post.badge_title)
        .add_columns((Post.helpful_count + Post.visitors_helpful).label("helpful"))
        .add_columns(Account.handle, Account.name, Account.hue, Account.photo, left_at(Post.author_id, Post.badge).label("left_at"))
        .join(Account, Account.id == Post.author_id)
        .where(Post.topic_id.in_(topic_ids), MARKED, Post.held_at.is_(None), Post.removed_at.is_(None))
        # Worst first, so that the best stays in the mapping (rulings 21).
        .order_by((Post.accepted & Post.official).asc(), Post.accepted.asc(), Post.accepted_at.desc(), Post.number.desc())
    )
    return {row.topic_id: row for row in db.session.execute(query)}


def _tile(row: Row[Any], answer: Row[Any] | None) -> Tile:
    answered_by: AuthorView | None = author_view(answer) if answer is not None else None
    return Tile(
        id=row.id,
        url=topic_url(row.id, row.slug),
        title=row.title,
        kind=row.kind,
        state=row.state,
        closed=row.closed,
        category=category_view(row, "category"),
        author=author_view(row),
        reply_count=max(0, row.post_count - 1),
        helpful=answer.helpful if answer is not None else 0,
        me_too_count=row.me_too_count,
        created_at=row.created_at,
        active_at=row.active_at,
        answer_excerpt=excerpt(answer.beginning, EXCERPT) if answer is not None else None,
        answered_by=answered_by,
        official=row.official_count > 0,
        tags=in_order(row.tags),
        held=row.held_at is not None,
        due_at=row.due_at,
        promise=row.promise,
        first_staff_answer_at=row.first_staff_answer_at,
        section=row.section,
        beginning=excerpt(row.beginning, EXCERPT) if row.beginning else "",
    )
