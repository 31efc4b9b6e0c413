"""What was said of answers."""

from __future__ import annotations

from sqlalchemy import select

from community.extensions import db
from community.posts.models import Post
from community.staff.viewer import Viewer
from community.votes.models import HelpfulMark


def own_marks(viewer: Viewer, topic_id: int) -> dict[int, bool]:
    """What this viewer said of the answers of a topic: whether each helped them, by post id. One query; none for a visitor."""
    if viewer.id is None:
        return {}
    query = (
        select(HelpfulMark.post_id, HelpfulMark.helpful)
        .join(Post, Post.id == HelpfulMark.post_id)
        .where(HelpfulMark.account_id == viewer.id, HelpfulMark.undone_at.is_(None), Post.topic_id == topic_id)
    )
    return {row.post_id: row.helpful for row in db.session.execute(query)}


def worth(helpful: int, unhelpful: int, visitors_helpful: int, visitors_unhelpful: int) -> int:
    """What marks count where they decide on something (ranking, the FAQ): members' surplus, at most doubled by visitors.

    Without members visitors move nothing, and against members neither (rulings 7). Below 0 where members say it did not help.
    """
    members = helpful - unhelpful
    if members <= 0:
        return members
    return members + max(-members, min(members, visitors_helpful - visitors_unhelpful))
