"""What everybody's page shows."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import datetime

from sqlalchemy import Select, func, select

from community.accounts.models import Account, Suspension
from community.accounts.policy import may_suspend
from community.accounts.queries import account_by_handle, suspension_unchecked
from community.categories.models import Category
from community.extensions import db
from community.posts.models import Post
from community.posts.queries import Listing, tiles
from community.posts.views import TilePage
from community.staff.badges import Badge
from community.staff.queries import Member, badges_unchecked, member
from community.staff.viewer import Viewer, photo_url, viewer_unchecked
from community.topics.models import Topic
from community.topics.queries import topics_visible_to


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
    topics: TilePage
    suspension: Suspension | None
    may_suspend: bool
    is_self: bool

    @property
    def url(self) -> str:
        """The address of their page."""
        return f"/u/{self.handle}"


def person(viewer: Viewer, handle: str, page: int) -> Person:
    """The person of this handle, with what of theirs the viewer may read. Raises NotFound."""
    account = account_by_handle(viewer, handle)
    badge: Badge = badges_unchecked([account.id])[account.id]
    told = viewer.is_moderator or viewer.id == account.id
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
        answers=_count(_answers(viewer, account)),
        solved=_count(_answers(viewer, account).where(Post.accepted)),
        topics=tiles(viewer, Listing(author_id=account.id, sort="new"), number=page, address=f"/u/{account.handle}"),
        suspension=suspension_unchecked(account.id) if told else None,
        may_suspend=bool(may_suspend(viewer, viewer_unchecked(account.id))),
        is_self=viewer.id == account.id,
    )


def _answers(viewer: Viewer, account: Account) -> Select[int]:
    return (
        select(Post.id)
        .join(Topic, Topic.id == Post.topic_id)
        .join(Category, Category.id == Topic.category_id)
        .where(
            Post.author_id == account.id,
            Post.role == "answer",
            Post.held_at.is_(None),
            Post.removed_at.is_(None),
            topics_visible_to(viewer),
        )
    )


def _count(query: Select[int]) -> int:
    return db.session.execute(select(func.count()).select_from(query.subquery())).scalar_one()
