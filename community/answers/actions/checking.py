"""An employee looks whether an answer still is true, and says so with a date, a name and a version."""

from __future__ import annotations

from flask_babel import gettext as _
from sqlalchemy import select, update

from community.answers.actions.doubting import doubt, recount_outdated
from community.answers.events import AnswerChecked, CheckUndone
from community.answers.models import Check, OutdatedMark
from community.answers.policy import can_be_checked, may_check
from community.core.errors import Invalid, require
from community.core.unit import Unit, unit
from community.posts.models import Post
from community.posts.queries.posts import post_for
from community.settings.queries import site
from community.staff.viewer import Viewer, refreshed
from community.topics.titles import LONGEST_PRODUCT, one_line


def check_answer(*, by: Viewer, post_id: int, version: str = "") -> None:
    """Say that an accepted or official answer still is true, for a version of the product if one is named.

    What people said against it is settled, and its years count from now. Raises Invalid for a version that cannot be stored.
    """
    version = checked_version(version)
    with unit() as u:
        by = refreshed(by)
        post = post_for(by, post_id)
        require(may_check(by))
        require(can_be_checked(post))
        made = u.add(Check(topic_id=post.topic_id, post_id=post.id, by_id=by.id, at=u.now, version=version))
        standing = (OutdatedMark.post_id == post.id, OutdatedMark.ended_at.is_(None))
        u.session.execute(update(OutdatedMark).where(*standing).values(ended_at=u.now, check_id=made.id))
        show_newest(u, post)
        recount_outdated(u, post)
        post.doubted_at = post.aged_at = None
        u.record(AnswerChecked(by_id=by.id, topic_id=post.topic_id, category_id=post.topic.category_id, post_id=post.id))


def undo_check(*, by: Viewer, post_id: int) -> None:
    """Take the newest check back, by any employee; the one before it counts, and what it had settled is open again."""
    needed = site().doubts
    with unit() as u:
        by = refreshed(by)
        post = post_for(by, post_id)
        require(may_check(by))
        newest = newest_check(u, post.id)
        if newest is None:
            return
        newest.undone_at, newest.undone_by_id = u.now, by.id
        _unsettle(u, newest)
        show_newest(u, post)
        recount_outdated(u, post)
        doubt(u, post, needed)
        u.record(CheckUndone(by_id=by.id, topic_id=post.topic_id, category_id=post.topic.category_id, post_id=post.id))


def newest_check(u: Unit, post_id: int) -> Check | None:
    """The check that a post shows."""
    standing = select(Check).where(Check.post_id == post_id, Check.undone_at.is_(None))
    return u.session.scalars(standing.order_by(Check.id.desc()).limit(1)).one_or_none()


def checked_version(text: str) -> str:
    """A version as it is stored. Raises Invalid when it is too long."""
    version = one_line(text, "version")
    if len(version) > LONGEST_PRODUCT:
        raise Invalid(fields={"version": _("Please write at most %(num)s characters.", num=LONGEST_PRODUCT)})
    return version


def _unsettle(u: Unit, check: Check) -> None:
    """What a check had settled stands again, but for who has said it anew since."""
    settled = select(OutdatedMark).where(OutdatedMark.check_id == check.id).order_by(OutdatedMark.id)
    for mark in u.session.scalars(settled).all():
        mark.check_id = None
        anew = select(OutdatedMark.id).where(OutdatedMark.post_id == mark.post_id, OutdatedMark.account_id == mark.account_id)
        if u.session.execute(anew.where(OutdatedMark.ended_at.is_(None)).limit(1)).first() is None:
            mark.ended_at = None
        u.session.flush()


def show_newest(u: Unit, post: Post) -> None:
    """Inside a unit: what a post says of its newest check that stands."""
    u.session.flush()
    newest = newest_check(u, post.id)
    post.checked_at, post.checked_by_id = (newest.at, newest.by_id) if newest else (None, None)
    post.checked_version = newest.version if newest else ""
