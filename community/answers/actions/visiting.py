"""A visitor says that an answer no longer works, or takes that back: once a day, address block and browser (rulings 7)."""

from __future__ import annotations

from sqlalchemy import select

from community.answers.actions.doubting import doubt, recount_outdated
from community.answers.models import OutdatedMark
from community.answers.policy import can_be_checked
from community.core.errors import require
from community.core.strangers import Stranger, digest_today
from community.core.unit import unit
from community.posts.queries.posts import post_for
from community.settings.queries import site
from community.staff.viewer import VISITOR


def mark_outdated_as_visitor(*, who: Stranger, post_id: int) -> None:
    """A visitor says the same: once a day, address block and browser. Counted apart, and told only where it tips the scales."""
    needed = site().doubts
    with unit() as u:
        post = post_for(VISITOR, post_id)
        require(can_be_checked(post))
        visitor = digest_today(u, who, "outdated", post_id)
        known = u.session.scalars(select(OutdatedMark).where(OutdatedMark.post_id == post_id, OutdatedMark.visitor == visitor))
        mark = known.one_or_none()
        if mark is None:
            u.add(OutdatedMark(post_id=post_id, visitor=visitor, at=u.now))
        elif mark.check_id is None:
            mark.ended_at = None
        recount_outdated(u, post)
        doubt(u, post, needed)


def undo_outdated_as_visitor(*, who: Stranger, post_id: int) -> None:
    """A visitor takes back what they said today."""
    with unit() as u:
        post = post_for(VISITOR, post_id)
        visitor = digest_today(u, who, "outdated", post_id)
        mark = u.session.scalars(
            select(OutdatedMark).where(
                OutdatedMark.post_id == post_id, OutdatedMark.visitor == visitor, OutdatedMark.ended_at.is_(None)
            )
        ).one_or_none()
        if mark is not None:
            mark.ended_at = u.now
            recount_outdated(u, post)
