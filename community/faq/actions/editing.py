"""What editors do with entries: add, drop, pin and merge them. Doing it twice changes nothing."""

from __future__ import annotations

from flask_babel import gettext as _
from sqlalchemy import select, update

from community.core.errors import Conflict, require
from community.core.unit import Unit, unit
from community.faq.actions.growing import enter, entry_of, free_variants, look_again, tell_changed
from community.faq.actions.reasons import checked_reason
from community.faq.events import FaqEntryEntered, FaqEntryLeft
from community.faq.models import FaqEntry
from community.faq.policy import may_edit_faq
from community.staff.viewer import Viewer, refreshed
from community.topics.queries import topic_for


def add_topic(*, by: Viewer, topic_id: int) -> int:
    """Put a question into the FAQ before many people have looked for it, or back after it was dropped; its entry's id.

    Raises Conflict where it has no answer that may stand there.
    """
    with unit() as u:
        by = _editor(by)
        topic_for(by, topic_id)
        entry = entry_of(u, topic_id)
        if entry is None:
            entry = enter(u, topic_id, by_id=by.id)
        elif entry.dropped_at is not None:
            _bring_back(u, by, entry)
        if entry is None or entry.left_at is not None:
            raise Conflict(_("Only a public question with an accepted or official answer can be in the FAQ."))
        return entry.id


def drop_entry(*, by: Viewer, entry_id: int, reason: str) -> None:
    """Take an entry out; it never comes back by itself. What stood under it stands for itself again."""
    reason = checked_reason(reason)
    with unit() as u:
        by, entry = _editor(by), u.fetch(FaqEntry, entry_id)
        if entry.dropped_at is not None:
            return
        was_shown = entry.is_shown
        entry.dropped_at, entry.dropped_by_id, entry.dropped_reason = u.now, by.id, reason
        if was_shown:
            u.record(FaqEntryLeft(by_id=by.id, entry_id=entry.id, topic_id=entry.topic_id, because="dropped"))
        else:
            tell_changed(u, [entry], by_id=by.id)
        free_variants(u, entry)


def restore_entry(*, by: Viewer, entry_id: int) -> None:
    """Take the dropping of an entry back."""
    with unit() as u:
        by, entry = _editor(by), u.fetch(FaqEntry, entry_id)
        if entry.dropped_at is not None:
            _bring_back(u, by, entry)


def pin_entry(*, by: Viewer, entry_id: int) -> None:
    """Let an entry stand first in its place; what was pinned last stands before what was pinned earlier."""
    with unit() as u:
        by, entry = _editor(by), u.fetch(FaqEntry, entry_id)
        entry.pinned_at, entry.pinned_by_id = u.now, by.id
        tell_changed(u, [entry], by_id=by.id)


def unpin_entry(*, by: Viewer, entry_id: int) -> None:
    """Let an entry stand where its number of people puts it."""
    with unit() as u:
        by, entry = _editor(by), u.fetch(FaqEntry, entry_id)
        if entry.pinned_at is not None:
            entry.pinned_at = entry.pinned_by_id = None
            tell_changed(u, [entry], by_id=by.id)


def merge_entry(*, by: Viewer, entry_id: int, into_id: int) -> None:
    """Let an entry stand under another that says the same: one answer, with the questions of both, for the people of both.

    Raises Conflict for an entry into itself, or into one that is not shown.
    """
    with unit() as u:
        by, entry, into = _editor(by), u.fetch(FaqEntry, entry_id), u.fetch(FaqEntry, into_id)
        if entry.merged_into_id == into.id:
            return
        if entry.id == into.id or not into.is_shown or not entry.is_shown:
            raise Conflict(_("Only an entry that stands in the FAQ can be joined with another one there."))
        u.session.execute(update(FaqEntry).where(FaqEntry.merged_into_id == entry.id).values(merged_into_id=into.id))
        entry.merged_into_id, entry.pinned_at, entry.pinned_by_id = into.id, None, None
        u.record(FaqEntryLeft(by_id=by.id, entry_id=entry.id, topic_id=entry.topic_id, because="merged"))
        tell_changed(u, [into], by_id=by.id)


def unmerge_entry(*, by: Viewer, entry_id: int) -> None:
    """Let an entry that stands under another stand for itself again."""
    with unit() as u:
        by, entry = _editor(by), u.fetch(FaqEntry, entry_id)
        if entry.merged_into_id is None:
            return
        into = u.session.scalars(select(FaqEntry).where(FaqEntry.id == entry.merged_into_id)).one()
        entry.merged_into_id = None
        if entry.is_shown:
            u.record(FaqEntryEntered(by_id=by.id, entry_id=entry.id, topic_id=entry.topic_id, post_id=entry.post_id))
        tell_changed(u, [into], by_id=by.id)


def _editor(by: Viewer) -> Viewer:
    by = refreshed(by)
    require(may_edit_faq(by))
    return by


def _bring_back(u: Unit, by: Viewer, entry: FaqEntry) -> None:
    entry.dropped_at, entry.dropped_by_id, entry.dropped_reason, entry.merged_into_id = None, None, "", None
    entry.changed_at = u.now
    if entry.is_shown:
        u.record(FaqEntryEntered(by_id=by.id, entry_id=entry.id, topic_id=entry.topic_id, post_id=entry.post_id))
    look_again(u, entry.topic_id)
