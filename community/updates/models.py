"""Tables of updates."""

from __future__ import annotations

from datetime import datetime
from typing import Any

from sqlalchemy import JSON, ForeignKey, Index, UniqueConstraint
from sqlalchemy.orm import Mapped, mapped_column

from community.core.base import Base, PrimaryKey, never_reuse


class Update(Base):
    """An update as its author writes it, until `topic_id` is the topic that it became.

    `publish_at`: when it publishes itself; None: by hand. `problem`: why that failed, in a sentence for its author.
    """

    __tablename__ = "updates"
    __table_args__ = (
        Index("ix_updates_author_id", "author_id", "id"),
        Index("ix_updates_publish_at", "publish_at"),
        never_reuse,
    )

    id: Mapped[PrimaryKey]
    author_id: Mapped[int] = mapped_column(ForeignKey("accounts.id"))
    category_id: Mapped[int] = mapped_column(ForeignKey("categories.id"))
    section: Mapped[str]
    title: Mapped[str]
    body: Mapped[str]
    tags: Mapped[list[str]] = mapped_column(JSON)
    version: Mapped[int] = mapped_column(default=1)
    saved_at: Mapped[datetime]
    publish_at: Mapped[datetime | None]
    problem: Mapped[str] = mapped_column(default="")
    topic_id: Mapped[int | None] = mapped_column(ForeignKey("topics.id"), unique=True)

    @property
    def is_scheduled(self) -> bool:
        """Whether it publishes itself at its time."""
        return self.topic_id is None and self.publish_at is not None and not self.problem


class Figure(Base):
    """A table in an update, and the chart that it is shown as. `measure` names the forum's own number that it is, else empty.

    `number` gives its place among the figures of its update. What it holds is in its versions, the newest of which is shown.
    """

    __tablename__ = "figures"
    __table_args__ = (Index("ix_figures_update_id", "update_id", "number"), never_reuse)

    id: Mapped[PrimaryKey]
    update_id: Mapped[int] = mapped_column(ForeignKey("updates.id"))
    number: Mapped[int]
    measure: Mapped[str] = mapped_column(default="")


class FigureVersion(Base):
    """What a figure was from `at` until the next row. `note` says why a published one was corrected; the first has none.

    `data` is a `tables.Table` as it is stored. `as_of`: the moment that a measured figure is of.
    """

    __tablename__ = "figure_versions"
    __table_args__ = (UniqueConstraint("figure_id", "version"),)

    id: Mapped[PrimaryKey]
    figure_id: Mapped[int] = mapped_column(ForeignKey("figures.id"))
    version: Mapped[int]
    caption: Mapped[str]
    unit: Mapped[str] = mapped_column(default="")
    chart: Mapped[str]
    data: Mapped[dict[str, Any]] = mapped_column(JSON)
    by_id: Mapped[int] = mapped_column(ForeignKey("accounts.id"))
    at: Mapped[datetime]
    as_of: Mapped[datetime | None]
    note: Mapped[str] = mapped_column(default="")
