"""Related questions beside a topic, loaded by themselves: what they are differs by viewer, and the topic is drawn once for all."""

from __future__ import annotations

from dataclasses import dataclass

from community.core.errors import NotFound
from community.core.position import Standing
from community.posts.queries import topic_view
from community.posts.reading import begin
from community.posts.views import Tile, TopicView
from community.search.meaning.nearness import may_come_nearer, vectors_have_read
from community.search.similar import related_as_of
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

    It shows the topics it lists, and every other that is public may become one of them. What was found before index and
    vectors had read all of the log is not to be kept: what is missing in it comes without any event.
    """
    for _ in range(_TRIES):
        before = begin(f"topic:{topic_id}")
        topic = topic_view(viewer, topic_id)
        if topic.held or topic.removed:
            raise NotFound
        complete = vectors_have_read(before.position.number) and not may_come_nearer(topic_id)
        found, read = related_as_of(viewer, topic, limit=SHOWN)
        tiles = tuple(one.tile for one in found)
        places = ("home", f"category:{topic.category.id}")
        after = begin(*places, *(f"topic:{each}" for each in sorted({topic.id, *(tile.id for tile in tiles)})))
        if after.position == before.position:  # nothing happened between: the versions are those of what was read
            complete = complete and read == str(before.position) and not may_come_nearer(topic_id)
            return RelatedPage(topic, tiles, after if complete else None)
    return RelatedPage(topic, tiles, None)
