"""Reading what is not published yet: always one's own."""

from __future__ import annotations

from sqlalchemy import select

from community.categories.models import Category
from community.categories.queries import categories_visible_to
from community.core.errors import NotFound
from community.extensions import db
from community.staff.viewer import Viewer
from community.updates.models import Update

MOST = 100
"""Unpublished updates that their author sees, those of the nearest time first."""


def unpublished(viewer: Viewer) -> list[Update]:
    """What this viewer has written and not published: scheduled ones by their time, then the rest, the latest first."""
    if not viewer.is_official:
        return []
    mine = select(Update).where(Update.author_id == viewer.id, Update.topic_id.is_(None))
    found = list(db.session.scalars(mine.order_by(Update.id.desc()).limit(MOST)))
    return sorted(found, key=lambda each: (each.publish_at is None, each.publish_at or each.saved_at))


def update_for(viewer: Viewer, update_id: int) -> Update:
    """One's own update, published or not. Raises NotFound."""
    found = db.session.get(Update, update_id)
    if found is None or found.author_id != viewer.id:
        raise NotFound
    return found


def places(viewer: Viewer) -> list[Category]:
    """Where updates are published: what they say is for everybody."""
    return [category for category in categories_visible_to(viewer) if category.is_public]
