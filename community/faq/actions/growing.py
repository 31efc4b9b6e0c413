"""What the FAQ does by itself: answers enter when many people looked for them, and leave when they are answers no longer."""

from __future__ import annotations

from collections.abc import Iterable

from sqlalchemy import select

from community.core.unit import Unit, unit
from community.extensions import db
from community.faq.events import FaqEntryChanged, FaqEntryDoubted, FaqEntryEntered, FaqEntryLeft
from community.faq.models import FaqEntry
from community.faq.sources import Sought, sought_unchecked, source_of
from community.posts.models import Post
from community.settings.queries import site

_BATCH = 50
"""Entries that one unit changes: other writers wait for it."""


def enter_wanted() -> None:
    """Let the answers enter that enough people looked for, and count anew how many each entry helped."""
    needed = site().faq_people
    known = {row.topic_id: row for row in db.session.execute(select(FaqEntry.topic_id, FaqEntry.helped, FaqEntry.looked_for))}
    changed, wanted = [], []
    for sought in sought_unchecked():
        row = known.get(sought.topic_id)
        if row is None and sought.looked_for >= needed:
            wanted.append(sought)
        elif row is not None and (row.helped, row.looked_for) != (sought.helped, sought.looked_for):
            changed.append(sought)
    for start in range(0, len(wanted), _BATCH):
        with unit() as u:
            for sought in wanted[start : start + _BATCH]:
                if entry_of(u, sought.topic_id) is None:
                    enter(u, sought.topic_id, sought)
    count_people(changed)


def count_people(changed: list[Sought]) -> None:
    """Store how many people these topics' entries were looked for by and helped."""
    for start in range(0, len(changed), _BATCH):
        with unit() as u:
            for sought in changed[start : start + _BATCH]:
                entry = entry_of(u, sought.topic_id)
                if entry is not None:
                    told = entry.helped != sought.helped
                    entry.helped, entry.looked_for = sought.helped, sought.looked_for
                    if told:
                        tell_changed(u, [entry], reworded=False)


def enter(u: Unit, topic_id: int, sought: Sought | None = None, *, by_id: int | None = None) -> FaqEntry | None:
    """Inside a unit: make the entry of a topic; None where it has no answer that could be in the FAQ."""
    post, _because = source_of(u, topic_id)
    if post is None:
        return None
    entry = u.add(
        FaqEntry(
            topic_id=topic_id,
            post_id=post.id,
            entered_at=u.now,
            changed_at=u.now,
            helped=sought.helped if sought else 0,
            looked_for=sought.looked_for if sought else 0,
        )
    )
    _doubt(u, entry, post)
    u.record(FaqEntryEntered(by_id=by_id, entry_id=entry.id, topic_id=topic_id, post_id=post.id))
    return entry


def look_again(u: Unit, topic_id: int, *, post_id: int | None = None) -> None:
    """Inside a unit, after something happened to a topic: bring its entry up to date, take it out, or let it come back.

    `post_id` is the post that it happened to, None for the topic: what befalls other posts than its answer changes no
    entry by itself. A dropped entry is kept up to date and stays out.
    """
    entry = entry_of(u, topic_id)
    if entry is None:
        return
    was_shown, before = entry.is_shown, (entry.post_id, entry.doubted_because, entry.left_at)
    post, because = source_of(u, topic_id)
    if post is None:
        if entry.left_at is None:
            leave(u, entry, because)
        return
    entry.left_at, entry.left_because, entry.post_id = None, "", post.id
    _doubt(u, entry, post)
    if entry.is_shown and not was_shown:
        entry.changed_at = u.now
        u.record(FaqEntryEntered(entry_id=entry.id, topic_id=topic_id, post_id=post.id))
    elif post_id in {None, post.id} or before != (entry.post_id, entry.doubted_because, entry.left_at):
        tell_changed(u, [entry])


def leave(u: Unit, entry: FaqEntry, because: str) -> None:
    """Inside a unit: an entry's answer is one no longer. What stood under it stands for itself again."""
    was_shown = entry.is_shown
    entry.left_at, entry.left_because = u.now, because
    if was_shown:
        u.record(FaqEntryLeft(entry_id=entry.id, topic_id=entry.topic_id, because=because))
    else:
        tell_changed(u, [entry])
    free_variants(u, entry)


def free_variants(u: Unit, entry: FaqEntry) -> None:
    """Inside a unit: let the entries that stand under this one stand for themselves."""
    for variant in u.session.scalars(select(FaqEntry).where(FaqEntry.merged_into_id == entry.id)).all():
        variant.merged_into_id = None
        if variant.is_shown:
            u.record(FaqEntryEntered(entry_id=variant.id, topic_id=variant.topic_id, post_id=variant.post_id))


def tell_changed(u: Unit, entries: Iterable[FaqEntry], *, by_id: int | None = None, reworded: bool = True) -> None:
    """Inside a unit: these entries look otherwise now; for one that stands under another, that other one does.

    `reworded`: there is something new to read, so that the feed tells of it.
    """
    for entry in entries:
        shown = entry if entry.merged_into_id is None else u.fetch(FaqEntry, entry.merged_into_id)
        if shown.is_shown:
            shown.changed_at = u.now if reworded else shown.changed_at
            u.record(FaqEntryChanged(by_id=by_id, entry_id=shown.id, topic_id=shown.topic_id))


def entry_of(u: Unit, topic_id: int) -> FaqEntry | None:
    """The entry that a topic has or had."""
    return u.session.scalars(select(FaqEntry).where(FaqEntry.topic_id == topic_id)).one_or_none()


def _doubt(u: Unit, entry: FaqEntry, post: Post) -> None:
    """Mark an entry whose answer is doubted, has aged, or was changed since an editor worded it; or take the mark off."""
    because = "outdated" if post.doubted_at else "aged" if post.aged_at else "edited" if _is_overtaken(entry, post) else ""
    if because == entry.doubted_because:
        return
    entry.doubted_because = because
    entry.doubted_at = u.now if because else None
    if entry.is_shown:
        u.record(FaqEntryDoubted(entry_id=entry.id, topic_id=entry.topic_id, doubted=bool(because), because=because))


def _is_overtaken(entry: FaqEntry, post: Post) -> bool:
    return bool(entry.body) and (entry.worded_post_id, entry.worded_version) != (post.id, post.version)
