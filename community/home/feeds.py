"""Atom feeds beside the public lists, as a visitor sees them."""

from __future__ import annotations

from collections.abc import Sequence
from urllib.parse import quote

from flask import Response
from flask_babel import gettext as _

from community.accounts.gate import public
from community.categories.queries import category_for
from community.core.atom import LENGTH, Entry, feed
from community.core.errors import NotFound
from community.home.blueprint import bp
from community.people.queries import answers_and_topics
from community.posts.queries import Listing, latest_tiles
from community.posts.reading import begin
from community.posts.views import Tile
from community.staff.viewer import VISITOR


@bp.get("/questions.atom")
@public
def questions_feed() -> Response:
    """The newest questions that everybody may read."""
    stood = begin("home")
    found = latest_tiles(VISITOR, Listing(kind="question", sort="new"), LENGTH)
    return feed(stood, title=_("Questions"), address="/questions", entries=_entries(found))


@bp.get("/updates.atom")
@public
def updates_feed() -> Response:
    """The newest updates that everybody may read."""
    stood = begin("home")
    found = latest_tiles(VISITOR, Listing(kind="update", sort="new"), LENGTH)
    return feed(stood, title=_("Updates"), address="/updates", entries=_entries(found))


@bp.get("/c/<slug>.atom")
@public
def category_feed(slug: str) -> Response:
    """The newest topics of a category that everybody may read."""
    stood, place = begin("home"), category_for(VISITOR, slug)
    found = latest_tiles(VISITOR, Listing(category_ids=(place.id,), sort="new"), LENGTH)
    return feed(stood, title=place.name, address=f"/c/{slug}", entries=_entries(found))


@bp.get("/tags/<tag>.atom")
@public
def tag_feed(tag: str) -> Response:
    """The newest topics with a tag that everybody may read."""
    stood = begin("home")
    found = latest_tiles(VISITOR, Listing(tag=tag, sort="new"), LENGTH)
    if not found:
        raise NotFound
    return feed(stood, title=tag, address=f"/tags/{quote(tag)}", entries=_entries(found))


@bp.get("/u/<handle>.atom")
@public
def person_feed(handle: str) -> Response:
    """What somebody answered and asked last, as far as everybody may read it."""
    stood = begin("home")
    who, answers, topics = answers_and_topics(VISITOR, handle, LENGTH)
    given = [
        Entry(
            title=_("Answer to: %(title)s", title=each.title),
            address=each.url,
            lasting=f"/p/{each.id}",
            author=who.name,
            author_address=f"/u/{who.handle}",
            published=each.created_at,
            updated=each.edited_at or each.created_at,
            summary=each.beginning,
            topics=[(each.category.slug, each.category.name)],
        )
        for each in answers
    ]
    entries = sorted([*given, *_entries(topics)], key=lambda entry: entry.published, reverse=True)
    return feed(stood, title=who.name, address=f"/u/{who.handle}", entries=entries[:LENGTH])


def _entries(tiles: Sequence[Tile]) -> list[Entry]:
    return [
        Entry(
            title=tile.title,
            address=tile.url,
            lasting=f"/t/{tile.id}",
            author=tile.author.name,
            author_address=tile.author.url,
            published=tile.created_at,
            updated=tile.active_at,
            summary=f"{tile.answered_by.name}: {tile.answer_excerpt}"
            if tile.answered_by and tile.answer_excerpt
            else tile.beginning,
            topics=[(tile.category.slug, tile.category.name), *((tag, tag) for tag in tile.tags)],
        )
        for tile in tiles
    ]
