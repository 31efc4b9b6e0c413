"""The figures of an update as its page shows them, drawn by one macro for the page and for a push."""

from __future__ import annotations

from markupsafe import Markup

from community.core.fragments import fragment, stream
from community.updates.queries import figures_in

_FILE = "updates/_figure.html"


def in_topic(topic_id: int, *, any_yet: bool = True) -> Markup:
    """The figures below the text; empty, but there, where it has none. `any_yet` False: where there never were any."""
    return fragment(_FILE, "in_topic", topic_id, figures_in(topic_id) if any_yet else ())


def in_topic_replaced(topic_id: int) -> Markup:
    """The same for an open page."""
    return stream("replace", f"topic_{topic_id}_figures", in_topic(topic_id))
