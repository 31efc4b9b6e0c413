"""What every request passes before its view: where an unsafe request comes from, and what answers carry.

Rulings 1: without a session an unsafe request must come from our own pages by `Sec-Fetch-Site` or
`Origin`; with one, it carries the session's token as well. The API has no cookies and is exempt.
"""

from __future__ import annotations

from flask import Flask, Response, current_app, request, session
from flask_login import current_user

from community.core.assets import TURBO_STYLE_HASH
from community.core.errors import Forbidden
from community.core.fragments import base_url
from community.extensions import csrf

SAFE = frozenset({"GET", "HEAD", "OPTIONS"})

POLICY = "; ".join(
    (
        "default-src 'none'",
        "script-src 'self'",
        f"style-src 'self' '{TURBO_STYLE_HASH}'",
        "img-src 'self' data:",
        "font-src 'self'",
        "connect-src 'self'",
        "manifest-src 'self'",
        "form-action 'self'",
        "frame-ancestors 'none'",
        "base-uri 'none'",
    )
)


def install(app: Flask) -> None:
    """Put the guards in front of and behind every view of `app`."""
    app.before_request(check_origin)
    app.after_request(add_headers)


def check_origin() -> None:
    """Refuse an unsafe request that does not come from our own pages. Raises Forbidden or CSRFError."""
    if request.method in SAFE or request.path.startswith("/api/"):
        return
    if _token_says_enough():
        return
    site = request.headers.get("Sec-Fetch-Site")
    origin = request.headers.get("Origin")
    if not (site == "same-origin" or (site is None and origin == base_url())):
        raise Forbidden
    if current_user.signed_in or ("csrf_token" in session and not _needs_no_session()):
        csrf.protect()


def _token_says_enough() -> bool:
    """Whether the signed token in the address is all that the view asks for (`gate.token_alone`)."""
    view = current_app.view_functions.get(request.endpoint or "")
    return bool(getattr(view, "token_alone", False))


def _needs_no_session() -> bool:
    """Whether the view treats all visitors alike (`gate.without_session`), so that nobody's session could be used."""
    view = current_app.view_functions.get(request.endpoint or "")
    return bool(getattr(view, "without_session", False))


def add_headers(response: Response) -> Response:
    """The headers of every answer, errors included."""
    headers = response.headers
    headers.setdefault("Content-Security-Policy", POLICY)
    headers.setdefault("X-Content-Type-Options", "nosniff")
    if response.mimetype == "text/html":  # they say nothing about anything but a page
        headers.setdefault("Referrer-Policy", "strict-origin-when-cross-origin")
        headers.setdefault("Permissions-Policy", "camera=(), microphone=(), geolocation=()")
        headers.setdefault("Cross-Origin-Opener-Policy", "same-origin")
    if "Cache-Control" not in headers:
        headers["Cache-Control"] = "private, no-store" if current_user.signed_in else "private, no-cache"
    return response
