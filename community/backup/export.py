"""Everything that everybody may read, as JSON lines: one file a noun, with the names the API uses."""

from __future__ import annotations

import json
from collections.abc import Callable, Iterable, Iterator, Sequence
from datetime import date
from pathlib import Path
from typing import Any

from sqlalchemy import and_, select

from community import __version__
from community.accounts.models import Account
from community.categories.models import Category
from community.commitments.models import Commitment
from community.core import clock
from community.core.errors import Invalid
from community.core.fragments import base_url
from community.core.log import head
from community.extensions import db
from community.faq.queries import listed_entries
from community.faq.views import Chosen, EntryView
from community.posts.models import Edit, Post, Removal, Source
from community.posts.queries.posts import posts_readable_by
from community.posts.views import post_url
from community.staff.viewer import VISITOR
from community.tags.queries import in_order, tags_of
from community.topics.models import Topic
from community.topics.queries import topics_visible_to
from community.topics.titles import topic_url

Line = dict[str, Any]
Query = Any
"""A statement; its type carries the columns, which differ by file."""

BATCH = 500
"""Rows held in memory at a time."""


def export_public(folder: Path) -> dict[str, int]:
    """Write what a visitor may read into `folder`, made when missing; returns the lines of each file.

    One snapshot of the database; nothing of e-mail addresses, drafts, held or restricted posts. Raises
    Invalid when the folder holds something.
    """
    folder.mkdir(parents=True, exist_ok=True)
    if any(folder.iterdir()):
        raise Invalid(f"{folder} is not empty; name a new folder.")
    if db.engine.dialect.name == "postgresql":
        db.session.connection(execution_options={"isolation_level": "REPEATABLE READ"})
    epoch, position = head(db.session())
    counts = {name: _write(folder / f"{name}.jsonl", query, line) for name, (query, line) in _files().items()}
    counts["faq"] = _write_lines(folder / "faq.jsonl", _faq())
    about = {"site": base_url(), "made_at": clock.now(), "release": __version__, "position": f"{epoch}:{position}", "lines": counts}
    (folder / "manifest.json").write_text(json.dumps(about, default=_plain, indent=2) + "\n")
    return counts


def _files() -> dict[str, tuple[Query, Callable[..., Line]]]:
    topics = select(Topic.id).join(Category, Category.id == Topic.category_id).where(topics_visible_to(VISITOR))
    here = (Post.topic_id.in_(topics), posts_readable_by(VISITOR))
    return {
        "categories": (select(Category).where(Category.visibility == "public").order_by(Category.id), _category),
        "people": (
            select(Account)
            .where(Account.id.in_(select(Post.author_id).where(*here)), Account.erased_at.is_(None))
            .order_by(Account.id),
            _person,
        ),
        "topics": (
            select(Topic, Category.slug, Account.handle, tags_of(Topic.id))
            .join(Category, Category.id == Topic.category_id)
            .join(Account, Account.id == Topic.author_id)
            .where(topics_visible_to(VISITOR))
            .order_by(Topic.id),
            _topic,
        ),
        "posts": (
            select(Post, Topic.slug, Account.handle, Source, Removal)
            .join(Topic, Topic.id == Post.topic_id)
            .join(Account, Account.id == Post.author_id)
            .outerjoin(Source, Source.post_id == Post.id)
            .outerjoin(Removal, and_(Removal.post_id == Post.id, Removal.restored_at.is_(None)))
            .where(*here)
            .order_by(Post.topic_id, Post.number),
            _post,
        ),
        "edits": (
            select(Edit, Account.handle)
            .join(Post, Post.id == Edit.post_id)
            .join(Account, Account.id == Edit.by_id)
            .where(*here, Post.removed_at.is_(None))
            .order_by(Edit.id),
            _edit,
        ),
        "commitments": (
            select(Commitment, Account.handle)
            .join(Post, Post.id == Commitment.post_id)
            .join(Account, Account.id == Commitment.owner_id)
            .where(*here, Post.removed_at.is_(None))
            .order_by(Commitment.id),
            _commitment,
        ),
    }


