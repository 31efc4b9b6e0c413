"""The answer by which a topic is shown and remembered."""

from __future__ import annotations

from typing import Any, Final

from sqlalchemy import ColumnElement, Select, case, or_, select

from community.posts.models import Post

WORST_FIRST: Final[tuple[ColumnElement[Any], ...]] = (
    (Post.role == "answer").asc(),
    (Post.accepted & Post.official).asc(),
    Post.accepted.asc(),
    Post.official.asc(),
    case((Post.badge == "staff", 1), else_=0).asc(),
    Post.accepted_at.desc(),
    Post.number.desc(),
)
"""An order whose last is the best answer: accepted and official, accepted, official (rulings 21), of the team, the first one."""


def answers_and_question(*columns: Any) -> Select[Any]:
    """Every question and answer that is there for all readers of its topic, the one to show last."""
    return (
        select(*columns)
        .where(Post.held_at.is_(None), Post.removed_at.is_(None), or_(Post.role == "answer", Post.number == 1))
        .order_by(*WORST_FIRST)
    )
