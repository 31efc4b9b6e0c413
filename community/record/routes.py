"""The record as a page, a file, a key and a feed."""

from __future__ import annotations

from datetime import date

from flask import Blueprint, Response, request, stream_with_context

from community.accounts.gate import public, viewer
from community.appeals.queries import outcomes
from community.core import clock, limits
from community.core.errors import NotFound
from community.core.fragments import base_url
from community.core.paging import page_number
from community.core.text import is_clean
from community.posts.queries.posts import rule_words
from community.posts.reading import begin, kept_page
from community.record.queries import Filters, lines, newest_entries, newest_signed, record_page
from community.record.wording import KINDS

bp = Blueprint("record", __name__)

FEED_LENGTH = 50

LONGEST_WORD = 40

EARLIEST, LATEST = date(1970, 1, 1), date(2999, 12, 31)


@bp.get("/record")
@public
def show_record() -> Response:
    """The record, newest first, with filters."""
    stood = begin("record")
    filters = _filters()
    page = record_page(filters, number=page_number(request.args))
    shown = {
        "record": page,
        "filters": filters,
        "kinds": KINDS,
        "rules": rule_words(),
        "appeals": outcomes(),
        "base_url": base_url(),
    }
    return kept_page(viewer(), stood, "record/record.html", **shown)


@bp.get("/record.jsonl")
@limits.by_person("30 per 10 minutes", methods=("GET",))
@public
def download() -> Response:
    """The whole record, to be checked by anybody."""
    answer = Response(stream_with_context(lines()), mimetype="application/jsonl")
    answer.headers["Content-Disposition"] = "inline; filename=record.jsonl"
    answer.headers["Cache-Control"] = "no-cache"
    return answer


@bp.get("/record/key.pem")
@public
def key() -> Response:
    """The public key of the signatures. Raises NotFound while nothing is signed."""
    signed = newest_signed()
    if signed is None:
        raise NotFound
    return Response(signed.key, mimetype="application/x-pem-file")


@bp.get("/record.atom")
@public
def feed() -> Response:
    """The newest entries; each carries its hash, so every reader of the feed keeps heads."""
    stood = begin("record")
    entries = newest_entries(FEED_LENGTH)
    updated = entries[0].at if entries else clock.now()
    answer = kept_page(viewer(), stood, "record/feed.xml", entries=entries, updated=updated, base_url=base_url())
    answer.mimetype = "application/atom+xml"
    return answer


def _filters() -> Filters:
    given = request.args
    since, until = _day(given.get("since")), _day(given.get("until"))
    return Filters(kind=_word(given.get("kind", "")), by=_word(given.get("by", "")), since=since, until=until)


def _word(text: str) -> str:
    """A handle or kind; what can be neither is no filter."""
    return text if is_clean(text) and len(text) <= LONGEST_WORD else ""


def _day(text: str | None) -> date | None:
    """A day of this or the last century; whatever else was sent is no filter."""
    try:
        day = date.fromisoformat(text) if text else None
    except ValueError:
        return None
    return day if day is not None and EARLIEST <= day <= LATEST else None