def _write(path: Path, query: Query, line: Callable[..., Line]) -> int:
    return _write_lines(path, (line(*row) for row in _rows(query)))


def _write_lines(path: Path, lines: Iterable[Line]) -> int:
    count = 0
    with path.open("w", encoding="utf-8") as file:
        for line in lines:
            file.write(json.dumps(line, default=_plain, ensure_ascii=False) + "\n")
            count += 1
    return count


def _rows(query: Query) -> Iterator[Sequence[Any]]:
    for batch in db.session.execute(query.execution_options(yield_per=BATCH)).partitions():
        yield from batch
        db.session.expunge_all()  # or every row would stay in memory until the end


def _category(category: Category) -> Line:
    return {"slug": category.slug, "name": category.name, "description": category.description, "language": category.language}


def _person(account: Account) -> Line:
    url = f"{base_url()}/u/{account.handle}"
    return {"handle": account.handle, "name": account.name, "url": url, "about": account.about, "created_at": account.created_at}


def _topic(topic: Topic, category: str, handle: str, tags: str | None) -> Line:
    return {
        "id": topic.id,
        "url": base_url() + topic_url(topic.id, topic.slug),
        "kind": topic.kind,
        "title": topic.title,
        "state": topic.state,
        "closed": topic.closed,
        "category": category,
        "tags": in_order(tags),
        "author": handle,
        "created_at": topic.created_at,
        "active_at": topic.active_at,
    }


def _post(post: Post, slug: str, handle: str, source: Source | None, removal: Removal | None) -> Line:
    line: Line = {
        "id": post.id,
        "topic_id": post.topic_id,
        "number": post.number,
        "url": base_url() + post_url(topic_url(post.topic_id, slug), post.number, post.id),
        "role": post.role,
        "author": handle,
        "created_at": post.created_at,
    }
    if post.removed_at is not None:
        return {**line, "removed": {"rule": removal.rule, "reason": removal.reason, "at": removal.at} if removal else {}}
    line |= {
        "body": post.body,
        "edited_at": post.edited_at,
        "badge": post.badge,
        "badge_title": post.badge_title,
        "accepted": post.accepted,
        "official": post.official,
        "rejected": post.rejected_at is not None,
        "checked_at": post.checked_at,
        "checked_version": post.checked_version,
    }
    if source is not None:
        line["source"] = {"author": source.author_name, "url": source.url, "licence": source.licence, "score": source.score}
    return line


def _edit(edit: Edit, handle: str) -> Line:
    return {"post_id": edit.post_id, "version": edit.version, "title": edit.title, "body": edit.body, "by": handle, "at": edit.at}


def _commitment(commitment: Commitment, handle: str) -> Line:
    return {
        "id": commitment.id,
        "post_id": commitment.post_id,
        "what": commitment.what,
        "owner": handle,
        "made_at": commitment.made_at,
        "first_due_on": commitment.first_due_on,
        "due_on": commitment.due_on,
        "kept_on": commitment.kept_on,
        "withdrawn_at": commitment.withdrawn_at,
    }


def _faq() -> Iterator[Line]:
    """The entries of the FAQ as they are shown, by their numbers."""
    after = 0
    while entries := listed_entries(Chosen(), after=after, limit=BATCH):
        yield from (_entry(entry) for entry in entries)
        after = entries[-1].id


def _entry(entry: EntryView) -> Line:
    return {
        "id": entry.id,
        "url": base_url() + entry.url,
        "question": entry.question,
        "html": str(entry.html),
        "author": entry.author.handle,
        "category": entry.category.slug,
        "product": entry.product,
        "helped": entry.helped,
        "sources": [source.id for source in entry.sources],
    }


def _plain(value: object) -> str:
    if isinstance(value, date):  # which a datetime is, too
        return value.isoformat()
    raise TypeError(f"no JSON for {type(value).__name__}")
