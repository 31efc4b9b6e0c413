"""The endpoints of what becomes of a question: rejected answers, checks, doubts, closures; and the desk."""

from __future__ import annotations

from community.answers.actions import (
    check_answer,
    mark_outdated,
    reject_answer,
    reopen,
    undo_check,
    undo_outdated,
    undo_rejection,
)
from community.api import answer_models as am
from community.api import models as m
from community.api.blueprint import bp
from community.api.layer import Call, Nothing, endpoint
from community.api.queries import link, post_out, topic_out
from community.core.fragments import base_url
from community.desk.queries import Entry, desk_for
from community.topics.actions import close_topic


@endpoint(bp, "POST", "/posts/<int:post_id>/rejection", scope="write", body=am.RejectionSent, answer=m.PostOut)
def post_rejection(call: Call[am.RejectionSent, Nothing], post_id: int) -> m.PostOut:
    """Say, as who asked, that an answer did not solve the question."""
    reject_answer(by=call.viewer, post_id=post_id, body=call.body.body)
    return post_out(call.viewer, post_id)


@endpoint(bp, "DELETE", "/posts/<int:post_id>/rejection", scope="write", answer=m.PostOut)
def delete_rejection(call: Call[Nothing, Nothing], post_id: int) -> m.PostOut:
    """Take that back."""
    undo_rejection(by=call.viewer, post_id=post_id)
    return post_out(call.viewer, post_id)


@endpoint(bp, "POST", "/posts/<int:post_id>/check", scope="write", body=am.CheckSent, answer=m.PostOut)
def post_check(call: Call[am.CheckSent, Nothing], post_id: int) -> m.PostOut:
    """Say, as an employee, that an accepted or official answer still is true."""
    check_answer(by=call.viewer, post_id=post_id, version=call.body.version)
    return post_out(call.viewer, post_id)


@endpoint(bp, "DELETE", "/posts/<int:post_id>/check", scope="write", answer=m.PostOut)
def delete_check(call: Call[Nothing, Nothing], post_id: int) -> m.PostOut:
    """Take the newest check back."""
    undo_check(by=call.viewer, post_id=post_id)
    return post_out(call.viewer, post_id)


@endpoint(bp, "POST", "/posts/<int:post_id>/outdated", scope="write", answer=m.PostOut)
def post_outdated(call: Call[Nothing, Nothing], post_id: int) -> m.PostOut:
    """Say that an accepted or official answer no longer works."""
    mark_outdated(by=call.viewer, post_id=post_id)
    return post_out(call.viewer, post_id)


@endpoint(bp, "DELETE", "/posts/<int:post_id>/outdated", scope="write", answer=m.PostOut)
def delete_outdated(call: Call[Nothing, Nothing], post_id: int) -> m.PostOut:
    """Take that back."""
    undo_outdated(by=call.viewer, post_id=post_id)
    return post_out(call.viewer, post_id)


@endpoint(bp, "POST", "/topics/<int:topic_id>/closure", scope="write", body=am.ClosureSent, answer=m.TopicOut)
def post_closure(call: Call[am.ClosureSent, Nothing], topic_id: int) -> m.TopicOut:
    """Close a topic, for a reason."""
    close_topic(by=call.viewer, topic_id=topic_id, reason=call.body.reason)
    return topic_out(call.viewer, topic_id)


@endpoint(bp, "DELETE", "/topics/<int:topic_id>/closure", scope="write", answer=m.TopicOut)
def delete_closure(call: Call[Nothing, Nothing], topic_id: int) -> m.TopicOut:
    """Open a topic again; an asker says by it that what closed itself is not solved."""
    reopen(by=call.viewer, topic_id=topic_id)
    return topic_out(call.viewer, topic_id)


@endpoint(bp, "GET", "/desk", scope="read", query=am.DeskQuery, answer=am.DeskOut)
def get_desk(call: Call[Nothing, am.DeskQuery]) -> am.DeskOut:
    """Read, as an employee, what needs a human next."""
    q = call.query
    desk = desk_for(call.viewer, queue=q.queue, category=q.category, number=q.page)
    kept = q.model_dump(exclude={"page"}, exclude_none=True)
    more = q.page < desk.page.count
    return am.DeskOut(
        entries=[_entry(entry) for entry in desk.entries],
        counts=desk.counts,
        total=desk.total,
        next=link("/desk", **kept, page=q.page + 1) if more else None,
    )


def _entry(entry: Entry) -> am.DeskEntryOut:
    return am.DeskEntryOut(
        topic_id=entry.id,
        title=entry.title,
        url=f"{base_url()}{entry.url}",
        queue=entry.queue,  # type: ignore[arg-type]
        since=entry.since,
        category=entry.category.slug,
        post_id=entry.post_id,
    )
