"""Documents for the tests of search engines, and a clock that stands still."""

from __future__ import annotations

from datetime import UTC, datetime, timedelta
from typing import Any

from community.search.engine import Document

NOW = datetime(2026, 11, 25, 12, tzinfo=UTC)


def topic(topic_id: int, title: str = "", question: str = "", **more: Any) -> Document:
    """A question opened and active `NOW`, with whatever else the test is about."""
    facts: dict[str, Any] = {"kind": "question", "created": NOW, "active": NOW, "state": "new", "category_id": 1}
    return Document(topic_id=topic_id, title=title, question=question, **{**facts, **more})


def days_ago(days: float) -> datetime:
    return NOW - timedelta(days=days)
