"""The asker says that an answer did not solve it, and may take that back."""

from __future__ import annotations

from community.answers.actions.marking import end_acceptance, end_mark, settle, tell
from community.answers.events import AnswerRejected, RejectionUndone
from community.answers.models import Rejection
from community.answers.policy import can_be_marked, may_reject
from community.core.errors import require
from community.core.unit import Unit, unit
from community.posts.actions.write import add_reply
from community.posts.queries.posts import post_for
from community.posts.writing import Text, prepared, recount_marks
from community.staff.viewer import Viewer, refreshed
from community.topics.actions import open_unsolved


def reject_answer(*, by: Viewer, post_id: int, body: str = "") -> None:
    """Say that an answer did not solve the question: it waits again, and an acceptance of the answer ends.

    `body`, where there is any, says in public what still is wrong: a reply to the answer. Raises Invalid for a text that
    cannot be stored, Conflict where nobody can write any more.
    """
    text = prepared(body) if body.strip() else None
    with unit() as u:
        reject(u, refreshed(by), post_id, text)


def reject(u: Unit, by: Viewer, post_id: int, text: Text | None) -> None:
    """Inside a unit: the same."""
    post = post_for(by, post_id)
    require(may_reject(by, post))
    require(can_be_marked(post.topic, post))
    if post.rejected_at is None:
        end_acceptance(u, by, post)
        u.add(Rejection(topic_id=post.topic_id, post_id=post.id, by_id=by.id, at=u.now))
        post.rejected_at = u.now
        recount_marks(u, post.topic)
        open_unsolved(u, post.topic, by)
        settle(u, post)
        tell(u, AnswerRejected, by, post)
    if text is not None:
        add_reply(u, by, post, text)


def undo_rejection(*, by: Viewer, post_id: int) -> None:
    """Take back that an answer did not solve it. Whether it did is another question."""
    with unit() as u:
        by = refreshed(by)
        post = post_for(by, post_id)
        require(may_reject(by, post))
        if not end_mark(u, by, Rejection, post):
            return
        post.rejected_at = None
        settle(u, post)
        tell(u, RejectionUndone, by, post)
