"""The endpoints of updates. What an update says is read and corrected like every post; its topic is that of its comments."""

from __future__ import annotations

from datetime import datetime
from typing import Annotated, Literal

from pydantic import BaseModel, Field

from community.api import models as m
from community.api.blueprint import bp
from community.api.layer import Call, Nothing, endpoint
from community.api.queries import link, topic_out, topics_out
from community.categories.queries import category_for
from community.core.errors import Invalid, NotFound
from community.core.fragments import base_url
from community.topics.queries import topic_for
from community.updates.actions import announce
from community.updates.queries import figures_in
from community.updates.views import Shown

Section = Literal["numbers", "making", "incident", "decision", "roadmap", "wrong"]


class UpdateQuery(m.Sent):
    """Which updates to list."""

    section: Section | None = None
    after: m.Line | None = None
    limit: Annotated[int, Field(ge=1, le=100)] = 20


class NewUpdate(m.Sent):
    """An update to publish now, under the name of whoever asks."""

    section: Section
    title: m.Line
    body: m.Text
    category: m.Line
    tags: list[m.Line] = Field(default_factory=list, max_length=20)


@endpoint(bp, "GET", "/updates", query=UpdateQuery, answer=m.TopicPage)
def list_updates(call: Call[Nothing, UpdateQuery]) -> m.TopicPage:
    """List what the company published, newest first."""
    q = call.query
    wanted = {"kind": "update", "section": q.section, "state": None, "category_id": None, "tag": None}
    topics, after = topics_out(call.viewer, **wanted, after=q.after, limit=q.limit)  # type: ignore[arg-type]
    return m.TopicPage(topics=topics, next=link("/updates", section=q.section, limit=q.limit, after=after) if after else None)


@endpoint(bp, "POST", "/updates", scope="write", body=NewUpdate, answer=m.TopicOut, status=201, idempotent=True)
def post_update(call: Call[NewUpdate, Nothing]) -> m.TopicOut:
    """Publish an update."""
    sent = call.body
    try:
        category = category_for(call.viewer, sent.category)
    except NotFound:
        raise Invalid(fields={"category": "There is no such category."}) from None
    written = announce(
        by=call.viewer,
        **sent.model_dump(exclude={"category"}),
        category_id=category.id,
        submission_id=call.idempotency_key,
        strict=True,
    )
    return topic_out(call.viewer, written.topic_id)


class FigureVersionOut(BaseModel):
    """What a figure was from `at` on. A row begins with its name; a missing number is null. `as_of`: of a measured one."""

    version: int
    caption: str
    unit: str
    chart: Literal["table", "line", "bar", "stacked", "area", "share"]
    columns: list[str]
    rows: list[list[float | str | None]]
    at: datetime
    as_of: datetime | None
    note: str
    csv_url: str


class FigureOut(BaseModel):
    """A figure with all its versions, the newest first. `measure` names the forum's own number that it is, or is empty."""

    id: int
    measure: str
    versions: list[FigureVersionOut]


class FigureList(BaseModel):
    """The figures of an update in their order."""

    figures: list[FigureOut]


@endpoint(bp, "GET", "/topics/<int:topic_id>/figures", answer=FigureList)
def list_figures(call: Call[Nothing, Nothing], topic_id: int) -> FigureList:
    """List the figures of an update."""
    topic_for(call.viewer, topic_id)
    found = [
        FigureOut(id=each.id, measure=each.measure, versions=[_version(shown) for shown in (each.now, *each.former)])
        for each in figures_in(topic_id)
    ]
    return FigureList(figures=found)


def _version(shown: Shown) -> FigureVersionOut:
    return FigureVersionOut(
        version=shown.version,
        caption=shown.caption,
        unit=shown.unit,
        chart=shown.chart,  # type: ignore[arg-type]
        columns=list(shown.table.columns),
        rows=[list(row) for row in shown.table.rows],
        at=shown.at,
        as_of=shown.as_of,
        note=shown.note,
        csv_url=f"{base_url()}{shown.file}.csv",
    )
