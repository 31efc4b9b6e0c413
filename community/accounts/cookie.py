"""The browser's session: Flask-Login keeps the token of a row in a signed cookie, and asks for its viewer on every request."""

from __future__ import annotations

from contextlib import suppress
from typing import Any

from flask import Flask, Response, g, has_request_context, request, session
from flask_login import current_user, login_user, logout_user
from sqlalchemy.exc import SQLAlchemyError

from community.accounts import seen
from community.accounts.actions import end_session, start_session
from community.accounts.actions.sessions import REMEMBERED
from community.accounts.gate import viewer
from community.accounts.queries import viewer_of_token
from community.core.errors import Refused
from community.core.languages import AVAILABLE, negotiate
from community.extensions import login_manager
from community.staff.viewer import VISITOR, Viewer


def install(app: Flask) -> None:
    """Let requests know their viewer, and templates of the frame too (`viewer`; macros cannot see it)."""
    app.config["PERMANENT_SESSION_LIFETIME"] = REMEMBERED
    app.config["SESSION_REFRESH_EACH_REQUEST"] = False
    # The rows decide; guessing from address and browser would sign people out on a train.
    login_manager.session_protection = None
    login_manager.anonymous_user = lambda: VISITOR
    login_manager.user_loader(viewer_of_token)
    app.context_processor(_frame)
    app.after_request(_note_seen)


def sign_in(account_id: int, *, remember: bool) -> Viewer:
    """Open a session for this browser and give it a new cookie; whatever it carried before ends."""
    leave()
    token = start_session(account_id, request.user_agent.string, remember)
    found = viewer_of_token(token)
    assert found is not None
    login_user(found)
    session.permanent = remember
    return found


def leave() -> None:
    """End this browser's session, in the database and in the cookie."""
    if current_user.signed_in:
        with suppress(Refused):  # it may just have been ended from elsewhere
            end_session(by=viewer())
    logout_user()
    session.clear()


def language() -> str:
    """The language of this request: the viewer's own, or the one a visitor's browser asks for."""
    if not has_request_context():
        return AVAILABLE[0]
    return _drawn_for().language if "_user_id" in session else negotiate(request.headers.get("Accept-Language", ""))


def time_zone() -> str:
    """The time zone that moments are written in: the viewer's own; UTC for visitors, whose pages are shared.

    Where something is drawn for one reader outside their request, it is theirs (`core.fragments.drawing`).
    """
    if drawn := g.get("time_zone"):
        return str(drawn)
    return _drawn_for().time_zone if has_request_context() and "_user_id" in session else "UTC"


def _frame() -> dict[str, Any]:
    return {"viewer": _drawn_for()}


def _drawn_for() -> Viewer:
    try:
        return viewer()
    except SQLAlchemyError:  # the page that tells of a lost database is drawn for nobody
        return VISITOR


def _note_seen(response: Response) -> Response:
    if "_user_id" in session and current_user.signed_in:
        seen.note_session(current_user.session_id, current_user.id)
        response.call_on_close(seen.flusher())
    return response
