"""Bodies of topics drawn once for everybody who may read them, kept while nothing in them has changed.

A visitor's whole page is kept as bytes in front of Flask (`core/pagecache.py`); this is what pages for
people who are signed in share with it: everything but the frame and the composer. Only public topics are kept.
"""

from __future__ import annotations

from collections import OrderedDict
from collections.abc import Callable
from dataclasses import dataclass

from flask import current_app, get_template_attribute
from flask_babel import get_locale, get_timezone
from markupsafe import Markup

from community.core.markup import stored_html
from community.core.position import Standing
from community.posts.queries import topic_page
from community.posts.reading import begin
from community.posts.views import TopicPage
from community.staff.viewer import Viewer

MOST = 256
"""Bodies that a process keeps: about 60 KB each, so 16 MB."""

_OWN = stored_html("<!-- what is the viewer's own -->")
_FIRST = stored_html("<!-- what belongs to the first post -->")

Key = tuple[int, int, str, str]


@dataclass(frozen=True, slots=True)
class Body:
    """A page of a topic as everybody sees it, around two places.

    Between `before` and `between` stands what belongs to the first post, between that and `after` what is the viewer's own.
    Where the first post is on another page, `before` is empty.
    """

    page: TopicPage
    before: Markup
    between: Markup
    after: Markup
    versions: dict[str, int]

    def parts(self, place: str) -> list[Markup]:
        """What rooms further out show there (`TOPIC_PARTS` in app.py), drawn anew; they know whether there is anything."""
        topic_id, found = self.page.topic.id, _parts()
        return [
            part(topic_id, any_yet=self.versions[channel.format(topic_id)] > 0)
            for channel, (part, stands) in found.items()
            if stands == place and (place == "last" or self.before)
        ]


def body_of(viewer: Viewer, topic_id: int, number: int) -> tuple[Standing, Body]:
    """A page of a topic, and where the log stood before it was read. Raises NotFound where the viewer may not know of it.

    A kept one is public and its versions still hold, so whoever asks may read it.
    """
    bodies: OrderedDict[Key, Body] = current_app.extensions.setdefault("topic_bodies", OrderedDict())
    key = (topic_id, number, str(get_locale()), str(get_timezone()))
    kept = bodies.get(key)
    beside = {channel.format(topic_id) for channel in _parts()}
    channels = beside | (kept.page.topic.channels if kept else {f"topic:{topic_id}"})
    while True:
        stood = begin(*sorted(channels))
        if kept is not None and kept.versions == stood.versions:
            if key in bodies:  # others may have pushed it out while the database was asked
                bodies.move_to_end(key)
            return stood, kept
        page = topic_page(viewer, topic_id, number)
        if page.topic.channels <= channels:
            break
        channels |= page.topic.channels
    drawn = _drawn(page, stood)
    if page.topic.category.visibility == "public" and not page.topic.held:
        bodies[key] = drawn
        bodies.move_to_end(key)
        while len(bodies) > MOST:
            bodies.popitem(last=False)
    return stood, drawn


def _parts() -> dict[str, tuple[Callable[..., Markup], str]]:
    found: dict[str, tuple[Callable[..., Markup], str]] = current_app.extensions["topic_parts"]
    return found


def _drawn(page: TopicPage, stood: Standing) -> Body:
    html = get_template_attribute("topics/_topic.html", "topic_main")(
        page, caller=lambda place="own": _FIRST if place == "first" else _OWN
    )
    before, _, after = html.partition(_OWN)
    above, split, between = before.partition(_FIRST)
    if not split:
        above, between = "", above
    return Body(page, stored_html(above), stored_html(between), stored_html(after), stood.versions)
