"""Reading appeals: one's own, the queue of moderators, and how they ended, for everybody."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import datetime
from typing import Any

from sqlalchemy import Select, func, select
from sqlalchemy.orm import aliased

from community.accounts.models import Account, MailedLink, Suspension
from community.appeals.models import Appeal
from community.core.errors import NotFound
from community.extensions import db
from community.posts.models import Post, Removal
from community.posts.queries.posts import rule_words
from community.staff.viewer import Viewer
from community.topics.models import Topic

MOST = 100
"""Appeals that the page of moderators shows of each kind: the oldest open ones, the newest decided ones."""


@dataclass(frozen=True, slots=True)
class AppealView:
    """An appeal as moderators see it. `text` is what was removed, empty for a suspension."""

    id: int
    about: str
    who: str
    who_url: str
    rule: str
    reason: str
    decided_by: str
    at: datetime
    words: str
    text: str
    post_id: int | None
    title: str
    outcome: str | None
    settled_by: str
    settled_at: datetime | None
    decision: str
    may_decide: bool

    @property
    def url(self) -> str:
        """The address of its page."""
        return f"/moderation/appeals/{self.id}"


@dataclass(frozen=True, slots=True)
class Outcomes:
    """How all appeals ended."""

    open: int
    upheld: int
    reversed: int

    @property
    def share(self) -> float | None:
        """Percent of the decided ones that were reversed."""
        decided = self.upheld + self.reversed
        return 100 * self.reversed / decided if decided else None


def outcomes() -> Outcomes:
    """How all appeals ended; public."""
    rows = db.session.execute(select(Appeal.outcome, func.count().label("n")).group_by(Appeal.outcome))
    counts = {row.outcome: row.n for row in rows}
    return Outcomes(counts.get(None, 0), counts.get("upheld", 0), counts.get("reversed", 0))


def appeals_for(viewer: Viewer) -> tuple[tuple[AppealView, ...], tuple[AppealView, ...]]:
    """The open appeals, oldest first, and the decided ones, newest first. Raises NotFound for who is no moderator."""
    if not viewer.is_moderator:
        raise NotFound
    waiting = _query().where(Appeal.outcome.is_(None)).order_by(Appeal.at, Appeal.id)
    decided = _query().where(Appeal.outcome.is_not(None)).order_by(Appeal.decided_at.desc(), Appeal.id.desc())
    return _views(viewer, waiting), _views(viewer, decided)


def appeal_view(viewer: Viewer, appeal_id: int) -> AppealView:
    """One of them. Raises NotFound."""
    found = _views(viewer, _query().where(Appeal.id == appeal_id)) if viewer.is_moderator else ()
    if not found:
        raise NotFound
    return found[0]


def appeal_of_removal(removal_id: int) -> Appeal | None:
    """The appeal against a removal."""
    return db.session.scalars(select(Appeal).where(Appeal.removal_id == removal_id)).one_or_none()


def appeal_of_suspension(suspension_id: int) -> Appeal | None:
    """The appeal against a suspension."""
    return db.session.scalars(select(Appeal).where(Appeal.suspension_id == suspension_id)).one_or_none()


def suspension_of(link: MailedLink) -> Suspension:
    """What a mailed link is about. Raises NotFound."""
    found = db.session.get(Suspension, link.subject_id)
    if found is None:
        raise NotFound
    return found


def own_removal(viewer: Viewer, post_id: int) -> tuple[Post, Removal]:
    """The viewer's own post that others removed, and its removal. Raises NotFound for everything else."""
    mine = (Post.id == post_id, Post.author_id == viewer.id, Removal.restored_at.is_(None), Removal.by_author.is_(False))
    row = db.session.execute(select(Post, Removal).join(Removal, Removal.post_id == Post.id).where(*mine)).first()
    if row is None:
        raise NotFound
    return row[0], row[1]


def _query() -> Select[*tuple[Any, ...]]:
    who, by, settled = aliased(Account), aliased(Account), aliased(Account)
    return (
        select(Appeal, Removal, Suspension, Post, Topic.title)
        .add_columns(who.name.label("who"), who.handle.label("handle"), by.name.label("by"), settled.name.label("settled_by"))
        .outerjoin(Removal, Removal.id == Appeal.removal_id)
        .outerjoin(Suspension, Suspension.id == Appeal.suspension_id)
        .outerjoin(Post, Post.id == Removal.post_id)
        .outerjoin(Topic, Topic.id == Post.topic_id)
        .join(who, who.id == Appeal.account_id)
        .join(by, by.id == Appeal.by_id)
        .outerjoin(settled, settled.id == Appeal.decided_by_id)
    )


def _views(viewer: Viewer, query: Select[*tuple[Any, ...]]) -> tuple[AppealView, ...]:
    rules = rule_words()
    found = []
    for row in db.session.execute(query.limit(MOST)):
        appeal, removal, suspension, post = row[0], row[1], row[2], row[3]
        stated = removal if removal is not None else suspension
        mine = viewer.id in {appeal.by_id, appeal.account_id}
        found.append(
            AppealView(
                id=appeal.id,
                about="removal" if removal is not None else "suspension",
                who=row.who,
                who_url=f"/u/{row.handle}",
                rule=str(rules.get(stated.rule, stated.rule)),
                reason=stated.reason,
                decided_by=row.by,
                at=appeal.at,
                words=appeal.words,
                text=post.body if post is not None else "",
                post_id=post.id if post is not None else None,
                title=row.title or "",
                outcome=appeal.outcome,
                settled_by=row.settled_by or "",
                settled_at=appeal.decided_at,
                decision=appeal.decision,
                may_decide=appeal.outcome is None and not mine,
            )
        )
    return tuple(found)
