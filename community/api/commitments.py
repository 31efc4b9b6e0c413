"""The endpoint of commitments."""

from __future__ import annotations

from datetime import date, datetime
from typing import Literal

from pydantic import BaseModel, Field

from community.api.blueprint import bp
from community.api.layer import Call, Nothing, endpoint
from community.api.models import Author
from community.api.queries import author_out, link
from community.commitments.queries import CommitmentView, Quarter, ledger
from community.core.fragments import base_url

State = Literal["open", "late", "kept", "withdrawn"]


class CommitmentQuery(BaseModel, extra="forbid"):
    """Which, and which page of them."""

    state: State | None = None
    page: int = Field(1, ge=1, le=10_000)


class DeedOut(BaseModel):
    """What was done: `made`, `moved`, `handed_on`, `kept`, `withdrawn` or `late`; `by` is null where time did it."""

    kind: str
    at: datetime
    by: Author | None
    former_due_on: date | None
    due_on: date | None
    words: str


class CommitmentOut(BaseModel):
    """A commitment and its history."""

    id: int
    what: str
    state: State
    owner: Author
    due_on: date
    kept_on: date | None
    post_url: str
    history: list[DeedOut]


class QuarterOut(BaseModel):
    """What fell due in a quarter; `share_kept` is the percentage kept by their day, null where nothing fell due."""

    year: int
    quarter: int
    kept: int
    kept_late: int
    late: int
    withdrawn: int
    moved: int
    share_kept: float | None


class CommitmentPage(BaseModel):
    """Late ones first, then open ones by their day, then the settled ones."""

    commitments: list[CommitmentOut]
    counts: dict[State, int]
    quarters: list[QuarterOut]
    next: str | None


@endpoint(bp, "GET", "/commitments", query=CommitmentQuery, answer=CommitmentPage)
def list_commitments(call: Call[Nothing, CommitmentQuery]) -> CommitmentPage:
    """List commitments with what became of them, and how many were kept by quarter."""
    q = call.query
    found = ledger(call.viewer, q.state, q.page)
    more = q.page < found.page.count
    return CommitmentPage(
        commitments=[_out(each) for each in found.commitments],
        counts=found.counts,  # type: ignore[arg-type]
        quarters=[_quarter(each) for each in found.quarters],
        next=link("/commitments", **({"state": q.state} if q.state else {}), page=q.page + 1) if more else None,
    )


def _out(each: CommitmentView) -> CommitmentOut:
    return CommitmentOut(
        id=each.id,
        what=each.what,
        state=each.state,  # type: ignore[arg-type]
        owner=author_out(each.owner),
        due_on=each.due_on,
        kept_on=each.kept_on,
        post_url=f"{base_url()}{each.post_url}",
        history=[
            DeedOut(
                kind=deed.kind,
                at=deed.at,
                by=author_out(deed.by) if deed.by else None,
                former_due_on=deed.former_due_on,
                due_on=deed.due_on,
                words=deed.words,
            )
            for deed in each.deeds
        ],
    )


def _quarter(each: Quarter) -> QuarterOut:
    return QuarterOut(
        year=each.year,
        quarter=each.number,
        kept=each.kept,
        kept_late=each.kept_late,
        late=each.late,
        withdrawn=each.withdrawn,
        moved=each.moved,
        share_kept=each.share,
    )
