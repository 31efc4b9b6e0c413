"""The open sockets of this process: whose they are, and what they listen to.

Only ids are kept, never rights: rights are read again whenever they matter. `audience` is no right, nothing is sent by it.
"""

from __future__ import annotations

from collections import Counter, defaultdict
from dataclasses import dataclass, field
from typing import Any

from gevent.event import Event

from community.live.channels import Channel, parse


@dataclass(eq=False)
class Listener:
    """One open socket. `sid` is its Socket.IO id; `account_id` and `session_id` are None for visitors."""

    sid: str
    account_id: int | None
    session_id: int | None
    language: str
    network: str = ""
    """Where it comes from, as limits count it."""
    line: Any = None
    """The Engine.IO socket that is written to, kept so that a push to thousands need not look each up."""
    channels: set[Channel] = field(default_factory=set)
    audience: frozenset[str] = frozenset()
    """What it could read beyond the public when it last subscribed: says only whether a visitor's page is like its own."""
    shown: frozenset[int] = frozenset()
    """Topics that its page shows among the results of a search, as it says itself."""
    messages: int = 0
    """How many messages it sent in the running window (see `sockets.py`)."""
    window: float = 0.0


class Listeners:
    """All open sockets of this process, found by socket, account, session and room (a channel and a language, rulings 11)."""

    def __init__(self) -> None:
        self._by_sid: dict[str, Listener] = {}
        self._by_account: dict[int, set[Listener]] = defaultdict(set)
        self._rooms: dict[Channel, dict[str, dict[str, Listener]]] = {}
        self._showing: dict[int, set[Listener]] = {}
        self._by_network: Counter[str] = Counter()
        self.stirred: set[Channel] = set()
        """Channels to which somebody came or from which somebody went, since `take_stirred`."""
        self._came: set[Listener] = set()
        self.some = Event()
        """Set while at least one socket is open."""

    def __len__(self) -> int:
        return len(self._by_sid)

    def add(self, listener: Listener) -> bool:
        """A socket opened; whether it is new. One that has a listener keeps it: a message may call itself `connect` too."""
        if listener.sid in self._by_sid:
            return False
        self._by_network[listener.network] += 1
        self._by_sid[listener.sid] = listener
        if listener.account_id is not None:
            self._by_account[listener.account_id].add(listener)
        self.some.set()
        return True

    def get(self, sid: str) -> Listener | None:
        """The listener of a socket that is open."""
        return self._by_sid.get(sid)

    def remove(self, sid: str) -> None:
        """A socket closed; it leaves its rooms."""
        listener = self._by_sid.pop(sid, None)
        if listener is None:
            return
        self._by_network[listener.network] -= 1
        if not self._by_network[listener.network]:
            del self._by_network[listener.network]
        for channel in list(listener.channels):
            self.leave(listener, channel)
        self.show(listener, frozenset())
        if listener.account_id is not None:
            self._by_account[listener.account_id].discard(listener)
            if not self._by_account[listener.account_id]:
                del self._by_account[listener.account_id]
        if not self._by_sid:
            self.some.clear()

    def join(self, listener: Listener, channel: Channel) -> None:
        """Let a socket hear a channel. A socket that closed meanwhile stays out."""
        if self._by_sid.get(listener.sid) is not listener:
            return
        listener.channels.add(channel)
        self.stirred.add(channel)
        self._came.add(listener)
        self._rooms.setdefault(channel, {}).setdefault(listener.language, {})[listener.sid] = listener

    def leave(self, listener: Listener, channel: Channel) -> None:
        """Let it no longer hear it."""
        listener.channels.discard(channel)
        self.stirred.add(channel)
        languages = self._rooms.get(channel, {})
        room = languages.get(listener.language, {})
        room.pop(listener.sid, None)
        if not room:
            languages.pop(listener.language, None)
        if not languages:
            self._rooms.pop(channel, None)

    def show(self, listener: Listener, topic_ids: frozenset[int]) -> None:
        """Its page shows these topics among results, and no others."""
        if topic_ids and self._by_sid.get(listener.sid) is not listener:
            return
        for topic_id in listener.shown - topic_ids:
            self._showing[topic_id].discard(listener)
            if not self._showing[topic_id]:
                del self._showing[topic_id]
        for topic_id in topic_ids - listener.shown:
            self._showing.setdefault(topic_id, set()).add(listener)
        listener.shown = topic_ids

    def showing(self, topic_id: int) -> set[Channel]:
        """The channels of those whose page shows a topic among results."""
        return {channel for listener in self._showing.get(topic_id, ()) for channel in listener.channels}

    def take_stirred(self) -> tuple[set[Channel], set[Listener]]:
        """Where somebody came or went since the last time, and who came."""
        stirred, came = self.stirred, self._came
        self.stirred, self._came = set(), set()
        return stirred, came

    def places(self) -> list[Channel]:
        """Every channel that somebody listens to."""
        return list(self._rooms)

    def all(self) -> list[Listener]:
        """Every open socket."""
        return list(self._by_sid.values())

    def of_account(self, account_id: int) -> list[Listener]:
        """The sockets of an account."""
        return list(self._by_account.get(account_id, ()))

    def count(self, listener: Listener) -> tuple[int, int]:
        """How many sockets are open from where this one comes, and of its account (0 for visitors), itself included."""
        of_account = self._by_account.get(listener.account_id, ()) if listener.account_id is not None else ()
        return self._by_network[listener.network], len(of_account)

    def heard(self, name: str) -> Channel | None:
        """The channel of this name, where somebody listens to it."""
        channel = parse(name)
        return channel if channel is not None and channel in self._rooms else None

    def channels(self, kind: str) -> list[Channel]:
        """The channels of a kind that somebody listens to."""
        return [channel for channel in self._rooms if channel.kind == kind]

    def languages(self, channel: Channel) -> list[str]:
        """The languages in which somebody listens to a channel."""
        return list(self._rooms.get(channel, ()))

    def room(self, channel: Channel, language: str) -> list[Listener]:
        """The listeners of a channel in a language."""
        return list(self._rooms.get(channel, {}).get(language, {}).values())

    def in_channel(self, channel: Channel) -> list[Listener]:
        """The listeners of a channel in whatever language."""
        return [listener for room in self._rooms.get(channel, {}).values() for listener in room.values()]
