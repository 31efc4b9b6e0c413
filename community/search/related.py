"""Related questions beside a topic, loaded by themselves: what they are differs by viewer, and the topic is drawn once for all."""

from __future__ import annotations

from dataclasses import dataclass

from community.core.errors import NotFound
from community.core.position import Standing
from community.posts.queries import topic_view
from community.posts.reading import begin
from community.posts.views import Tile, TopicView
from community.search.meaning.nearness import may_come_nearer
from community.search.similar import related
from community.staff.viewer import Viewer

SHOWN = 5
"""Questions beside a topic."""

_TRIES = 3


@dataclass(frozen=True, slots=True)
class RelatedPage:
    """What is related to a topic. `stood` is where the log stood before it was read; None where it may soon be another."""

    topic: TopicView
    tiles: tuple[Tile, ...]
    stood: Standing | None


def related_page(viewer: Viewer, topic_id: int) -> RelatedPage:
    """Read it. Raises NotFound for a topic that is held, removed or out of sight, TooMany when the machine is too busy.

    It shows the topics it lists, and everything else that is asked in the topic's category may become one of them.
    """
    for _ in range(_TRIES):
        before = begin(f"topic:{topic_id}")
        topic = topic_view(viewer, topic_id)
        if topic.held or topic.removed:
            raise NotFound
        tiles = tuple(one.tile for one in related(viewer, topic, limit=SHOWN))
        after = begin(
            f"category:{topic.category.id}", *(f"topic:{each}" for each in sorted({topic.id, *(tile.id for tile in tiles)}))
        )
        if after.position == before.position:  # nothing happened between: the versions are those of what was read
            return RelatedPage(topic, tiles, None if may_come_nearer(topic_id) else after)
    return RelatedPage(topic, tiles, None)
