"""How the promise was kept."""

from __future__ import annotations

from flask import Blueprint, Response, request

from community.accounts.gate import public, viewer
from community.core.fragments import base_url
from community.core.limits import by_person
from community.core.paging import page_number
from community.posts.reading import begin, kept_page
from community.promise.chart import share_chart
from community.promise.queries import kept_unchecked
from community.promise.words import desk_hours
from community.settings.queries import site

bp = Blueprint("promise", __name__)


@bp.get("/promise")
@by_person("60 per minute", methods=("GET",))
@public
def show_promise() -> Response:
    """What is promised, the share that was kept by week, and every miss."""
    stood = begin("promise", "home")
    kept = kept_unchecked(number=page_number(request.args))
    chart = share_chart(kept.weeks, kept.share)
    hours, zone = desk_hours(site()), site().desk_time_zone
    return kept_page(viewer(), stood, "promise/promise.html", kept=kept, chart=chart, hours=hours, zone=zone, base_url=base_url())
