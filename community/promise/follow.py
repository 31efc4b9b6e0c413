"""Keeps the promise to every question right as things happen to it."""

from __future__ import annotations

from typing import Any, ClassVar

from community.answers import events as answers
from community.core.follow import Follower
from community.core.log import Recorded
from community.core.unit import Unit
from community.posts import events as posts
from community.promise.settling import settle
from community.topics import events as topics


def happened(u: Unit, _recorded: Recorded, event: Any) -> None:
    """Something happened to a question that the promise asks about."""
    settle(u, event.topic_id)


def released(u: Unit, recorded: Recorded, event: posts.PostReleased) -> None:
    """A question that nobody saw is shown: the clock starts now, as nobody could have answered before."""
    settle(u, event.topic_id, asked_at=recorded.at)


class PromiseFollower(Follower):
    """Settles promises; rows and cursor share a transaction."""

    name = "promise"
    reads: ClassVar = {
        **dict.fromkeys(
            (
                *(topics.TopicOpened, topics.TopicRecounted, topics.DuplicateMarked, topics.DuplicateUndone),
                *(topics.InfoAsked, topics.InfoCleared),
                *(posts.PostWritten, posts.PostRemoved, posts.PostRestored),
                *(answers.AnswerAccepted, answers.AcceptanceUndone, answers.AnswerRejected, answers.RejectionUndone),
            ),
            happened,
        ),
        posts.PostReleased: released,
    }
    ignores_the_rest: ClassVar = True
