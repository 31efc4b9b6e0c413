"""Writing an update, and publishing it: by hand, or by itself at its time."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from datetime import datetime, timedelta
from typing import Final

import structlog
from flask_babel import gettext as _
from sqlalchemy import select

from community.categories.models import Category
from community.categories.queries import category_by_id
from community.core import clock
from community.core.errors import Conflict, Invalid, NotFound, Refused, require
from community.core.unit import Unit, unit
from community.extensions import db
from community.posts.actions.open_topic import place_topic
from community.posts.actions.write import Written, discard, written
from community.posts.models import Post
from community.posts.submissions import sending
from community.posts.writing import Text, prepared
from community.staff.viewer import Viewer, refreshed, viewer_unchecked
from community.tags.tagging import checked_tags
from community.topics.models import SECTIONS
from community.topics.titles import checked_title
from community.updates.actions.figuring import Drawn, counts_of, drop_figures, freeze
from community.updates.models import Figure, Update
from community.updates.policy import may_change, may_publish
from community.updates.queries import update_for

logger = structlog.get_logger()

FARTHEST: Final = timedelta(days=366)
"""An update is scheduled within a year: what is farther off nobody would look over again."""


class ChangedMeanwhile(Conflict):
    """The same update was saved from elsewhere since it was opened: `version` is the one that is there now."""

    def __init__(self, version: int) -> None:
        super().__init__(_("You saved this update from another window meanwhile. Save again to write over it."))
        self.version = version


def save_update(
    *,
    by: Viewer,
    update_id: int | None = None,
    section: str,
    title: str,
    body: str,
    category_id: int,
    tags: Sequence[str] = (),
    publish_at: datetime | None = None,
    version: int | None = None,
) -> int:
    """Keep an update that is not published, new without an `update_id`; returns its id. With `publish_at` it publishes itself.

    `version` is the one that was changed, None for whichever is there. Raises Invalid with a sentence for every field that
    does not fit, ChangedMeanwhile where it was saved from elsewhere.
    """
    section, title, names = _checked_section(section), checked_title(title), checked_tags(tags)
    text = prepared(body)
    _check_time(publish_at)
    with unit() as u:
        by = refreshed(by)
        require(may_publish(by))
        category = _place(by, category_id)
        if update_id is None:
            discard(u, by, "update")
            return u.add(
                Update(
                    author_id=by.id,
                    category_id=category.id,
                    section=section,
                    title=title,
                    body=text.body,
                    tags=list(names),
                    saved_at=u.now,
                    publish_at=publish_at,
                )
            ).id
        update = _open(by, update_id)
        if version is not None and version != update.version:
            raise ChangedMeanwhile(update.version)
        update.section, update.title, update.body, update.tags = section, title, text.body, list(names)
        update.category_id, update.publish_at, update.problem = category.id, publish_at, ""
        update.version, update.saved_at = update.version + 1, u.now
        discard(u, by, f"update:{update.id}")
        return update.id


def drop_update(*, by: Viewer, update_id: int) -> None:
    """Throw away what was not published; nobody but its author ever saw it."""
    with unit() as u:
        update = _open(refreshed(by), update_id)
        drop_figures(u, u.session.scalars(select(Figure.id).where(Figure.update_id == update.id)).all())
        u.session.delete(update)


def publish_update(*, by: Viewer, update_id: int) -> Written:
    """Publish it now; one that is published already is what is there."""
    update = update_for(by, update_id)
    text, version, counts = prepared(update.body), update.version, counts_of(update.id)
    with unit() as u:
        by = refreshed(by)
        update = update_for(by, update_id)
        if update.topic_id is not None:
            return written(_first_post(u, update.topic_id), created=False)
        require(may_change(by, update))
        if update.version != version:
            raise ChangedMeanwhile(update.version)
        return written(_publish(u, by, update, text, counts), created=True)


def announce(
    *,
    by: Viewer,
    section: str,
    title: str,
    body: str,
    category_id: int,
    tags: Sequence[str] = (),
    submission_id: str | None = None,
    strict: bool = False,
) -> Written:
    """Write and publish in one go; the same again under one submission id is what is there."""
    section, title, names = _checked_section(section), checked_title(title), checked_tags(tags)
    text = prepared(body)
    sent = sending(submission_id, "update", section, title, text.body, category_id, names, strict=strict)
    with unit() as u:
        by = refreshed(by)
        known = sent.earlier(u, by)
        if known is not None:
            return written(known, created=False)
        require(may_publish(by))
        category = _place(by, category_id)
        update = Update(author_id=by.id, category_id=category.id, section=section, title=title, body=text.body, tags=list(names))
        update.saved_at = u.now
        post = _publish(u, by, u.add(update), text, {})
        sent.keep(u, by, post)
        discard(u, by, "update")
        return written(post, created=True)


def publish_due() -> None:
    """Publish what is due. What cannot be, as its author may no longer or its place is gone, stays and says why."""
    due = select(Update.id).where(Update.publish_at <= clock.now(), Update.topic_id.is_(None), Update.problem == "")
    for update_id in db.session.scalars(due.order_by(Update.publish_at, Update.id)).all():
        update = db.session.get_one(Update, update_id)
        try:
            publish_update(by=viewer_unchecked(update.author_id), update_id=update_id)
        except ChangedMeanwhile:  # saved while it was being drawn; its time may have changed, too
            continue
        except Refused as error:
            logger.info("update not published", update=update_id, why=error.sentence)
            with unit() as u:
                u.fetch(Update, update_id).problem = error.sentence or _("It could not be published.")


def _publish(u: Unit, by: Viewer, update: Update, text: Text, counts: Mapping[int, Drawn]) -> Post:
    category = _place(by, update.category_id)
    post = place_topic(u, by, category, text, tags=update.tags, kind="update", section=update.section, title=update.title)
    update.topic_id, update.publish_at = post.topic_id, None
    freeze(u, by, update.id, counts, post)
    return post


def _open(by: Viewer, update_id: int) -> Update:
    update = update_for(by, update_id)
    require(may_change(by, update))
    return update


def _first_post(u: Unit, topic_id: int) -> Post:
    return u.session.scalars(select(Post).where(Post.topic_id == topic_id, Post.number == 1)).one()


def _place(by: Viewer, category_id: int) -> Category:
    try:
        category = category_by_id(by, category_id)
    except NotFound:
        category = None
    if category is None or not category.is_public:
        raise Invalid(fields={"category": _("Please choose a place that everybody may read.")})
    return category


def _checked_section(section: str) -> str:
    if section not in SECTIONS:
        raise Invalid(fields={"section": _("Please choose a section.")})
    return section


def _check_time(publish_at: datetime | None) -> None:
    if publish_at is not None and not clock.now() < publish_at <= clock.now() + FARTHEST:
        raise Invalid(fields={"publish_at": _("Please choose a time from now on, at most a year ahead.")})
