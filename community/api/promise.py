"""The endpoint of the promise."""

from __future__ import annotations

from datetime import date, datetime

from pydantic import BaseModel, Field

from community.api.blueprint import bp
from community.api.layer import Call, Nothing, endpoint
from community.core.fragments import base_url
from community.promise.queries import Measured, kept_unchecked


class MeasuredOut(BaseModel):
    """Questions asked in some time. Medians and 90th percentiles are minutes of desk time, null where they are not known yet."""

    asked: int
    kept: int
    late: int
    waiting: int
    settled: int
    share_kept: float | None = Field(description="Percent.")
    first_answer_median: int | None
    first_answer_90: int | None
    solved_median: int | None
    solved_90: int | None


class WeekOut(MeasuredOut):
    """One week from its Monday, in the desk's time zone."""

    week: date


class MissOut(BaseModel):
    """A question whose answer came late, or has not come: `answered_at` is null."""

    id: int
    title: str
    url: str
    due_at: datetime
    answered_at: datetime | None


class PromiseOut(BaseModel):
    """What is promised, how it was kept in the last 13 weeks, and the newest misses."""

    hours: int = Field(description="Desk hours within which the team answers.")
    share: int = Field(description="Percent of questions for which that is promised.")
    whole: MeasuredOut
    weeks: list[WeekOut]
    misses: list[MissOut]
    miss_count: int


def _measured(found: Measured) -> dict[str, int | float | None]:
    return {
        **{name: getattr(found, name) for name in ("asked", "kept", "late", "waiting", "settled")},
        "share_kept": found.share,
        "first_answer_median": found.first[0],
        "first_answer_90": found.first[1],
        "solved_median": found.solved[0],
        "solved_90": found.solved[1],
    }


@endpoint(bp, "GET", "/promise", answer=PromiseOut)
def get_promise(call: Call[Nothing, Nothing]) -> PromiseOut:  # noqa: ARG001 - it is the same for everybody
    """Read what is promised and how it was kept; counts only what everybody may read."""
    kept = kept_unchecked()
    return PromiseOut(
        hours=kept.hours,
        share=kept.share,
        whole=MeasuredOut.model_validate(_measured(kept.whole)),
        weeks=[WeekOut.model_validate({"week": week.monday, **_measured(week.measured)}) for week in kept.weeks],
        misses=[
            MissOut(
                id=miss.tile.id,
                title=miss.tile.title,
                url=base_url() + miss.tile.url,
                due_at=miss.due_at,
                answered_at=miss.answered_at,
            )
            for miss in kept.misses
        ],
        miss_count=kept.miss_count,
    )
