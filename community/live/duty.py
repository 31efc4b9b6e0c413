"""The door to the desk on every page says whether somebody is on duty; and web processes say whom of these they see."""

from __future__ import annotations

import time
from collections.abc import Collection

from flask import Flask
from sqlalchemy import select

from community.extensions import db
from community.live.listeners import Listener, Listeners
from community.live.sockets import Sender
from community.talks.actions import see_duty
from community.talks.models import Duty
from community.talks.queries import on_duty

SEEN = 60.0
"""Seconds between two times that a process says who on duty has a page open here."""


class Duties:
    """Asks once a second, while somebody has a page open, whether anybody is on duty, and tells who listens when that changes."""

    def __init__(self, app: Flask, listeners: Listeners, sender: Sender) -> None:
        self._app = app
        self._listeners = listeners
        self._sender = sender
        self._live = False
        self._said = float("-inf")

    def step(self, came: Collection[Listener]) -> None:
        """Tell everybody what changed, and those who came since the last step that somebody is there."""
        if not len(self._listeners):
            return
        with self._app.app_context():
            on = set(db.session.scalars(select(Duty.account_id).where(on_duty())))
            db.session.rollback()
            here = {account_id for account_id in on if self._listeners.of_account(account_id)}
            if here and time.monotonic() - self._said >= SEEN:
                self._said = time.monotonic()
                see_duty(here)
        before, self._live = self._live, bool(on)
        whom = self._listeners.all() if self._live != before else came if self._live else ()
        if whom:
            self._sender.send("presence", {"channel": "duty", "live": self._live}, whom)
