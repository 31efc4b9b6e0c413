"""Reading commitments: of topics that the viewer may read, and how many were kept."""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Collection, Iterable
from dataclasses import dataclass
from datetime import date, datetime
from typing import Any, Final
from zoneinfo import ZoneInfo

from sqlalchemy import ColumnElement, Select, and_, case, func, or_, select

from community.accounts.models import Account
from community.categories.models import Category
from community.commitments.models import Commitment, CommitmentDeed
from community.core import clock
from community.core.errors import NotFound
from community.core.paging import PAGE_SIZE, Page, page_count
from community.extensions import db
from community.posts.models import Post
from community.posts.views import AuthorView
from community.settings.queries import site
from community.staff.badges import NO_BADGE
from community.staff.queries import badges_unchecked
from community.staff.viewer import Viewer, photo_url
from community.topics.models import Topic
from community.topics.queries import topics_visible_to
from community.topics.titles import topic_url

QUARTERS: Final = 8
"""Quarters of the table: two years."""


@dataclass(frozen=True, slots=True)
class DeedView:
    """What was done with a commitment; `by` is None where time did it."""

    kind: str
    at: datetime
    by: AuthorView | None
    to: AuthorView | None
    former_due_on: date | None
    due_on: date | None
    words: str


@dataclass(frozen=True, slots=True)
class CommitmentView:
    """A commitment as pages show it. `former_days` are the days on which it was due before, oldest first."""

    id: int
    what: str
    owner: AuthorView
    state: str
    due_on: date
    kept_on: date | None
    post_url: str
    topic_title: str
    deeds: tuple[DeedView, ...]

    @property
    def former_days(self) -> tuple[date, ...]:
        """The days on which it was due before, oldest first."""
        return tuple(each.former_due_on for each in self.deeds if each.kind == "moved" and each.former_due_on is not None)

    @property
    def was_late(self) -> bool:
        """Whether it was kept after its day."""
        return self.kept_on is not None and self.kept_on > self.due_on


@dataclass(frozen=True, slots=True)
class Quarter:
    """What fell due in a quarter of a year: `moved` counts those of all of them that had another day before."""

    year: int
    number: int
    kept: int
    kept_late: int
    late: int
    withdrawn: int
    moved: int

    @property
    def all(self) -> int:
        """Everything that fell due, or was withdrawn."""
        return self.kept + self.kept_late + self.late + self.withdrawn

    @property
    def share(self) -> float | None:
        """Percent kept by their day, None where nothing fell due."""
        return 100 * self.kept / self.all if self.all else None


@dataclass(frozen=True, slots=True)
class Ledger:
    """A page of commitments, and the quarters that have any, newest first. `counts` are of all states."""

    commitments: tuple[CommitmentView, ...]
    counts: dict[str, int]
    quarters: tuple[Quarter, ...]
    page: Page
    state: str | None

    @property
    def share(self) -> float | None:
        """Percent kept in all these quarters."""
        fell_due = sum(each.all for each in self.quarters)
        return 100 * sum(each.kept for each in self.quarters) / fell_due if fell_due else None


def today() -> date:
    """The day that it is at the desk."""
    return clock.now().astimezone(ZoneInfo(site().desk_time_zone)).date()


def ledger(viewer: Viewer, state: str | None = None, number: int = 1) -> Ledger:
    """Commitments in topics that the viewer may read: late ones first, then open ones by their day, then the settled ones.

    Raises NotFound for an unknown state and beyond the last page.
    """
    day = today()
    counts = _counts(viewer, day)
    if state is not None and state not in counts:
        raise NotFound
    total = counts[state] if state else sum(counts.values())
    page = Page(number, page_count(total), "/commitments", (("state", state),) if state else ())
    if number > page.count:
        raise NotFound
    kind = _state(day)
    rank = case({"late": 0, "open": 1}, value=kind, else_=2)
    by_day = case((rank < 2, Commitment.due_on))
    query = _visible(viewer).order_by(rank, by_day, Commitment.due_on.desc(), Commitment.id.desc())
    if state is not None:
        query = query.where(kind == state)
    rows = db.session.execute(query.offset((number - 1) * PAGE_SIZE).limit(PAGE_SIZE)).all()
    return Ledger(_views(rows, day), counts, quarters(viewer, day), page, state)


def commitments_in(topic_id: int) -> tuple[CommitmentView, ...]:
    """Those of a topic that whoever asks may read already, in the order in which they were made."""
    query = _rows().where(Commitment.topic_id == topic_id, Post.removed_at.is_(None)).order_by(Commitment.id)
    return _views(db.session.execute(query).all(), today())


def commitment_for(viewer: Viewer, commitment_id: int) -> Commitment:
    """The row of one that the viewer may read. Raises NotFound."""
    row = db.session.execute(_visible(viewer).where(Commitment.id == commitment_id)).first()
    if row is None:
        raise NotFound
    found: Commitment = row[0]
    return found


