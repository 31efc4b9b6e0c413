"""Whatever happens to an answer of the FAQ or to its question, the entry follows: it changes, is doubted, leaves, comes back."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any, ClassVar

from sqlalchemy import select

from community.answers import events as answers
from community.categories.events import CategoryChanged
from community.core.follow import Follower, Reading
from community.core.log import Event, Recorded
from community.core.unit import Unit
from community.faq.actions import look_again
from community.faq.models import FaqEntry
from community.posts import events as posts
from community.topics import events as topics
from community.topics.models import Topic


def _look_at_topic(u: Unit, _recorded: Recorded, event: Any) -> None:
    look_again(u, event.topic_id, post_id=getattr(event, "post_id", None))


def _look_at_category(u: Unit, _recorded: Recorded, event: CategoryChanged) -> None:
    """All entries of a place: its name stands in the FAQ, and who may read it decides what may stand there."""
    query = select(FaqEntry.topic_id).join(Topic, Topic.id == FaqEntry.topic_id).where(Topic.category_id == event.category_id)
    for topic_id in u.session.scalars(query).all():
        look_again(u, topic_id)


class FaqFollower(Follower):
    """Keeps the entries true to their sources. New ones come by the job that counts who looked for what."""

    name = "faq"
    reads: ClassVar[Mapping[type[Event], Reading]] = {
        **dict.fromkeys(
            (
                *(answers.AnswerAccepted, answers.AcceptanceUndone, answers.AnswerMadeOfficial, answers.OfficialMarkUndone),
                *(answers.AnswerRejected, answers.RejectionUndone, answers.AnswerChecked, answers.CheckUndone),
                *(answers.AnswerDoubted, answers.AnswerAged),
                *(posts.PostEdited, posts.PostRemoved, posts.PostRestored),
                *(topics.TopicEdited, topics.TopicMoved, topics.DuplicateMarked, topics.DuplicateUndone),
                *(topics.TopicImported, topics.TopicRecounted),
            ),
            _look_at_topic,
        ),
        CategoryChanged: _look_at_category,
    }
    ignores_the_rest = True
