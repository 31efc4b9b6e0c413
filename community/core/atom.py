"""Atom feeds (RFC 4287) of what everybody may read: one shape and one template for all of them.

Ids never change: they are addresses without words in them. `updated` is when the thing last changed, never when it was asked for.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import UTC, datetime

from flask import Response, make_response, render_template, request

from community.core.fragments import base_url
from community.core.pagecache import cacheable
from community.core.position import Standing

MIMETYPE = "application/atom+xml"

NEVER = datetime(1970, 1, 1, tzinfo=UTC)
"""When a feed that is empty changed last."""

LENGTH = 30
"""Entries of a feed."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Entry:
    """One thing in a feed. `address` is its page and `lasting` its address for ever, both paths; `topics` are term and label."""

    title: str
    address: str
    lasting: str
    author: str
    author_address: str
    published: datetime
    updated: datetime
    summary: str = ""
    topics: Sequence[tuple[str, str]] = ()


def feed(stood: Standing, *, title: str, address: str, entries: Sequence[Entry], feed_address: str = "") -> Response:
    """A feed of what the page at `address` shows, newest first; it lies at that address with `.atom` behind it.

    `stood` is read before the entries (`posts.reading.begin`): by it a visitor's copy is kept and answered with 304.
    """
    text = render_template(
        "atom.xml",
        title=title,
        address=address,
        own_address=feed_address or f"{address}.atom",
        entries=entries,
        newest=max((entry.updated for entry in entries), default=NEVER),
        base_url=base_url(),
    )
    answer = make_response(text)
    answer.mimetype = MIMETYPE
    if "Cookie" in request.headers:  # asked past the cache of public pages
        answer.add_etag()
        answer.headers["Cache-Control"] = "private, no-cache"
        answer.make_conditional(request)
        return answer
    return cacheable(answer, stood.versions)
