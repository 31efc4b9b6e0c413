"""The public history of a post."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import datetime

from sqlalchemy import func, select

from community.accounts.models import Account
from community.core.diff import diff, folded
from community.core.errors import NotFound
from community.core.paging import Page
from community.extensions import db
from community.posts.changes import Change
from community.posts.models import Edit, Post
from community.posts.queries.posts import address_of, post_for
from community.staff.viewer import Viewer

EDITS_A_PAGE = 5
"""Differences on one page: each may cost up to 0.3 s (core/diff.py)."""


@dataclass(frozen=True)
class History:
    """The changes of a post, newest first, a page of them; none may be kept though it was edited (small corrections, imports)."""

    post_id: int
    url: str
    topic_title: str
    author_name: str
    created_at: datetime
    edited_at: datetime | None
    changes: list[Change]
    page: Page


def history_of(viewer: Viewer, post_id: int, number: int) -> History:
    """A page of a post's history. Raises NotFound for a post out of sight, a removed one and a page beyond the last."""
    post = post_for(viewer, post_id)
    if post.removed_at is not None or post.topic.removed_at is not None:
        raise NotFound
    total = db.session.execute(select(func.count(Edit.id)).where(Edit.post_id == post.id)).scalar_one()
    page = Page(number, max(1, -(-total // EDITS_A_PAGE)), f"/posts/{post.id}/history")
    if number > page.count:
        raise NotFound
    return History(
        post_id=post.id,
        url=address_of(post),
        topic_title=post.topic.title,
        author_name=post.author.name,
        created_at=post.created_at,
        edited_at=post.edited_at,
        changes=_changes(post, number),
        page=page,
    )


def corrections_unchecked(post_id: int) -> tuple[Change, ...]:
    """How a post was last corrected with a note, newest first, for a page that shows it; one statement where it never was."""
    noted = (Edit.post_id == post_id, Edit.note != "")
    if db.session.execute(select(Edit.id).where(*noted).limit(1)).first() is None:
        return ()
    post = db.session.get_one(Post, post_id)
    return tuple(change for change in _changes(post, 1) if change.note)


def _changes(post: Post, number: int) -> list[Change]:
    """The edits of a page; each row holds what stood there before, so the one after it says what it became."""
    query = (
        select(Edit.version, Edit.body, Edit.title, Edit.at, Edit.note, Account.name, Account.handle)
        .join(Account, Account.id == Edit.by_id)
        .where(Edit.post_id == post.id)
        .order_by(Edit.version.desc())
        .offset((number - 1) * EDITS_A_PAGE)
        .limit(EDITS_A_PAGE)
    )
    rows = db.session.execute(query).all()
    newer = _next_version(post, rows[0].version) if rows else post.body
    changes = []
    for row in rows:
        title = (row.title, _title_after(post, row.version)) if row.title is not None else None
        changes.append(Change(row.name, f"/u/{row.handle}", row.at, folded(diff(row.body, newer)), title, row.note))
        newer = row.body
    return changes


def _next_version(post: Post, version: int) -> str:
    """The text that followed a kept version."""
    query = select(Edit.body).where(Edit.post_id == post.id, Edit.version > version).order_by(Edit.version).limit(1)
    following = db.session.scalars(query).first()
    return post.body if following is None else following


def _title_after(post: Post, version: int) -> str:
    """The title that followed a kept version: what the next edit that changed it replaced, else the present one."""
    later = (Edit.post_id == post.id, Edit.version > version, Edit.title.is_not(None))
    following = db.session.scalars(select(Edit.title).where(*later).order_by(Edit.version).limit(1)).first()
    return post.topic.title if following is None else following
