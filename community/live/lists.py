"""What lists and the first page show of topics, drawn anew by the pages' own macros."""

from __future__ import annotations

from collections.abc import Collection, Iterable

from markupsafe import Markup
from sqlalchemy import select

from community.core.fragments import fragment, stream, stream_all
from community.extensions import db
from community.home.queries import home_for
from community.live.changes import Changes
from community.posts.queries import tiles_unchecked
from community.posts.views import Tile
from community.staff.viewer import Viewer
from community.topics.models import Topic
from community.topics.queries import topics_visible_to

MOST_TILES = 40
"""Topics drawn one by one; where more changed at once, the page is fetched again."""

_HOME = "home/_home.html"

_OFFER = Markup(
    '<turbo-stream action="offer" targets="[data-live-list]" data-news="{}" data-topic="{}" data-kind="{}" data-state="{}"'
    ' data-category="{}" data-tag="{}" data-author="{}" data-section="{}"></turbo-stream>'
)


def list_streams(viewer: Viewer, changes: Changes) -> Markup:
    """What changed in lists as this viewer sees them: tiles where they stand, an offer for what would move, and what went.

    The topics are those of which the viewer may know; one that is in no list was removed, or left the places in view.
    `leave` takes a tile away, and lets a page that showed it fetch what moves up.
    """
    tiles = {tile.id: tile for tile in tiles_unchecked(_listed(viewer, changes.topics))}
    streams = []
    for topic_id in changes.topics:
        tile = tiles.get(topic_id)
        if tile is not None:
            streams.append(stream_all("replace", _in_lists(topic_id), fragment("_tile.html", "tile", tile, "h2")))
            streams.append(_offer(tile, "activity" if topic_id in changes.news else "state"))
    streams.extend(stream_all("leave", _in_lists(topic_id)) for topic_id in changes.topics if topic_id not in tiles)
    return Markup().join(streams)


def home_streams(viewer: Viewer, touched: Collection[int] = ()) -> Markup:
    """The blocks of the first page as this viewer sees them now, and the counts of the categories with changed topics."""
    home = home_for(viewer)
    blocks = [
        stream("replace", "home_waiting", fragment(_HOME, "waiting_block", home.waiting, home.drafts)),
        stream("replace", "home_solved", fragment(_HOME, "solved_block", home.solved)),
        stream("replace", "home_update", fragment(_HOME, "update_block", home.update)),
        stream("replace", "home_recent", fragment(_HOME, "recent_block", home.recent)),
        stream("replace", "home_usual", fragment(_HOME, "usual", home.usual)),
    ]
    if home.recent or home.solved or home.waiting:
        blocks.append(stream("remove", "home_empty"))
    for place in home.places:
        below = [(each.id, count) for each, count in place.below if each.id in touched]
        if below or place.category.id in touched:
            counts = [(place.category.id, place.count), *below]
            blocks += [
                stream("replace", f"place_{each}_count", fragment(_HOME, "place_count", each, count)) for each, count in counts
            ]
    return Markup().join(blocks[0 if viewer.signed_in else 1 :])


def _in_lists(topic_id: int) -> str:
    return f'[id$="_topics"] [data-topic="{topic_id}"]'


def _listed(viewer: Viewer, topic_ids: Iterable[int]) -> list[int]:
    query = select(Topic.id).join(Topic.category).where(Topic.id.in_(list(topic_ids)), topics_visible_to(viewer))
    return list(db.session.scalars(query))


def _offer(tile: Tile, news: str) -> Markup:
    """Tells lists what they would show: a list that is filtered knows by this whether it is meant.

    `activity`: the topic is new or has another place. `state`: only filtered lists may gain or lose it.
    """
    return _OFFER.format(
        news, tile.id, tile.kind, tile.state or "", tile.category.id, " ".join(tile.tags), tile.author.id, tile.section
    )
