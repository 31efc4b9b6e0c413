"""What changed on the desk, drawn anew by the page's own macros; employees alone hear its channel."""

from __future__ import annotations

from markupsafe import Markup

from community.core.fragments import fragment, stream, stream_all
from community.desk.queries import Entry, desk_counts, entries_of
from community.faq.queries import entries_to_check
from community.live.changes import Changes
from community.staff.viewer import Viewer

_DESK = "desk/_desk.html"

_OFFER = Markup(
    '<turbo-stream action="offer" targets="#desk_topics[data-live-list]" data-news="activity" data-topic="{}" data-state="{}"'
    ' data-category="{}"></turbo-stream>'
)


def desk_streams(viewer: Viewer, changes: Changes) -> Markup:
    """How much waits, each topic that changed where it stands, an offer of what is new, and what waits no longer."""
    if not viewer.is_staff:
        return Markup()
    counts = desk_counts(viewer)
    streams = [stream("replace", "desk_counts", fragment(_DESK, "desk_counts", counts))]
    for queue, count in {"all": sum(counts.values()), **counts}.items():
        streams.append(stream("replace", f"desk_count_{queue}", fragment(_DESK, "queue_count", queue, count)))
    streams.append(stream("replace", "desk_faq", fragment(_DESK, "faq_entries", entries_to_check(viewer))))
    found = entries_of(viewer, changes.topics)
    for topic_id in changes.topics:
        streams += _entry(topic_id, found.get(topic_id))
    return Markup().join(streams)


def _entry(topic_id: int, entry: Entry | None) -> list[Markup]:
    place = f'#desk_topics [data-topic="{topic_id}"]'
    if entry is None:
        return [stream_all("leave", place)]
    drawn = stream_all("replace", place, fragment(_DESK, "entry", entry))
    return [drawn, _OFFER.format(topic_id, entry.queue, entry.category.id)]
