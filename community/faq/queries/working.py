"""What the editors of the FAQ and the desk see of it: entries that are out as well, and what waits for somebody."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import datetime, timedelta
from typing import Any, Final

from sqlalchemy import Select, and_, func, or_, select

from community.accounts.models import Account
from community.core import clock
from community.core.errors import NotFound
from community.extensions import db
from community.faq.models import FaqEntry, FaqWording
from community.faq.queries.pages import counted_entries
from community.posts.models import Post
from community.posts.queries import post_views_unchecked
from community.posts.views import LinkView, PostView
from community.staff.viewer import VISITOR, Viewer
from community.topics.models import Topic
from community.topics.queries import topics_visible_to
from community.topics.titles import topic_url

MISSED: Final = timedelta(days=90)
"""How long an entry that left by itself waits on the desk for somebody to look."""


_IN_SIGHT: Final = (Post.removed_at.is_(None), Post.held_at.is_(None))


def others_like(entry_id: int) -> list[LinkView]:
    """Every other entry that is shown, by its question: what this one can be merged into."""
    return [LinkView(row.id, row.question or row.title, f"/faq/{row.id}") for row in counted_entries() if row.id != entry_id]


def wordings_of(entry_id: int) -> list[Any]:
    """The wordings that editors gave an entry, newest first, with who and why; none of an answer that is out of sight."""
    query = (
        select(
            FaqWording.version,
            FaqWording.question,
            FaqWording.body,
            FaqWording.reason,
            FaqWording.at,
            Account.name.label("by_name"),
        )
        .join(Account, Account.id == FaqWording.by_id)
        .join(Post, Post.id == FaqWording.post_id)
        .where(FaqWording.entry_id == entry_id, *_IN_SIGHT)
        .order_by(FaqWording.version.desc())
    )
    return list(db.session.execute(query))


@dataclass(frozen=True, slots=True)
class WorkedEntry:
    """An entry as its editors see it, whether or not it is shown: their wording, the source's own words, and how it stands.

    `because` says why it left or is being checked again. `into` is the entry that it stands under, `variants` what stands under it.
    """

    id: int
    question: str
    body: str
    version: int
    title: str
    topic_url: str
    source: PostView
    shown: bool
    left: bool
    because: str
    dropped_reason: str
    pinned: bool
    into: LinkView | None
    variants: tuple[LinkView, ...]
    helped: int
    looked_for: int

    @property
    def heading(self) -> str:
        """The question as it is shown."""
        return self.question or self.title


def worked_entry(viewer: Viewer, entry_id: int) -> WorkedEntry:
    """One entry with all that was done to it. Raises NotFound where the viewer may not read its source.

    To others than the team it is gone with an answer that was removed or is held, like that post's own history.
    """
    row = db.session.execute(
        select(FaqEntry, Topic.title, Topic.slug)
        .join(FaqEntry.topic)
        .join(Topic.category)
        .join(FaqEntry.post)
        .where(FaqEntry.id == entry_id, topics_visible_to(viewer), *(() if viewer.is_staff else _IN_SIGHT))
    ).one_or_none()
    if row is None:
        raise NotFound
    entry: FaqEntry = row.FaqEntry
    (source,) = post_views_unchecked([entry.post_id])
    return WorkedEntry(
        id=entry.id,
        question=entry.question,
        body=entry.body,
        version=entry.version,
        title=row.title,
        topic_url=topic_url(entry.topic_id, row.slug),
        source=source,
        shown=entry.is_shown,
        left=entry.left_at is not None,
        because=entry.left_because or entry.doubted_because,
        dropped_reason=entry.dropped_reason if entry.dropped_at else "",
        pinned=entry.pinned_at is not None,
        into=_entry_link(entry.merged_into_id) if entry.merged_into_id else None,
        variants=tuple(_variant_links(entry.id)),
        helped=entry.helped,
        looked_for=entry.looked_for,
    )


def _entry_link(entry_id: int) -> LinkView | None:
    found = db.session.execute(_links().where(FaqEntry.id == entry_id)).one_or_none()
    return LinkView(found.id, found.question or found.title, f"/faq/{found.id}") if found else None


def _variant_links(entry_id: int) -> list[LinkView]:
    rows = db.session.execute(_links().where(FaqEntry.merged_into_id == entry_id).order_by(FaqEntry.id))
    return [LinkView(row.id, row.question or row.title, f"/faq/{row.id}") for row in rows]


def _links() -> Select[*tuple[Any, ...]]:
    query = select(FaqEntry.id, FaqEntry.question, Topic.title).join(FaqEntry.topic).join(Topic.category)
    return query.where(topics_visible_to(VISITOR))


@dataclass(frozen=True, slots=True)
class Waiting:
    """An entry that somebody has to look at: it is being checked again, or it left because its answer is one no longer.

    `because` is aged, outdated, edited, gone, unmarked, not_public or duplicate; `left` tells that it is out.
    """

    id: int
    question: str
    topic_url: str
    because: str
    since: datetime
    left: bool


def entries_to_check(viewer: Viewer) -> list[Waiting]:
    """What waits for an editor, the longest first, as this employee may read the topics; nothing for anybody else."""
    if not viewer.is_staff:
        return []
    missed = and_(FaqEntry.left_at.is_not(None), FaqEntry.left_at > clock.now() - MISSED)
    query = (
        select(
            FaqEntry.id, FaqEntry.question, FaqEntry.left_at, FaqEntry.left_because, FaqEntry.doubted_at, FaqEntry.doubted_because
        )
        .add_columns(Topic.id.label("topic_id"), Topic.title, Topic.slug)
        .join(FaqEntry.topic)
        .join(Topic.category)
        .where(FaqEntry.dropped_at.is_(None), FaqEntry.merged_into_id.is_(None), topics_visible_to(viewer))
        .where(or_(missed, and_(FaqEntry.left_at.is_(None), FaqEntry.doubted_at.is_not(None))))
        .order_by(func.coalesce(FaqEntry.left_at, FaqEntry.doubted_at), FaqEntry.id)
    )
    return [
        Waiting(
            row.id,
            row.question or row.title,
            topic_url(row.topic_id, row.slug),
            row.left_because if row.left_at else row.doubted_because,
            row.left_at or row.doubted_at,
            row.left_at is not None,
        )
        for row in db.session.execute(query)
    ]
