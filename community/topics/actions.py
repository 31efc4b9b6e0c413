"""Changes of topics that touch no post: closing, duplicates, requests for information, moving."""

from __future__ import annotations

from flask_babel import gettext as _

from community.categories.policy import BREADTH
from community.categories.queries import category_by_id
from community.core.errors import Conflict, Invalid, require
from community.core.unit import Unit, unit
from community.staff.viewer import Viewer, refreshed
from community.topics.events import (
    DuplicateMarked,
    DuplicateUndone,
    InfoAsked,
    InfoCleared,
    TopicClosed,
    TopicMoved,
    TopicReopened,
)
from community.topics.models import Closure, Duplicate, InfoRequest, Topic
from community.topics.policy import may_ask_info, may_close, may_mark_duplicate, may_move
from community.topics.queries import live_closure, topic_for
from community.topics.references import may_stand_in
from community.topics.state import live_duplicate, live_info_request, recompute
from community.topics.titles import one_line

LONGEST_REASON = 500
"""Characters of a reason that stands in the page."""


def close_topic(*, by: Viewer, topic_id: int, reason: str) -> None:
    """Let nobody write in a topic any more; the reason stands in it. A closed topic stays as it is."""
    reason = checked_reason(reason)
    with unit() as u:
        by = refreshed(by)
        topic = topic_for(by, topic_id)
        require(may_close(by, topic))
        if topic.closed:
            return
        topic.closed = True
        closure = Closure(topic_id=topic.id, by_id=by.id, at=u.now, reason=reason)
        u.add(closure)
        u.session.flush()
        u.record(TopicClosed(by_id=by.id, topic_id=topic.id, category_id=topic.category_id, closure_id=closure.id))


def open_again(u: Unit, topic: Topic, closure: Closure, by: Viewer) -> None:
    """Inside a unit: end a closure. What it meant for the state is recounted by whoever calls."""
    closure.undone_at, closure.undone_by_id = u.now, by.id
    topic.closed = False
    u.record(TopicReopened(by_id=by.id, topic_id=topic.id, category_id=topic.category_id, automatic=closure.automatic))


def open_unsolved(u: Unit, topic: Topic, by: Viewer) -> None:
    """Inside a unit: a question that closed itself because it was solved opens when nothing solves it any more."""
    if not topic.closed or topic.accepted_count:
        return
    closure = live_closure(topic.id)
    if closure is not None and closure.automatic:
        open_again(u, topic, closure, by)


def move_topic(*, by: Viewer, topic_id: int, category_id: int) -> None:
    """Put a topic into another category, which the mover may read. Raises Conflict where a duplicate would lead out of sight."""
    with unit() as u:
        by = refreshed(by)
        topic = topic_for(by, topic_id)
        require(may_move(by, topic))
        category = category_by_id(by, category_id)
        former = topic.category_id
        if former == category.id:
            return
        require(may_stand_in(topic, category))
        topic.category_id, topic.language = category.id, category.language
        u.record(TopicMoved(by_id=by.id, topic_id=topic.id, category_id=category.id, former_category_id=former))


def mark_duplicate(*, by: Viewer, topic_id: int, original_id: int) -> None:
    """Say that a question was asked before; both link each other.

    Raises Invalid unless the original is another question in view, open to everybody who may read
    this one, and not itself a duplicate of this one; Conflict when it is a duplicate of a third.
    """
    with unit() as u:
        by = refreshed(by)
        topic = topic_for(by, topic_id)
        require(may_mark_duplicate(by, topic))
        original = topic_for(by, original_id)
        _check_original(u, topic, original)
        known = live_duplicate(u, topic.id)
        if known is not None:
            if known.original_id == original.id:
                return
            raise Conflict(_("This question is a duplicate of another one already."))
        u.add(Duplicate(topic_id=topic.id, original_id=original.id, by_id=by.id, at=u.now))
        recompute(u, topic)
        u.record(DuplicateMarked(by_id=by.id, topic_id=topic.id, category_id=topic.category_id, original_id=original.id))


def undo_duplicate(*, by: Viewer, topic_id: int) -> None:
    """Take back that a question is a duplicate."""
    with unit() as u:
        by = refreshed(by)
        topic = topic_for(by, topic_id)
        require(may_mark_duplicate(by, topic))
        known = live_duplicate(u, topic.id)
        if known is None:
            return
        known.undone_at = u.now
        recompute(u, topic)
        u.record(DuplicateUndone(by_id=by.id, topic_id=topic.id, category_id=topic.category_id, original_id=known.original_id))


def ask_info(*, by: Viewer, topic_id: int) -> None:
    """Ask the asker for something; the question needs info until they write."""
    with unit() as u:
        by = refreshed(by)
        topic = topic_for(by, topic_id)
        require(may_ask_info(by, topic))
        if live_info_request(u, topic.id) is not None:
            return
        request_info(u, topic, by)
        recompute(u, topic)


def clear_info(*, by: Viewer, topic_id: int) -> None:
    """Take back a request for information."""
    with unit() as u:
        by = refreshed(by)
        topic = topic_for(by, topic_id)
        require(may_ask_info(by, topic))
        if not settle_info(u, topic):
            return
        recompute(u, topic)
        u.record(InfoCleared(by_id=by.id, topic_id=topic.id, category_id=topic.category_id))


def request_info(u: Unit, topic: Topic, by: Viewer) -> None:
    """Inside a unit: note that an employee asked for something."""
    u.add(InfoRequest(topic_id=topic.id, by_id=by.id, at=u.now))
    u.record(InfoAsked(by_id=by.id, topic_id=topic.id, category_id=topic.category_id, asker_id=topic.author_id))


def settle_info(u: Unit, topic: Topic) -> bool:
    """Inside a unit: the request for information is answered or taken back; tells whether there was one."""
    settled = False
    while (asked := live_info_request(u, topic.id)) is not None:
        asked.cleared_at = u.now
        u.session.flush()
        settled = True
    return settled


def checked_reason(reason: str) -> str:
    """A reason as it is stored. Raises Invalid when it is missing or too long."""
    reason = one_line(reason, "reason")
    if not reason:
        raise Invalid(fields={"reason": _("Please say why; everybody can read it.")})
    if len(reason) > LONGEST_REASON:
        raise Invalid(fields={"reason": _("Please write at most %(num)s characters.", num=LONGEST_REASON)})
    return reason


def _check_original(u: Unit, topic: Topic, original: Topic) -> None:
    wrong = ""
    if original.id == topic.id:
        wrong = _("A question cannot be a duplicate of itself.")
    elif not original.is_question or original.removed_at or original.held_at:
        wrong = _("The other one has to be a question that can be read.")
    elif BREADTH[original.category.visibility] > BREADTH[topic.category.visibility]:
        wrong = _("Not everybody who reads this question may read the other one.")
    elif leads_to(u, original.id, topic.id):
        wrong = _("The other question is a duplicate of this one.")
    if wrong:
        raise Invalid(fields={"original": wrong})


def leads_to(u: Unit, start_id: int, topic_id: int) -> bool:
    """Whether following the duplicates from one question arrives at another; there are no circles to run in."""
    link = live_duplicate(u, start_id)
    while link is not None:
        if link.original_id == topic_id:
            return True
        link = live_duplicate(u, link.original_id)
    return False
