"""What a viewer said of answers."""

from __future__ import annotations

from sqlalchemy import select

from community.answers.models import OutdatedMark
from community.extensions import db
from community.posts.models import Post
from community.staff.viewer import Viewer


def called_outdated(viewer: Viewer, topic_id: int) -> list[int]:
    """The posts of a topic of which this member says that they no longer work."""
    if not viewer.signed_in:
        return []
    mine = (OutdatedMark.account_id == viewer.id, OutdatedMark.ended_at.is_(None), Post.topic_id == topic_id)
    return list(db.session.scalars(select(OutdatedMark.post_id).join(Post, Post.id == OutdatedMark.post_id).where(*mine)))
