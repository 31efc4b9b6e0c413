"""The commitments of a topic as its page shows them, drawn by one macro for the page and for a push."""

from __future__ import annotations

from markupsafe import Markup

from community.commitments.queries import commitments_in
from community.core.fragments import fragment, stream

_FILE = "commitments/_commitment.html"


def in_topic(topic_id: int, *, any_yet: bool = True) -> Markup:
    """The block on a topic's page; empty, but there, where nothing was promised. `any_yet` False: where nothing ever was."""
    return fragment(_FILE, "in_topic", topic_id, commitments_in(topic_id) if any_yet else ())


def in_topic_replaced(topic_id: int) -> Markup:
    """The same for an open page."""
    return stream("replace", f"topic_{topic_id}_commitments", in_topic(topic_id))
