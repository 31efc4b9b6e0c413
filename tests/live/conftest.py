"""People, places and listeners for the tests of live."""

from __future__ import annotations

from collections.abc import Callable, Iterator
from dataclasses import dataclass
from typing import Any

import pytest
import requests
import socketio
from flask import Flask
from flask.sessions import SecureCookieSessionInterface

from community.accounts.actions import open_account, start_session
from community.accounts.queries import viewer_of_token
from community.app import SESSION_COOKIE
from community.categories.actions import make_category
from community.staff.actions import grant_role
from community.staff.viewer import Viewer, viewer_unchecked
from tests.conftest import empty_site
from tests.running_site import RunningSite, free_port, until

PASSWORD = "long and well known"
KINDS = {"question": "members", "discussion": "members"}


@dataclass(frozen=True)
class House:
    """Who and what every test has: three people, an employee who may do everything, and three categories."""

    ana: int
    ben: int
    newcomer: int
    eva: int
    public: int
    members: int
    staff: int

    def viewer(self, account_id: int) -> Viewer:
        """Somebody as they are now."""
        return viewer_unchecked(account_id)

    def member(self, name: str) -> int:
        """Another member."""
        email = f"{name}@example.com"
        return open_account(handle=name, name=name.title(), email=email, password=PASSWORD, confirmed=True)

    def colleague(self, name: str) -> int:
        """Another employee."""
        account_id = self.member(name)
        grant_role(by=None, account_id=account_id, role="employee", title="Engineer", source="command")
        return account_id


def make_house() -> House:
    """Make them, through actions. Needs an application context."""
    people = {
        name: open_account(handle=name, name=name.title(), email=f"{name}@example.com", password=PASSWORD, confirmed=True)
        for name in ("ana", "ben", "eva")
    }
    newcomer = open_account(handle="new", name="New Comer", email="new@example.com")
    for role in ("official", "moderator", "admin"):
        grant_role(by=None, account_id=people["eva"], role=role, title="Engineer", source="command")
    places = {
        visibility: make_category(by=None, slug=visibility, name=visibility.title(), visibility=visibility, opens=KINDS)
        for visibility in ("public", "members", "staff")
    }
    return House(**people, newcomer=newcomer, **places)


class Ear:
    """A browser's socket: what it was told, and what it is told until a condition holds."""

    def __init__(self, site: RunningSite, cookie: str = "", **headers: str) -> None:
        self.site, self.cookie = site, cookie
        self._heard: list[tuple[str, dict[str, Any]]] = []
        self._since: dict[str, int] = {}
        self._client = socketio.Client(reconnection=False, handle_sigint=False)
        self.presence: list[dict[str, Any]] = []
        for name in ("stream", "nudge", "goodbye"):
            self._client.on(name, lambda data, name=name: self._heard.append((name, data)))
        self._client.on("presence", self.presence.append)
        if cookie:
            headers["Cookie"] = cookie
        self._client.connect(site.base_url, transports=["websocket"], headers=headers, wait_timeout=10)

    def subscribe(self, *channels: str, position: str = "") -> dict[str, Any]:
        """Join channels; the acknowledgement."""
        said = dict(self._client.call("subscribe", {"channels": list(channels), "position": position}, timeout=10))
        self._since |= dict.fromkeys(channels, number(said["position"]))
        return said

    @property
    def messages(self) -> list[tuple[str, dict[str, Any]]]:
        """Names and data of what it was told. What happened before it joined a channel may come late: like a browser, it
        takes no notice of that."""
        return [
            (name, data)
            for name, data in list(self._heard)
            if "position" not in data or number(data["position"]) > self._since.get(data["channel"], 0)
        ]

    def send(self, event: str, data: object) -> None:
        self._client.emit(event, data)

    def told(self, name: str, channel: str | None = None) -> list[dict[str, Any]]:
        """The messages of this name so far."""
        return [data for kind, data in self.messages if kind == name and channel in (None, data.get("channel"))]

    def wait_for(self, name: str, count: int = 1, channel: str | None = None, seconds: float = 10.0) -> list[dict[str, Any]]:
        """The messages of this name, as soon as there are so many."""
        try:
            until(lambda: len(self.told(name, channel)) >= count, f"{count} x {name}", seconds)
        except AssertionError as error:
            heard = f"open: {self.is_open}; heard {self.messages}; the site's log ends with {self.site.log.read_text()[-2000:]}"
            raise AssertionError(f"{error}; {heard}") from None
        return self.told(name, channel)

    @property
    def is_open(self) -> bool:
        return bool(self._client.connected)

    def close(self) -> None:
        if self._client.connected:
            self._client.disconnect()
        self._client.eio.ws.shutdown()  # the client leaves it open when the server closes first


class WebProcess(RunningSite):
    """A web process alone: live needs no worker."""

    def _is_ready(self) -> bool:
        for process in self._running.values():
            assert process.poll() is None, self.log.read_text()[-3000:]
        try:
            return requests.get(f"{self.base_url}/live", timeout=5).ok
        except requests.RequestException:
            return False


@pytest.fixture(scope="module")
def site(tmp_path_factory: pytest.TempPathFactory, database_kind: str, template_database: str) -> Iterator[RunningSite]:
    """A real web process on a port and in a data folder of its own, shared by the tests of a file."""
    folder = tmp_path_factory.mktemp("site")
    port = str(free_port())
    with empty_site(folder / "data", database_kind, template_database, BOTHWAYS_PORT=port, BOTHWAYS_LIMITS="off") as made:
        running = WebProcess(made, folder / "web.log")
        try:
            running.start("web")
            yield running
        finally:
            running.stop()


@pytest.fixture(scope="module")
def house(site: RunningSite) -> Iterator[House]:
    """The people and places of `site`, with an application on its database in this process."""
    with site.app():
        yield make_house()


@pytest.fixture
def listen(site: RunningSite) -> Iterator[Callable[..., Ear]]:
    """Opens sockets: `listen()` as a visitor, `listen(account_id)` as somebody signed in."""
    ears: list[Ear] = []

    def open_ear(account_id: int | None = None, **headers: str) -> Ear:
        ears.append(Ear(site, cookie_of(site, account_id) if account_id is not None else "", **headers))
        return ears[-1]

    yield open_ear
    for ear in ears:
        ear.close()


def number(position: str) -> int:
    """The number of a position of any epoch."""
    return int(position.rpartition(":")[2])


def cookie_of(site: RunningSite, account_id: int) -> str:
    """The Cookie header of a browser in which somebody just signed in. Needs an application context."""
    return f"{SESSION_COOKIE}={_signer(site).dumps({'_user_id': start_session(account_id), '_fresh': True})}"


def viewer_of(ear: Ear) -> Viewer:
    """The viewer of the session that a socket has. Needs an application context."""
    token = _signer(ear.site).loads(ear.cookie.partition("=")[2])["_user_id"]
    viewer = viewer_of_token(token)
    assert viewer is not None
    return viewer


def _signer(site: RunningSite) -> Any:
    app = Flask("cookie")
    app.secret_key = site.config.secret_key
    return SecureCookieSessionInterface().get_signing_serializer(app)
