"""A page that everybody may keep: what it shows is noted before it is read, so that a cache knows when it is stale."""

from __future__ import annotations

from typing import Any

from flask import Response, make_response, render_template

from community.core.pagecache import ALWAYS, cacheable
from community.core.position import Standing, standing
from community.settings.queries import site_as_of
from community.staff.viewer import Viewer


def begin(*channels: str) -> Standing:
    """Begin a page that shows these channels, before any other query of it; one query."""
    found = standing(*channels, *ALWAYS)
    site_as_of(found.versions["site"])
    return found


def kept_page(viewer: Viewer, stood: Standing, template: str, **shown: Any) -> Response:
    """A page drawn from what was read since `begin`. A visitor's may be kept; one for somebody signed in is private."""
    page = make_response(render_template(template, position=stood.position, **shown))
    return page if viewer.signed_in else cacheable(page, stood.versions)
