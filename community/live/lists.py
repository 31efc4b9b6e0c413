"""What lists and the home page show of topics, drawn anew by the pages' own macros."""

from __future__ import annotations

from collections.abc import Iterable

from markupsafe import Markup
from sqlalchemy import select

from community.core.fragments import fragment, stream
from community.extensions import db
from community.live.changes import Changes
from community.live.topic_page import REFRESH
from community.posts.queries import tiles_unchecked
from community.posts.views import Tile
from community.staff.viewer import Viewer
from community.topics.models import Topic
from community.topics.queries import topics_visible_to

MOST_TILES = 40
"""Topics drawn one by one; where more changed at once, the page is fetched again."""

_OFFER = Markup(
    '<turbo-stream action="offer" targets="[data-live-list]" data-topic="{}" data-kind="{}" data-state="{}" data-category="{}"'
    ' data-tag="{}" data-author="{}"></turbo-stream>'
)


def list_streams(viewer: Viewer, changes: Changes) -> Markup:
    """What changed in lists as this viewer sees them: tiles where they stand, an offer for what would move, and what went."""
    if len(changes.topics) > MOST_TILES:
        return REFRESH
    tiles = {tile.id: tile for tile in tiles_unchecked(_visible(viewer, changes.topics))}
    streams = []
    for topic_id in changes.topics:
        tile = tiles.get(topic_id)
        if tile is None:
            streams.append(stream("remove", f"topic_{topic_id}"))
            continue
        streams.append(stream("replace", f"topic_{topic_id}", fragment("_tile.html", "tile", tile)))
        if topic_id in changes.news:
            streams.append(_offer(tile))
    return Markup().join(streams)


def _visible(viewer: Viewer, topic_ids: Iterable[int]) -> list[int]:
    query = select(Topic.id).join(Topic.category).where(Topic.id.in_(list(topic_ids)), topics_visible_to(viewer))
    return list(db.session.scalars(query))


def _offer(tile: Tile) -> Markup:
    """Tells lists what they would show: a list that is filtered knows by this whether it is meant."""
    return _OFFER.format(tile.id, tile.kind, tile.state or "", tile.category.id, " ".join(tile.tags), tile.author.id)
