"""Authors as posts and lists show them."""

from __future__ import annotations

from datetime import datetime
from typing import Any

from sqlalchemy import ColumnElement, SQLColumnExpression, bindparam, case, func, or_, select

from community.core import clock
from community.core.base import UtcDateTime
from community.posts.views import AuthorView
from community.staff.badges import badge_of_post
from community.staff.models import Grant
from community.staff.viewer import photo_url

# Asked for when a statement runs, as statements are built once and kept.
_NOW = bindparam("left_at_now", callable_=clock.now, type_=UtcDateTime())


def left_at(account_id: SQLColumnExpression[int], badge: SQLColumnExpression[Any]) -> ColumnElement[datetime | None]:
    """A column: when the author in the row, who wrote as an employee, has left since; None for everybody else.

    It says in SQL what `staff.queries.alumni_unchecked` says of several people, so that no page needs a query for it.
    """
    lasting = func.count(case((or_(Grant.ends_at.is_(None), Grant.ends_at > _NOW), 1)))
    end = (
        select(case((lasting == 0, func.max(Grant.ends_at))))
        .where(Grant.account_id == account_id, Grant.starts_at <= _NOW)
        .correlate_except(Grant)
        .scalar_subquery()
    )
    return case((badge.is_not(None), end))


def author_view(row: Any) -> AuthorView:
    """The author in a row with author_id, handle, name, hue, photo, badge, badge_title and left_at."""
    badge = badge_of_post(row.badge, row.badge_title or "", row.left_at)
    return AuthorView(
        id=row.author_id,
        handle=row.handle,
        name=row.name,
        url=f"/u/{row.handle}",
        hue=row.hue,
        photo_url=photo_url(row.photo),
        badge=badge.kind,
        badge_text=badge.text,
    )
