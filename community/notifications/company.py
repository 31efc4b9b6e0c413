"""Who hears of what the company does in public: promises, and what it corrects."""

from __future__ import annotations

from typing import Any

from community.commitments.models import Commitment
from community.core.log import Recorded
from community.core.unit import Unit
from community.notifications.seen import news_of, seen
from community.notifications.telling import tell, tell_many
from community.updates import events as updates


def committed(u: Unit, recorded: Recorded, event: Any) -> None:
    """Something was promised, or became of it: who asked, its owner, who has it too, and who follows everything there."""
    place, post = seen(u, event.topic_id, event.post_id)
    if place is None or post is None:
        return
    news = news_of(recorded, event)("commitment")
    commitment = u.session.get(Commitment, event.commitment_id)
    tell(u, place, news, [post.topic.author_id, *([commitment.owner_id] if commitment is not None else [])])
    tell_many(u, place, news, "marks")
    tell_many(u, place, news, "posts")


def figure_corrected(u: Unit, recorded: Recorded, event: updates.FigureCorrected) -> None:
    """A figure of an update was corrected: who follows it hears, as of its text."""
    place, _post = seen(u, event.topic_id, event.post_id)
    if place is not None:
        tell_many(u, place, news_of(recorded, event)("corrected"), "posts")
