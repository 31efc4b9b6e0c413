"""The first page, and the lists that lead from it: questions, a category, a tag, and their feeds."""

from __future__ import annotations

from collections.abc import Mapping

from flask import Blueprint, Response, make_response, render_template, request
from flask_babel import gettext as _

from community.accounts.gate import public, viewer
from community.categories.queries import categories_visible_to, category_for
from community.core import clock
from community.core.assets import address_of_asset
from community.core.errors import NotFound
from community.core.fragments import base_url
from community.core.jsonld import breadcrumbs, graph, organization, website
from community.core.paging import page_number
from community.follows.queries import level_of, tag_for
from community.home.queries import home_for, places_for
from community.posts.queries import Listing, latest_tiles, tiles
from community.posts.reading import begin, kept_page
from community.settings.queries import site
from community.staff.viewer import VISITOR

bp = Blueprint("home", __name__)

FEED_LENGTH = 30


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


@bp.get("/questions.atom")
@public
def questions_feed() -> Response:
    """The newest questions that everybody may read."""
    return _feed(Listing(kind="question", sort="new"), "/questions", _("Questions"))


@bp.get("/c/<slug>.atom")
@public
def category_feed(slug: str) -> Response:
    """The newest topics of a category that everybody may read."""
    place = category_for(VISITOR, slug)
    return _feed(Listing(category_ids=(place.id,), sort="new"), f"/c/{slug}", place.name)


@bp.get("/tags/<tag>.atom")
@public
def tag_feed(tag: str) -> Response:
    """The newest topics with a tag that everybody may read."""
    return _feed(Listing(tag=tag, sort="new"), f"/tags/{tag}", tag, empty=False)


def _listing(arguments: Mapping[str, str], **fixed: object) -> Listing:
    """The list that an address asks for. Raises NotFound for filters that there are not."""
    asked: dict[str, object] = {name: arguments[name] for name in ("kind", "state", "sort") if arguments.get(name)}
    if asked.get("kind") == "all":
        asked["kind"] = None
    return Listing(**{**fixed, **asked})  # type: ignore[arg-type]


def _kept() -> tuple[tuple[str, str], ...]:
    """The filters of this page, which its other pages keep."""
    return tuple((name, request.args[name]) for name in ("kind", "state", "sort") if request.args.get(name))


def _feed(listing: Listing, address: str, title: str, *, empty: bool = True) -> Response:
    found = latest_tiles(VISITOR, listing, FEED_LENGTH)
    if not found and not empty:
        raise NotFound
    newest = max((tile.active_at for tile in found), default=clock.now())
    text = render_template(
        "home/feed.xml", tiles=found, title=title, address=address, newest=newest, base_url=base_url(), site=site().brand_name
    )
    answer = make_response(text)
    answer.mimetype = "application/atom+xml"
    return answer
