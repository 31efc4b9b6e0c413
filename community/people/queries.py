"""What everybody's page shows."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import datetime
from typing import Any

from sqlalchemy import Select, func, select

from community.accounts.models import Account, Suspension
from community.accounts.policy import may_suspend
from community.accounts.queries import account_by_handle, suspension_unchecked
from community.categories.models import Category
from community.core.markup import excerpt
from community.extensions import db
from community.posts.models import Post
from community.posts.queries import Listing, latest_tiles, tiles
from community.posts.queries.lists import EXCERPT
from community.posts.queries.page import category_columns, category_view
from community.posts.views import CategoryView, Tile, TilePage, post_url
from community.staff.badges import Badge
from community.staff.queries import Member, badges_unchecked, member
from community.staff.viewer import Viewer, photo_url, viewer_unchecked
from community.topics.models import Topic
from community.topics.queries import topics_visible_to
from community.topics.titles import topic_url

LATEST_ANSWERS = 5
"""Shown on a person's page: enough to see what somebody knows about; the search finds all (`from:@handle`)."""


@dataclass(frozen=True, slots=True)
class GivenAnswer:
    """An answer on its author's page; `title` is of its question. `spoken_for_brand` is no longer said of who has left."""

    id: int
    url: str
    title: str
    beginning: str
    created_at: datetime
    edited_at: datetime | None
    accepted: bool
    official: bool
    spoken_for_brand: bool
    category: CategoryView


@dataclass(frozen=True)
class Person:
    """Somebody as their page shows them to one viewer. `suspension` is set for moderators and for the person themselves."""

    id: int
    handle: str
    name: str
    hue: int
    photo_url: str | None
    about: str
    joined_at: datetime
    badge: str | None
    badge_text: str
    member: Member | None
    answers: int
    solved: int
    latest_answers: tuple[GivenAnswer, ...]
    topics: TilePage
    suspension: Suspension | None
    may_suspend: bool
    is_self: bool

    @property
    def shows_anything(self) -> bool:
        """Whether there is something to read; an empty page is nothing for search engines."""
        return bool(self.answers or self.topics.total or self.about or self.member)

    @property
    def url(self) -> str:
        """The address of their page."""
        return f"/u/{self.handle}"


def person(viewer: Viewer, handle: str, page: int) -> Person:
    """The person of this handle, with what of theirs the viewer may read. Raises NotFound."""
    account = account_by_handle(viewer, handle)
    badge: Badge = badges_unchecked([account.id])[account.id]
    told = viewer.is_moderator or viewer.id == account.id
    given, solved = _answer_counts(viewer, account)
    return Person(
        id=account.id,
        handle=account.handle,
        name=account.name,
        hue=account.hue,
        photo_url=photo_url(account.photo),
        about=account.about,
        joined_at=account.created_at,
        badge=badge.kind,
        badge_text=badge.text,
        member=member(account.id),
        answers=given,
        solved=solved,
        latest_answers=_latest_answers(viewer, account, works_here=badge.kind == "staff") if given and page == 1 else (),
        topics=tiles(viewer, Listing(author_id=account.id, sort="new"), number=page, address=f"/u/{account.handle}"),
        suspension=suspension_unchecked(account.id) if told else None,
        may_suspend=bool(may_suspend(viewer, viewer_unchecked(account.id))),
        is_self=viewer.id == account.id,
    )


def answers_and_topics(viewer: Viewer, handle: str, limit: int) -> tuple[Account, tuple[GivenAnswer, ...], tuple[Tile, ...]]:
    """Somebody, and what they answered and began last, as far as the viewer may read it. Raises NotFound."""
    account = account_by_handle(viewer, handle)
    answers = _latest_answers(viewer, account, works_here=False, limit=limit)
    return account, answers, latest_tiles(viewer, Listing(author_id=account.id, sort="new"), limit)


def _answer_counts(viewer: Viewer, account: Account) -> tuple[int, int]:
    """How many answers of theirs the viewer may read, and how many of them were accepted."""
    columns = func.count(), func.count().filter(Post.accepted)
    given, solved = db.session.execute(_of_answers(select(*columns).select_from(Post), viewer, account)).one()
    return given, solved


def _latest_answers(viewer: Viewer, account: Account, *, works_here: bool, limit: int = LATEST_ANSWERS) -> tuple[GivenAnswer, ...]:
    columns = (
        *(Post.id, Post.number, Post.created_at, Post.edited_at, Post.accepted, Post.official, Post.badge, Post.topic_id),
        *(func.substr(Post.text, 1, EXCERPT * 3).label("beginning"), Topic.slug, Topic.title),
        *category_columns(Category, "category"),
    )
    rows = _of_answers(select(*columns).select_from(Post), viewer, account)
    newest = rows.order_by(Post.created_at.desc(), Post.id.desc()).limit(limit)
    return tuple(
        GivenAnswer(
            id=row.id,
            url=post_url(topic_url(row.topic_id, row.slug), row.number, row.id),
            title=row.title,
            beginning=excerpt(row.beginning, EXCERPT),
            created_at=row.created_at,
            edited_at=row.edited_at,
            accepted=row.accepted,
            official=row.official,
            spoken_for_brand=works_here and row.badge == "staff",
            category=category_view(row, "category"),
        )
        for row in db.session.execute(newest)
    )


def _of_answers(query: Select[*tuple[Any, ...]], viewer: Viewer, account: Account) -> Select[*tuple[Any, ...]]:
    """The query over Post, kept to the answers of an account that the viewer may read."""
    return (
        query.join(Topic, Topic.id == Post.topic_id)
        .join(Category, Category.id == Topic.category_id)
        .where(
            Post.author_id == account.id,
            Post.role == "answer",
            Post.held_at.is_(None),
            Post.removed_at.is_(None),
            topics_visible_to(viewer),
        )
    )
