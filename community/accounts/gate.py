"""In front of views: who is asking, and who may come in. Every view wears one of these guards.

What a viewer may not see is not there: the same 404 as for an address that never was.
"""

from __future__ import annotations

import re
from collections.abc import Callable
from functools import wraps
from typing import ParamSpec, TypeVar
from urllib.parse import quote, urlsplit

from flask import current_app, redirect, request
from flask_login import current_user
from werkzeug.exceptions import HTTPException
from werkzeug.routing import RequestRedirect
from werkzeug.wrappers import Response

from community.core.errors import NotFound, Unauthorized
from community.staff.viewer import Viewer

P = ParamSpec("P")
T = TypeVar("T")


def viewer() -> Viewer:
    """Who sent this request: somebody signed in, or the visitor."""
    found: Viewer = current_user._get_current_object()  # noqa: SLF001 - the documented way to the object behind the proxy
    return found


def public(view: Callable[P, T]) -> Callable[P, T]:
    """Everybody may come in; what they see is decided by queries that take the viewer."""
    return _marked(view, "public")


def without_session(view: Callable[P, T]) -> Callable[P, T]:
    """For a visitor this view neither reads nor keeps a session, so it takes their request by its origin alone (rulings 1).

    Without this, a visitor who was on the ask page carries a session, and buttons on pages drawn for all have no token of it.
    """
    vars(view)["without_session"] = True
    return view


def token_alone(view: Callable[P, T]) -> Callable[P, T]:
    """An unsafe request that a signed token in its address allows by itself, wherever it comes from (RFC 8058; rulings 6)."""
    vars(view)["token_alone"] = True
    return view


def members_only(view: Callable[P, T]) -> Callable[P, T | Response]:
    """Somebody signed in. A visitor who reads is sent to sign in and back; one who writes gets a 401."""

    @wraps(view)
    def guarded(*args: P.args, **named: P.kwargs) -> T | Response:
        if viewer().signed_in:
            return view(*args, **named)
        if request.method not in {"GET", "HEAD"}:
            raise Unauthorized
        return redirect(f"/sign-in?next={quote(request.full_path.rstrip('?'))}", code=303)

    return _marked(guarded, "members")


def staff_only(view: Callable[P, T]) -> Callable[P, T]:
    """Employees; for everybody else the page is not there."""
    return _only(view, "staff", lambda who: who.is_staff)


def moderators_only(view: Callable[P, T]) -> Callable[P, T]:
    """Moderators and admins; for everybody else the page is not there."""
    return _only(view, "moderators", lambda who: who.is_moderator)


def admins_only(view: Callable[P, T]) -> Callable[P, T]:
    """Admins; for everybody else the page is not there."""
    return _only(view, "admins", lambda who: who.is_admin)


def own_path(address: str | None) -> str:
    """`address` if it is a path that our own router answers with a page, else `/`.

    Only this is safe to redirect to: browsers read four slashes, a backslash or a tab after the first as other hosts.
    """
    if not address or not re.fullmatch(r"/(?![/\\])[\x21-\x5b\x5d-\x7e]*", address) or len(address) > 2000:
        return "/"
    parts = urlsplit(address)
    if parts.scheme or parts.netloc:
        return "/"
    try:
        current_app.url_map.bind("localhost").match(parts.path, method="GET")
    except (HTTPException, RequestRedirect):
        return "/"
    return address


def _only(view: Callable[P, T], word: str, allowed: Callable[[Viewer], bool]) -> Callable[P, T]:
    @wraps(view)
    def guarded(*args: P.args, **named: P.kwargs) -> T:
        if not allowed(viewer()):
            raise NotFound
        return view(*args, **named)

    return _marked(guarded, word)


def _marked(view: Callable[P, T], word: str) -> Callable[P, T]:
    vars(view)["guard"] = word
    return view
