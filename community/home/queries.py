"""What the first page shows."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import timedelta

from community.categories.models import Category
from community.categories.queries import categories_visible_to
from community.drafts.queries import draft_count
from community.posts.queries.lists import Listing, counts_by_category, latest_tiles, own_tiles
from community.posts.views import Tile
from community.promise.words import desk_hours
from community.settings.queries import site
from community.staff.queries import Member, team
from community.staff.viewer import Viewer
from community.topics.queries import usual_first_answer

SOLVED = 3
RECENT = 8
WAITING = 5


@dataclass(frozen=True)
class Place:
    """A category with the number of its topics, those below it included."""

    category: Category
    count: int
    below: tuple[tuple[Category, int], ...]


@dataclass(frozen=True)
class Home:
    """The first page: who answers and how fast, what was solved, what is talked of, and what waits for the viewer."""

    team: list[Member]
    hours: list[str]
    zone: str
    usual: timedelta | None
    update: Tile | None
    solved: tuple[Tile, ...]
    recent: tuple[Tile, ...]
    places: list[Place]
    waiting: tuple[Tile, ...]
    drafts: int


def home_for(viewer: Viewer) -> Home:
    """All of the first page for somebody; a topic stands in one of its lists only, so that its id is there once."""
    settings = site()
    waiting = own_tiles(viewer, limit=WAITING) if viewer.signed_in else ()
    solved = latest_tiles(viewer, Listing(kind="question", state="solved"), SOLVED)
    newest = latest_tiles(viewer, Listing(kind="update", sort="new"), 1)
    above = {tile.id for tile in (*waiting, *solved, *newest)}
    recent = [tile for tile in latest_tiles(viewer, Listing(), RECENT + len(above)) if tile.id not in above]
    return Home(
        team=team(),
        hours=desk_hours(settings),
        zone=settings.desk_time_zone,
        usual=usual_first_answer(),
        update=next((tile for tile in newest if tile.id not in {each.id for each in waiting}), None),
        solved=tuple(tile for tile in solved if tile.id not in {each.id for each in waiting}),
        recent=tuple(recent[:RECENT]),
        places=places_for(viewer),
        waiting=waiting,
        drafts=draft_count(viewer),
    )


def places_for(viewer: Viewer) -> list[Place]:
    """The categories that this viewer may read, as a tree."""
    categories, counts = categories_visible_to(viewer), counts_by_category(viewer)
    ids = {category.id for category in categories}
    places = []
    for top in (category for category in categories if category.parent_id not in ids):
        below = tuple((each, counts.get(each.id, 0)) for each in categories if each.parent_id == top.id)
        places.append(Place(top, counts.get(top.id, 0) + sum(count for _category, count in below), below))
    return places
