"""A page that follows by a socket of its own, with the rules of live.js: for many at once, where browsers would be too heavy."""

from __future__ import annotations

import queue
import threading
import time
from typing import Any

import requests
import socketio
from socketio.exceptions import SocketIOError

from community.core.position import Position, parse_position
from tests.live.turbo import OpenPage
from tests.running_site import RunningSite

AGAIN = 0.3
"""Seconds before the next question when one got no answer."""


class Web:
    """A browser's requests, as `OpenPage` makes them."""

    def __init__(self, site: RunningSite, cookie: str) -> None:
        self._site, self._session = site, requests.Session()
        self._session.headers.update({"Cookie": cookie} if cookie else {})

    def get(self, address: str, *, follow_redirects: bool = False, query_string: dict[str, str] | None = None) -> Any:
        """The answer to a link."""
        address = f"{self._site.base_url}{address}"
        return _Answer(self._session.get(address, params=query_string, allow_redirects=follow_redirects, timeout=30))


class _Answer:
    def __init__(self, answer: requests.Response) -> None:
        self.status_code, self._answer = answer.status_code, answer

    def get_data(self, *, as_text: bool) -> str:
        assert as_text
        return self._answer.text

    def get_json(self) -> Any:
        return self._answer.json()


class FollowingPage(OpenPage):
    """An open page whose socket comes back when it is cut. Everything is applied by one thread, in the order in which it came."""

    def __init__(self, site: RunningSite, address: str, cookie: str = "") -> None:
        self.at: dict[str, Position] = {}
        self.lock = threading.RLock()
        super().__init__(Web(site, cookie), address)  # type: ignore[arg-type]
        self._work: queue.Queue[tuple[str, Any]] = queue.Queue()
        self._socket = socketio.Client(reconnection_delay=AGAIN, reconnection_delay_max=2 * AGAIN, handle_sigint=False)
        for name in ("stream", "nudge"):
            self._socket.on(name, lambda data, name=name: self._work.put((name, data)))
        self._socket.on("disconnect", self._cut)
        self._socket.on("connect", lambda: self._work.put(("ask", None)))
        self._open = True
        self.asked = 0
        headers = {"Cookie": cookie} if cookie else {}
        self._socket.connect(site.base_url, transports=["websocket"], headers=headers, wait_timeout=20)
        threading.Thread(target=self._follow, daemon=True).start()

    def close(self) -> None:
        """Follow no longer."""
        self._open = False
        self._socket.shutdown()
        self._socket.eio.ws.shutdown()

    def _cut(self, *_reason: object) -> None:
        if self._open:  # the client leaves it open when the server closes first
            self._socket.eio.ws.shutdown()

    @property
    def is_idle(self) -> bool:
        """Whether nothing waits to be applied."""
        return self._work.empty()

    def _load(self) -> None:
        super()._load()
        here = parse_position(self.position)
        assert here is not None
        self.at = dict.fromkeys(self.channels, here)

    def _follow(self) -> None:
        while self._open:
            kind, message = self._work.get()
            with self.lock:
                if kind == "ask" or not self._takes(message):
                    self._ask()

    def _takes(self, message: dict[str, Any]) -> bool:
        """Apply a push that follows on what is shown, or see that it is old; False where something is missing."""
        at, position, prev = self.at.get(message["channel"]), *map(parse_position, (message["position"], message["prev"]))
        assert position is not None
        assert prev is not None
        if at is None or position.number <= at.number:
            return True
        if "html" not in message or prev.number > at.number:
            return False
        self._apply(message["html"], {message["channel"]: position})
        return True

    def _apply(self, html: str, moved: dict[str, Position]) -> None:
        loads = self.refreshes
        self.apply(html)
        if self.refreshes == loads:
            self.at |= moved
        else:
            self._work.put(("ask", None))  # what the page was fetched with may be older than what its channels had

    def _ask(self) -> None:
        position = min(self.at.values(), key=lambda each: each.number)
        self.asked += 1
        try:
            answer = self._socket.call("subscribe", {"channels": self.channels, "position": str(position)}, timeout=10)
        except (SocketIOError, TimeoutError):
            time.sleep(AGAIN)
            self._work.put(("ask", None))
            return
        now = parse_position(answer["position"])
        assert now is not None
        assert answer["refused"] == []
        if answer["reload"]:
            self.refresh()
            self._work.put(("ask", None))
            return
        for each in answer["streams"]:
            self._apply(each["html"], {})
        self.at = {name: max(at, now, key=lambda each: each.number) for name, at in self.at.items()}
