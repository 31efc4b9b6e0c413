"""The first page, and the lists that lead from it: questions, a category, a tag, and their feeds."""

from __future__ import annotations

from collections.abc import Mapping

from flask import Response, request

from community.accounts.gate import public, viewer
from community.categories.queries import categories_visible_to, category_for
from community.core.assets import address_of_asset
from community.core.errors import NotFound
from community.core.fragments import base_url
from community.core.jsonld import breadcrumbs, graph, organization, website
from community.core.paging import page_number
from community.follows.models import ALL_UPDATES
from community.follows.queries import level_of, tag_for
from community.home import feeds, machines
from community.home.blueprint import bp
from community.home.queries import home_for, places_for
from community.posts.queries import Listing, latest_tiles, tiles
from community.posts.reading import begin, kept_page
from community.settings.queries import site
from community.topics.models import SECTIONS
from community.updates.queries import unpublished

assert feeds
assert machines  # they declare their addresses


@bp.get("/")
@public
def home() -> Response:
    """The first page."""
    stood = begin("home")
    known = site()
    things = graph([website(known.brand_name, known.tagline), organization(known.brand_name, address_of_asset("mark.svg"))])
    return kept_page(viewer(), stood, "home/home.html", home=home_for(viewer()), things=things, base_url=base_url())


@bp.get("/questions")
@public
def questions() -> Response:
    """All questions; with `?kind=` discussions or both."""
    stood = begin("home")
    listing = _listing(request.args, kind="question")
    page = tiles(viewer(), listing, number=page_number(request.args), address="/questions", kept=_kept())
    return kept_page(
        viewer(),
        stood,
        "home/questions.html",
        list=page,
        listing=listing,
        tree=places_for(viewer()),
        kept=_kept(),
        base_url=base_url(),
    )


@bp.get("/updates")
@public
def updates() -> Response:
    """What the company published, newest first; with `?section=` one section."""
    stood = begin("home")
    listing = Listing(kind="update", section=request.args.get("section") or None, sort="new")
    kept = (("section", listing.section),) if listing.section else ()
    page = tiles(viewer(), listing, number=page_number(request.args), address="/updates", kept=kept)
    return kept_page(
        viewer(),
        stood,
        "updates/updates.html",
        list=page,
        listing=listing,
        sections=SECTIONS,
        unpublished=unpublished(viewer()),
        follows=level_of(viewer(), "updates", ALL_UPDATES),
        base_url=base_url(),
    )


@bp.get("/c/<slug>")
@public
def category(slug: str) -> Response:
    """The topics of a category and of those below it."""
    stood = begin("home")
    place = category_for(viewer(), slug)
    around = categories_visible_to(viewer())
    above = next((each for each in around if each.id == place.parent_id), None)
    below = [each for each in around if each.parent_id == place.id]
    listing = _listing(request.args, category_ids=(place.id, *(each.id for each in below)))
    page = tiles(viewer(), listing, number=page_number(request.args), address=f"/c/{slug}", kept=_kept())
    return kept_page(
        viewer(),
        stood,
        "home/category.html",
        things=graph(
            [breadcrumbs([(site().brand_name, "/"), *((each.name, f"/c/{each.slug}") for each in (above, place) if each)])]
        ),
        list=page,
        listing=listing,
        category=place,
        above=above,
        below=below,
        channels=[f"category:{each.id}" for each in (place, *below)],
        follows=level_of(viewer(), "category", place.id),
        kept=_kept(),
        base_url=base_url(),
    )


@bp.get("/tags/<tag>")
@public
def tagged(tag: str) -> Response:
    """The topics that carry a tag; one that the viewer sees on no topic is not there."""
    stood = begin("home")
    listing = _listing(request.args, tag=tag)
    page = tiles(viewer(), listing, number=page_number(request.args), address=f"/tags/{tag}", kept=_kept())
    if not page.total and not latest_tiles(viewer(), Listing(tag=tag), 1):
        raise NotFound
    return kept_page(
        viewer(),
        stood,
        "home/tag.html",
        list=page,
        listing=listing,
        tag=tag,
        follows=level_of(viewer(), "tag", tag_for(viewer(), tag).id) if viewer().signed_in else "",
        kept=_kept(),
        base_url=base_url(),
    )


def _listing(arguments: Mapping[str, str], **fixed: object) -> Listing:
    """The list that an address asks for. Raises NotFound for filters that there are not."""
    asked: dict[str, object] = {name: arguments[name] for name in ("kind", "state", "sort") if arguments.get(name)}
    if asked.get("kind") == "all":
        asked["kind"] = None
    return Listing(**{**fixed, **asked})  # type: ignore[arg-type]


def _kept() -> tuple[tuple[str, str], ...]:
    """The filters of this page, which its other pages keep."""
    return tuple((name, request.args[name]) for name in ("kind", "state", "sort") if request.args.get(name))
