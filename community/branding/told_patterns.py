"""What the pattern page shows of following and of what somebody was told."""

from __future__ import annotations

from datetime import datetime
from types import SimpleNamespace


def told_group(topic: SimpleNamespace, by: SimpleNamespace, excerpt: str, moments: tuple[datetime, datetime]) -> SimpleNamespace:
    """A topic in the inbox: something unread by an employee, something read that time did."""
    unread = SimpleNamespace(
        id=1, kind="answer", read=False, url=topic.url, at=moments[0], actor=by, badge="staff", beginning=excerpt
    )
    read = SimpleNamespace(id=2, kind="solved", read=True, url=topic.url, at=moments[1], actor=None, badge=None, beginning="")
    return SimpleNamespace(topic_id=topic.id, title=topic.title, url=topic.url, unread=1, told=(unread, read), more=3)
