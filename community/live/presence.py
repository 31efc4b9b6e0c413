"""Who is here now: who reads a topic, who is writing in it, and who of the staff is at the desk.

None of it is stored. Whoever listens to a topic's channel reads it; a sign of writing is renewed by its browser and ends by
itself; a crashed tab goes with its socket. Other processes tell theirs through Redis, where there is one (`shared_presence.py`).
Employees are named, as everything they do here is by name; members where they want it, and otherwise counted, as visitors are.
What is told of a topic goes to those who listen to it, so nobody hears of people in a place that they may not read; that an
employee writes there also to the desk, whose people read every place.
"""

from __future__ import annotations

import time
from collections import defaultdict
from collections.abc import Collection, Mapping
from dataclasses import dataclass, field
from typing import Any, Protocol

import gevent
import structlog
from flask import Flask

from community.extensions import db
from community.live.channels import Channel
from community.live.duty import Duties
from community.live.listeners import Listener, Listeners
from community.live.sockets import Sender
from community.staff.viewer import Viewer, viewers_unchecked

STEP = 1.0
"""Seconds between looks: a place is told at most so often what changed in it."""

WRITING = 9.0
"""Seconds that a sign of writing lasts; browsers renew it every four while somebody types."""

KNOWN = 60.0
"""Seconds that a name and whether somebody is of the staff are remembered."""

MOST_NAMED = 5
"""Employees named of one place; the rest are counted."""

CROWD = 1_000
"""Listeners of one place for each second between what it is told."""

KINDS = frozenset({"topic", "desk", "talk"})
DESK, HOME = Channel("desk"), Channel("home")

logger = structlog.get_logger()


@dataclass(frozen=True)
class Present:
    """Who is in one place: accounts, those that write there with whether they speak for the brand, and a number of visitors."""

    accounts: frozenset[int] = frozenset()
    writing: Mapping[int, bool] = field(default_factory=dict)
    visitors: int = 0

    def with_(self, other: Present) -> Present:
        """Both together; whoever is in both is one person."""
        return Present(self.accounts | other.accounts, {**self.writing, **other.writing}, self.visitors + other.visitors)


class Shared(Protocol):
    """What other processes know."""

    def tell(self, places: Mapping[Channel, Present], *, whole: bool) -> None:
        """Let them know of these places of ours; `whole` where we have no others."""

    def elsewhere(self, place: Channel) -> Present:
        """Who is there according to the others."""

    def changed(self) -> set[Channel]:
        """The places of which they have told since the last question."""

    def wants_all(self) -> bool:
        """Whether it is time to tell them of all our places."""


class Alone:
    """No other process tells anything."""

    def tell(self, places: Mapping[Channel, Present], *, whole: bool) -> None:
        """Nobody hears it."""

    def elsewhere(self, _place: Channel) -> Present:
        """Nobody."""
        return Present()

    def changed(self) -> set[Channel]:
        """None."""
        return set()

    def wants_all(self) -> bool:
        """Never."""
        return False


