"""What machines read first: which addresses there are, and which are not for them."""

from __future__ import annotations

from collections.abc import Callable, Iterator
from datetime import datetime
from hashlib import sha256
from itertools import chain
from time import sleep
from urllib.parse import quote
from xml.sax.saxutils import escape

from flask import Response, request, stream_with_context

from community.accounts.gate import public
from community.core.errors import NotFound
from community.core.fragments import base_url
from community.core.limits import by_network
from community.home.blueprint import bp
from community.home.sitemaps import Place, files, places
from community.posts.reading import begin

STANDING = ("/", "/questions", "/faq", "/team", "/promise", "/record")
"""Pages that are always there."""

SCHEMA = "http://www.sitemaps.org/schemas/sitemap/0.9"

SAFE = "/~+.-_"
"""Characters of paths that stay as they are."""

MOST_FILES = 1_000_000
"""Numbers beyond this are of no file."""

DISALLOWED = (
    # What costs, what is one person's own, and what only changes something.
    *("/search", "/ask", "/preview", "/viewer.css", "/live", "/socket.io", "/api/", "/drafts", "/settings", "/admin", "/inbox"),
    *("/desk", "/insights", "/moderation", "/sign-in", "/sign-up", "/posts/", "/faq/*/", "/bell"),
    *("/t/*/related", "/*?reply_to=", "/*?sort=", "/*&sort="),
)


@bp.get("/robots.txt")
@public
def robots() -> Response:
    """What crawlers need not fetch, and where the sitemaps are."""
    lines = ["User-agent: *", *(f"Disallow: {path}" for path in DISALLOWED), "", f"Sitemap: {base_url()}/sitemap.xml", ""]
    return _lasting(Response("\n".join(lines), mimetype="text/plain"))


@bp.get("/sitemap.xml")
@by_network("60 per minute", methods=("GET",))
@public
def sitemap() -> Response:
    """The list of the sitemaps."""
    return _streamed("sitemapindex", _index)


@bp.get("/sitemaps/places.xml")
@by_network("60 per minute", methods=("GET",))
@public
def standing_sitemap() -> Response:
    """The pages that are always there."""
    return _streamed("urlset", lambda: ([_address(Place(path)) for path in group] for group in (STANDING,)))


@bp.get("/sitemaps/<section>-<int:number>.xml")
@by_network("60 per minute", methods=("GET",))
@public
def section_sitemap(section: str, number: int) -> Response:
    """One file of at most 10,000 addresses. Raises NotFound for one in which there is nothing."""
    if not 1 <= number <= MOST_FILES:
        raise NotFound
    portions = places(section, number)

    def entries() -> Iterator[list[str]]:
        first = next(portions, None)
        if first is None:
            raise NotFound
        for portion in chain((first,), portions):
            yield [_address(place) for place in portion]

    return _streamed("urlset", entries)


def _index() -> Iterator[list[str]]:
    yield [_entry("sitemap", "/sitemaps/places.xml")]
    for name, number, changed in files():
        yield [_entry("sitemap", f"/sitemaps/{name}-{number}.xml", changed)]


def _address(place: Place) -> str:
    return _entry("url", place.address, place.changed)


def _entry(kind: str, path: str, changed: datetime | None = None) -> str:
    moment = f"<lastmod>{changed.isoformat(timespec='seconds')}</lastmod>" if changed else ""
    return f"<{kind}><loc>{escape(base_url() + quote(path, safe=SAFE))}</loc>{moment}</{kind}>\n"


def _streamed(root: str, entries: Callable[[], Iterator[list[str]]]) -> Response:
    """An XML document, sent as it is read; one that a crawler has already is only named. Raises what the first portion raises."""
    versions = begin("home").versions
    etag = sha256(f"{request.path} {base_url()} {sorted(versions.items())}".encode()).hexdigest()[:24]
    if request.if_none_match.contains(etag):
        return _lasting(Response(status=304), etag)
    portions = entries()
    first = next(portions)

    def document() -> Iterator[str]:
        yield f'<?xml version="1.0" encoding="utf-8"?>\n<{root} xmlns="{SCHEMA}">\n'
        for portion in chain((first,), portions):
            yield "".join(portion)
            sleep(0)  # others have their turn between two portions
        yield f"</{root}>\n"

    return _lasting(Response(stream_with_context(document()), mimetype="application/xml"), etag)


def _lasting(answer: Response, etag: str = "") -> Response:
    """Everybody may keep it and asks whether it still holds."""
    answer.headers["Cache-Control"] = "no-cache"
    if etag:
        answer.set_etag(etag)
    return answer
