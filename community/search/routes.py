"""The search page."""

from __future__ import annotations

from datetime import timedelta

from flask import Blueprint, Response, make_response, render_template, request

from community.accounts import gate
from community.categories.queries import categories_visible_to
from community.core import clock, limits
from community.core.pagecache import cacheable
from community.core.paging import page_number
from community.core.position import position_now
from community.insights.noted import note_empty_search
from community.search.freshness import fresh_topics, long_before, wait_for_index
from community.search.normal import key_of, normal
from community.search.queries import asked, search
from community.search.querying import LONGEST
from community.search.related import related_page
from community.search.saved_routes import saved
from community.searches.queries import saved_here

bp = Blueprint("search", __name__)
bp.register_blueprint(saved)

CHIPS = ("q", "kind", "state", "category", "tag", "product", "from", "by", "since", "until", "sort")
"""The arguments that say what is looked for; everything else in the address is ignored."""


@bp.get("/search")
@gate.public
@limits.by_person(limits.SEARCHES, methods=("GET",))
def results() -> Response:
    """Answers to what was typed, as this viewer may see them."""
    viewer = gate.viewer()
    fresh = fresh_topics(request.args.get("fresh", ""))
    now = position_now()
    if fresh:
        wait_for_index(now)
    given = {name: request.args[name][:LONGEST] for name in CHIPS if request.args.get(name)}
    query = asked(given)
    found = search(viewer, query, number=page_number(request.args), address="/search", kept=tuple(given.items()), fresh=fresh)
    in_vain = found.available and not query.is_empty and not found.total
    if in_vain:
        note_empty_search(given.get("q", ""), limits.browser())
    page = render_template(
        "search/results.html",
        found=found,
        query=query,
        given=given,
        categories=categories_visible_to(viewer),
        in_vain=in_vain,
        year_ago=(clock.now() - timedelta(days=365)).date().isoformat(),
        before=request.args.get("before", "")[:LONGEST],
        live_key=key_of(given),
        position=found.position or long_before(now),
        kept=saved_here(viewer, normal(given)) if viewer.signed_in else {},
    )
    answer = make_response(page)
    answer.headers["Cache-Control"] = "private, no-cache"
    return answer


@bp.get("/t/<int:topic_id>/related")
@gate.public
@limits.by_person(limits.LOOKS, methods=("GET",))
def related(topic_id: int) -> Response:
    """Questions that are related to a topic, as a page; with `?part` the list alone, which a topic's page puts beside it."""
    viewer = gate.viewer()
    found = related_page(viewer, topic_id)
    template = "search/related_part.html" if "part" in request.args else "search/related.html"
    answer = make_response(render_template(template, topic=found.topic, tiles=found.tiles))
    if found.stood is not None and not viewer.signed_in:
        return cacheable(answer, found.stood.versions)
    answer.headers["Cache-Control"] = "private, no-cache"
    return answer
