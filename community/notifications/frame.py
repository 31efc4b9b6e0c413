"""What the frame of every page shows somebody signed in: the bell, and where the log stood when it was drawn."""

from __future__ import annotations

from functools import cached_property
from typing import Any

from flask import Flask
from flask_login import current_user
from sqlalchemy.exc import SQLAlchemyError

from community.core.position import Position
from community.notifications.queries import Bell, bell, unread_in
from community.staff.viewer import Viewer


class Frame:
    """Asked by the templates of pages, and only then; macros cannot see it."""

    def __init__(self, viewer: Viewer) -> None:
        self._viewer = viewer

    @cached_property
    def bell(self) -> Bell:
        """What is unread, where the log stands and the door to the desk: one query a page, none for visitors."""
        try:
            return bell(self._viewer) if self._viewer.signed_in else Bell(0, Position("none", 0))
        except SQLAlchemyError:  # the page that tells of a lost database has a frame too
            return Bell(0, Position("none", 0))

    def unread_in(self, topic_id: int) -> int:
        """How many of a topic are unread; no query where nothing is."""
        return unread_in(self._viewer, topic_id) if self.bell.unread else 0


def install(app: Flask) -> None:
    """Let templates of pages see `own`."""
    app.context_processor(_own)


def _own() -> dict[str, Any]:
    return {"own": Frame(current_user)}
