"""Answers made of the pages' own macros: a redirect, a Turbo stream, or a push.

A macro file (leading underscore) is imported, never included, so it cannot see who is looking.
"""

from __future__ import annotations

from collections.abc import Iterator
from contextlib import contextmanager
from typing import Any

from flask import (
    Flask,
    Response,
    current_app,
    flash,
    g,
    get_template_attribute,
    make_response,
    redirect,
    render_template,
    request,
)
from flask_babel import force_locale, refresh
from markupsafe import Markup

from community.core.clock import zones

STREAM_TYPE = "text/vnd.turbo-stream.html"

REFRESH = Markup('<turbo-stream action="refresh" method="morph" scroll="preserve"></turbo-stream>')
"""Asks the browser to fetch its page again and change only what differs."""

_STREAM = Markup('<turbo-stream action="{}" {}="{}"><template>{}</template></turbo-stream>')


def fragment(template: str, macro: str, *arguments: Any, **named: Any) -> Markup:
    """Call a macro of a template file and return its HTML. Needs an application context and a locale."""
    return Markup(get_template_attribute(template, macro)(*arguments, **named))  # noqa: S704 - Jinja escaped it


def stream(action: str, target: str, html: Markup | None = None) -> Markup:
    """A Turbo stream element that does `action` to the element with the id `target`."""
    return _STREAM.format(action, "target", target, html or "")


def stream_all(action: str, selector: str, html: Markup | None = None) -> Markup:
    """A Turbo stream element that does `action` to everything the CSS selector finds."""
    return _STREAM.format(action, "targets", selector, html or "")


def restyled() -> Markup:
    """A stream that fetches the viewer's own stylesheet of this page again: what is theirs there has changed (rulings 3)."""
    return Markup('<turbo-stream action="restyle"></turbo-stream>')


def wants_stream() -> bool:
    """Whether the request comes from a Turbo form that can apply streams."""
    return STREAM_TYPE in request.headers.get("Accept", "")


def respond(location: str, *streams: Markup, said: str = "") -> Response:
    """Answer a change: streams where the browser applies them, else 303 to `location` with `said` shown there."""
    if streams and wants_stream():
        return Response(Markup("").join(streams), mimetype=STREAM_TYPE)
    if said:
        flash(said)
    answer = redirect(location, code=303)
    assert isinstance(answer, Response)
    return answer


def private_page(template: str, status: int = 200, **shown: Any) -> Response:
    """A page that nobody may keep, neither a cache nor Turbo: it holds a form with a token, or what only its reader may see."""
    page = make_response(render_template(template, is_private=True, **shown), status)
    page.headers["Cache-Control"] = "private, no-store"
    return page


@contextmanager
def drawing(app: Flask, language: str, time_zone: str = "UTC") -> Iterator[None]:
    """Let macros be drawn outside a request, in one language and time zone, with the site's own base address."""
    with app.test_request_context(base_url=app.config["BASE_URL"]), force_locale(language):
        before = g.get("time_zone")  # an outer context may be shared
        g.time_zone = time_zone if time_zone in zones() else "UTC"
        refresh()
        try:
            yield
        finally:
            g.time_zone = before
            refresh()


def base_url() -> str:
    """The site's public address without a trailing slash; from the configuration, never from the request."""
    return str(current_app.config["BASE_URL"])