def commitment_view(viewer: Viewer, commitment_id: int) -> CommitmentView:
    """The same as pages show it. Raises NotFound."""
    rows = db.session.execute(_visible(viewer).where(Commitment.id == commitment_id)).all()
    if not rows:
        raise NotFound
    return _views(rows, today())[0]


def quarters(viewer: Viewer, day: date) -> tuple[Quarter, ...]:
    """How commitments were kept by the quarter of their day, the newest quarters that have any first.

    Counted is what fell due by now, and whatever was withdrawn: a commitment that is given up is not kept.
    """
    first = date(day.year - QUARTERS // 4, 1, 1)
    fell_due = or_(Commitment.due_on < day, Commitment.kept_on.is_not(None), Commitment.withdrawn_at.is_not(None))
    query = _visible(viewer).where(fell_due, Commitment.due_on >= first)
    sums: dict[tuple[int, int], list[int]] = defaultdict(lambda: [0] * 5)
    for each, *_ in db.session.execute(query):
        place = {"withdrawn": 3, "late": 2}.get(each.state(day), 0 if each.kept_on is None or each.kept_on <= each.due_on else 1)
        counted = sums[each.due_on.year, (each.due_on.month + 2) // 3]
        counted[place] += 1
        counted[4] += each.due_on != each.first_due_on
    newest = sorted(sums, reverse=True)[:QUARTERS]
    return tuple(Quarter(year, number, *sums[year, number]) for year, number in newest)


def _counts(viewer: Viewer, day: date) -> dict[str, int]:
    kind = _state(day)
    rows = db.session.execute(_visible(viewer).with_only_columns(kind.label("state"), func.count().label("n")).group_by(kind))
    return {**dict.fromkeys(("late", "open", "kept", "withdrawn"), 0), **{row.state: row.n for row in rows}}


def _state(day: date) -> ColumnElement[str]:
    return case(
        (Commitment.withdrawn_at.is_not(None), "withdrawn"),
        (Commitment.kept_on.is_not(None), "kept"),
        (Commitment.due_on < day, "late"),
        else_="open",
    )


def _rows() -> Select[*tuple[Any, ...]]:
    return (
        select(Commitment, Topic.title, Topic.slug)
        .join(Post, Post.id == Commitment.post_id)
        .join(Topic, Topic.id == Commitment.topic_id)
        .join(Category, Category.id == Topic.category_id)
    )


def _visible(viewer: Viewer) -> Select[*tuple[Any, ...]]:
    return _rows().where(and_(topics_visible_to(viewer), Post.removed_at.is_(None)))


def _views(rows: Iterable[Any], day: date) -> tuple[CommitmentView, ...]:
    found = list(rows)
    deeds: dict[int, list[CommitmentDeed]] = defaultdict(list)
    ids = [each.id for each, *_ in found]
    if ids:
        wanted = select(CommitmentDeed).where(CommitmentDeed.commitment_id.in_(ids)).order_by(CommitmentDeed.id)
        for deed in db.session.scalars(wanted):
            deeds[deed.commitment_id].append(deed)
    whose = {each.owner_id for each, *_ in found}
    people = _people(whose | {who for row in deeds.values() for deed in row for who in (deed.by_id, deed.to_id) if who is not None})
    return tuple(_view(each, title, slug, deeds[each.id], people, day) for each, title, slug in found)


def _view(
    each: Commitment, title: str, slug: str, deeds: list[CommitmentDeed], people: dict[int, AuthorView], day: date
) -> CommitmentView:
    return CommitmentView(
        id=each.id,
        what=each.what,
        owner=people[each.owner_id],
        state=each.state(day),
        due_on=each.due_on,
        kept_on=each.kept_on,
        post_url=f"/p/{each.post_id}" if each.post_id else topic_url(each.topic_id, slug),
        topic_title=title,
        deeds=tuple(
            DeedView(
                deed.kind,
                deed.at,
                people.get(deed.by_id or 0),
                people.get(deed.to_id or 0),
                deed.former_due_on,
                deed.due_on,
                deed.words,
            )
            for deed in deeds
        ),
    )


def _people(ids: Collection[int]) -> dict[int, AuthorView]:
    if not ids:
        return {}
    badges = badges_unchecked(ids)
    return {each.id: _author(each, badges) for each in db.session.scalars(select(Account).where(Account.id.in_(ids)))}


def _author(account: Account, badges: Any) -> AuthorView:
    badge = badges.get(account.id, NO_BADGE)
    photo = photo_url(account.photo)
    return AuthorView(account.id, account.handle, account.name, f"/u/{account.handle}", account.hue, photo, badge.kind, badge.text)
