"""Authors as posts and lists show them."""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from datetime import datetime
from typing import Any

from community.posts.views import AuthorView
from community.staff.badges import badge_of_post
from community.staff.queries import alumni_unchecked
from community.staff.viewer import photo_url


def author_view(row: Any, left: Mapping[int, datetime]) -> AuthorView:
    """The author in a row with author_id, handle, name, hue, photo, badge and badge_title."""
    badge = badge_of_post(row.badge, row.badge_title or "", left.get(row.author_id))
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


def when_left(rows: Iterable[Any]) -> dict[int, datetime]:
    """When those authors in the rows who wrote as employees have left since; one query, none where nobody did."""
    employees = {row.author_id for row in rows if row.badge is not None}
    return alumni_unchecked(employees) if employees else {}
