"""Tables of insights: counters. No row says who, from where, or at what time of the day."""

from __future__ import annotations

from datetime import date, datetime

from sqlalchemy import ForeignKey, Index
from sqlalchemy.orm import Mapped, mapped_column

from community.core.base import Base, Id, PrimaryKey


class OutcomeDay(Base):
    """What became of asking on one day (UTC), in the kinds of rulings 25.

    Counters grow; only who takes back that a topic answered them takes off, once, what they had counted themselves.

    `opened` counts askings in which one of the similar answers was opened. How many of these ended well or in a
    post all the same is in the last two, so that the potential outcomes of a week are what is left of them.
    """

    __tablename__ = "outcome_days"

    day: Mapped[date] = mapped_column(primary_key=True)
    successful: Mapped[int] = mapped_column(default=0, server_default="0")
    opened: Mapped[int] = mapped_column(default=0, server_default="0")
    failed: Mapped[int] = mapped_column(default=0, server_default="0")
    opened_successful: Mapped[int] = mapped_column(default=0, server_default="0")
    opened_failed: Mapped[int] = mapped_column(default=0, server_default="0")


class TopicOutcome(Base):
    """What one topic did for people who were about to ask or who searched, in the week that begins on this Monday.

    `members` counts those of `successful` who were signed in; `found` the openings from a list of search results.
    """

    __tablename__ = "topic_outcomes"

    topic_id: Mapped[int] = mapped_column(ForeignKey("topics.id"), primary_key=True)
    week: Mapped[date] = mapped_column(primary_key=True)
    successful: Mapped[int] = mapped_column(default=0, server_default="0")
    members: Mapped[int] = mapped_column(default=0, server_default="0")
    opened: Mapped[int] = mapped_column(default=0, server_default="0")
    failed: Mapped[int] = mapped_column(default=0, server_default="0")
    found: Mapped[int] = mapped_column(default=0, server_default="0")


class SearchGap(Base):
    """Words that were searched for in vain, or after which somebody asked all the same.

    `words` stay unknown, and only their keyed digest is kept, until one process has met as many askers as the setting
    `gap_floor` says within one week: what one person typed is nobody's business. `askers` counts each network and
    browser once a week and process, by a key that never leaves the process's memory: about how many, not exactly.
    """

    __tablename__ = "search_gaps"
    __table_args__ = (Index("ix_search_gaps_last_day", "last_day"),)

    id: Mapped[PrimaryKey]
    digest: Mapped[str] = mapped_column(unique=True)
    words: Mapped[str | None]
    askers: Mapped[int] = mapped_column(default=0, server_default="0")
    empty: Mapped[int] = mapped_column(default=0, server_default="0")
    asked: Mapped[int] = mapped_column(default=0, server_default="0")
    first_day: Mapped[date]
    last_day: Mapped[date]
    settled_at: Mapped[datetime | None]
    settled_by_id: Mapped[int | None] = mapped_column(Id)


class GapReading(Base):
    """What was read instead by people who came to a gap."""

    __tablename__ = "gap_readings"

    gap_id: Mapped[int] = mapped_column(ForeignKey("search_gaps.id", ondelete="CASCADE"), primary_key=True)
    topic_id: Mapped[int] = mapped_column(ForeignKey("topics.id"), primary_key=True)
    count: Mapped[int] = mapped_column(default=0, server_default="0")