class Presence:
    """Looks once a second at the places in which somebody came, went or wrote, and tells who listens there."""

    def __init__(self, app: Flask, listeners: Listeners, sender: Sender, shared: Shared, duties: Duties | None = None) -> None:
        self._app = app
        self._duties = duties
        self._listeners = listeners
        self._sender = sender
        self._shared = shared
        self._signs: dict[Channel, dict[int, tuple[float, bool]]] = defaultdict(dict)
        self._told: dict[Channel, dict[str, Any]] = {}
        self._opens: dict[Channel, float] = {}  # when a crowd may be told again, in monotonic seconds
        self._known: dict[int, tuple[float, Viewer]] = {}

    def writes(self, listener: Listener, place: Channel, *, speaks: bool) -> None:
        """Somebody is writing there; `speaks` for the brand, if they may."""
        if listener.account_id is not None and place in listener.channels:
            self._signs[place][listener.account_id] = (time.monotonic() + WRITING, speaks)
            self._listeners.stirred.add(place)

    def rests(self, listener: Listener, place: Channel) -> None:
        """They have sent it, or think about it."""
        signs = self._signs.get(place, {})
        if listener.account_id in signs:
            del signs[listener.account_id]
            self._listeners.stirred.add(place)

    def run(self) -> None:
        """Look for ever. What goes wrong is tried again a second later."""
        while True:
            gevent.sleep(STEP)
            try:
                self.step()
            except Exception:
                logger.exception("presence is interrupted")

    def step(self) -> None:
        """Tell what changed since the last step."""
        self._end_signs()
        stirred, came = self._listeners.take_stirred()
        stirred = {place for place in stirred if place.kind in KINDS}
        if any(HOME in listener.channels for listener in came):
            stirred.add(DESK)
        mine = {place: self._here(place) for place in stirred}
        whole = self._shared.wants_all()
        if whole:
            mine |= {place: self._here(place) for place in self._listeners.places() if place.kind in KINDS}
        if mine or whole:
            self._shared.tell(mine, whole=whole)
        places = {place for place in stirred | self._shared.changed() if self._is_due(place)}
        now = {place: (mine.get(place) or self._here(place)).with_(self._shared.elsewhere(place)) for place in places}
        people = self._people({account for present in now.values() for account in present.accounts})
        self._tell_desk(came)
        for place, present in now.items():
            self._tell(place, _told(place, present, people), came)
        if self._duties is not None:
            self._duties.step(came)

    def _is_due(self, place: Channel) -> bool:
        """Whether the place may be told again; a crowd, in which somebody always comes or goes, is told less often."""
        now = time.monotonic()
        if self._opens.get(place, 0.0) > now:
            self._listeners.stirred.add(place)
            return False
        self._opens[place] = now + len(self._listeners.in_channel(place)) / CROWD
        self._opens = {each: opens for each, opens in self._opens.items() if opens > now}
        return True

    def _tell(self, place: Channel, told: dict[str, Any], came: Collection[Listener]) -> None:
        listeners = self._listeners.in_channel(HOME if place == DESK else place)
        before = self._told.pop(place, None)
        if not _is_quiet(place, told):
            self._told[place] = told
            if told == before:
                listeners = [listener for listener in listeners if listener in came]
        elif before is None:
            return
        self._sender.send("presence", told, listeners)
        if place.kind == "topic" and (told["writing"] or (before and before["writing"])):
            self._sender.send("presence", told, self._listeners.in_channel(DESK))

    def _tell_desk(self, came: Collection[Listener]) -> None:
        """Whoever comes to the desk hears in which topics an employee is writing."""
        desk = [listener for listener in came if DESK in listener.channels]
        for place, told in self._told.items() if desk else ():
            if place.kind == "topic" and told["writing"]:
                self._sender.send("presence", told, desk)

    def _here(self, place: Channel) -> Present:
        listeners = self._listeners.in_channel(place)
        accounts = frozenset(listener.account_id for listener in listeners if listener.account_id is not None)
        # Of a tab that crashed in the middle of a word only the sign is left.
        writing = {each: speaks for each, (_, speaks) in self._signs.get(place, {}).items() if each in accounts}
        return Present(accounts, writing, sum(listener.account_id is None for listener in listeners))

    def _end_signs(self) -> None:
        now = time.monotonic()
        for place, signs in list(self._signs.items()):
            for account in [account for account, (until, _) in signs.items() if until <= now]:
                del signs[account]
                self._listeners.stirred.add(place)
            if not signs:
                del self._signs[place]

    def _people(self, ids: set[int]) -> dict[int, Viewer]:
        """Who these are, as they were a minute ago at the most."""
        now = time.monotonic()
        self._known = {each: known for each, known in self._known.items() if now - known[0] < KNOWN}
        missing = sorted(ids - self._known.keys())
        if missing:
            with self._app.app_context():
                found = viewers_unchecked(missing)
                db.session.rollback()
            self._known |= {each: (now, viewer) for each, viewer in found.items()}
        return {each: self._known[each][1] for each in ids if each in self._known}


def _told(place: Channel, present: Present, people: Mapping[int, Viewer]) -> dict[str, Any]:
    """The message about a place: employees and who wants to be named by handle and name, the others as numbers, each once."""
    staff = {each: viewer for each, viewer in sorted(people.items()) if each in present.accounts and viewer.is_staff}
    writing = [[viewer.handle, viewer.name, present.writing[each]] for each, viewer in staff.items() if each in present.writing]
    reading = [[viewer.handle, viewer.name] for each, viewer in staff.items() if each not in present.writing]
    members = _members(present, people)[:MOST_NAMED] if place.kind == "topic" else []
    return {
        "channel": str(place),
        "staff": reading[:MOST_NAMED],
        "staff_count": len(reading),
        "writing": writing[:MOST_NAMED],
        "members": members,
        "others": len(present.accounts - staff.keys()) + present.visitors - len(members),
        "others_writing": len(present.writing.keys() - staff.keys()) - sum(writes for _, _, writes in members),
    }


def _members(present: Present, people: Mapping[int, Viewer]) -> list[tuple[str, str, bool]]:
    """Handle and name of those members who want to be named, and whether they write."""
    named = [(each, viewer) for each, viewer in sorted(people.items()) if each in present.accounts and not viewer.is_staff]
    return [(viewer.handle, viewer.name, each in present.writing) for each, viewer in named if viewer.shows_presence]


def _is_quiet(place: Channel, told: Mapping[str, Any]) -> bool:
    """Whether there is nothing to say: nobody writes, and a reader is alone."""
    people = told["staff_count"] + len(told["members"]) + told["others"]
    return not told["writing"] and not told["others_writing"] and people <= (0 if place == DESK else 1)
