"""Reading one's own drafts."""

from __future__ import annotations

from sqlalchemy import func, select

from community.drafts.models import Draft
from community.extensions import db
from community.staff.viewer import Viewer


def draft_for(viewer: Viewer, place: str) -> Draft | None:
    """What this viewer has begun at a place, or None; nobody sees anybody else's."""
    if not viewer.signed_in:
        return None
    return db.session.scalars(select(Draft).where(Draft.account_id == viewer.id, Draft.place == place)).one_or_none()


def draft_count(viewer: Viewer) -> int:
    """How much this viewer has begun; their texts, which may be long, are not read."""
    if not viewer.signed_in:
        return 0
    return db.session.execute(select(func.count(Draft.id)).where(Draft.account_id == viewer.id)).scalar_one()


def drafts_of(viewer: Viewer) -> list[Draft]:
    """Everything this viewer has begun, newest first."""
    if not viewer.signed_in:
        return []
    return list(db.session.scalars(select(Draft).where(Draft.account_id == viewer.id).order_by(Draft.saved_at.desc(), Draft.id)))
